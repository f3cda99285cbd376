"""Books of several instruments, kept from a stream of events: what a feed needs of the kernel.

    book = empty_books(count, window, far_levels)
    tallies = empty_tallies(count)
    apply_events(book, events, tallies)

The book is the one that decides and fills; here nothing else is compiled with it. Events of other
kinds than depth are passed over.
"""

from typing import Any

import numpy as np
from numba import int64, types, void

from traider.domain.events import Kind, MarketFlag
from traider.kernel.book import (
    ASKS,
    BIDS,
    NO_RANK,
    apply_depth,
    best_price,
    best_size,
    book_state,
)
from traider.kernel.codes import BookState
from traider.kernel.compiled import compiled, ready_rooms
from traider.kernel.numba_types import BOOK, EVENTS
from traider.kernel.records import BOOK_SIDE, Book, Records

LOOKED = 0
CROSSED = 1

_SNAPSHOT = int(Kind.DEPTH_SNAPSHOT)
_CLEAR = int(Kind.DEPTH_CLEAR)
_LAST = int(MarketFlag.LAST_OF_MESSAGE)
_LOCKED = int(BookState.LOCKED)
_TALLIES = types.Array(int64, 2, "C")


def empty_books(count: int, window: int, far_levels: int) -> Book:
    """Allocate the books of ``count`` instruments.

    ``window`` ticks of a side are kept near at hand, and ``far_levels`` levels beyond it; both are
    powers of two.
    """
    return Book(
        sides=np.zeros((count, 2), BOOK_SIDE),
        sizes=np.zeros((count, 2, window), np.int64),
        far_ranks=np.full((count, 2, far_levels), NO_RANK, np.int64),
        far_sizes=np.zeros((count, 2, far_levels), np.int64),
    )


def empty_tallies(count: int) -> Any:  # noqa: ANN401 - an array of integers
    """Allocate what ``apply_events`` counts: a row an instrument, ``LOOKED`` and ``CROSSED``."""
    return np.zeros((count, 2), np.int64)


@compiled(void(BOOK, EVENTS, _TALLIES), python=True)
def apply_events(book: Book, events: Records, tallies: Any) -> None:  # noqa: ANN401 - integers
    """Apply the depth of ``events``; look at a book after each whole message.

    ``tallies`` counts the looks of each instrument, and how often its best bid was at or above its
    best ask.
    """
    for i in range(len(events)):
        event = events[i]
        kind = event["kind"]
        if kind < _SNAPSHOT or kind > _CLEAR:
            continue
        apply_depth(book, event)
        if event["flags"] & _LAST:
            k = event["instrument"]
            tallies[k, LOOKED] += 1
            if book_state(book, k) >= _LOCKED:
                tallies[k, CROSSED] += 1


@compiled(void(BOOK, int64, types.Array(int64, 1, "C")), python=True)
def read_top(book: Book, k: int, out: Any) -> None:  # noqa: ANN401 - integers
    """Write the best bid and ask of an instrument to ``out``: ticks, lots, ticks, lots."""
    out[0] = best_price(book, k, BIDS)
    out[1] = best_size(book, k, BIDS)
    out[2] = best_price(book, k, ASKS)
    out[3] = best_size(book, k, ASKS)


def compile_books() -> None:
    """Compile, or load, what this module needs of the kernel, and nothing else of it."""
    ready_rooms(("book", "market_books"))
