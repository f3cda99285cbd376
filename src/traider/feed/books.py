"""The port by which a feed keeps books: whoever wires the feed gives it one.

The real one is the kernel's (``runtime/kernel_books.py``), so that what a feed shows is what
decides and fills.
"""

from dataclasses import dataclass
from typing import Protocol

from traider.domain.events import EventArray


@dataclass(frozen=True, slots=True)
class Top:
    """The best level of each side, in ticks and lots; a side without one is 0 and 0."""

    bid_ticks: int
    bid_lots: int
    ask_ticks: int
    ask_lots: int

    @property
    def is_two_sided(self) -> bool:
        """Whether there is a bid and an ask."""
        return self.bid_lots > 0 and self.ask_lots > 0

    @property
    def is_crossed(self) -> bool:
        """Whether the best bid is at the best ask, or above it."""
        return self.is_two_sided and self.bid_ticks >= self.ask_ticks


class Books(Protocol):
    """Books of several instruments, by number."""

    def apply(self, events: EventArray) -> None:
        """Apply the depth of ``events``; other kinds are passed over."""

    def top(self, number: int) -> Top:
        """Return the best levels of an instrument."""

    def levels(self, number: int) -> tuple[int, int]:
        """Return how many bids and asks an instrument has."""

    def crossed(self, number: int) -> int:
        """Return after how many messages its best bid was at or above its best ask."""

    def lost(self, number: int) -> int:
        """Return how many levels ever found no room: when it grows, the book is not true."""
