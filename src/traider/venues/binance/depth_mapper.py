"""Depth of one symbol: changes and snapshots to records, as long as continuity allows."""

from typing import Final

from traider.domain.events import Kind, MarketFlag
from traider.venues.binance.continuity import DepthContinuity, Live, Rule, Verdict
from traider.venues.binance.counts import MapperCounts
from traider.venues.binance.instruments import Listing
from traider.venues.binance.messages import MS_NS, Depth, Level, Snapshot
from traider.venues.decimal_steps import DecimalSteps
from traider.venues.event_writer import EventWriter, pack_record, record_head, with_flags

RESYNC_BY_SNAPSHOT: Final = 1
"""Code of a RESYNC: the book starts anew from a REST snapshot."""


class DepthMapper:
    """Turn one symbol's depth into DEPTH_SNAPSHOT, DEPTH_UPDATE, DEPTH_CLEAR, GAP and RESYNC.

    When the stream breaks, GAP is written and the book cleared; nothing follows until a snapshot
    joins, and then RESYNC, the snapshot (its first level flagged GAP_BEFORE) and the changes held
    meanwhile. Held changes bear the receive time of the snapshot: only then could they be applied.
    """

    def __init__(self, listing: Listing, rule: Rule, counts: MapperCounts) -> None:
        self.continuity = DepthContinuity(rule)
        self._counts = counts
        self._ticks = DecimalSteps(listing.tick_size, "price", zero=False)
        self._lots = DecimalSteps(listing.lot_size, "size", zero=True, report=counts.report_off_lot)
        number = listing.instrument
        self._bid = record_head(Kind.DEPTH_UPDATE, number, side=1)
        self._ask = record_head(Kind.DEPTH_UPDATE, number, side=-1)
        self._snapshot_bid = record_head(Kind.DEPTH_SNAPSHOT, number, side=1)
        self._snapshot_ask = record_head(Kind.DEPTH_SNAPSHOT, number, side=-1)
        self._clear = record_head(Kind.DEPTH_CLEAR, number, MarketFlag.LAST_OF_MESSAGE)
        self._gap = record_head(Kind.GAP, number)
        self._resync = record_head(Kind.RESYNC, number)

    @property
    def is_whole(self) -> bool:
        """Whether a book stands on an unbroken stream."""
        return isinstance(self.continuity.state, Live)

    def change(self, change: Depth, ts_recv: int, out: EventWriter) -> None:
        """Write the changed levels, or that the stream broke, or nothing while waiting."""
        self._counts.depth += 1
        continuity = self.continuity
        before, last_ns = continuity.state, continuity.last_ns
        verdict = continuity.take(change, ts_recv)
        if verdict is Verdict.APPLY:
            self._write_change(change, ts_recv, out)
        elif verdict is Verdict.DROP:
            self._counts.depth_old += 1
        elif verdict is Verdict.GAP and isinstance(before, Live):
            self._counts.gaps += 1
            first, last = before.last_id + 1, change.previous_id
            out.add(self._gap, ts_recv, ts_recv, first, max(first, last), last_ns)
            out.add(self._clear, ts_recv, ts_recv, 0, 0, before.last_id)

    def snapshot(self, snapshot: Snapshot, ts_recv: int, out: EventWriter) -> None:
        """Write the whole book and the held changes that follow it, unless it is of no use."""
        continuity = self.continuity
        before, held = continuity.state, continuity.held
        following = continuity.join(snapshot.last_id, ts_recv)
        if following is None:
            self._counts.snapshots_refused += 1
            return
        self._counts.snapshots += 1
        self._counts.depth_old += held - len(following)
        since_ns = 0 if isinstance(before, Live) else before.since_ns
        if since_ns:
            out.add(
                self._resync, ts_recv, ts_recv, RESYNC_BY_SNAPSHOT, 0, snapshot.last_id, since_ns
            )
        if snapshot.bids or snapshot.asks:
            self._write_snapshot(snapshot, ts_recv, out, MarketFlag.GAP_BEFORE if since_ns else 0)
        elif isinstance(before, Live):
            # Without a book before there is nothing to clear, and changes held for the snapshot
            # would rank before it.
            out.add(self._clear, ts_recv, ts_recv, 0, 0, snapshot.last_id)
        for change in following:
            self._write_change(change, ts_recv, out)

    def _write_change(self, change: Depth, ts_recv: int, out: EventWriter) -> None:
        self._counts.depth_applied += 1
        if not (change.bids or change.asks):
            return
        times, number = (change.ts_event, ts_recv), change.last_id
        bids = self._packed(self._bid, times, change.bids, number)
        asks = self._packed(self._ask, times, change.asks, number)
        out.append(bids + asks)
        out.flag_last(MarketFlag.LAST_OF_MESSAGE)

    def _packed(self, head: int, times: tuple[int, int], levels: list[Level], number: int) -> bytes:
        """Return changed levels as records."""
        ts_event, ts_recv = times
        ticks, lots = self._ticks, self._lots
        return b"".join(
            [
                pack_record(ts_event, ts_recv, head, ticks[price], lots[size], number, 0, 0)
                for price, size in levels
            ]
        )

    def _write_snapshot(
        self, snapshot: Snapshot, ts_recv: int, out: EventWriter, first_flags: int
    ) -> None:
        stamp, number = snapshot.transaction_ms, snapshot.last_id
        ts_event = ts_recv if stamp is None else stamp * MS_NS
        ticks, lots = self._ticks, self._lots
        rows = [(self._snapshot_bid, level) for level in snapshot.bids]
        rows += [(self._snapshot_ask, level) for level in snapshot.asks]
        rows[0] = (with_flags(rows[0][0], first_flags), rows[0][1])
        records = [
            pack_record(ts_event, ts_recv, head, ticks[price], lots[size], number, index, 0)
            for index, (head, (price, size)) in enumerate(rows)
        ]
        out.append(b"".join(records))
        out.flag_last(MarketFlag.LAST_OF_MESSAGE)
