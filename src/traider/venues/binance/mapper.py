"""From Binance's messages to events: the one place where its bytes get a meaning.

    mapper = BinanceMapper(Market.USDM, [Listing("BTCUSDT", 0, Decimal("0.1"), Decimal("0.001"))])
    out = EventWriter()
    mapper.take(raw: bytes, ts_recv: int, out)                # a message of the connection
    mapper.snapshot(symbol: str, raw: bytes, ts_recv: int, out)   # the answer to GET …/depth
    events: EventArray = out.take()

It is pure: the same bytes and times give the same records, and it keeps only what continuity needs
(last numbers, changes held until a snapshot).

| stream (its ``e``) | events | ts_event |
| --- | --- | --- |
| ``@depth…`` (``depthUpdate``) | DEPTH_UPDATE, one a level, bids first | USD-M ``T``, spot ``E`` |
| GET ``…/depth`` | DEPTH_SNAPSHOT, one a level, bids first | USD-M ``T``, spot receipt |
| a hole in ``U``, ``u``, ``pu`` | GAP, DEPTH_CLEAR; RESYNC before the next snapshot | receipt |
| ``@trade`` (``trade``) | TRADE | ``T`` |
| ``@aggTrade`` (``aggTrade``) | TRADE, its id is ``a`` | ``T`` |
| ``@bookTicker`` (``bookTicker``, spot none) | QUOTE | USD-M ``T``, spot receipt |
| ``@markPrice…`` (``markPriceUpdate``) | MARK; FUNDING when ``r`` or ``T`` change | ``E`` |
| ``{"result":null,"id":1}``, an answer | none | |
| any other | none; counted by name in ``counts.others`` | |

Evidence: binance-spot-api-docs, web-socket-streams.md; developers.binance.com, USD-M futures,
"Websocket market streams" and "How to manage a local order book correctly"; payloads of the
captures that ``data/sample/README.md`` names the source of:

- Depth sizes are absolute and ``"0.000"`` removes; removing an unknown level is normal. The
  snapshot arrives after the first changes, which wait for it (``continuity``).
- ``m`` says that the buyer was the maker: the taker sold. USD-M trades whose ``X`` is not MARKET
  met no order of the book and make no event: ``"p":"28722.50","q":"0.001","X":"INSURANCE_FUND"``
  (2023-04-05; the best bid was 28147.00). Aggregates leave them out by themselves.
- ``T`` of a mark price is the next settlement, not a time of the message.
- Sizes in the book can be finer than the lot, from before the lot was changed: BTCUSDT spot, lot
  0.00001, ``["80000.00000000","244.56630400"]`` (2024-08-08). They are rounded toward zero and
  counted. A price off the tick is refused.

LAST_OF_MESSAGE is on the last record of each message; a snapshot and each change held for it count
as messages of their own. A partial-depth stream (``@depth20``) is another stream than ``@depth``
and is not mapped.
"""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Raw

from traider.domain.errors import DataError
from traider.venues.binance.continuity import Rule, spot_place, usdm_place
from traider.venues.binance.depth_mapper import DepthMapper
from traider.venues.binance.instruments import Market
from traider.venues.binance.mark_mapper import MarkMapper
from traider.venues.binance.messages import (
    Depth,
    Message,
    decode_aggregate_trade,
    decode_book_ticker,
    decode_mark_price,
    decode_message,
    decode_snapshot,
    decode_spot_depth,
    decode_trade,
    decode_usdm_depth,
)
from traider.venues.binance.trade_mapper import QuoteMapper, TradeMapper
from traider.venues.counts import MapperCounts
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.unreadable import UNREADABLE, unreadable

_DEPTH: Final[dict[Market, tuple[Callable[[bytes | Raw], Depth], Rule]]] = {
    Market.SPOT: (decode_spot_depth, spot_place),
    Market.USDM: (decode_usdm_depth, usdm_place),
}


class _SymbolMappers:
    """The mappers of one symbol."""

    __slots__ = ("counts", "depth", "marks", "quotes", "trades")

    def __init__(self, listing: Listing, rule: Rule) -> None:
        self.counts = counts = MapperCounts()
        self.depth = DepthMapper(listing, rule, counts)
        self.trades = TradeMapper(listing, counts)
        self.quotes = QuoteMapper(listing, counts)
        self.marks = MarkMapper(listing, counts)


class BinanceMapper:
    """Map the messages of one connection, which may bring several symbols of one market."""

    def __init__(self, market: Market, listings: Sequence[Listing]) -> None:
        self.market = market
        self._unplaced = MapperCounts()
        self._decode_depth, rule = _DEPTH[market]
        self._symbols = {listing.symbol: _SymbolMappers(listing, rule) for listing in listings}
        self._streams = {
            "depth": self._depth,
            "trade": self._trade,
            "aggTrade": self._aggregate_trade,
            "bookTicker": self._book_ticker,
            "markPrice": self._mark_price,
        }
        self._events = {
            "depthUpdate": self._depth,
            "trade": self._trade,
            "aggTrade": self._aggregate_trade,
            "bookTicker": self._book_ticker,
            "markPriceUpdate": self._mark_price,
        }

    @property
    def counts(self) -> MapperCounts:
        """What was met on the connection: of all symbols, and what is about none."""
        return MapperCounts.total(
            [*(each.counts for each in self._symbols.values()), self._unplaced]
        )

    def take(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        """Write the records that one message of the connection says.

        A snapshot is taken too when the connection has one symbol, as captures have it.

        Raises:
            DataError: the message is no JSON, lacks a field, is about a symbol that was not listed,
                holds a price or size off the grid, or says that a request was refused. Nothing
                is written of it then, and the numbers of trades and depth stay as before it.
        """
        begin = out.begin_message()
        try:
            message = decode_message(raw)
            if message.stream:
                name = message.stream.partition("@")[2]
                handler = self._streams.get(name) or self._streams.get(name.partition("@")[0])
                if handler is None:
                    self._unplaced.count_other(message.stream)
                else:
                    handler(message.data, ts_recv, out)
            else:
                self._take_single(message, raw, ts_recv, out)
        except UNREADABLE as fault:
            raise unreadable(fault) from fault
        except DataError:
            out.take_back(begin)
            raise

    def snapshot(self, symbol: str, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        """Write the book that a REST snapshot of ``symbol`` holds, and what was held for it.

        Raises:
            DataError: as ``take``.
        """
        begin = out.begin_message()
        try:
            self._of(symbol).depth.snapshot(decode_snapshot(raw), ts_recv, out)
        except UNREADABLE as fault:
            raise unreadable(fault) from fault
        except DataError:
            out.take_back(begin)
            raise

    def is_whole(self, symbol: str) -> bool:
        """Whether the book of ``symbol`` stands on an unbroken stream."""
        return self._of(symbol).depth.is_whole

    def disconnect(self, ts_recv: int, out: EventWriter) -> None:
        """Break every book: the depth of the next connection waits for its own snapshots."""
        for mappers in self._symbols.values():
            mappers.depth.disconnect(ts_recv, out)

    def counts_of(self, symbol: str) -> MapperCounts:
        """What was met of one symbol."""
        return self._of(symbol).counts

    def missing(self) -> tuple[str, ...]:
        """Return the symbols whose book needs the answer to GET …/depth."""
        return tuple(
            symbol for symbol, mappers in self._symbols.items() if not mappers.depth.is_whole
        )

    def _take_single(self, message: Message, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        """Take a message that no combined stream wraps."""
        handler = self._events.get(message.event)
        if handler is not None:
            handler(raw, ts_recv, out)
        elif message.event:
            self._unplaced.count_other(message.event)
        elif message.snapshot_id >= 0:
            self._take_only_snapshot(raw, ts_recv, out)
        elif message.update_id >= 0:
            self._book_ticker(raw, ts_recv, out)
        elif message.error is not None or message.msg:
            reason = message.error.msg if message.error else message.msg
            raise DataError(
                f"Binance refused a request: {reason[:200]!r}", fix="check symbols and streams"
            )
        elif message.request is None:
            self._unplaced.count_other("unnamed")

    def _take_only_snapshot(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        if len(self._symbols) != 1:
            raise DataError(
                "a snapshot names no symbol, and there are several",
                fix="say which symbol was asked for",
            )
        self.snapshot(next(iter(self._symbols)), raw, ts_recv, out)

    def _of(self, symbol: str) -> _SymbolMappers:
        try:
            return self._symbols[symbol]
        except KeyError:
            raise DataError(
                f"a message is about {symbol[:40]}, not {', '.join(self._symbols)}",
                fix="list the symbol, or keep one symbol a file",
            ) from None

    def _depth(self, data: bytes | Raw, ts_recv: int, out: EventWriter) -> None:
        change = self._decode_depth(data)
        self._of(change.symbol).depth.change(change, ts_recv, out)

    def _trade(self, data: bytes | Raw, ts_recv: int, out: EventWriter) -> None:
        trade = decode_trade(data)
        self._of(trade.symbol).trades.take(trade, ts_recv, out)

    def _aggregate_trade(self, data: bytes | Raw, ts_recv: int, out: EventWriter) -> None:
        trade = decode_aggregate_trade(data)
        self._of(trade.symbol).trades.take(trade, ts_recv, out)

    def _book_ticker(self, data: bytes | Raw, ts_recv: int, out: EventWriter) -> None:
        quote = decode_book_ticker(data)
        self._of(quote.symbol).quotes.take(quote, ts_recv, out)

    def _mark_price(self, data: bytes | Raw, ts_recv: int, out: EventWriter) -> None:
        mark = decode_mark_price(data)
        self._of(mark.symbol).marks.take(mark, ts_recv, out)
