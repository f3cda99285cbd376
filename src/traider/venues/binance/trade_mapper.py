"""Trades and quotes of one symbol."""

from traider.domain.events import Kind, MarketFlag
from traider.venues.binance.counts import MapperCounts
from traider.venues.binance.instruments import Listing
from traider.venues.binance.messages import MS_NS, AggregateTrade, BookTicker, Trade
from traider.venues.decimal_steps import DecimalSteps
from traider.venues.event_writer import EventWriter, pack_record, record_head, with_flags


class TradeMapper:
    """Write TRADE with the taker's side.

    A trade whose number does not follow the last one carries GAP_BEFORE. Where a connection brings
    single trades and aggregates, the stream met first is taken and the other counted: they tell the
    same trades.
    """

    def __init__(self, listing: Listing, counts: MapperCounts) -> None:
        self._counts = counts
        self._ticks = DecimalSteps(listing.tick_size, "price", zero=False)
        self._lots = DecimalSteps(listing.lot_size, "size", zero=True, report=counts.report_off_lot)
        flags = MarketFlag.LAST_OF_MESSAGE
        self._buy = record_head(Kind.TRADE, listing.instrument, flags, 1)
        self._sell = record_head(Kind.TRADE, listing.instrument, flags, -1)
        self._source: type[Trade | AggregateTrade] | None = None
        self._last_id = -1

    def take(self, trade: Trade | AggregateTrade, ts_recv: int, out: EventWriter) -> None:
        """Write one trade, unless it was told before or met no order of the book."""
        counts = self._counts
        if type(trade) is not self._source:
            if self._source is not None:
                counts.trades_doubled += 1
                return
            self._source = type(trade)
        number, last = trade.trade_id, self._last_id
        if number <= last:
            counts.trades_old += 1
            return
        self._last_id = number
        is_gap = last >= 0 and number != last + 1
        counts.trade_gaps += is_gap
        if isinstance(trade, Trade) and trade.order_type != "MARKET":
            counts.trades_off_book += 1
            return
        size_lots = self._lots[trade.size]
        if not size_lots:
            counts.trades_below_lot += 1
            return
        counts.trades += 1
        head = self._sell if trade.is_buyer_maker else self._buy
        out.add(
            with_flags(head, MarketFlag.GAP_BEFORE) if is_gap else head,
            trade.trade_ms * MS_NS,
            ts_recv,
            self._ticks[trade.price],
            size_lots,
            number,
        )


class QuoteMapper:
    """Write QUOTE; an empty side has price and size 0. Spot tells no time: ts_event is ts_recv."""

    def __init__(self, listing: Listing, counts: MapperCounts) -> None:
        self._counts = counts
        self._ticks = DecimalSteps(listing.tick_size, "price", zero=True)
        self._lots = DecimalSteps(listing.lot_size, "size", zero=True, report=counts.report_off_lot)
        self._head = record_head(Kind.QUOTE, listing.instrument, MarketFlag.LAST_OF_MESSAGE)
        self._last_id = -1

    def take(self, quote: BookTicker, ts_recv: int, out: EventWriter) -> None:
        """Write one quote, unless a newer one was written."""
        if quote.update_id < self._last_id:
            self._counts.quotes_old += 1
            return
        self._last_id = quote.update_id
        self._counts.quotes += 1
        stamp, ticks, lots = quote.transaction_ms, self._ticks, self._lots
        out.append(
            pack_record(
                ts_recv if stamp is None else stamp * MS_NS,
                ts_recv,
                self._head,
                ticks[quote.bid],
                lots[quote.bid_size],
                ticks[quote.ask],
                lots[quote.ask_size],
                0,
            )
        )
