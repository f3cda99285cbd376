"""The order book against a plain dictionary.

1. After any sequence of snapshots, updates and clears, levels, best prices, depth in order, counts
   and the state of the two sides equal a dictionary's, whatever the window.
2. However far and often the price moves, the memory stays as allocated, and nothing is lost until
   the table of far levels is full; then what is dropped is counted.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from traider.domain.events import EventArray, Kind, empty_events
from traider.kernel import book as bk
from traider.kernel.codes import BookState
from traider.kernel.compiled import compile_kernel
from traider.kernel.records import BOOK_SIDE, Book, Records

pytestmark = pytest.mark.interpreted


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    compile_kernel()


def new_book(window: int = 8, table: int = 64, instruments: int = 1) -> Book:
    return Book(
        sides=np.zeros((instruments, 2), BOOK_SIDE),
        sizes=np.zeros((instruments, 2, window), np.int64),
        far_ranks=np.full((instruments, 2, table), bk.NO_RANK, np.int64),
        far_sizes=np.zeros((instruments, 2, table), np.int64),
    )


class DictionaryBook:
    """Sizes by price, a dictionary a side."""

    def __init__(self) -> None:
        self.levels: tuple[dict[int, int], dict[int, int]] = ({}, {})

    def set(self, s: int, price: int, size: int) -> int:
        old = self.levels[s].pop(price, 0)
        if size:
            self.levels[s][price] = size
        return old

    def sorted(self, s: int) -> list[tuple[int, int]]:
        """Return price and size from the best level on."""
        return sorted(self.levels[s].items(), reverse=s == bk.BIDS)

    def state(self) -> BookState:
        bids, asks = self.levels
        if not bids and not asks:
            return BookState.EMPTY
        if not bids or not asks:
            return BookState.ONE_SIDED
        gap = min(asks) - max(bids)
        if gap > 0:
            return BookState.OPEN
        return BookState.LOCKED if gap == 0 else BookState.CROSSED


def depth(book: Book, s: int, k: int = 0) -> list[tuple[int, int]]:
    """Walk one side from its best level on."""
    side = book.sides[k, s]
    if side["count"] == 0:
        return []
    sign = 1 if s == bk.BIDS else -1
    found, rank = [], int(side["best"])
    while rank != bk.NO_RANK:
        found.append((sign * rank, bk.size_at(book, k, s, sign * rank)))
        rank = bk.next_rank(book, k, s, rank)
    return found


def check_equal(book: Book, plain: DictionaryBook) -> None:
    for s in (bk.BIDS, bk.ASKS):
        levels = plain.sorted(s)
        assert depth(book, s) == levels
        price, size = levels[0] if levels else (0, 0)
        assert (bk.best_price(book, 0, s), bk.best_size(book, 0, s)) == (price, size)
        side = book.sides[0, s]
        assert side["count"] + side["far"] == len(levels)
        assert np.count_nonzero(book.sizes[0, s]) == side["count"]
    assert bk.book_state(book, 0) == plain.state()


@st.composite
def walks(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Draw (side, price, size) around a middle that wanders, and at times jumps far away."""
    middle = draw(st.integers(50, 10_000))
    found = []
    for _ in range(draw(st.integers(1, 80))):
        middle = max(middle + draw(st.sampled_from([0, 0, 1, -1, 5, -5, 40, -40, 3_000])), 50)
        s = draw(st.sampled_from([bk.BIDS, bk.ASKS]))
        away = draw(st.integers(-3, 45))
        price = middle - away if s == bk.BIDS else middle + away
        found.append((s, price, draw(st.sampled_from([0, 0, 1, 7, 10**12]))))
    return found


@given(walk=walks(), window=st.sampled_from([1, 4, 8, 32, 1024]))
@settings(max_examples=300, deadline=None)
def test_any_walk_equals_a_dictionary(walk: list[tuple[int, int, int]], window: int) -> None:
    book, plain = new_book(window, 128), DictionaryBook()
    for s, price, size in walk:
        assert bk.set_level(book, 0, s, price, size) == plain.set(s, price, size)
        check_equal(book, plain)
    bk.clear_side(book, 0, bk.BIDS)
    plain.levels[0].clear()
    check_equal(book, plain)
    for s, price, size in walk:
        bk.set_level(book, 0, s, price, size)
        plain.set(s, price, size)
    check_equal(book, plain)


def records(rows: list[tuple[Kind, int, int, int, int]]) -> EventArray:
    """Return depth records of (kind, side, price, size, index)."""
    events = empty_events(len(rows))
    for event, (kind, side, price, size, index) in zip(events, rows, strict=True):
        event["kind"] = kind
        event["side"] = side
        event["price"] = price
        event["size"] = size
        event["w3"] = index
    return events


# Python cannot hand a single record to compiled code, only an array of them.
def _apply_all(book: Book, events: Records) -> None:
    for j in range(len(events)):
        bk.apply_depth(book, events[j])


compile_function: Any = njit
apply_all = compile_function(_apply_all)


def applied(book: Book, rows: list[tuple[Kind, int, int, int, int]]) -> None:
    apply_all(book, records(rows))


def test_the_first_level_of_a_snapshot_empties_both_sides() -> None:
    book = new_book()
    applied(book, [(Kind.DEPTH_UPDATE, 1, 99, 5, 0), (Kind.DEPTH_UPDATE, -1, 101, 5, 0)])
    applied(book, [(Kind.DEPTH_SNAPSHOT, 1, 90, 2, 0), (Kind.DEPTH_SNAPSHOT, -1, 95, 3, 1)])
    assert depth(book, bk.BIDS) == [(90, 2)]
    assert depth(book, bk.ASKS) == [(95, 3)]


@pytest.mark.parametrize(("side", "left"), [(1, (0, 1)), (-1, (1, 0)), (0, (0, 0))])
def test_a_clear_empties_the_side_it_names(side: int, left: tuple[int, int]) -> None:
    book = new_book()
    applied(book, [(Kind.DEPTH_UPDATE, 1, 99, 5, 0), (Kind.DEPTH_UPDATE, -1, 101, 5, 0)])
    applied(book, [(Kind.DEPTH_CLEAR, side, 0, 0, 0)])
    assert (len(depth(book, bk.BIDS)), len(depth(book, bk.ASKS))) == left


def test_locked_and_crossed_are_told() -> None:
    book = new_book()
    states = []
    for bid in (99, 100, 101):
        applied(book, [(Kind.DEPTH_SNAPSHOT, 1, bid, 1, 0), (Kind.DEPTH_SNAPSHOT, -1, 100, 1, 1)])
        states.append(bk.book_state(book, 0))
    assert states == [BookState.OPEN, BookState.LOCKED, BookState.CROSSED]


def test_a_full_table_drops_new_far_levels_and_counts_them() -> None:
    book = new_book(window=4, table=8)
    for away in range(40):
        bk.set_level(book, 0, bk.BIDS, 1_000 - away, 1)
    side = book.sides[0, bk.BIDS]
    assert side["far"] == 7
    assert side["count"] + side["far"] + side["lost"] == 40
    assert bk.best_price(book, 0, bk.BIDS) == 1_000


def test_instruments_and_sides_do_not_mix() -> None:
    book = new_book(instruments=2)
    bk.set_level(book, 1, bk.ASKS, 100, 4)
    assert bk.best_price(book, 0, bk.ASKS) == 0
    assert depth(book, bk.ASKS, 1) == [(100, 4)]
    assert depth(book, bk.BIDS, 1) == []


def _jumps() -> Iterator[int]:
    price = 1_000
    while price < 10**9:
        yield price
        price = price * 3 // 2


def test_a_price_that_runs_away_needs_no_more_memory() -> None:
    book, plain = new_book(window=64, table=256), DictionaryBook()
    size_before = sum(array.nbytes for array in book)
    for price in (*_jumps(), *reversed(list(_jumps()))):
        for s, sign in ((bk.BIDS, -1), (bk.ASKS, 1)):
            for level, _ in plain.sorted(s):
                bk.set_level(book, 0, s, level, 0)
                plain.set(s, level, 0)
            for away in range(1, 100, 7):
                bk.set_level(book, 0, s, price + sign * away, away)
                plain.set(s, price + sign * away, away)
        check_equal(book, plain)
    assert sum(array.nbytes for array in book) == size_before
    assert book.sides["lost"].sum() == 0
