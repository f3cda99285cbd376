"""From Kraken's messages of protocol v1 to events.

    mapper = KrakenV1Mapper([Listing("XBT/CHF", 0, Decimal("0.1"), Decimal("0.00000001"))])
    out = EventWriter()
    mapper.take(raw: bytes, ts_recv: int, out)                # a message of the connection
    events: EventArray = out.take()

| message | events | ts_event |
| --- | --- | --- |
| ``book-<depth>`` with ``as``, ``bs`` | DEPTH_SNAPSHOT | newest level |
| ``book-<depth>`` with ``a``, ``b`` | DEPTH_UPDATE | newest level |
| a wrong checksum ``c`` | GAP, DEPTH_CLEAR | receipt |
| ``trade`` | TRADE, without a number | its own |
| ``subscriptionStatus``, an answer | none | |
| any other | none; counted by name in ``counts.others`` | |

Depth is one record a level, bids first; RESYNC comes before the snapshot that mends a GAP.

Evidence: docs.kraken.com, "Spot WebSocket API v1"; payloads of the capture of 2021-04-17:

- A message counts nothing: the checksum is what shows a loss (4,269 of 4,269 are right). A snapshot
  has none. Levels beyond the depth are dropped without being told.
- One message may hold two payloads, asks then bids, and the checksum is in the second one:
  ``[1920,{"a":[…]},{"b":[…],"c":"4105471083"},"book-1000","SC/EUR"]``.
- Prices are written with more decimals than ``pair_decimals`` (WAVES/EUR: 4, and ``13.253900``);
  the checksum takes the digits as they were sent.
- A fourth part of a level, ``r``, says that it entered the depth again; it is set like any other.
- ``b`` and ``s`` of a trade name the order that triggered it: the taker.
- Bitcoin is XBT here, and Dogecoin XDG.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Raw

from traider.domain.errors import DataError
from traider.venues.event_writer import EventWriter
from traider.venues.kraken.book import KrakenSymbol, Levels
from traider.venues.kraken.messages_v1 import (
    Book,
    BookLevel,
    decode_book,
    decode_event,
    decode_parts,
    decode_text,
    decode_trades,
)
from traider.venues.listing import Listing
from traider.venues.stream_mapper import StreamMapper
from traider.venues.wire_types import seconds_ns

_SIDES: Final = {"b": 1, "s": -1}
_PARTS_MIN: Final = 4


class KrakenV1Mapper(StreamMapper[KrakenSymbol]):
    """Map the messages of one connection of protocol v1."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        super().__init__("Kraken", listings, KrakenSymbol)

    def _map(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        if not raw.startswith(b"["):
            self._event(raw)
            return
        parts = decode_parts(raw)
        if len(parts) < _PARTS_MIN:
            raise DataError("a message lacks its channel or pair", fix="record it again")
        channel, pair = decode_text(parts[-2]), decode_text(parts[-1])
        name, _, parameter = channel.partition("-")
        if name == "book":
            self._book(self._of(pair), (parts[1:-2], parameter), ts_recv, out)
        elif name == "trade":
            self._trades(self._of(pair), parts[1], ts_recv, out)
        else:
            self._unplaced.count_other(channel)

    def _event(self, raw: bytes) -> None:
        event = decode_event(raw)
        if event.status == "error" or event.event == "error":
            raise self._refuse(event.reason)
        if event.event != "subscriptionStatus":
            self._unplaced.count_other(event.event)

    def _book(
        self,
        symbol: KrakenSymbol,
        payload: tuple[list[Raw], str],
        ts_recv: int,
        out: EventWriter,
    ) -> None:
        books, depth = [decode_book(part) for part in payload[0]], payload[1]
        symbol.counts.messages += 1
        if depth.isdigit():
            symbol.levels_max = int(depth)
        first = books[0]
        if first.snapshot_asks is not None or first.snapshot_bids is not None:
            bids, asks = first.snapshot_bids or [], first.snapshot_asks or []
            stamp = (_newest_ns([*bids, *asks], ts_recv), ts_recv)
            symbol.start(stamp, (_levels(bids), _levels(asks)), None, out)
            return
        bids = [level for book in books for level in book.bids]
        asks = [level for book in books for level in book.asks]
        stamp = (_newest_ns([*bids, *asks], ts_recv), ts_recv)
        symbol.change(stamp, (_levels(bids), _levels(asks)), _checksum(books), out)

    def _trades(self, symbol: KrakenSymbol, part: Raw, ts_recv: int, out: EventWriter) -> None:
        trades = decode_trades(part)
        symbol.counts.messages += 1
        for trade in trades:
            side = _SIDES.get(trade.side)
            if side is None:
                raise DataError(f"a trade has side {trade.side[:40]!r}", fix="record it again")
            stamp, level = (seconds_ns(trade.traded_s), ts_recv), (trade.price, trade.size)
            symbol.trades.write(stamp, side, level, 0, out)


def _levels(levels: Sequence[BookLevel]) -> Levels:
    return [(level.price, level.size) for level in levels]


def _newest_ns(levels: Sequence[BookLevel], otherwise: int) -> int:
    """Return when the level changed last that changed last."""
    return max((seconds_ns(level.changed_s) for level in levels), default=otherwise)


def _checksum(books: Sequence[Book]) -> int:
    told = next((book.checksum for book in books if book.checksum), "")
    if not (told.isdigit() and told.isascii()):
        raise DataError("changes of a book have no checksum", fix="record it again")
    return int(told)
