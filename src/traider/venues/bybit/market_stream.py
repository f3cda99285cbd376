"""Ask for the market data of some Bybit symbols on one connection, of one category.

Topics of a request are few (spot takes ten), so they are spread over several. The venue wants a
ping every 20 s and answers it, so a longer silence means a dead connection. A new snapshot of a
book is got by leaving its topic and subscribing again.

Source: bybit-exchange docs, v5, "Connect" and "Orderbook" (levels 1, 50, 200 and 1000).
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from traider.venues.bybit.instruments import VENUE, Category
from traider.venues.market_mapper import MarketMapper

STREAM_URL: Final = "wss://stream.bybit.com"
TOPICS_MAX: Final = 10
"""Topics of one request."""

_SILENCE_S: Final = 20.0
_PING: Final = b'{"op":"ping"}'
_STREAMS: Final = {
    Category.LINEAR: ("publicTrade", "tickers"),
    Category.SPOT: ("publicTrade",),
}
"""What is asked for beside the book; a ticker of spot tells no event."""


class BybitStream:
    """The market data of ``symbols`` on one connection."""

    silence_s: float = _SILENCE_S

    def __init__(
        self,
        mapper: MarketMapper,
        category: Category,
        symbols: Sequence[str],
        *,
        url: str = STREAM_URL,
        levels: int = 200,
    ) -> None:
        self.mapper = mapper
        self.symbols = tuple(symbols)
        self.url = f"{url}/v5/public/{category.value}"
        self.name = f"{VENUE}/{category.value}"
        self._book = f"orderbook.{levels}"
        self._others = _STREAMS[category]

    def subscribe(self) -> list[bytes]:
        """Return the requests for books, then for everything else."""
        streams = (self._book, *self._others)
        return list(
            _requests("subscribe", [f"{name}.{s}" for name in streams for s in self.symbols])
        )

    def resubscribe(self, symbols: tuple[str, ...]) -> list[bytes]:
        """Return the requests that leave the books of some symbols and enter them again."""
        topics = [f"{self._book}.{symbol}" for symbol in symbols]
        return [*_requests("unsubscribe", topics), *_requests("subscribe", topics)]

    def keepalive(self) -> bytes:
        """Return a ping, which is answered."""
        return _PING


def _requests(operation: str, topics: Sequence[str]) -> Iterator[bytes]:
    for first in range(0, len(topics), TOPICS_MAX):
        yield msgspec.json.encode({"op": operation, "args": topics[first : first + TOPICS_MAX]})
