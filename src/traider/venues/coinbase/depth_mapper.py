"""Depth of one product: events of ``l2_data`` to records, while the stream is unbroken."""

from collections.abc import Sequence

from traider.venues.coinbase.messages import DepthEvent, Level
from traider.venues.coinbase.times import told_ns_or_none
from traider.venues.counts import MapperCounts
from traider.venues.depth_writer import DepthWriter, Packed
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing


class DepthMapper:
    """Write DEPTH_SNAPSHOT, DEPTH_UPDATE, DEPTH_CLEAR, GAP and RESYNC of one product.

    The time of the event is the newest of its levels: in the capture of 2026-08-09 all levels of
    an event tell one time, in 460 updates of 460. Rows of a snapshot may tell 1970 (docs,
    "WebSocket channels"): then it is the time of the message.
    """

    def __init__(self, listing: Listing, counts: MapperCounts) -> None:
        self._counts = counts
        self._writer = DepthWriter(listing, counts)
        self._ticks, self._lots = self._writer.ticks, self._writer.lots
        self._number = 0
        """``sequence_num`` of the message applied last."""

    @property
    def is_whole(self) -> bool:
        """Whether a book stands on an unbroken stream."""
        return self._writer.is_whole

    def take(
        self,
        events: Sequence[DepthEvent],
        number: int,
        sent_ns: int,
        ts_recv: int,
        out: EventWriter,
    ) -> None:
        """Write what one message says of the product; changes without a book before are nothing.

        Args:
            events: its events, in order. A snapshot replaces what stands before it.
            number: ``sequence_num`` of the message.
            sent_ns: time of the message.
            ts_recv: when it was received.
            out: takes the records.
        """
        self._counts.messages += 1
        self._counts.depth += 1
        is_snapshot, levels = _merged(events)
        if not (is_snapshot or self._writer.is_whole):
            return
        bids, asks = self._packed(levels)
        stamp = (_event_ns(levels, sent_ns), ts_recv)
        self._number = number
        if is_snapshot:
            self._writer.write_packed_snapshot(stamp, bids, asks, number, out)
        else:
            self._writer.write_packed_changes(stamp, bids, asks, number, out)

    def break_off(
        self, ts_recv: int, missing: tuple[int, int], out: EventWriter, *, clears: bool = True
    ) -> None:
        """Write that messages were lost; ``clears`` as in ``DepthWriter.write_gap``."""
        self._writer.write_gap(ts_recv, missing, self._number, out, clears=clears)

    def _packed(self, levels: list[Level]) -> tuple[Packed, Packed]:
        """Return bids and asks as a record holds them."""
        ticks, lots = self._ticks, self._lots
        sides = [level.side for level in levels]
        bid_count = sides.count("bid")
        if "bid" in sides[bid_count:]:
            levels = sorted(levels, key=lambda level: level.side)
        packed = [ticks[level.price_level] + lots[level.new_quantity] for level in levels]
        return packed[:bid_count], packed[bid_count:]


def _merged(events: Sequence[DepthEvent]) -> tuple[bool, list[Level]]:
    """Return whether the events of a message hold a snapshot, and their levels from it on.

    Records of one receive time are ordered by kind, so one message is one snapshot or one change.
    """
    if len(events) == 1:
        return events[0].type == "snapshot", events[0].updates
    first = max((k for k, event in enumerate(events) if event.type == "snapshot"), default=-1)
    levels = [level for event in events[max(first, 0) :] for level in event.updates]
    return first >= 0, levels


def _event_ns(levels: list[Level], sent_ns: int) -> int:
    times = {level.event_time for level in levels}
    return max(map(told_ns_or_none, times), default=0) or sent_ns
