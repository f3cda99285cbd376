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
levels of a message nothing differs but head, price and size. A mapper that has its levels in
another shape packs them itself and hands over the pieces:

    piece = depth.heads["bid"] + depth.ticks[price] + depth.lots[size]
    depth.write_packed_changes(stamp, pieces, number, out)

Records that a ``DepthReader`` made come in whole: ``write_read_snapshot``, ``write_read_changes``.
"""

from collections.abc import Sequence
from functools import partial
from struct import Struct
from typing import Final

import numpy as np

from traider.domain.events import Kind, MarketFlag
from traider.venues.counts import MapperCounts
from traider.venues.decimal_steps import PackedSteps
from traider.venues.event_writer import RECORD_BYTES, EventWriter, record_head
from traider.venues.listing import Listing

RESYNC_BY_SNAPSHOT: Final = 1
"""Code of a RESYNC: the book starts anew from a snapshot."""

Level = tuple[str, str]
"""Price and size, as the venue wrote them."""
Stamp = tuple[int, int]
"""ts_event and ts_recv."""
Pieces = list[bytes]
"""Levels, each the twenty-four bytes of its head, price and size."""

_LAST: Final = int(MarketFlag.LAST_OF_MESSAGE)
_WORDS: Final = 8
_PIECE_WORDS: Final = 3
_pack_times: Final = Struct("<2q").pack
"""What stands in a record before a piece."""
_pack_rest: Final = Struct("<q16x").pack
"""What stands after it: the venue's number and two empty words."""
_pack_head: Final = Struct("<q").pack


class DepthWriter:
    """Write DEPTH_SNAPSHOT, DEPTH_UPDATE, DEPTH_CLEAR, GAP and RESYNC of one instrument.

    ``is_whole`` says whether a book stands on an unbroken stream; the mapper of the venue decides
    what breaks it, and writes changes only while it stands.
    """

    __slots__ = (
        "_broken_ns", "_clear", "_counts", "_gap", "_last_ns", "_resync", "_to_snapshot",
        "heads", "is_whole", "lots", "ticks",
    )  # fmt: skip

    def __init__(self, listing: Listing, counts: MapperCounts) -> None:
        self._counts = counts
        self.ticks = PackedSteps(listing.tick_size, "price", zero=False)
        """Prices as a record holds them."""
        self.lots = PackedSteps(listing.size_step, "size", zero=True, report=counts.report_off_lot)
        """Sizes as a record holds them."""
        number = listing.instrument
        bid = record_head(Kind.DEPTH_UPDATE, number, side=1)
        self.heads = {
            "bid": _pack_head(bid),
            "offer": _pack_head(record_head(Kind.DEPTH_UPDATE, number, side=-1)),
        }
        """Heads of changed levels as a record holds them, by side."""
        self._to_snapshot = record_head(Kind.DEPTH_SNAPSHOT, number, side=1) - bid
        """What makes the head of a change that of a level of a snapshot."""
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
        self.write_packed_snapshot(stamp, self._pieces(bids, asks), number, out)

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
        self.write_packed_changes(stamp, self._pieces(bids, asks), number, out)

    def write_packed_snapshot(
        self, stamp: Stamp, pieces: Pieces, number: int, out: EventWriter
    ) -> None:
        """Write the whole book of levels packed before, as ``write_snapshot``."""
        records = _snapshot_records(stamp, pieces, self._to_snapshot, number) if pieces else b""
        self.write_read_snapshot(stamp[1], records, number, out)

    def write_read_snapshot(
        self, ts_recv: int, records: bytes | memoryview, number: int, out: EventWriter
    ) -> None:
        """Write the whole book of records made before, as ``write_snapshot``."""
        before = (self._broken_ns, self._last_ns, self.is_whole)
        out.on_take_back(partial(self._return_to, before, self._counts.snapshots))
        self._counts.snapshots += 1
        if self._broken_ns:
            words = (RESYNC_BY_SNAPSHOT, 0, number, self._broken_ns)
            out.add(self._resync, ts_recv, ts_recv, *words)
        if records:
            self._counts.level_updates += len(records) // RECORD_BYTES
            place = len(out)
            out.append(records)
            if self._broken_ns:
                out.flag(place, MarketFlag.GAP_BEFORE)
        elif self.is_whole:
            # Without a book before there is nothing to clear, and changes held for the snapshot
            # would rank before it.
            out.add(self._clear, ts_recv, ts_recv, 0, 0, number)
        self._broken_ns, self._last_ns, self.is_whole = 0, ts_recv, True

    def write_packed_changes(
        self, stamp: Stamp, pieces: Pieces, number: int, out: EventWriter
    ) -> None:
        """Write changed levels packed before, as ``write_changes``."""
        records = b""
        if pieces:
            times, rest = _pack_times(*stamp), _pack_rest(number)
            records = times + (rest + times).join(pieces) + rest
        self.write_read_changes(stamp[1], records, out)
        if pieces:
            out.flag_last(_LAST)

    def write_read_changes(
        self, ts_recv: int, records: bytes | memoryview, out: EventWriter
    ) -> None:
        """Write changed levels of records made before, as ``write_changes``."""
        counts = self._counts
        counts.depth_applied += 1
        counts.level_updates += len(records) // RECORD_BYTES
        self._last_ns = ts_recv
        out.append(records)

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
                receive time makes it needless, unless that is taken back.
        """
        if not self.is_whole:
            return
        self._counts.gaps += 1
        out.add(self._gap, ts_recv, ts_recv, *missing, self._last_ns)
        if clears:
            self._write_clear(ts_recv, number, out)
        else:
            out.on_take_back(partial(self._write_clear, ts_recv, number, out))
        self.is_whole, self._broken_ns = False, ts_recv

    def _write_clear(self, ts_recv: int, number: int, out: EventWriter) -> None:
        out.add(self._clear, ts_recv, ts_recv, 0, 0, number)

    def _return_to(self, before: tuple[int, int, bool], snapshots: int) -> None:
        self._broken_ns, self._last_ns, self.is_whole = before
        self._counts.snapshots = snapshots

    def _pieces(self, bids: Sequence[Level], asks: Sequence[Level]) -> Pieces:
        ticks, lots = self.ticks, self.lots
        bid, ask = self.heads.values()
        pieces = [bid + ticks[price] + lots[size] for price, size in bids]
        return pieces + [ask + ticks[price] + lots[size] for price, size in asks]


def _snapshot_records(stamp: Stamp, pieces: Pieces, to_snapshot: int, number: int) -> bytes:
    """Return the levels of a whole book as records, counted from 0."""
    words = np.zeros((len(pieces), _WORDS), "<i8")
    words[:, 0], words[:, 1] = stamp
    words[:, 2:5] = np.frombuffer(b"".join(pieces), "<i8").reshape(-1, _PIECE_WORDS)
    words[:, 2] += to_snapshot
    words[:, 5] = number
    words[:, 6] = np.arange(len(pieces))
    words[-1, 2] |= MarketFlag.LAST_OF_MESSAGE << 32
    return words.tobytes()
