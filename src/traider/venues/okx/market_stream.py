"""Ask for the market data of some OKX instruments on one connection.

The venue closes a connection that was silent for 30 s; a ``ping`` of plain text is answered with
``pong``. A new snapshot of a book is got by leaving its channel and subscribing again.

Source: OKX API v5, "WebSocket: Connect", "Subscribe".
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from traider.venues.market_mapper import MarketMapper
from traider.venues.okx.instruments import VENUE

STREAM_URL: Final = "wss://ws.okx.com:8443"

_SILENCE_S: Final = 20.0
_PING: Final = b"ping"
_SWAP: Final = "-SWAP"


class OkxStream:
    """The market data of ``symbols`` on one connection."""

    silence_s: float = _SILENCE_S
    name = VENUE

    def __init__(
        self, mapper: MarketMapper, symbols: Sequence[str], *, url: str = STREAM_URL
    ) -> None:
        self.mapper = mapper
        self.symbols = tuple(symbols)
        self.url = f"{url}/ws/v5/public"

    def subscribe(self) -> list[bytes]:
        """Return one request: books and trades, mark price of contracts, funding of perpetuals."""
        channels = [(name, symbol) for name in ("books", "trades") for symbol in self.symbols]
        channels += [("mark-price", symbol) for symbol in self.symbols if symbol.count("-") > 1]
        channels += [("funding-rate", each) for each in self.symbols if each.endswith(_SWAP)]
        return [_request("subscribe", channels)]

    def resubscribe(self, symbols: tuple[str, ...]) -> list[bytes]:
        """Return the requests that leave the books of some instruments and enter them again."""
        channels = [("books", symbol) for symbol in symbols]
        return [_request("unsubscribe", channels), _request("subscribe", channels)]

    def keepalive(self) -> bytes:
        """Return a ping, which is answered."""
        return _PING


def _request(operation: str, channels: Sequence[tuple[str, str]]) -> bytes:
    arguments = [{"channel": name, "instId": symbol} for name, symbol in channels]
    return msgspec.json.encode({"op": operation, "args": arguments})
