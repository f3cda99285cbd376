"""From Bitfinex's messages to events: the one place where its bytes get a meaning.

    mapper = BitfinexMapper([Listing("tBTCUSD", 0, Decimal("1"), Decimal("0.00000001"))])
    out = EventWriter()
    mapper.take(raw: bytes, ts_recv: int, out)                # a message of the connection
    events: EventArray = out.take()

| channel | events | ts_event |
| --- | --- | --- |
| ``book`` of a precision P, the first list | DEPTH_SNAPSHOT | receipt |
| ``book``, one level | DEPTH_UPDATE | receipt |
| a sequence that does not rise by one | GAP, DEPTH_CLEAR of every book | receipt |
| ``trades``, ``te`` | TRADE | its own |
| ``trades``, ``tu`` | none: ``te`` told it; counted as doubled | |
| ``trades``, the first list | none: trades from before the subscription, counted as old | |
| ``subscribed``, ``unsubscribed``, ``conf`` | none | |
| any other | none; counted by name in ``counts.others`` | |

Depth is one record a level, bids first; RESYNC comes before the snapshot that mends a GAP.

Evidence: docs.bitfinex.com, "WebSocket" (general, Books, Trades, Conf flags); payloads of the
capture of 2021-04-17:

- With flag 65536 (``SEQ_ALL``) every array ends in a sequence of the whole connection, heartbeats
  included (1,670 of 1,670 rise by one). It is the only sign of a loss: a connection without it is
  refused.
- A level is price, number of orders, size. 0 orders remove it, and the size is then 1 on the bids
  and -1 on the asks; else the size is absolute and negative on the asks.
- Levels that fall out of the 100 are removed by updates: no book passes 100 a side.
- Numbers may have an exponent: ``[204928,[2e-8,0,1],50]``.
- A channel's heartbeat can come before its ``subscribed``: channel 232954, 7 s earlier.
- A book tells no time.
- ``te`` comes when a trade happens and ``tu`` when it is booked, with the same number.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Raw

from traider.domain.errors import DataError
from traider.venues.bitfinex.messages import (
    BookLevel,
    Event,
    decode_event,
    decode_level,
    decode_levels,
    decode_number,
    decode_parts,
    decode_trade,
    decode_trades,
)
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.stream_mapper import StreamMapper, StreamSymbol
from traider.venues.trade_numbers import NO_NUMBER
from traider.venues.wire_types import MS_NS, PriceLevel

_PARTS: Final = 3
"""Channel number, payload, sequence."""
_ANSWERS: Final = {"conf", "pong"}


class BitfinexMapper(StreamMapper[StreamSymbol]):
    """Map the messages of one connection, which tells sequences."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        super().__init__("Bitfinex", listings, StreamSymbol)
        self._channels: dict[int, Event] = {}
        self._sequence = NO_NUMBER

    def disconnect(self, ts_recv: int, out: EventWriter) -> None:
        """Break every book, as the connection has ended; the next message is of a new one."""
        super().disconnect(ts_recv, out)
        self._channels.clear()
        self._sequence = NO_NUMBER

    def _map(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        if raw.startswith(b"["):
            self._array(raw, ts_recv, out)
        else:
            self._event(raw)

    def _event(self, raw: bytes) -> None:
        event = decode_event(raw)
        if event.event == "error":
            raise self._refuse(f"{event.code} {event.reason}")
        if event.event == "subscribed":
            if event.channel in ("book", "trades"):
                self._of(event.symbol)
            self._channels[event.number] = event
        elif event.event == "unsubscribed":
            self._channels.pop(event.number, None)
        elif event.event not in _ANSWERS:
            self._unplaced.count_other(f"{event.event} {event.code or ''}".strip())

    def _array(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        parts = decode_parts(raw)
        mark = _text(parts)
        if len(parts) != _PARTS + (mark not in ("", "hb")):
            raise DataError(
                "a message has no sequence, so a loss would not show",
                fix='send {"event":"conf","flags":65536} before subscribing',
            )
        sequence = decode_number(parts[-1])
        self._follow(sequence, ts_recv, out)
        self._take_part(parts, mark, ts_recv, out)
        # Not before: a message that is refused leaves a hole, which the next one shows.
        self._sequence = sequence

    def _take_part(self, parts: Sequence[Raw], mark: str, ts_recv: int, out: EventWriter) -> None:
        """Take an array by its channel."""
        channel = self._channels.get(decode_number(parts[0]))
        if mark == "hb":
            self._unplaced.count_other("hb")
        elif channel is None:
            self._unplaced.count_other("no channel")
        elif channel.channel == "book" and channel.precision.startswith("P") and not mark:
            self._book(self._of(channel.symbol), (parts[1], decode_number(parts[-1])), ts_recv, out)
        elif channel.channel == "trades":
            self._trade(self._of(channel.symbol), (mark, parts[-2]), ts_recv, out)
        else:
            self._unplaced.count_other(f"{channel.channel} {channel.precision} {mark}".strip())

    def _follow(self, sequence: int, ts_recv: int, out: EventWriter) -> None:
        """Break every book where the sequence does not follow."""
        last = self._sequence
        if last not in (NO_NUMBER, sequence - 1):
            for symbol in self._symbols.values():
                symbol.break_book(ts_recv, (last + 1, max(sequence - 1, last + 1)), out)

    def _book(
        self, symbol: StreamSymbol, payload: tuple[Raw, int], ts_recv: int, out: EventWriter
    ) -> None:
        part, sequence = payload
        counts, stamp, text = symbol.counts, (ts_recv, ts_recv), bytes(part)
        counts.messages += 1
        if text.startswith(b"[[") or text == b"[]":
            bids, asks = _sides(decode_levels(part))
            symbol.depth.write_snapshot(stamp, bids, asks, sequence, out)
            symbol.last_id = sequence
            return
        bids, asks = _sides([decode_level(part)])
        counts.depth += 1
        if symbol.depth.is_whole:
            symbol.depth.write_changes(stamp, bids, asks, sequence, out)
            symbol.last_id = sequence
        else:
            counts.depth_unused += 1

    def _trade(
        self, symbol: StreamSymbol, payload: tuple[str, Raw], ts_recv: int, out: EventWriter
    ) -> None:
        mark, part = payload
        symbol.counts.messages += 1
        if mark == "tu":
            symbol.counts.trades_doubled += 1
        elif mark == "te":
            trade = decode_trade(part)
            if symbol.trade_numbers.is_new(trade.trade_id, out):
                stamp, side = (trade.traded_ms * MS_NS, ts_recv), 1 if trade.amount > 0 else -1
                level = (format(trade.price, "f"), format(abs(trade.amount), "f"))
                symbol.trades.write(stamp, side, level, trade.trade_id, out)
        elif mark:
            symbol.counts.count_other(f"trades {mark}")
        else:
            for past in decode_trades(part):
                symbol.pass_trade(past.trade_id, out)


def _text(parts: Sequence[Raw]) -> str:
    """Return the text that names an array's kind, empty for plain data."""
    if len(parts) < 2:
        raise DataError("a message is cut short", fix="record it again")
    payload = bytes(parts[1])
    return payload.strip(b'"').decode() if payload.startswith(b'"') else ""


def _sides(levels: Sequence[BookLevel]) -> tuple[list[PriceLevel], list[PriceLevel]]:
    """Return bids and asks as absolute sizes, 0 where a level is removed."""
    bids: list[PriceLevel] = []
    asks: list[PriceLevel] = []
    for level in levels:
        size = format(abs(level.amount), "f") if level.orders else "0"
        (bids if level.amount > 0 else asks).append((format(level.price, "f"), size))
    return bids, asks
