"""The digest of a book tells its levels, and nothing of how they came about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, MarketFlag, empty_events
from traider.runtime.kernel_books import KernelBooks

Level = tuple[int, int, int]
"""Side, price in ticks, size in lots."""

LEVELS = st.lists(
    st.tuples(
        st.sampled_from([1, -1]),
        st.one_of(st.integers(99_900, 100_100), st.integers(1, 400_000)),
        st.integers(0, 3),
    ),
    max_size=60,
)


def updates(levels: list[Level], kind: Kind = Kind.DEPTH_UPDATE) -> EventArray:
    events = empty_events(len(levels))
    events["kind"], events["version"] = kind, 1
    for place, (side, price, size) in enumerate(levels):
        events["side"][place], events["price"][place], events["size"][place] = side, price, size
    events["flags"] = MarketFlag.LAST_OF_MESSAGE
    return events


@given(LEVELS)
def test_the_same_levels_have_the_same_digest_however_they_came(
    levels: list[Level],
) -> None:
    last = {(side, price): size for side, price, size in levels}
    final = [(side, price, size) for (side, price), size in last.items() if size]
    one, other = KernelBooks(2), KernelBooks(2)
    one.apply(updates(levels))
    other.apply(updates(sorted(final)))
    assert one.digest(0) == other.digest(0)
    assert one.digest(1) == KernelBooks(2).digest(0)  # untouched


@given(LEVELS.filter(lambda levels: any(size for *_, size in levels)))
def test_another_size_at_one_level_is_another_digest(levels: list[Level]) -> None:
    books = KernelBooks(1)
    books.apply(updates(levels))
    before = books.digest(0)
    side, price, size = next(each for each in reversed(levels) if each[2])
    books.apply(updates([(side, price, size + 7)]))
    assert books.digest(0) != before


def test_an_instrument_without_a_book_is_refused_before_compiled_code_sees_it() -> None:
    books = KernelBooks(2)
    events = updates([(1, 100, 1)])
    events["instrument"] = 2
    with pytest.raises(DataError, match="of instrument 2, and there are 2"):
        books.apply(events)


def test_a_cleared_book_is_an_empty_one() -> None:
    books = KernelBooks(1)
    empty = books.digest(0)
    books.apply(updates([(1, 100, 1), (-1, 300_000, 2)]))
    assert books.digest(0) != empty
    books.apply(updates([(0, 0, 0)], Kind.DEPTH_CLEAR))
    assert books.digest(0) == empty
