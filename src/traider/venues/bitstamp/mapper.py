"""From Bitstamp's messages to events: the one place where its bytes get a meaning.

    mapper = BitstampMapper([Listing("ethusd", 0, Decimal("0.01"), Decimal("0.00000001"))])
    out = EventWriter()
    mapper.take(raw: bytes, ts_recv: int, out)                # a message of the connection
    mapper.snapshot(symbol: str, raw: bytes, ts_recv: int, out)   # GET /api/v2/order_book/<symbol>
    events: EventArray = out.take()

| channel | events | ts_event |
| --- | --- | --- |
| ``diff_order_book_<symbol>`` | DEPTH_UPDATE | ``microtimestamp`` |
| GET ``/api/v2/order_book/<symbol>`` | DEPTH_SNAPSHOT | ``microtimestamp`` |
| time that runs back; a message that could not be read before | GAP, DEPTH_CLEAR | receipt |
| ``live_trades_<symbol>`` | TRADE | ``microtimestamp`` |
| ``bts:subscription_succeeded``, an answer | none | |
| any other | none; counted by name in ``counts.others`` | |

Depth is one record a level, bids first; RESYNC comes before the snapshot that mends a GAP.

Evidence: bitstamp.net/websocket/v2 ("live full order book"), bitstamp.net/api; payloads of the
capture of 2022-01-05 (ten pairs, 717 changes, 10 snapshots):

- Changes are not numbered. What ties them to a snapshot is ``microtimestamp``: those at or before
  the snapshot's are contained in it (102 of 717), the others follow. It rises from change to change
  of a pair in all 717; one that falls shows that order was lost. A change that was lost does not
  show: with the connection, or a message that cannot be read, the book breaks.
- A snapshot joins only when it is at least as new as the first change held for it; the answer can
  be seconds old (2.6 s for xrpeur). Where no change was seen yet, the venue's word must do.
- Sizes are absolute and zero removes.
- ``type`` of a trade is that of the taker: in 10 of 10 trades the buyer's order is the younger one
  where it is 0 (buy), and the seller's where it is 1.
- Numbers are told twice (``"price":3805.44,"price_str":"3805.44"``); the text is read.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

from traider.domain.errors import DataError
from traider.venues.bitstamp.messages import (
    Book,
    Trade,
    decode_book,
    decode_message,
    decode_refusal,
    decode_trade,
)
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.stream_mapper import StreamSymbol
from traider.venues.uncounted_mapper import UncountedMapper
from traider.venues.unreadable import UNREADABLE, unreadable
from traider.venues.wire_types import US_NS

HELD_MAX: Final = 4_096
"""Changes held for a snapshot; when full, the oldest is given up."""

_SIDES: Final = {0: 1, 1: -1}


class BitstampSymbol(StreamSymbol):
    """One symbol; ``last_id`` is the time of its book in us."""

    def __init__(self, listing: Listing) -> None:
        super().__init__(listing)
        self.held: deque[Book] = deque()
        self.least_us = 0
        """The time of the book that broke last: an older snapshot does not join."""
        self.has_hole = False
        """Changes were lost, and none was seen since that tells when."""
        self.last_change: Book | None = None

    def restart(self) -> None:
        """Forget what belongs to a connection that ended."""
        super().restart()
        self.has_hole, self.least_us = False, 0

    def break_book(self, ts_recv: int, missing: tuple[int, int], out: EventWriter) -> None:
        """Write that the book is no longer true; what was held does not join what comes."""
        self.least_us = max(self.least_us, self.last_id)
        super().break_book(ts_recv, missing, out)
        self.counts.depth_unused += len(self.held)
        self.held.clear()
        self.has_hole, self.last_change = True, None

    def change(self, change: Book, ts_recv: int, out: EventWriter) -> None:
        """Write a change, hold it for a snapshot, or find that it does not follow."""
        self.counts.messages += 1
        self.counts.depth += 1
        changed_us = int(change.changed_us)
        if not self.depth.is_whole:
            self._hold(change)
        elif change == self.last_change or (
            self.last_change is None and changed_us <= self.last_id
        ):
            self.counts.depth_old += 1
        elif changed_us < self.last_id:
            self.break_book(ts_recv, (0, 0), out)
            self._hold(change)
        else:
            self._write(change, ts_recv, out)

    def snapshot(self, snapshot: Book, ts_recv: int, out: EventWriter) -> None:
        """Write the book and the held changes that follow it, unless it is of no use."""
        self.counts.messages += 1
        snapshot_us = int(snapshot.changed_us)
        is_known = self.depth.is_whole and snapshot_us <= self.last_id
        least_us = int(self.held[0].changed_us) if self.held else 0
        if is_known or self.has_hole or snapshot_us < max(self.least_us, least_us):
            self.counts.snapshots_refused += 1
            return
        stamp = (snapshot_us * US_NS, ts_recv)
        self.depth.write_snapshot(stamp, snapshot.bids, snapshot.asks, snapshot_us, out)
        self.last_id, self.last_change, self.least_us = snapshot_us, None, 0
        for change in self.held:
            if int(change.changed_us) <= snapshot_us:
                self.counts.depth_old += 1
            else:
                self._write(change, ts_recv, out)
        self.held.clear()

    def trade(self, trade: Trade, ts_recv: int, out: EventWriter) -> None:
        """Write a trade, unless it was told before."""
        self.counts.messages += 1
        side = _SIDES.get(trade.type)
        if side is None:
            raise DataError(f"a trade is of type {trade.type}", fix="record it again")
        if self.trade_numbers.is_new(trade.trade_id, out):
            stamp, level = (int(trade.traded_us) * US_NS, ts_recv), (trade.price, trade.size)
            self.trades.write(stamp, side, level, trade.trade_id, out)

    def _write(self, change: Book, ts_recv: int, out: EventWriter) -> None:
        changed_us = int(change.changed_us)
        stamp = (changed_us * US_NS, ts_recv)
        self.depth.write_changes(stamp, change.bids, change.asks, changed_us, out)
        self.last_id, self.last_change = changed_us, change

    def _hold(self, change: Book) -> None:
        self.has_hole = False
        self.held.append(change)
        if len(self.held) > HELD_MAX:
            self.held.popleft()
            self.counts.depth_unused += 1


class BitstampMapper(UncountedMapper[BitstampSymbol]):
    """Map the messages of one connection."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        super().__init__("Bitstamp", listings, BitstampSymbol)

    def _map(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        message = decode_message(raw)
        stream, _, name = message.channel.rpartition("_")
        if message.event == "data" and stream == "diff_order_book":
            self._of(name).change(decode_book(message.data), ts_recv, out)
        elif message.event == "trade" and stream == "live_trades":
            self._of(name).trade(decode_trade(message.data), ts_recv, out)
        elif message.event == "bts:error":
            raise self._refuse(decode_refusal(message.data).message)
        elif message.event != "bts:subscription_succeeded":
            self._unplaced.count_other(f"{message.event} {stream}".strip())

    def snapshot(self, symbol: str, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        """Write the book that the answer to GET ``order_book`` holds, and the changes held for it.

        Raises:
            DataError: as ``take``.
        """
        begin = out.begin_message()
        try:
            self._of(symbol).snapshot(decode_book(raw), ts_recv, out)
        except UNREADABLE as fault:
            raise unreadable(fault) from fault
        except DataError:
            # A change that was held for it may be what is refused.
            self._take_back(begin, ts_recv, out)
            raise
