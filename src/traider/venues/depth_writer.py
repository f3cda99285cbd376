"""Depth of one instrument as records: the same shape from every venue.

    depth = DepthWriter(listing, counts)
    depth.write_snapshot((ts_event, ts_recv), bids, asks, number, out)
    depth.write_changes((ts_event, ts_recv), bids, asks, number, out)
    depth.write_gap(ts_recv, (first_missing, last_missing), number, out)

| what happened | records |
| --- | --- |
| a snapshot | DEPTH_SNAPSHOT, one a level, bids first, counted from 0 in ``w3`` |
| changed levels | DEPTH_UPDATE, one a level, bids first |
| the stream broke under a book | GAP, DEPTH_CLEAR |
| a snapshot after that | RESYNC, DEPTH_SNAPSHOT with GAP_BEFORE on its first level |
| an empty snapshot | DEPTH_CLEAR when a book stood |

LAST_OF_MESSAGE is on the last record of each call that writes depth. Sizes are absolute; those
finer than the lot are rounded toward zero and counted; a price off the tick is refused.

Records of one receive time are ordered by kind, and a snapshot ranks before a clear. A message that
shows the gap and is the new snapshot at once must therefore say so (``clears=False``): its snapshot
clears the book by itself.
"""

from collections.abc import Sequence
from typing import Final

from traider.domain.events import Kind, MarketFlag
from traider.venues.counts import MapperCounts
from traider.venues.decimal_steps import DecimalSteps
from traider.venues.event_writer import EventWriter, pack_record, record_head, with_flags
from traider.venues.listing import Listing

RESYNC_BY_SNAPSHOT: Final = 1
"""Code of a RESYNC: the book starts anew from a snapshot."""

Level = tuple[str, str]
"""Price and size, as the venue wrote them."""
Stamp = tuple[int, int]
"""ts_event and ts_recv."""


class DepthWriter:
    """Write DEPTH_SNAPSHOT, DEPTH_UPDATE, DEPTH_CLEAR, GAP and RESYNC of one instrument.

    ``is_whole`` says whether a book stands on an unbroken stream; the mapper of the venue decides
    what breaks it, and writes changes only while it stands.
    """

    __slots__ = (
        "_ask", "_bid", "_broken_ns", "_clear", "_counts", "_gap", "_last_ns", "_lots", "_resync",
        "_snapshot_ask", "_snapshot_bid", "_ticks", "is_whole",
    )  # fmt: skip

    def __init__(self, listing: Listing, counts: MapperCounts) -> None:
        self._counts = counts
        self._ticks = DecimalSteps(listing.tick_size, "price", zero=False)
        self._lots = DecimalSteps(
            listing.size_step, "size", zero=True, report=counts.report_off_lot
        )
        number = listing.instrument
        self._bid = record_head(Kind.DEPTH_UPDATE, number, side=1)
        self._ask = record_head(Kind.DEPTH_UPDATE, number, side=-1)
        self._snapshot_bid = record_head(Kind.DEPTH_SNAPSHOT, number, side=1)
        self._snapshot_ask = record_head(Kind.DEPTH_SNAPSHOT, number, side=-1)
        self._clear = record_head(Kind.DEPTH_CLEAR, number, MarketFlag.LAST_OF_MESSAGE)
        self._gap = record_head(Kind.GAP, number)
        self._resync = record_head(Kind.RESYNC, number)
        self._broken_ns = 0
        self._last_ns = 0
        self.is_whole = False

    def write_snapshot(
        self,
        stamp: Stamp,
        bids: Sequence[Level],
        asks: Sequence[Level],
        number: int,
        out: EventWriter,
    ) -> None:
        """Write the whole book, and RESYNC before it when the one before had broken.

        Raises:
            DataError: a price or size is no number of the grid; nothing is written then.
        """
        ts_recv = stamp[1]
        records = self._packed_snapshot(stamp, bids, asks, number)
        self._counts.snapshots += 1
        if self._broken_ns:
            words = (RESYNC_BY_SNAPSHOT, 0, number, self._broken_ns)
            out.add(self._resync, ts_recv, ts_recv, *words)
        if records:
            self._counts.level_updates += len(bids) + len(asks)
            out.append(records)
            out.flag_last(MarketFlag.LAST_OF_MESSAGE)
        elif self.is_whole:
            # Without a book before there is nothing to clear, and changes held for the snapshot
            # would rank before it.
            out.add(self._clear, ts_recv, ts_recv, 0, 0, number)
        self._broken_ns, self._last_ns, self.is_whole = 0, ts_recv, True

    def write_changes(
        self,
        stamp: Stamp,
        bids: Sequence[Level],
        asks: Sequence[Level],
        number: int,
        out: EventWriter,
    ) -> None:
        """Write changed levels; no level at all is no record.

        Raises:
            DataError: a price or size is no number of the grid; nothing is written then.
        """
        if bids or asks:
            records = self._packed(self._bid, stamp, bids, number)
            records += self._packed(self._ask, stamp, asks, number)
            self._counts.level_updates += len(bids) + len(asks)
            out.append(records)
            out.flag_last(MarketFlag.LAST_OF_MESSAGE)
        self._counts.depth_applied += 1
        self._last_ns = stamp[1]

    def write_gap(
        self,
        ts_recv: int,
        missing: tuple[int, int],
        number: int,
        out: EventWriter,
        *,
        clears: bool = True,
    ) -> None:
        """Write that messages were missed and the book is no longer true; nothing without a book.

        Args:
            ts_recv: when it showed.
            missing: first and last missing number of the venue, 0 for unknown.
            number: the venue's number of the book that broke.
            out: takes the records.
            clears: whether to write the DEPTH_CLEAR; the snapshot that follows at the same
                receive time makes it needless.
        """
        if not self.is_whole:
            return
        self._counts.gaps += 1
        out.add(self._gap, ts_recv, ts_recv, *missing, self._last_ns)
        if clears:
            out.add(self._clear, ts_recv, ts_recv, 0, 0, number)
        self.is_whole, self._broken_ns = False, ts_recv

    def _packed(self, head: int, stamp: Stamp, levels: Sequence[Level], number: int) -> bytes:
        """Return changed levels as records."""
        ts_event, ts_recv = stamp
        ticks, lots = self._ticks, self._lots
        return b"".join(
            [
                pack_record(ts_event, ts_recv, head, ticks[price], lots[size], number, 0, 0)
                for price, size in levels
            ]
        )

    def _packed_snapshot(
        self, stamp: Stamp, bids: Sequence[Level], asks: Sequence[Level], number: int
    ) -> bytes:
        """Return the levels of a whole book as records, empty without a level."""
        rows = [(self._snapshot_bid, level) for level in bids]
        rows += [(self._snapshot_ask, level) for level in asks]
        if rows and self._broken_ns:
            rows[0] = (with_flags(rows[0][0], MarketFlag.GAP_BEFORE), rows[0][1])
        ts_event, ts_recv = stamp
        ticks, lots = self._ticks, self._lots
        return b"".join(
            [
                pack_record(ts_event, ts_recv, head, ticks[price], lots[size], number, index, 0)
                for index, (head, (price, size)) in enumerate(rows)
            ]
        )
