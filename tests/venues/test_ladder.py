"""A mapper's own copy of a book.

1. Whatever is set, removed and cut off, a ladder holds what a sorted dictionary holds.
"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import DataError
from traider.venues.decimal_steps import DecimalSteps
from traider.venues.ladder import Ladder, LadderBook, removes

TICK = Decimal("0.1")

level = st.tuples(st.integers(1, 12), st.integers(0, 3))


def texts(levels: list[tuple[int, int]]) -> list[tuple[str, str]]:
    return [(f"{price / 10:.1f}", f"{size}.00") for price, size in levels]


@given(
    st.sampled_from([1, -1]), st.lists(st.tuples(st.lists(level, max_size=6), st.integers(1, 8)))
)
def test_law_1_a_ladder_is_a_sorted_dictionary(
    side: int, steps: list[tuple[list[tuple[int, int]], int]]
) -> None:
    ladder = Ladder(DecimalSteps(TICK, "price", zero=False), side)
    wanted: dict[int, int] = {}
    for levels, depth in steps:
        ladder.apply(texts(levels))
        for price, size in levels:
            wanted.pop(price, None)
            if size:
                wanted[price] = size
        best = sorted(wanted, reverse=side == 1)
        assert ladder.best(99) == texts([(price, wanted[price]) for price in best])
        assert ladder.best(2) == texts([(price, wanted[price]) for price in best[:2]])
        assert ladder.trim(depth) == [f"{price / 10:.1f}" for price in best[depth:]]
        wanted = {price: wanted[price] for price in best[:depth]}
        assert len(ladder) == len(wanted)


@pytest.mark.parametrize("text", ["0", "0.0", "0.00000000", "000"])
def test_a_size_of_zero_removes(text: str) -> None:
    assert removes(text)


@pytest.mark.parametrize("text", ["1", "0.00000001", "10.0", "100"])
def test_any_other_size_stays(text: str) -> None:
    assert not removes(text)


def test_what_falls_out_of_a_book_is_told_as_removed() -> None:
    book = LadderBook(DecimalSteps(TICK, "price", zero=False))
    book.replace([("1.0", "5"), ("1.1", "6")], [("1.2", "7"), ("1.3", "8"), ("1.4", "9")])
    assert book.trim(1) == ([("1.0", "0")], [("1.3", "0"), ("1.4", "0")])
    assert book.bids.best(9) == [("1.1", "6")]
    book.replace([], [("1.5", "1")])
    assert (book.bids.best(9), book.asks.best(9)) == ([], [("1.5", "1")])


def test_a_price_off_the_grid_is_refused() -> None:
    ladder = Ladder(DecimalSteps(TICK, "price", zero=False), 1)
    with pytest.raises(DataError, match=r"no multiple of 0\.1"):
        ladder.apply([("1.05", "1")])
