"""From Bybit's messages to events: the one place where its bytes get a meaning.

    mapper = BybitMapper([Listing("BTCUSDT", 0, Decimal("0.1"), Decimal("0.001"))])
    out = EventWriter()
    mapper.take(raw: bytes, ts_recv: int, out)                # a message of the connection
    events: EventArray = out.take()

A connection belongs to one category (``/v5/public/linear``, ``/v5/public/spot``), which share
symbols; the mapper is the same for both.

| topic | events | ts_event |
| --- | --- | --- |
| ``orderbook.<depth>.…``, ``snapshot`` | DEPTH_SNAPSHOT | ``cts``, else ``ts`` |
| ``orderbook.<depth>.…``, ``delta`` | DEPTH_UPDATE | the same |
| ``u`` that does not follow | GAP, DEPTH_CLEAR | receipt |
| ``publicTrade.…`` | TRADE | ``T`` |
| ``tickers.…`` of contracts | MARK; FUNDING when rate or settlement change | ``ts`` |
| ``{"op":"subscribe","success":true,…}``, an answer | none | |
| any other | none; counted by name in ``counts.others`` | |

Depth is one record a level, bids first; RESYNC comes before the snapshot that mends a GAP.

Evidence: bybit-exchange docs, v5, "Orderbook", "Trade", "Ticker"; payloads of the capture of
2026-08-09 (six books of 200 levels, 2,142 deltas):

- Sizes are absolute and ``"0"`` removes. A snapshot comes first and may come again at any time: it
  replaces the book. ``u`` of 1 says that the service restarted; it comes with a snapshot.
- ``u`` rises by one from delta to delta (2,142 of 2,142), which the documents do not promise; any
  other step is a gap here, and a delta told twice is dropped. There is no checksum.
- Levels that fall out of the depth are removed by deltas: every book keeps 200 levels a side.
- ``orderbook.1`` tells snapshots only, and an unchanged one again after 3 s, with the same ``u``.
- One depth of a symbol makes its book: the one met first. Another one is counted and not mixed in.
- ``S`` of a trade is the side of the taker. ``BT`` says that it was agreed beside the book: it
  makes no event. ``i`` is a number on spot and a UUID on linear, of which the first 63 bits count.
- ``seq`` of trades never falls (347 trades): a lower one, or a known ``i`` of the last ``seq``, was
  told before.
- A ticker delta tells what changed; ``fundingIntervalHour`` is 8 for BTCUSDT and not for all.
  Best bid and ask of tickers make no QUOTE: the book tells them, sooner.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import UUID

from traider.domain.errors import DataError
from traider.domain.units import INT64_MAX
from traider.venues.bybit.messages import (
    Book,
    Message,
    Ticker,
    Trade,
    decode_book,
    decode_message,
    decode_ticker,
    decode_trades,
)
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.stream_mapper import StreamMapper, StreamSymbol
from traider.venues.trade_numbers import NO_NUMBER
from traider.venues.wire_types import MS_NS

RESTART: Final = 1
"""The ``u`` of a snapshot after the service restarted."""

_HOUR_NS: Final = 3_600_000_000_000
_SIDES: Final = {"Buy": 1, "Sell": -1}
_UUID_SURPLUS_BITS: Final = 128 - 63


class BybitSymbol(StreamSymbol):
    """One symbol: which depth makes its book, its last trades, and its ticker so far."""

    def __init__(self, listing: Listing) -> None:
        super().__init__(listing)
        self.topic = ""
        self.last_sequence = NO_NUMBER
        self.trade_ids: frozenset[str] = frozenset()
        """The trades of the last ``seq``."""
        self.prices = ("", "")
        """Mark and index price."""
        self.funding_rate = ""
        self.next_funding_ns = 0

    def restart(self) -> None:
        """Forget what belongs to a connection that ended."""
        super().restart()
        self.topic = ""

    def is_new(self, trade: Trade, out: EventWriter) -> bool:
        """Whether a trade was not told before; ``out`` takes its record."""
        sequence, last, known = trade.sequence, self.last_sequence, self.trade_ids
        if sequence is None:
            return True
        if sequence < last or (sequence == last and trade.trade_id in known):
            return False
        out.on_take_back(partial(self._return_to, last, known))
        same = known if sequence == last else frozenset[str]()
        self.last_sequence, self.trade_ids = sequence, same | {trade.trade_id}
        return True

    def _return_to(self, last_sequence: int, trade_ids: frozenset[str]) -> None:
        self.last_sequence, self.trade_ids = last_sequence, trade_ids


class BybitMapper(StreamMapper[BybitSymbol]):
    """Map the messages of one connection of one category."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        super().__init__("Bybit", listings, BybitSymbol)

    def _map(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        message = decode_message(raw)
        stream = message.topic.partition(".")[0]
        if stream == "orderbook":
            self._book(message, ts_recv, out)
        elif stream == "publicTrade":
            for trade in decode_trades(message.data):
                self._trade(trade, ts_recv, out)
        elif stream == "tickers":
            self._ticker(message, ts_recv, out)
        elif stream:
            self._unplaced.count_other(message.topic)
        elif not message.success:
            raise self._refuse(message.reason)
        elif not message.operation:
            self._unplaced.count_other("unnamed")

    def _book(self, message: Message, ts_recv: int, out: EventWriter) -> None:
        book = decode_book(message.data)
        symbol = self._of(book.symbol)
        symbol.counts.messages += 1
        if symbol.topic and message.topic != symbol.topic:
            symbol.counts.count_other(message.topic)
            return
        symbol.topic = message.topic
        stamp = (_sent_ns(message, message.created_ms), ts_recv)
        if message.type == "snapshot":
            symbol.depth.write_snapshot(stamp, book.bids, book.asks, book.update_id, out)
            symbol.last_id = book.update_id
        elif message.type == "delta":
            _change(symbol, book, stamp, out)
        else:
            raise DataError(f"a book is of type {message.type[:40]!r}", fix="record it again")

    def _trade(self, trade: Trade, ts_recv: int, out: EventWriter) -> None:
        symbol = self._of(trade.symbol)
        symbol.counts.messages += 1
        side = _SIDES.get(trade.side)
        if side is None:
            raise DataError(f"a trade has side {trade.side[:40]!r}", fix="record it again")
        if not symbol.is_new(trade, out):
            symbol.counts.trades_old += 1
        elif trade.is_block:
            symbol.counts.trades_off_book += 1
        else:
            stamp, level = (trade.trade_ms * MS_NS, ts_recv), (trade.price, trade.size)
            symbol.trades.write(stamp, side, level, trade_number(trade.trade_id), out)

    def _ticker(self, message: Message, ts_recv: int, out: EventWriter) -> None:
        ticker = decode_ticker(message.data)
        symbol = self._of(ticker.symbol)
        symbol.counts.messages += 1
        _merge(symbol, ticker)
        stamp = (_sent_ns(message, None), ts_recv)
        prices = symbol.prices if ticker.mark or ticker.index else ("", "")
        symbol.marks.write(stamp, prices, symbol.funding_rate, symbol.next_funding_ns, out)


def _change(symbol: BybitSymbol, book: Book, stamp: tuple[int, int], out: EventWriter) -> None:
    """Write a delta when it follows the book."""
    counts, last, number = symbol.counts, symbol.last_id, book.update_id
    counts.depth += 1
    if not symbol.depth.is_whole:
        counts.depth_unused += 1
    elif number == last + 1:
        symbol.depth.write_changes(stamp, book.bids, book.asks, number, out)
        symbol.last_id = number
    elif number == last:
        counts.depth_old += 1
    else:
        counts.depth_unused += 1
        symbol.break_book(stamp[1], (last + 1, max(number - 1, last + 1)), out)


def _merge(symbol: BybitSymbol, ticker: Ticker) -> None:
    """Keep what a ticker tells; what it leaves out has not changed."""
    mark, index = symbol.prices
    symbol.prices = (ticker.mark or mark, ticker.index or index)
    symbol.funding_rate = ticker.funding_rate or symbol.funding_rate
    if ticker.next_funding_ms:
        symbol.next_funding_ns = _whole(ticker.next_funding_ms) * MS_NS
    if ticker.funding_interval_hours:
        symbol.marks.interval_ns = _whole(ticker.funding_interval_hours) * _HOUR_NS


def _whole(text: str) -> int:
    if not (text.isdigit() and text.isascii() and len(text) <= 13):
        raise DataError(f"a ticker says {text[:40]!r} for a whole number", fix="record it again")
    return int(text)


def _sent_ns(message: Message, created_ms: int | None) -> int:
    """Return when the matching engine made the message, or else when it was sent."""
    stamp = message.sent_ms if created_ms is None else created_ms
    if stamp is None:
        raise DataError("a message has no time", fix="record it again")
    return stamp * MS_NS


def trade_number(text: str) -> int:
    """Return a trade's number as an event holds it: a UUID by its first 63 bits."""
    if text.isdigit() and text.isascii() and len(text) <= 19 and int(text) <= INT64_MAX:
        return int(text)
    try:
        return UUID(text).int >> _UUID_SURPLUS_BITS
    except ValueError:
        raise DataError(f"a trade has id {text[:40]!r}", fix="record it again") from None
