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

Most of the time of a feed is spent here, so records are joined, not packed one by one: between the
levels of one side nothing differs but price and size. A mapper that has its levels in another shape
packs them itself (``packed = depth.ticks[price] + depth.lots[size]``) and hands over the pieces:
``write_packed_snapshot``, ``write_packed_changes``.
"""

from collections.abc import Sequence
from struct import Struct
from typing import Final

import numpy as np

from traider.domain.events import Kind, MarketFlag
from traider.venues.counts import MapperCounts
from traider.venues.decimal_steps import PackedSteps
from traider.venues.event_writer import EventWriter, record_head
from traider.venues.listing import Listing

RESYNC_BY_SNAPSHOT: Final = 1
"""Code of a RESYNC: the book starts anew from a snapshot."""

Level = tuple[str, str]
"""Price and size, as the venue wrote them."""
Stamp = tuple[int, int]
"""ts_event and ts_recv."""
Packed = list[bytes]
"""Levels of one side, each the sixteen bytes of its price and size."""

_WORDS: Final = 8
_pack_before: Final = Struct("<3q").pack
"""What stands in a record before price and size: two times and the head."""
_pack_after: Final = Struct("<3q").pack
"""What stands after them."""


class DepthWriter:
    """Write DEPTH_SNAPSHOT, DEPTH_UPDATE, DEPTH_CLEAR, GAP and RESYNC of one instrument.

    ``is_whole`` says whether a book stands on an unbroken stream; the mapper of the venue decides
    what breaks it, and writes changes only while it stands.
    """

    __slots__ = (
        "_ask", "_bid", "_broken_ns", "_clear", "_counts", "_gap", "_last_ns", "_resync",
        "_snapshot_ask", "_snapshot_bid", "is_whole", "lots", "ticks",
    )  # fmt: skip

    def __init__(self, listing: Listing, counts: MapperCounts) -> None:
        self._counts = counts
        self.ticks = PackedSteps(listing.tick_size, "price", zero=False)
        """Prices as a record holds them."""
        self.lots = PackedSteps(listing.size_step, "size", zero=True, report=counts.report_off_lot)
        """Sizes as a record holds them."""
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
        self.write_packed_snapshot(stamp, self._packed(bids), self._packed(asks), number, out)

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
        self.write_packed_changes(stamp, self._packed(bids), self._packed(asks), number, out)

    def write_packed_snapshot(
        self, stamp: Stamp, bids: Packed, asks: Packed, number: int, out: EventWriter
    ) -> None:
        """Write the whole book of levels packed before, as ``write_snapshot``."""
        ts_recv = stamp[1]
        self._counts.snapshots += 1
        if self._broken_ns:
            words = (RESYNC_BY_SNAPSHOT, 0, number, self._broken_ns)
            out.add(self._resync, ts_recv, ts_recv, *words)
        if bids or asks:
            self._counts.level_updates += len(bids) + len(asks)
            out.append(self._snapshot_records(stamp, bids, asks, number))
        elif self.is_whole:
            # Without a book before there is nothing to clear, and changes held for the snapshot
            # would rank before it.
            out.add(self._clear, ts_recv, ts_recv, 0, 0, number)
        self._broken_ns, self._last_ns, self.is_whole = 0, ts_recv, True

    def write_packed_changes(
        self, stamp: Stamp, bids: Packed, asks: Packed, number: int, out: EventWriter
    ) -> None:
        """Write changed levels packed before, as ``write_changes``."""
        counts, (ts_event, ts_recv) = self._counts, stamp
        counts.depth_applied += 1
        self._last_ns = ts_recv
        if not (bids or asks):
            return
        counts.level_updates += len(bids) + len(asks)
        after = _pack_after(number, 0, 0)
        if bids:
            before = _pack_before(ts_event, ts_recv, self._bid)
            out.append(before + (after + before).join(bids) + after)
        if asks:
            before = _pack_before(ts_event, ts_recv, self._ask)
            out.append(before + (after + before).join(asks) + after)
        out.flag_last(MarketFlag.LAST_OF_MESSAGE)

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

    def _packed(self, levels: Sequence[Level]) -> Packed:
        ticks, lots = self.ticks, self.lots
        return [ticks[price] + lots[size] for price, size in levels]

    def _snapshot_records(self, stamp: Stamp, bids: Packed, asks: Packed, number: int) -> bytes:
        """Return the levels of a whole book as records, counted from 0."""
        count = len(bids) + len(asks)
        words = np.zeros((count, _WORDS), "<i8")
        words[:, 0], words[:, 1] = stamp
        words[:, 2] = self._snapshot_ask
        words[: len(bids), 2] = self._snapshot_bid
        words[:, 3:5] = np.frombuffer(b"".join(bids + asks), "<i8").reshape(count, 2)
        words[:, 5] = number
        words[:, 6] = np.arange(count)
        if self._broken_ns:
            words[0, 2] |= MarketFlag.GAP_BEFORE << 32
        words[-1, 2] |= MarketFlag.LAST_OF_MESSAGE << 32
        return words.tobytes()
