"""One symbol of Kraken: its book is cut to the depth subscribed to and checked after each change.

Both protocols follow the same rule ("book checksum guide"): set the changed levels, drop those
beyond the depth, for which no removal is sent, then compare the checksum of the best 10. Where it
is wrong the book is broken until the venue sends a snapshot, which takes a new subscription.
"""

from typing import Final

from traider.venues.decimal_steps import DecimalSteps
from traider.venues.event_writer import EventWriter
from traider.venues.kraken.checksum import LEVELS, checksum
from traider.venues.ladder import LadderBook
from traider.venues.listing import Listing
from traider.venues.stream_mapper import StreamSymbol
from traider.venues.wire_types import PriceLevel

DEPTHS: Final = (10, 25, 100, 500, 1000)
"""What a subscription may ask for."""

Levels = list[PriceLevel]


class KrakenSymbol(StreamSymbol):
    """One symbol, with a copy of its book."""

    def __init__(self, listing: Listing) -> None:
        super().__init__(listing)
        self._book = LadderBook(DecimalSteps(listing.tick_size, "price", zero=False))
        self.levels_max = 0
        """The depth subscribed to; 0 while nothing tells it, and nothing is cut then: a level kept
        too long shows in a checksum, one cut too early would not."""

    def restart(self) -> None:
        """Forget what belongs to a connection that ended."""
        super().restart()
        self.levels_max = 0
        self._book.clear()

    def start(
        self,
        stamp: tuple[int, int],
        sides: tuple[Levels, Levels],
        told: int | None,
        out: EventWriter,
    ) -> None:
        """Write a snapshot, unless the checksum ``told`` with it is another one."""
        bids, asks = sides
        self._book.replace(bids, asks)
        longest = max(len(bids), len(asks))
        if not self.levels_max and longest in DEPTHS:
            self.levels_max = longest
        if told is not None and not self._is_right(told):
            self.counts.snapshots_refused += 1
            self.break_book(stamp[1], (0, 0), out)
        else:
            self.depth.write_snapshot(stamp, bids, asks, 0, out)

    def change(
        self,
        stamp: tuple[int, int],
        sides: tuple[Levels, Levels],
        told: int,
        out: EventWriter,
    ) -> None:
        """Write changed levels and those that fell out, or that the book broke."""
        self.counts.depth += 1
        if not self.depth.is_whole:
            self.counts.depth_unused += 1
            return
        self._book.apply(*sides)
        fallen_bids, fallen_asks = self._book.trim(self.levels_max or None)
        if self._is_right(told):
            bids, asks = sides
            self.depth.write_changes(stamp, bids + fallen_bids, asks + fallen_asks, 0, out)
        else:
            self.counts.depth_unused += 1
            self.break_book(stamp[1], (0, 0), out)

    def _is_right(self, told: int) -> bool:
        book = self._book
        is_right = checksum(book.bids.best(LEVELS), book.asks.best(LEVELS)) == told
        self.counts.checksums_right += is_right
        self.counts.checksums_wrong += not is_right
        return is_right
