"""From OKX's messages to events: the one place where its bytes get a meaning.

    mapper = OkxMapper([Listing("BTC-USDT", 0, Decimal("0.1"), Decimal("0.00000001"))])
    out = EventWriter()
    mapper.take(raw: bytes, ts_recv: int, out)                # a message of the connection
    events: EventArray = out.take()

| channel | events | ts_event |
| --- | --- | --- |
| ``books``, ``snapshot`` | DEPTH_SNAPSHOT | ``ts`` |
| ``books``, ``update`` | DEPTH_UPDATE | ``ts`` |
| a ``prevSeqId`` that does not follow, a wrong ``checksum`` | GAP, DEPTH_CLEAR | receipt |
| ``trades`` | TRADE | ``ts`` |
| ``mark-price`` | MARK | ``ts`` |
| ``funding-rate`` | FUNDING when rate or settlement change | ``ts``, else receipt |
| ``{"event":"subscribe",…}``, ``pong``, an answer | none | |
| any other | none; counted by name in ``counts.others`` | |

Depth is one record a level, bids first; RESYNC comes before the snapshot that mends a GAP.

Evidence: OKX API v5, "Order book channel" (its rules for ``seqId`` and ``checksum``), "Trades
channel", "Funding rate channel", "Mark price channel"; payloads of the capture of 2022-05-13:

- Sizes are absolute and ``"0"`` removes; removing an unknown level is normal (953 times in 290
  messages: a level can come and go between two of them).
- ``prevSeqId`` of an update is the ``seqId`` before it; a snapshot has -1. After 60 s without a
  change an update without levels repeats ``seqId``. After maintenance ``seqId`` may fall while
  ``prevSeqId`` still follows: that is no gap.
- ``checksum`` is right for 290 of 290 books of 2022 (``checksum``); the feed of 2026 sends 0, which
  says nothing and is not compared. Books of 2022 have no ``seqId``: the checksum alone guards them.
- Levels that fall out of the 400 are removed by updates: BTC-USDT keeps 400 a side throughout.
- Sizes of derivatives are numbers of contracts, each worth ``ctVal × ctMult`` of the base (linear)
  or of the quote (inverse: UNI-USD-SWAP, 10 USD): ``Listing.contract_size``, which ``instruments``
  reads. The lot is in base or quote, as on every other venue.
- ``side`` of a trade is that of the taker. A subscription begins with the last trade before it,
  which is an event like any other unless it was told before. Numbers may jump, as one message can
  stand for several trades at one price.
- ``fundingRate`` is the rate due at ``fundingTime``, and the interval is what lies between that and
  ``nextFundingTime``. The channel speaks every 30 to 90 s.
"""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Raw

from traider.domain.errors import DataError
from traider.venues.decimal_steps import DecimalSteps
from traider.venues.event_writer import EventWriter
from traider.venues.ladder import LadderBook
from traider.venues.listing import Listing
from traider.venues.mark_writer import MarkWriter
from traider.venues.okx.checksum import LEVELS, checksum
from traider.venues.okx.messages import (
    Book,
    BookLevel,
    Message,
    decode_book,
    decode_funding_rate,
    decode_mark_price,
    decode_message,
    decode_trade,
)
from traider.venues.stream_mapper import StreamMapper, StreamSymbol
from traider.venues.trade_numbers import NO_NUMBER
from traider.venues.wire_types import MS_NS, PriceLevel

STALE_NS: Final = 120_000_000_000
"""The funding channel may be silent for 90 s."""

_SIDES: Final = {"buy": 1, "sell": -1}
_PONG: Final = b"pong"
_ANSWERS: Final = {"subscribe", "unsubscribe", "login", "channel-conn-count", "notice"}


class OkxSymbol(StreamSymbol):
    """One symbol, with a copy of its book for the checksum."""

    def __init__(self, listing: Listing) -> None:
        super().__init__(listing)
        self.marks = MarkWriter(listing, self.counts, stale_ns=STALE_NS)
        self.book = LadderBook(DecimalSteps(listing.tick_size, "price", zero=False))
        self.last_update: Book | None = None

    def restart(self) -> None:
        """Forget what belongs to a connection that ended."""
        super().restart()
        self.last_update = None
        self.book.clear()


Handler = Callable[[Raw, Message, int, EventWriter], None]


class OkxMapper(StreamMapper[OkxSymbol]):
    """Map the messages of one connection."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        super().__init__("OKX", listings, OkxSymbol)
        self._handlers: dict[str, Handler] = {
            "books": self._book,
            "trades": self._trade,
            "mark-price": self._mark,
            "funding-rate": self._funding,
        }

    def _map(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        if raw == _PONG:
            return
        message = decode_message(raw)
        if message.event:
            self._answer(message)
            return
        handler = self._handlers.get(message.channel.name)
        if handler is None:
            self._unplaced.count_other(message.channel.name or "unnamed")
            return
        for part in message.data:
            handler(part, message, ts_recv, out)

    def _answer(self, message: Message) -> None:
        if message.event == "error":
            raise self._refuse(f"{message.code} {message.reason}")
        if message.event not in _ANSWERS:
            self._unplaced.count_other(f"event {message.event}")

    def _book(self, part: Raw, message: Message, ts_recv: int, out: EventWriter) -> None:
        book = decode_book(part)
        symbol = self._of(message.channel.symbol)
        symbol.counts.messages += 1
        stamp = (int(book.sent_ms) * MS_NS, ts_recv)
        if message.action == "snapshot":
            _start(symbol, book, stamp, out)
        elif message.action == "update":
            _change(symbol, book, stamp, out)
        else:
            raise DataError(f"a book says {message.action[:40]!r}", fix="record it again")

    def _trade(self, part: Raw, message: Message, ts_recv: int, out: EventWriter) -> None:
        del message
        trade = decode_trade(part)
        symbol = self._of(trade.symbol)
        symbol.counts.messages += 1
        side, number = _SIDES.get(trade.side), int(trade.trade_id)
        if side is None:
            raise DataError(f"a trade has side {trade.side[:40]!r}", fix="record it again")
        if symbol.trade_numbers.is_new(number, out):
            stamp, level = (int(trade.trade_ms) * MS_NS, ts_recv), (trade.price, trade.size)
            symbol.trades.write(stamp, side, level, number, out)

    def _mark(self, part: Raw, message: Message, ts_recv: int, out: EventWriter) -> None:
        del message
        mark = decode_mark_price(part)
        symbol = self._of(mark.symbol)
        symbol.counts.messages += 1
        symbol.marks.write((int(mark.sent_ms) * MS_NS, ts_recv), (mark.mark, ""), "", 0, out)

    def _funding(self, part: Raw, message: Message, ts_recv: int, out: EventWriter) -> None:
        del message
        funding = decode_funding_rate(part)
        symbol = self._of(funding.symbol)
        symbol.counts.messages += 1
        due_ns = int(funding.due_ms) * MS_NS
        if funding.next_ms.isdigit():
            symbol.marks.interval_ns = int(funding.next_ms) * MS_NS - due_ns
        ts_event = ts_recv if funding.sent_ms is None else int(funding.sent_ms) * MS_NS
        symbol.marks.write((ts_event, ts_recv), ("", ""), funding.rate, due_ns, out)


def _levels(levels: Sequence[BookLevel]) -> list[PriceLevel]:
    return [(price, size) for price, size, _, _ in levels]


def _start(symbol: OkxSymbol, book: Book, stamp: tuple[int, int], out: EventWriter) -> None:
    """Start the book from a snapshot, unless its own checksum is wrong."""
    bids, asks = _levels(book.bids), _levels(book.asks)
    symbol.book.replace(bids, asks)
    symbol.last_update = None
    if not _is_right(symbol, book):
        symbol.counts.snapshots_refused += 1
        symbol.break_book(stamp[1], (0, 0), out)
        return
    number = _number(book)
    symbol.depth.write_snapshot(stamp, bids, asks, max(number, 0), out)
    symbol.last_id = number


def _change(symbol: OkxSymbol, book: Book, stamp: tuple[int, int], out: EventWriter) -> None:
    """Write an update when it follows the book and gives the book it should."""
    counts = symbol.counts
    counts.depth += 1
    if not symbol.depth.is_whole:
        counts.depth_unused += 1
        return
    if book == symbol.last_update:
        counts.depth_old += 1
        return
    last, number = symbol.last_id, _number(book)
    if book.previous_id is not None and book.previous_id != last:
        counts.depth_unused += 1
        symbol.break_book(stamp[1], (last + 1, max(book.previous_id, 0)), out)
        return
    bids, asks = _levels(book.bids), _levels(book.asks)
    symbol.book.apply(bids, asks)
    if not _is_right(symbol, book):
        counts.depth_unused += 1
        symbol.break_book(stamp[1], (0, 0), out)
        return
    symbol.depth.write_changes(stamp, bids, asks, max(number, 0), out)
    symbol.last_id, symbol.last_update = number, book


def _number(book: Book) -> int:
    return NO_NUMBER if book.update_id is None else book.update_id


def _is_right(symbol: OkxSymbol, book: Book) -> bool:
    """Compare the checksum, where one is told."""
    if not book.checksum:
        return True
    ladder, counts = symbol.book, symbol.counts
    is_right = checksum(ladder.bids.best(LEVELS), ladder.asks.best(LEVELS)) == book.checksum
    counts.checksums_right += is_right
    counts.checksums_wrong += not is_right
    return is_right
