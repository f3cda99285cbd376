"""The kernel's book behind the port of the feeds."""

import hashlib
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.errors import DataError
from traider.domain.events import EVENT, EventArray, join_events
from traider.feed.books import Top
from traider.kernel.book import ASKS, BIDS, NO_RANK
from traider.kernel.compiled import direct
from traider.kernel.market_books import (
    CROSSED,
    apply_events,
    compile_books,
    empty_books,
    empty_tallies,
    read_top,
)
from traider.kernel.records import Book

_WINDOW: Final = 16_384
_FAR_LEVELS: Final = 131_072
"""A side; BTC-USD of Coinbase has 27,000 asks. A level beyond the table is counted as lost."""
_compile_once: Final = cache(compile_books)
"""A connection made anew need not look at the files of compiled code again: that takes 0.3 s."""


class KernelBooks:
    """Books of ``count`` instruments; compiles or loads the kernel's book at first."""

    def __init__(self, count: int) -> None:
        _compile_once()
        self._book = empty_books(count, _WINDOW, _FAR_LEVELS)
        self._tallies = empty_tallies(count)
        self._top = np.zeros(4, np.int64)
        self._apply, self._read_top = direct(apply_events), direct(read_top)

    def apply(self, events: EventArray) -> None:
        """Apply the depth of ``events``.

        Raises:
            DataError: an event is of an instrument that has no book; compiled code does not look.
        """
        if len(events) and int(events["instrument"].max()) >= len(self._tallies):
            raise DataError(
                f"an event is of instrument {int(events['instrument'].max())}, and there are "
                f"{len(self._tallies)}",
                where="events",
                fix="traider journal verify tells whether the record is whole",
            )
        if events.dtype != EVENT:
            raise TypeError(f"a book is made of event records, not {events.dtype}")
        # Compiled code takes only arrays that it could write to, though it does not.
        flags = events.flags
        own = events if flags.writeable and flags.c_contiguous else join_events([events])
        self._apply(self._book, own, self._tallies)

    def top(self, number: int) -> Top:
        """Return the best levels of an instrument."""
        self._read_top(self._book, int(number), self._top)
        return Top(*self._top.tolist())

    def levels(self, number: int) -> tuple[int, int]:
        """Return how many bids and asks an instrument has."""
        counts = self._book.sides[number]["count"] + self._book.sides[number]["far"]
        return int(counts[BIDS]), int(counts[ASKS])

    def crossed(self, number: int) -> int:
        """Return after how many messages a book was crossed or locked."""
        return int(self._tallies[number, CROSSED])

    def lost(self, number: int) -> int:
        """Return how many levels found no room."""
        return int(self._book.sides[number]["lost"].sum())

    def digest(self, number: int) -> str:
        """Return the digest of an instrument's levels: rank and lots, bids first, best first.

        Where the book keeps a level does not enter, so two books are equal when they hold the same.
        """
        found = hashlib.blake2b(digest_size=16)
        for side in (BIDS, ASKS):
            found.update(self._side(number, side).tobytes())
        return found.hexdigest()

    def _side(self, number: int, side: int) -> npt.NDArray[np.int64]:
        return side_levels(self._book, number, side)


def side_levels(book: Book, number: int, side: int) -> npt.NDArray[np.int64]:
    """Return rank and lots of each level of a side of an instrument's book, best first."""
    near = book.sizes[number, side]
    places = np.flatnonzero(near)
    far = np.flatnonzero(book.far_ranks[number, side] != NO_RANK)
    base = int(book.sides[number, side]["base"])
    ranks = np.concatenate((places + base, book.far_ranks[number, side][far]))
    lots = np.concatenate((near[places], book.far_sizes[number, side][far]))
    order = np.argsort(-ranks)
    return np.column_stack((ranks[order], lots[order]))
