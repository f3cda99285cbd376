"""From Coinbase's messages to events: the one place where its bytes get a meaning.

    mapper = CoinbaseMapper([Listing("BTC-USD", 0, Decimal("0.01"), Decimal("0.00000001"))])
    out = EventWriter()
    mapper.take(raw: bytes, ts_recv: int, out)         # a message of the connection
    events: EventArray = out.take()

It is pure: the same bytes and times give the same records.

| channel | events | ts_event |
| --- | --- | --- |
| ``l2_data`` snapshot | DEPTH_SNAPSHOT, one a level, as told | last ``event_time`` |
| ``l2_data`` update | DEPTH_UPDATE, one a level, as told | last ``event_time`` |
| a hole in ``sequence_num`` | GAP, DEPTH_CLEAR; RESYNC before the next snapshot | receipt |
| a hole that breaks no book | none; counted, ``_mend`` says what is marked | |
| ``market_trades`` | TRADE, oldest first, each once | ``time`` |
| ``ticker`` | QUOTE | ``timestamp`` |
| ``status`` | INSTRUMENT_STATUS when it changes; other products are counted | ``timestamp`` |
| ``subscriptions`` | none; the mapper's ``subscriptions`` | |
| ``heartbeats``, ``candles``, ``ticker_batch`` | none; counted by name in ``counts.others`` | |
| any other | none; counted, and its ``sequence_num`` followed | |
| ``{"type":"error"}`` | DataError: a request was refused | |

Quirks, each with its evidence (docs: docs.cdp.coinbase.com, Advanced Trade, "WebSocket channels",
2026-06-28; capture: the recorded session of 2026-08-09):

| quirk | evidence |
| --- | --- |
| ``side`` of a trade is the maker's | docs; capture: 54 of 57 trades lie on that side |
| asks are called ``offer`` | docs and capture |
| sizes are absolute, any zero removes, also levels not known | docs; capture ``"0"`` |
| ``sequence_num`` counts the connection, the guide says a product | ``continuity`` |
| ``event_time`` of a snapshot may be 1970 | docs; the capture tells the time |
| times have 0 to 9 digits after the second | capture ``.170326Z``, ``.35161Z`` |
| a book may come before the answer to its subscription | capture: it does |
| a subscription of ``BTC-USDC`` is answered as ``BTC-USD`` | ``instruments`` |
| ``heartbeat_counter`` is text or a number | docs ``"3049"``; capture ``41691`` |
| ``current_time`` of a heartbeat is Go's | capture ``+0000 UTC m=+41691.260485341`` |
| a candle is told while it grows, so it is no fact: bars are built of trades | docs |
| ``ticker_batch`` tells no best bid and ask | docs |
| a refusal has neither channel nor number | coinbase-advanced-py issues 19 and 92 |
"""

from collections.abc import Collection, Sequence
from typing import Final

from traider.domain.errors import DataError
from traider.domain.events import Kind, MarketFlag
from traider.venues.coinbase.continuity import Place, SequenceContinuity, SequenceKey
from traider.venues.coinbase.depth_mapper import DepthMapper, merged
from traider.venues.coinbase.instruments import stream_symbol, told_status
from traider.venues.coinbase.messages import (
    CandlesMessage,
    DepthMessage,
    HeartbeatsMessage,
    Message,
    StatusMessage,
    SubscriptionsMessage,
    TickerBatchMessage,
    TickerMessage,
    TradesMessage,
    decode_envelope,
    decode_message,
)
from traider.venues.coinbase.times import told_ns
from traider.venues.coinbase.trade_mapper import QuoteMapper, TradeMapper
from traider.venues.coinbase.wire_shape import LITERALS
from traider.venues.counts import MapperCounts
from traider.venues.depth_reading import ReaderFactory
from traider.venues.event_writer import EventWriter, record_head
from traider.venues.listing import Listing
from traider.venues.unreadable import UNREADABLE, unreadable

_DEPTH: Final = "l2_data"
_TRADES: Final = "market_trades"
_TICKER: Final = "ticker"
_HEARTBEATS: Final = "heartbeats"
_COUNTER_DIGITS_MAX: Final = 19
_UNASKED: Final = "status of a product not asked for"


class _ProductMappers:
    """The mappers of one product."""

    __slots__ = ("counts", "depth", "quotes", "status", "status_head", "symbol", "trades")

    def __init__(self, listing: Listing) -> None:
        self.symbol = listing.symbol
        self.counts = counts = MapperCounts()
        self.depth = DepthMapper(listing, counts)
        self.trades = TradeMapper(listing, counts)
        self.quotes = QuoteMapper(listing, counts)
        self.status = ""
        flags = MarketFlag.LAST_OF_MESSAGE
        self.status_head = record_head(Kind.INSTRUMENT_STATUS, listing.instrument, flags)


class CoinbaseMapper:
    """Map the messages of one connection, which may bring several products.

    Args:
        listings: the products, each once under any of its names.
        key: what ``sequence_num`` counts.
        reader: makes what reads most messages of depth without decoding them; none is needed.

    Raises:
        DataError: two listings are one stream.
    """

    def __init__(
        self,
        listings: Sequence[Listing],
        key: SequenceKey = SequenceKey.CONNECTION,
        reader: ReaderFactory | None = None,
    ) -> None:
        self.subscriptions: dict[str, tuple[str, ...]] = {}
        """What the venue said is subscribed now, by channel."""
        self._key = key
        self._count_of = key.of
        self._continuity = SequenceContinuity()
        self._unplaced = MapperCounts()
        self._heartbeat = -1
        """The counter of the last heartbeat; -1 where it told none."""
        self._products: dict[str, _ProductMappers] = {}
        for listing in listings:
            stream = stream_symbol(listing.symbol)
            if stream in self._products:
                raise DataError(f"{stream} is listed twice", fix="a -USDC product is its -USD one")
            self._products[stream] = _ProductMappers(listing)
        by_stream = {stream_symbol(listing.symbol): listing for listing in listings}
        self._reader = reader(LITERALS, by_stream) if reader is not None else None
        self._rows = [
            (name, product.depth, key.of(_DEPTH, name)) for name, product in self._products.items()
        ]

    @property
    def counts(self) -> MapperCounts:
        """What was met on the connection: of all products, and what is about none."""
        return MapperCounts.total(
            [*(each.counts for each in self._products.values()), self._unplaced]
        )

    def take(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        """Write the records that one message of the connection says.

        Raises:
            DataError: the message is no JSON, lacks a field, is about a product that was not
                listed, holds a price or size off the grid, or says that a request was refused.
                Nothing is written of it, but a hole that its number shows, and it leaves a hole
                itself: the mapper stands as before, and the next message shows that.
        """
        reader = self._reader
        if reader is not None:
            levels, row, number, is_snapshot = reader.read(raw, ts_recv)
            if levels > 0:
                name, depth, count = self._rows[row]
                place = self._continuity.take(count, number, is_book=bool(is_snapshot))
                if place is not Place.NEXT:
                    renewed = (name,) if is_snapshot else ()
                    if not self._mend((_DEPTH, name), place, ts_recv, out, renewed):
                        return
                depth.take_read((number, is_snapshot), ts_recv, reader.records(levels), out)
                return
        begin = out.begin_message()
        try:
            message = decode_message(raw)
        except UNREADABLE as fault:
            self._take_other(raw, fault, ts_recv, out)
            return
        try:
            self._take_message(message, ts_recv, out)
        except DataError:
            out.take_back(begin)
            self._continuity.take_back()
            raise

    def snapshot(self, symbol: str, raw: bytes, ts_recv: int, out: EventWriter) -> None:  # noqa: ARG002 - the port
        """Refuse: the stream tells its books itself.

        Raises:
            DataError: always.
        """
        raise DataError(
            f"a book of {symbol} was fetched, but the stream numbers its own",
            fix="subscribe level2 again",
        )

    def disconnect(self, ts_recv: int, out: EventWriter) -> None:
        """Break every book, and begin to count anew."""
        self._continuity.restart()
        self.subscriptions = {}
        self._heartbeat = -1
        for product in self._products.values():
            product.depth.break_off(ts_recv, (0, 0), out)

    def is_whole(self, symbol: str) -> bool:
        """Whether the book of ``symbol`` stands on an unbroken stream."""
        return self._of(symbol).depth.is_whole

    def counts_of(self, symbol: str) -> MapperCounts:
        """What was met of one product."""
        return self._of(symbol).counts

    def missing(self) -> tuple[str, ...]:
        """Return the products whose ``level2`` is to be subscribed again."""
        return tuple(
            product.symbol for product in self._products.values() if not product.depth.is_whole
        )

    def _take_message(self, message: Message, ts_recv: int, out: EventWriter) -> None:
        if isinstance(message, DepthMessage):
            self._depth(message, ts_recv, out)
        elif isinstance(message, TradesMessage):
            self._trades(message, ts_recv, out)
        elif isinstance(message, TickerMessage):
            self._tickers(message, ts_recv, out)
        elif isinstance(message, StatusMessage):
            self._statuses(message, ts_recv, out)
        elif isinstance(message, SubscriptionsMessage):
            self._subscribed(message, ts_recv, out)
        elif isinstance(message, HeartbeatsMessage):
            self._heartbeats(message, ts_recv, out)
        else:
            self._counted(message, ts_recv, out)

    def _depth(self, message: DepthMessage, ts_recv: int, out: EventWriter) -> None:
        events, number = message.events, message.sequence_num
        first = events[0].product_id if events else ""
        # Most messages tell one product's changes; nothing is built for them that is not needed.
        is_book = bool(events) and events[0].type == "snapshot"
        place = self._continuity.take(self._count_of(_DEPTH, first), number, is_book=is_book)
        if place is not Place.NEXT:
            books = [event.product_id for event in events if event.type == "snapshot"]
            renewed = set(map(stream_symbol, books))
            if not self._mend((_DEPTH, first), place, ts_recv, out, renewed):
                return
        for event in events if len(events) == 1 else merged(events):
            product = self._products.get(event.product_id) or self._of(event.product_id)
            product.depth.take(event, number, message.timestamp, ts_recv, out)

    def _trades(self, message: TradesMessage, ts_recv: int, out: EventWriter) -> None:
        trades = [trade for event in message.events for trade in event.trades]
        first = trades[0].product_id if trades else ""
        if not self._follows((_TRADES, first), message.sequence_num, ts_recv, out):
            return
        for event in message.events:
            for name in dict.fromkeys(trade.product_id for trade in event.trades):
                product = self._of(name)
                product.counts.messages += 1
                mine = [trade for trade in event.trades if trade.product_id == name]
                is_snapshot = event.type == "snapshot"
                product.trades.take(mine, ts_recv, out, is_snapshot=is_snapshot)

    def _tickers(self, message: TickerMessage, ts_recv: int, out: EventWriter) -> None:
        tickers = [ticker for event in message.events for ticker in event.tickers]
        first = tickers[0].product_id if tickers else ""
        if not self._follows((_TICKER, first), message.sequence_num, ts_recv, out):
            return
        sent_ns = told_ns(message.timestamp)
        for ticker in tickers:
            product = self._of(ticker.product_id)
            product.counts.messages += 1
            product.quotes.take(ticker, sent_ns, ts_recv, out)

    def _statuses(self, message: StatusMessage, ts_recv: int, out: EventWriter) -> None:
        told = [product for event in message.events for product in event.products]
        first = told[0].id if told else ""
        if not self._follows(("status", first), message.sequence_num, ts_recv, out):
            return
        sent_ns = told_ns(message.timestamp)
        for each in told:
            product = self._products.get(stream_symbol(each.id))
            if product is None:
                self._unplaced.count_other(_UNASKED)
                continue
            product.counts.messages += 1
            if each.status != product.status:
                product.status = each.status
                code = int(told_status(each.status))
                out.add(product.status_head, sent_ns, ts_recv, code, sent_ns)

    def _subscribed(self, message: SubscriptionsMessage, ts_recv: int, out: EventWriter) -> None:
        if self._follows(("subscriptions", ""), message.sequence_num, ts_recv, out):
            for event in message.events:
                self.subscriptions = {
                    channel: tuple(names) for channel, names in event.subscriptions.items()
                }

    def _heartbeats(self, message: HeartbeatsMessage, ts_recv: int, out: EventWriter) -> None:
        """Count heartbeats, and where their own counter jumps; a book breaks by numbers alone."""
        if not self._follows((_HEARTBEATS, ""), message.sequence_num, ts_recv, out):
            return
        self._unplaced.count_other(_HEARTBEATS)
        for event in message.events:
            told = str(event.heartbeat_counter)
            counter = int(told) if _is_counter(told) else -1
            if self._heartbeat not in (-1, counter - 1):
                self._unplaced.count_other("heartbeat_counter that jumped")
            self._heartbeat = counter

    def _counted(
        self, message: TickerBatchMessage | CandlesMessage, ts_recv: int, out: EventWriter
    ) -> None:
        """Take a message that no event is made of."""
        name = str(type(message).__struct_config__.tag)
        if isinstance(message, CandlesMessage):
            products = [candle.product_id for event in message.events for candle in event.candles]
        else:
            products = [ticker.product_id for event in message.events for ticker in event.tickers]
        first = products[0] if products else ""
        if self._follows((name, first), message.sequence_num, ts_recv, out):
            self._unplaced.count_other(name)

    def _take_other(self, raw: bytes, fault: Exception, ts_recv: int, out: EventWriter) -> None:
        """Take a message of a channel that is not known, or a refusal."""
        try:
            envelope = decode_envelope(raw)
        except UNREADABLE:
            raise unreadable(fault) from fault
        if envelope.type == "error":
            raise DataError(
                f"Coinbase refused a request: {envelope.message[:200]!r}",
                fix="check channel, products and key",
            )
        if not envelope.channel or envelope.channel in _CHANNELS:
            raise unreadable(fault) from fault
        if envelope.sequence_num is not None:
            self._follows((envelope.channel, ""), envelope.sequence_num, ts_recv, out)
        self._unplaced.count_other(envelope.channel)

    def _follows(self, told: tuple[str, str], number: int, ts_recv: int, out: EventWriter) -> bool:
        """Return whether a message is to be taken; break the books it shows to be broken.

        ``told`` is its channel and first product, ``number`` its ``sequence_num``.
        """
        place = self._continuity.take(self._count_of(*told), number)
        return place is Place.NEXT or self._mend(told, place, ts_recv, out)

    def _mend(
        self,
        told: tuple[str, str],
        place: Place,
        ts_recv: int,
        out: EventWriter,
        renewed: Collection[str] = (),
    ) -> bool:
        """Do the same for a message that does not follow; ``renewed`` streams have new books.

        A hole that breaks no book, as none stands or another channel is counted, is counted by
        name. Where it is one of trades or quotes alone, their next record carries GAP_BEFORE.
        """
        if place is Place.OLD:
            self._unplaced.messages_old += 1
            return False
        missing, is_told, channel = self._continuity.missing, False, told[0]
        for name, product in self._products.items():
            if self._key.concerns_book(*told, name):
                is_told |= product.depth.is_whole
                product.depth.break_off(ts_recv, missing, out, clears=name not in renewed)
            elif self._key is SequenceKey.CHANNEL and channel == _TRADES:
                product.trades.mark_gap(out)
            elif self._key is SequenceKey.CHANNEL and channel == _TICKER:
                product.quotes.mark_gap(out)
        if place is Place.ANEW:
            self._unplaced.count_other("sequence_num that began anew")
        elif not is_told:
            self._unplaced.count_other(f"hole before {channel}")
        return True

    def _of(self, symbol: str) -> _ProductMappers:
        product = self._products.get(stream_symbol(symbol))
        if product is None:
            raise DataError(
                f"a message is about {symbol[:40]}, not {', '.join(self._products)}",
                fix="list the product",
            )
        return product


def _is_counter(text: str) -> bool:
    return text.isdigit() and text.isascii() and len(text) <= _COUNTER_DIGITS_MAX


_CHANNELS: Final = frozenset(
    str(each.__struct_config__.tag)
    for each in (
        CandlesMessage,
        DepthMessage,
        HeartbeatsMessage,
        StatusMessage,
        SubscriptionsMessage,
        TickerBatchMessage,
        TickerMessage,
        TradesMessage,
    )
)
