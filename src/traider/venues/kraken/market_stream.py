"""Ask for the market data of some Kraken pairs on one connection of protocol v2.

``instrument`` comes first: it tells the decimals that checksums are taken with. Heartbeats come
every second or so where nothing else does, so several seconds of silence mean a dead connection. A
new snapshot of a book is got by leaving its channel and subscribing again, at the same depth.

Source: docs.kraken.com, "Spot WebSocket API v2": book (depths 10, 25, 100, 500, 1000), heartbeat.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from traider.venues.kraken.instruments import VENUE
from traider.venues.market_mapper import MarketMapper

STREAM_URL: Final = "wss://ws.kraken.com"

_SILENCE_S: Final = 10.0


class KrakenStream:
    """The market data of ``symbols`` on one connection."""

    silence_s: float = _SILENCE_S
    name = VENUE

    def __init__(
        self,
        mapper: MarketMapper,
        symbols: Sequence[str],
        *,
        url: str = STREAM_URL,
        levels: int = 100,
    ) -> None:
        self.mapper = mapper
        self.symbols = tuple(symbols)
        self.url = f"{url}/v2"
        self._levels = levels

    def subscribe(self) -> list[bytes]:
        """Return the requests for decimals, books and trades, without the trades of the past."""
        return [
            _request("subscribe", {"channel": "instrument", "snapshot": True}),
            self._books("subscribe", self.symbols),
            _request("subscribe", {"channel": "trade", "symbol": self.symbols, "snapshot": False}),
        ]

    def resubscribe(self, symbols: tuple[str, ...]) -> list[bytes]:
        """Return the requests that leave the books of some pairs and enter them again."""
        return [self._books("unsubscribe", symbols), self._books("subscribe", symbols)]

    def keepalive(self) -> bytes:
        """Return nothing: heartbeats keep the connection open."""
        return b""

    def _books(self, method: str, symbols: Sequence[str]) -> bytes:
        return _request(method, {"channel": "book", "symbol": symbols, "depth": self._levels})


def _request(method: str, parameters: dict[str, object]) -> bytes:
    return msgspec.json.encode({"method": method, "params": parameters})
