"""The books a feed watches, as a port: whoever wires the feed brings fast ones."""

from typing import NamedTuple, Protocol

from traider.domain.events import EventArray


class Top(NamedTuple):
    """The best prices of a book in ticks and their sizes in lots; size 0 where a side is empty."""

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
        """Whether the best bid is above the best ask, or at it."""
        return self.is_two_sided and self.bid_ticks >= self.ask_ticks


class Books(Protocol):
    """One book an instrument, by the instrument's number."""

    def apply(self, events: EventArray) -> None:
        """Apply the depth among ``events``, in their order."""

    def top(self, instrument: int) -> Top:
        """Return the best levels."""
