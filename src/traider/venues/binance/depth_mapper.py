"""Depth of one symbol: changes and snapshots to records, as long as continuity allows."""

from functools import partial

from traider.domain.errors import DataError
from traider.venues.binance.continuity import DepthContinuity, Live, Rule, Verdict
from traider.venues.binance.messages import MS_NS, Depth, Snapshot
from traider.venues.counts import MapperCounts
from traider.venues.depth_writer import DepthWriter
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing


class DepthMapper:
    """Turn one symbol's depth into DEPTH_SNAPSHOT, DEPTH_UPDATE, DEPTH_CLEAR, GAP and RESYNC.

    When the stream breaks, GAP is written and the book cleared; nothing follows until a snapshot
    joins, and then RESYNC, the snapshot (its first level flagged GAP_BEFORE) and the changes held
    meanwhile. Held changes bear the receive time of the snapshot: only then could they be applied.
    """

    def __init__(self, listing: Listing, rule: Rule, counts: MapperCounts) -> None:
        self.continuity = DepthContinuity(rule)
        self._counts = counts
        self._writer = DepthWriter(listing, counts)

    @property
    def is_whole(self) -> bool:
        """Whether a book stands on an unbroken stream."""
        return self._writer.is_whole

    def change(self, change: Depth, ts_recv: int, out: EventWriter) -> None:
        """Write the changed levels, or that the stream broke, or nothing while waiting."""
        self._counts.messages += 1
        self._counts.depth += 1
        before = self.continuity.state
        verdict = self.continuity.take(change)
        if verdict is Verdict.APPLY:
            try:
                self._write_change(change, ts_recv, out)
            except DataError:
                # It leaves a hole, which the next change shows.
                self.continuity.state = before
                raise
        elif verdict is Verdict.DROP:
            self._counts.depth_old += 1
        elif verdict is Verdict.GAP and isinstance(before, Live):
            first, last = before.last_id + 1, change.previous_id
            missing = (first, max(first, last))
            self._writer.write_gap(ts_recv, missing, before.last_id, out)

    def snapshot(self, snapshot: Snapshot, ts_recv: int, out: EventWriter) -> None:
        """Write the whole book and the held changes that follow it, unless it is of no use."""
        self._counts.messages += 1
        held = self.continuity.held
        following = self.continuity.join(snapshot.last_id)
        if following is None:
            self._counts.snapshots_refused += 1
            return
        self._counts.depth_old += held - len(following)
        # Where a level is refused, what was held is gone: another snapshot must start anew.
        out.on_take_back(partial(self.disconnect, ts_recv, out))
        stamp = snapshot.transaction_ms
        ts_event = ts_recv if stamp is None else stamp * MS_NS
        self._writer.write_snapshot(
            (ts_event, ts_recv), snapshot.bids, snapshot.asks, snapshot.last_id, out
        )
        for change in following:
            self._write_change(change, ts_recv, out)

    def disconnect(self, ts_recv: int, out: EventWriter) -> None:
        """Break the book, and forget the changes held: the next ones do not follow them."""
        before = self.continuity.state
        self.continuity.restart()
        if isinstance(before, Live):
            self._writer.write_gap(ts_recv, (before.last_id + 1, 0), before.last_id, out)

    def _write_change(self, change: Depth, ts_recv: int, out: EventWriter) -> None:
        stamp = (change.ts_event, ts_recv)
        self._writer.write_changes(stamp, change.bids, change.asks, change.last_id, out)
