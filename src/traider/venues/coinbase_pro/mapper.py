"""From messages of Coinbase's Exchange feed (once Coinbase Pro) to events.

    mapper = CoinbaseProMapper([Listing("BTC-USD", 0, Decimal("0.01"), Decimal("0.00000001"))])
    out = EventWriter()
    mapper.take(raw: bytes, ts_recv: int, out)                # a message of the connection
    events: EventArray = out.take()

| ``type`` | events | ts_event |
| --- | --- | --- |
| ``snapshot`` | DEPTH_SNAPSHOT | receipt |
| ``l2update`` | DEPTH_UPDATE | ``time`` |
| a message that could not be read before | GAP, DEPTH_CLEAR of every book | receipt |
| ``match`` | TRADE | ``time`` |
| ``last_match`` | none: the trade before the subscription, counted as old | |
| ``subscriptions``, an answer | none | |
| any other | none; counted by name in ``counts.others`` | |

Depth is one record a level, bids first; RESYNC comes before the snapshot that mends a GAP.

Evidence: docs.cdp.coinbase.com, Exchange, "WebSocket channels"; payloads of the capture of
2021-04-17 (ten pairs, 9,719 updates):

- ``level2`` counts nothing: the venue promises delivery, so a book breaks with the connection only,
  or with a message that cannot be read, since it may have held a change.
- Sizes are absolute and zero removes, written as ``"0.00"`` or ``"0.00000000"``.
- ``side`` of a level is that of the order (``buy`` is a bid). ``side`` of a match is that of the
  maker: the taker did the opposite.
- ``trade_id`` counts the trades of a product.
"""

from collections.abc import Sequence
from typing import Final

from traider.domain.errors import DataError
from traider.venues.coinbase_pro.messages import (
    Changes,
    Match,
    decode_changes,
    decode_match,
    decode_message,
    decode_snapshot,
)
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.rfc3339 import parse_ns
from traider.venues.stream_mapper import StreamSymbol
from traider.venues.uncounted_mapper import UncountedMapper
from traider.venues.wire_types import PriceLevel

_MAKER_SIDES: Final = {"buy": -1, "sell": 1}
"""The taker's side by that of the maker."""


class CoinbaseProSymbol(StreamSymbol):
    """One product."""

    trades_count_on = True


class CoinbaseProMapper(UncountedMapper[CoinbaseProSymbol]):
    """Map the messages of one connection."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        super().__init__("Coinbase Exchange", listings, CoinbaseProSymbol)

    def _map(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        message = decode_message(raw)
        kind = message.type
        if kind == "l2update":
            self._change(decode_changes(raw), ts_recv, out)
        elif kind == "match":
            self._match(decode_match(raw), ts_recv, out)
        elif kind == "snapshot":
            book = decode_snapshot(raw)
            symbol = self._of(book.symbol)
            symbol.counts.messages += 1
            symbol.depth.write_snapshot((ts_recv, ts_recv), book.bids, book.asks, 0, out)
        elif kind == "last_match":
            match = decode_match(raw)
            symbol = self._of(match.symbol)
            symbol.counts.messages += 1
            symbol.pass_trade(match.trade_id, out)
        elif kind == "error":
            raise self._refuse(message.reason)
        elif kind != "subscriptions":
            self._unplaced.count_other(kind)

    def _change(self, changes: Changes, ts_recv: int, out: EventWriter) -> None:
        symbol = self._of(changes.symbol)
        symbol.counts.messages += 1
        symbol.counts.depth += 1
        if not symbol.depth.is_whole:
            symbol.counts.depth_unused += 1
            return
        sides: dict[str, list[PriceLevel]] = {"buy": [], "sell": []}
        for side, price, size in changes.levels:
            if side not in sides:
                raise DataError(f"a level has side {side[:40]!r}", fix="record it again")
            sides[side].append((price, size))
        stamp = (parse_ns(changes.time), ts_recv)
        symbol.depth.write_changes(stamp, sides["buy"], sides["sell"], 0, out)

    def _match(self, match: Match, ts_recv: int, out: EventWriter) -> None:
        symbol, side = self._of(match.symbol), _MAKER_SIDES.get(match.side)
        symbol.counts.messages += 1
        if side is None:
            raise DataError(f"a match has side {match.side[:40]!r}", fix="record it again")
        if symbol.trade_numbers.is_new(match.trade_id, out):
            stamp, level = (parse_ns(match.time), ts_recv), (match.price, match.size)
            symbol.trades.write(stamp, side, level, match.trade_id, out)
