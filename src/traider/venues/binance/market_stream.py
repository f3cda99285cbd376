"""Ask for the market data of some Binance symbols on one connection, of one market.

Streams are named in the address, so nothing is sent but a question every ten seconds whose answer
says that the connection lives: a quiet symbol may have nothing to tell. Books are fetched.

USD-M routes its streams: books and quotes come from ``/public``, trades, mark price and funding
from ``/market``. That is a second connection, which has no book: ``BookElsewhere`` lets it tell
what it has without being asked for one.

Source: binance-spot-api-docs, web-socket-streams.md (5 messages a second, ``LIST_SUBSCRIPTIONS``);
developers.binance.com, USD-M futures, "Websocket Market Streams", "Order Book" (limit 1000).
"""

from collections.abc import Sequence
from typing import Final

from traider.venues.binance.instruments import VENUE, Market
from traider.venues.counts import MapperCounts
from traider.venues.event_writer import EventWriter
from traider.venues.market_mapper import MarketMapper

STREAM_URLS: Final = {
    Market.SPOT: "wss://stream.binance.com:9443",
    Market.USDM: "wss://fstream.binance.com",
}
REST_URLS: Final = {
    Market.SPOT: "https://api.binance.com",
    Market.USDM: "https://fapi.binance.com",
}
API_PATHS: Final = {Market.SPOT: "/api/v3", Market.USDM: "/fapi/v1"}
BOOK_STREAMS: Final = {
    Market.SPOT: ("depth@100ms", "trade", "bookTicker"),
    Market.USDM: ("depth@100ms", "bookTicker"),
}
MARK_STREAMS: Final = ("aggTrade", "markPrice@1s")
BOOK_LEVELS: Final = 1000

_ROUTES: Final = {Market.SPOT: "", Market.USDM: "/public"}
_MARK_ROUTE: Final = "/market"
_SILENCE_S: Final = 20.0
_QUESTION: Final = b'{"method":"LIST_SUBSCRIPTIONS","id":1}'


class _NamedStreams:
    """A connection whose address names its streams."""

    silence_s: float = _SILENCE_S

    def __init__(
        self, mapper: MarketMapper, symbols: Sequence[str], url: str, streams: Sequence[str]
    ) -> None:
        self.mapper = mapper
        self.symbols = tuple(symbols)
        names = [f"{symbol.lower()}@{stream}" for symbol in symbols for stream in streams]
        self.url = f"{url}/stream?streams={'/'.join(names)}"

    def subscribe(self) -> list[bytes]:
        """Return nothing: the address has said it."""
        return []

    def resubscribe(self, symbols: tuple[str, ...]) -> list[bytes]:
        """Return nothing: books are fetched."""
        del symbols
        return []

    def keepalive(self) -> bytes:
        """Return a question, which is answered."""
        return _QUESTION


class BinanceStream(_NamedStreams):
    """Books, quotes and, on spot, trades of ``symbols``."""

    def __init__(
        self,
        mapper: MarketMapper,
        market: Market,
        symbols: Sequence[str],
        *,
        stream_url: str = "",
        rest_url: str = "",
    ) -> None:
        url = f"{stream_url or STREAM_URLS[market]}{_ROUTES[market]}"
        super().__init__(mapper, symbols, url, BOOK_STREAMS[market])
        self.name = f"{VENUE}/{market.value.lower()}"
        self._depth = f"{rest_url or REST_URLS[market]}{API_PATHS[market]}/depth"

    def book_url(self, symbol: str) -> str:
        """Return the address of a book of 1000 levels a side."""
        return f"{self._depth}?symbol={symbol}&limit={BOOK_LEVELS}"


class BinanceMarksStream(_NamedStreams):
    """Trades, mark price and funding of USD-M contracts; ``mapper`` is a ``BookElsewhere``."""

    name = f"{VENUE}/usdm-marks"

    def __init__(
        self, mapper: MarketMapper, symbols: Sequence[str], *, stream_url: str = ""
    ) -> None:
        url = f"{stream_url or STREAM_URLS[Market.USDM]}{_MARK_ROUTE}"
        super().__init__(mapper, symbols, url, MARK_STREAMS)


class BookElsewhere:
    """A mapper of a connection without books: whether a book stands, another mapper says."""

    def __init__(self, mapper: MarketMapper, books: MarketMapper) -> None:
        self._mapper = mapper
        self._books = books

    @property
    def counts(self) -> MapperCounts:
        """What was met on the connection."""
        return self._mapper.counts

    def take(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        """Write the records that one message says.

        Raises:
            DataError: as the mapper's own.
        """
        self._mapper.take(raw, ts_recv, out)

    def snapshot(self, symbol: str, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        """Give a book to the connection that has books."""
        self._books.snapshot(symbol, raw, ts_recv, out)

    def disconnect(self, ts_recv: int, out: EventWriter) -> None:
        """Let the connection end; no book stood on it."""
        self._mapper.disconnect(ts_recv, out)

    def is_whole(self, symbol: str) -> bool:
        """Whether the book of ``symbol`` stands where books are."""
        return self._books.is_whole(symbol)

    def counts_of(self, symbol: str) -> MapperCounts:
        """What was met of one symbol on the connection."""
        return self._mapper.counts_of(symbol)

    def missing(self) -> tuple[str, ...]:
        """Return nothing: no book belongs here."""
        return ()
