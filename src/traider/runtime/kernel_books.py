"""The kernel's book behind the port of the feeds."""

from typing import Final

import numpy as np

from traider.domain.events import EventArray
from traider.feed.books import Top
from traider.kernel.book import ASKS, BIDS
from traider.kernel.market_books import (
    CROSSED,
    apply_events,
    compile_books,
    empty_books,
    empty_tallies,
    read_top,
)

_WINDOW: Final = 16_384
_FAR_LEVELS: Final = 131_072
"""A side; BTC-USD of Coinbase has 27,000 asks. A level beyond the table is counted as lost."""


class KernelBooks:
    """Books of ``count`` instruments; compiles or loads the kernel's book at first."""

    def __init__(self, count: int) -> None:
        compile_books()
        self._book = empty_books(count, _WINDOW, _FAR_LEVELS)
        self._tallies = empty_tallies(count)
        self._top = np.zeros(4, np.int64)

    def apply(self, events: EventArray) -> None:
        """Apply the depth of ``events``."""
        apply_events(self._book, events, self._tallies)

    def top(self, number: int) -> Top:
        """Return the best levels of an instrument."""
        read_top(self._book, number, self._top)
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
