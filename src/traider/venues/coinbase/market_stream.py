"""Ask for the market data of some products on one WebSocket connection.

Each channel is a message of its own. Heartbeats come first: the venue closes a connection that has
not subscribed within 5 s, and channels that are quiet for 60 to 90 s, which heartbeats (one a
second) prevent; so several seconds without any message mean a dead connection. A new snapshot of a
book is got by leaving ``level2`` and subscribing again.

Market data needs no key. With one, each message carries a token, and counts against the limits of
the key instead of those of the address (8 connections and, without a key, 8 messages a second).

Source: docs.cdp.coinbase.com, "WebSocket channels", "Guides: WebSocket" (2026-07).
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from traider.domain.ports import Clock
from traider.venues.coinbase.instruments import stream_symbol
from traider.venues.coinbase.mapper import CoinbaseMapper
from traider.venues.coinbase.subscriptions import subscription
from traider.venues.coinbase.token import ApiKey
from traider.venues.market_stream import StreamLimits

MARKET_URL: Final = "wss://advanced-trade-ws.coinbase.com"
_BOOKS: Final = "level2"
CHANNELS: Final = (_BOOKS, "market_trades", "ticker", "status")
"""What is asked for beside heartbeats."""

LIMITS: Final = StreamLimits(connections_per_s=8.0, messages_per_s=8.0)

_SILENCE_S: Final = 5.0
_TOO_MUCH: Final = ("rate limit", "too many")
"""What its words for a refusal hold when too much came."""


class _Refusal(msgspec.Struct):
    type: str = ""
    message: str = ""


_read_refusal: Final = msgspec.json.Decoder(_Refusal).decode


class CoinbaseStream:
    """The market data of ``symbols`` on one connection."""

    silence_s: float = _SILENCE_S
    limits: StreamLimits = LIMITS

    def __init__(
        self,
        mapper: CoinbaseMapper,
        symbols: Sequence[str],
        clock: Clock,
        *,
        url: str = MARKET_URL,
        key: ApiKey | None = None,
        number: int = 1,
    ) -> None:
        self.mapper = mapper
        self.symbols = tuple(symbols)
        self.url = url
        self.name = f"COINBASE/{number}"
        self._acknowledged: set[str] = set()
        self._clock = clock
        self._key = key

    def subscribe(self) -> list[bytes]:
        """Return heartbeats, then every channel for every product."""
        first = self._message("heartbeats", ())
        return [first, *(self._message(name, self.symbols) for name in CHANNELS)]

    def resubscribe(self, symbols: tuple[str, ...]) -> list[bytes]:
        """Return the messages that leave ``level2`` of some products and enter it again."""
        return [self._message(_BOOKS, symbols, "unsubscribe"), self._message(_BOOKS, symbols)]

    def keepalive(self) -> bytes:
        """Return nothing: heartbeats keep the connection open."""
        return b""

    def unsubscribed(self) -> tuple[str, ...]:
        """Return the products whose ``level2`` was acknowledged, and is subscribed no more."""
        told = self.mapper.subscriptions
        if not told:
            # Nothing was acknowledged yet, or all was left: then nothing at all comes any more.
            self._acknowledged.clear()
        now = {stream_symbol(name) for name in told.get(_BOOKS, ())}
        self._acknowledged |= now
        left = self._acknowledged - now
        return tuple(symbol for symbol in self.symbols if stream_symbol(symbol) in left)

    def is_slow_down(self, raw: bytes) -> bool:
        """Whether a message is an error that says that too much was asked."""
        try:
            told = _read_refusal(raw)
        except msgspec.DecodeError:
            return False
        words = told.message.lower()
        return told.type == "error" and any(each in words for each in _TOO_MUCH)

    def _message(
        self,
        channel: str,
        symbols: tuple[str, ...],
        kind: Literal["subscribe", "unsubscribe"] = "subscribe",
    ) -> bytes:
        return subscription(channel, symbols, self._clock, self._key, kind)
