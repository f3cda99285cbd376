"""From Deribit's messages to events: the one place where its bytes get a meaning.

    mapper = DeribitMapper([Listing("BTC-PERPETUAL", 0, Decimal("0.5"), Decimal("10"))])
    out = EventWriter()
    mapper.take(raw: bytes, ts_recv: int, out)                # a message of the connection
    events: EventArray = out.take()

| channel | events | ts_event |
| --- | --- | --- |
| ``book.<instrument>.<interval>``, ``snapshot`` | DEPTH_SNAPSHOT | ``timestamp`` |
| ``book.<instrument>.<interval>``, ``change`` | DEPTH_UPDATE | ``timestamp`` |
| a ``prev_change_id`` that does not follow | GAP, DEPTH_CLEAR | receipt |
| ``trades.<instrument>.<interval>`` | TRADE | ``timestamp`` |
| ``ticker.<instrument>.<interval>`` | MARK when mark or index price change | ``timestamp`` |
| the answer to a request | none | |
| any other | none; counted by name in ``counts.others`` | |

Depth is one record a level, bids first; RESYNC comes before the snapshot that mends a GAP.

Evidence: docs.deribit.com, "Subscriptions"; payloads of the capture of 2021-07-22 (ten options,
10 snapshots, 36 changes):

- ``prev_change_id`` of a change is the ``change_id`` before it (36 of 36); a snapshot has none, or
  null.
- Levels read ``["new",0.0015,4714.0]``: ``delete`` removes, its size is 0; the others set.
- Grouped books (``book.BTC-PERPETUAL.none.20.100ms``) tell the best levels whole and are another
  stream: counted, not mapped.
- ``direction`` of a trade is that of the taker; ``trade_seq`` counts the trades of an instrument.
  A trade with a ``block_trade_id`` was agreed beside the book and makes no event.
- Perpetuals are paid at every moment (``current_funding``, ``funding_8h``) and have no settlement
  that a FUNDING could announce: the mark price is mapped, the funding is not.
- Sizes are ``amount``: US dollars on inverse futures and perpetuals, units of the base on options.
"""

from collections.abc import Sequence
from typing import Final

from traider.domain.errors import DataError
from traider.venues.deribit.messages import (
    Book,
    BookLevel,
    Notice,
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
from traider.venues.wire_types import MS_NS, PriceLevel

_SIDES: Final = {"buy": 1, "sell": -1}
_ACTIONS: Final = {"new", "change", "delete"}
_BOOK_PARTS: Final = 3
"""``book``, instrument, interval."""


class DeribitSymbol(StreamSymbol):
    """One instrument."""

    trades_count_on = True

    def __init__(self, listing: Listing) -> None:
        super().__init__(listing)
        self.prices = ("", "")
        """Mark and index price told last."""


class DeribitMapper(StreamMapper[DeribitSymbol]):
    """Map the messages of one connection."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        super().__init__("Deribit", listings, DeribitSymbol)

    def _map(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        message = decode_message(raw)
        if message.error is not None:
            raise self._refuse(f"{message.error.code} {message.error.message}")
        if message.method == "subscription":
            self._notice(message.notice, ts_recv, out)
        elif message.method:
            self._unplaced.count_other(message.method)

    def _notice(self, notice: Notice, ts_recv: int, out: EventWriter) -> None:
        parts = notice.channel.split(".")
        if parts[0] == "book" and len(parts) == _BOOK_PARTS:
            self._book(decode_book(notice.data), ts_recv, out)
        elif parts[0] == "trades":
            for trade in decode_trades(notice.data):
                self._trade(trade, ts_recv, out)
        elif parts[0] == "ticker":
            self._ticker(decode_ticker(notice.data), ts_recv, out)
        else:
            self._unplaced.count_other(notice.channel)

    def _book(self, book: Book, ts_recv: int, out: EventWriter) -> None:
        symbol = self._of(book.symbol)
        symbol.counts.messages += 1
        stamp = (book.changed_ms * MS_NS, ts_recv)
        if book.type == "snapshot":
            bids, asks = _levels(book.bids), _levels(book.asks)
            symbol.depth.write_snapshot(stamp, bids, asks, book.update_id, out)
            symbol.last_id = book.update_id
        elif book.type == "change":
            _change(symbol, book, stamp, out)
        else:
            raise DataError(f"a book is of type {book.type[:40]!r}", fix="record it again")

    def _trade(self, trade: Trade, ts_recv: int, out: EventWriter) -> None:
        symbol, side = self._of(trade.symbol), _SIDES.get(trade.direction)
        symbol.counts.messages += 1
        if side is None:
            raise DataError(f"a trade goes {trade.direction[:40]!r}", fix="record it again")
        if not symbol.trade_numbers.is_new(trade.sequence, out):
            return
        if trade.block_id:
            symbol.counts.trades_off_book += 1
            return
        stamp = (trade.traded_ms * MS_NS, ts_recv)
        level = (format(trade.price, "f"), format(trade.size, "f"))
        symbol.trades.write(stamp, side, level, trade.sequence, out)

    def _ticker(self, ticker: Ticker, ts_recv: int, out: EventWriter) -> None:
        symbol = self._of(ticker.symbol)
        symbol.counts.messages += 1
        prices = (format(ticker.mark, "f"), format(ticker.index, "f"))
        if prices != symbol.prices:
            symbol.marks.write((ticker.sent_ms * MS_NS, ts_recv), prices, "", 0, out)
            symbol.prices = prices


def _levels(levels: Sequence[BookLevel]) -> list[PriceLevel]:
    for level in levels:
        if level.action not in _ACTIONS:
            raise DataError(f"a level says {level.action[:40]!r}", fix="record it again")
    return [
        (format(each.price, "f"), "0" if each.action == "delete" else format(each.size, "f"))
        for each in levels
    ]


def _change(symbol: DeribitSymbol, book: Book, stamp: tuple[int, int], out: EventWriter) -> None:
    """Write a change when it follows the book."""
    counts, last = symbol.counts, symbol.last_id
    counts.depth += 1
    if not symbol.depth.is_whole:
        counts.depth_unused += 1
    elif book.previous_id == last:
        symbol.depth.write_changes(
            stamp, _levels(book.bids), _levels(book.asks), book.update_id, out
        )
        symbol.last_id = book.update_id
    elif book.update_id == last:
        counts.depth_old += 1
    else:
        counts.depth_unused += 1
        symbol.break_book(stamp[1], (last + 1, book.previous_id or 0), out)
