"""Candles of five minutes, pushed each second while they grow.

    socket = await WebSocket.open(MARKET_URL, owner)
    for message in candle_subscriptions(clock, ["BTC-USD"]):
        socket.send(message)
    …
    for candle in mapper.take(raw): …      # CandleUpdate, oldest first

A snapshot of past candles comes first, then the one that grows, again and again. Nothing says that
one is complete: it is, as soon as one that opens later is told. So each candle is told while it
grows (``is_closed`` false), and once more when it is over.

| quirk | what is done |
| --- | --- |
| a candle is told again, unchanged | passed over |
| an older candle changes after a later one was told | told again, closed, as it is now |
| a number is missing, or the connection ends | what grew is forgotten: it may not be told closed |
| a bucket without a trade | there is no candle of it; none is made up |

The last push of a candle may be a second older than its end, so what a closed one lacks are trades
of that second: where the last of them counts, ask REST for the candle once it is over.

Source: docs.cdp.coinbase.com, "WebSocket channels: candles" (2026-06).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct

from traider.domain.errors import DataError
from traider.domain.ports import Clock
from traider.venues.coinbase.rest_messages import amount
from traider.venues.coinbase.subscriptions import subscription
from traider.venues.coinbase.token import ApiKey

CANDLE_S: Final = 300
"""Length of every candle of the channel."""


class _Row(Struct, frozen=True):
    start: str
    high: str
    low: str
    open: str
    close: str
    volume: str
    product_id: str


class _Event(Struct, frozen=True):
    candles: list[_Row] = []


class _Message(Struct, frozen=True):
    channel: str = ""
    type: str = ""
    message: str = ""
    sequence_num: int = -1
    events: list[msgspec.Raw] = []


@dataclass(frozen=True)
class CandleUpdate:
    """A candle as it stands."""

    product_id: str
    start_s: int
    """When it opens, s since 1970 UTC."""
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    """What was traded, in the base currency."""
    is_closed: bool
    """One that opens later was told."""


def candle_subscriptions(
    clock: Clock, products: Sequence[str], key: ApiKey | None = None
) -> list[bytes]:
    """Return the messages to send when a connection to the market host is open."""
    return [
        subscription("heartbeats", (), clock, key),
        subscription("candles", products, clock, key),
    ]


class CandleMapper:
    """The candles of one connection after the other."""

    def __init__(self) -> None:
        self.gaps = 0
        """Times that messages were lost."""
        self._next = 0
        self._told: dict[str, dict[int, CandleUpdate]] = {}
        """Of each product the candles of the present connection, as they were told last."""

    def disconnect(self) -> None:
        """Note that the connection ended: the next message is the first of a new one."""
        self._next = 0
        self._told.clear()

    def take(self, raw: bytes) -> list[CandleUpdate]:
        """Return what one message tells of candles.

        Raises:
            DataError: it cannot be read, or says that a request was refused.
        """
        try:
            message = msgspec.json.decode(raw, type=_Message)
            events = [msgspec.json.decode(body, type=_Event) for body in _bodies(message)]
            rows = sorted(
                (_read(row) for event in events for row in event.candles),
                key=lambda candle: candle.start_s,
            )
        except (msgspec.DecodeError, ValueError, DataError) as fault:
            raise DataError(f"a message cannot be read: {fault}", fix="connect again") from fault
        if message.type == "error":
            raise DataError(
                f"Coinbase refused a request: {message.message[:200]!r}",
                fix="check the names of channel and products",
            )
        if not self._follows(message.sequence_num):
            return []
        return [update for row in rows for update in self._candle(row)]

    def _follows(self, number: int) -> bool:
        """Place a message in the count; return whether it is a new one."""
        if 0 <= number < self._next:
            return False
        if number > self._next:
            self.gaps += 1
            self._told.clear()
        self._next = max(number + 1, self._next)
        return True

    def _candle(self, row: CandleUpdate) -> list[CandleUpdate]:
        """Return what a candle as it is told now says of itself and of those before."""
        told = self._told.setdefault(row.product_id, {})
        newest = max(told, default=row.start_s)
        if row.start_s > newest:
            over = _closed(told[newest])
            told.clear()
            told[newest], told[row.start_s] = over, row
            return [over, row]
        now = row if row.start_s == newest else _closed(row)
        if told.get(row.start_s) == now:
            return []
        told[row.start_s] = now
        return [now]


def _bodies(message: _Message) -> list[msgspec.Raw]:
    return message.events if message.channel == "candles" else []


def _read(row: _Row) -> CandleUpdate:
    return CandleUpdate(
        product_id=row.product_id,
        start_s=int(row.start),
        open=amount(row.open),
        high=amount(row.high),
        low=amount(row.low),
        close=amount(row.close),
        volume=amount(row.volume),
        is_closed=False,
    )


def _closed(candle: CandleUpdate) -> CandleUpdate:
    return replace(candle, is_closed=True)
