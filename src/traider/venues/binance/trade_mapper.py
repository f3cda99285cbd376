"""Trades and quotes of one symbol."""

from traider.venues.binance.messages import MS_NS, AggregateTrade, BookTicker, Trade
from traider.venues.counts import MapperCounts
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.trade_numbers import TradeNumbers
from traider.venues.trade_writer import QuoteWriter, TradeWriter


class TradeMapper:
    """Write TRADE with the taker's side.

    A trade whose number does not follow the last one carries GAP_BEFORE. Where a connection brings
    single trades and aggregates, the stream met first is taken and the other counted: they tell the
    same trades.
    """

    def __init__(self, listing: Listing, counts: MapperCounts) -> None:
        self._counts = counts
        self._writer = TradeWriter(listing, counts)
        self._numbers = TradeNumbers(self._writer, counts)
        self._source: type[Trade | AggregateTrade] | None = None

    def take(self, trade: Trade | AggregateTrade, ts_recv: int, out: EventWriter) -> None:
        """Write one trade, unless it was told before or met no order of the book."""
        counts = self._counts
        counts.messages += 1
        if type(trade) is not self._source:
            if self._source is not None:
                counts.trades_doubled += 1
                return
            self._source = type(trade)
        number = trade.trade_id
        if not self._numbers.is_new(number, out):
            return
        if isinstance(trade, Trade) and trade.order_type != "MARKET":
            counts.trades_off_book += 1
            return
        self._writer.write(
            (trade.trade_ms * MS_NS, ts_recv),
            -1 if trade.is_buyer_maker else 1,
            (trade.price, trade.size),
            number,
            out,
        )


class QuoteMapper:
    """Write QUOTE. Spot tells no time: ts_event is ts_recv."""

    def __init__(self, listing: Listing, counts: MapperCounts) -> None:
        self._counts = counts
        self._writer = QuoteWriter(listing, counts)
        self._last_id = -1

    def take(self, quote: BookTicker, ts_recv: int, out: EventWriter) -> None:
        """Write one quote, unless a newer one was written."""
        self._counts.messages += 1
        if quote.update_id < self._last_id:
            self._counts.quotes_old += 1
            return
        stamp = quote.transaction_ms
        ts_event = ts_recv if stamp is None else stamp * MS_NS
        bid, ask = (quote.bid, quote.bid_size), (quote.ask, quote.ask_size)
        self._writer.write((ts_event, ts_recv), bid, ask, out)
        self._last_id = quote.update_id
