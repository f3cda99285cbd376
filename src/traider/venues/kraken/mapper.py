"""From Kraken's messages of protocol v2 to events.

    mapper = KrakenMapper([Listing("BTC/USD", 0, Decimal("0.1"), Decimal("0.00000001"))])
    out = EventWriter()
    mapper.take(raw: bytes, ts_recv: int, out)                # a message of the connection
    events: EventArray = out.take()

| channel | events | ts_event |
| --- | --- | --- |
| ``book``, ``snapshot`` | DEPTH_SNAPSHOT | ``timestamp``, else receipt |
| ``book``, ``update`` | DEPTH_UPDATE | the same |
| a wrong ``checksum`` | GAP, DEPTH_CLEAR | receipt |
| ``trade``, ``update`` | TRADE | ``timestamp`` |
| ``trade``, ``snapshot`` | none: trades from before the subscription, counted as old | |
| ``instrument`` | none: tells the decimals that checksums are taken with | |
| the answer to a subscribe | none: tells the depth of the book | |
| any other | none; counted by name in ``counts.others`` | |

Depth is one record a level, bids first; RESYNC comes before the snapshot that mends a GAP.

Evidence: docs.kraken.com, "Spot WebSocket API v2", and its "book checksum guide", whose example
(checksum 3310070434) is a test here:

- Prices and sizes are JSON numbers: ``0.1`` for what the checksum takes as ``0.10000000``. They are
  read digit by digit, never through a float, and written with the decimals that ``instrument``
  tells; before it speaks, with those of the tick and the lot.
- Snapshots and updates both have a checksum; nothing else shows a loss.
- Levels beyond the depth are dropped without being told. The answer to the subscribe tells the
  depth; where it was not seen, a snapshot that fills one of the depths tells it.
- ``side`` of a trade is that of the taker; ``trade_id`` counts the trades of the pair.
- Symbols are ``BTC/USD``, not XBT/USD.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from traider.domain.errors import DataError
from traider.venues.event_writer import EventWriter
from traider.venues.kraken.book import KrakenSymbol, Levels
from traider.venues.kraken.messages import (
    Book,
    BookLevel,
    Message,
    Trade,
    decode_books,
    decode_instruments,
    decode_message,
    decode_trades,
)
from traider.venues.listing import Listing
from traider.venues.rfc3339 import parse_ns
from traider.venues.stream_mapper import StreamMapper

_SIDES: Final = {"buy": 1, "sell": -1}


class KrakenV2Symbol(KrakenSymbol):
    """One symbol, and how many decimals its numbers are written with."""

    trades_count_on = True

    def __init__(self, listing: Listing) -> None:
        super().__init__(listing)
        self.price_decimals = _decimals(listing.tick_size)
        self.size_decimals = _decimals(listing.lot_size)

    def levels(self, levels: Sequence[BookLevel]) -> Levels:
        """Return levels as the checksum takes them."""
        price, size = self.price_decimals, self.size_decimals
        return [(_fixed(each.price, price), _fixed(each.size, size)) for each in levels]


class KrakenMapper(StreamMapper[KrakenV2Symbol]):
    """Map the messages of one connection of protocol v2."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        super().__init__("Kraken", listings, KrakenV2Symbol)

    def _map(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        message = decode_message(raw)
        if message.channel == "book":
            for book in decode_books(message.data):
                self._book(message, book, ts_recv, out)
        elif message.channel == "trade":
            for trade in decode_trades(message.data):
                self._trade(message, trade, ts_recv, out)
        elif message.channel == "instrument":
            self._instruments(message)
        elif message.channel:
            self._unplaced.count_other(message.channel)
        elif not message.success:
            raise self._refuse(message.reason)
        else:
            self._answer(message)

    def _book(self, message: Message, book: Book, ts_recv: int, out: EventWriter) -> None:
        symbol = self._of(book.symbol)
        symbol.counts.messages += 1
        stamp = (parse_ns(book.timestamp) if book.timestamp else ts_recv, ts_recv)
        sides = (symbol.levels(book.bids), symbol.levels(book.asks))
        if message.type == "snapshot":
            symbol.start(stamp, sides, book.checksum, out)
        elif message.type == "update":
            symbol.change(stamp, sides, book.checksum, out)
        else:
            raise DataError(f"a book is of type {message.type[:40]!r}", fix="record it again")

    def _trade(self, message: Message, trade: Trade, ts_recv: int, out: EventWriter) -> None:
        symbol, side = self._of(trade.symbol), _SIDES.get(trade.side)
        symbol.counts.messages += 1
        if side is None:
            raise DataError(f"a trade has side {trade.side[:40]!r}", fix="record it again")
        if message.type == "snapshot":
            symbol.pass_trade(trade.trade_id, out)
            return
        if symbol.trade_numbers.is_new(trade.trade_id, out):
            level = (format(trade.price, "f"), format(trade.size, "f"))
            stamp = (parse_ns(trade.timestamp), ts_recv)
            symbol.trades.write(stamp, side, level, trade.trade_id, out)

    def _instruments(self, message: Message) -> None:
        for pair in decode_instruments(message.data).pairs:
            symbol = self._symbols.get(pair.symbol)
            if symbol is not None:
                symbol.price_decimals = pair.price_precision
                symbol.size_decimals = pair.qty_precision

    def _answer(self, message: Message) -> None:
        answer = message.answer
        if answer.channel == "book" and message.method == "subscribe":
            self._of(answer.symbol).levels_max = answer.depth
        elif not message.method:
            self._unplaced.count_other("unnamed")


def _decimals(step: Decimal) -> int:
    """Return how many decimals a step has, zeros at its end left out."""
    exponent = step.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _fixed(number: Decimal, decimals: int) -> str:
    """Return a number with so many decimals; with all it has, where those are more."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > decimals:
        return format(number, "f")
    return format(number, f".{decimals}f")
