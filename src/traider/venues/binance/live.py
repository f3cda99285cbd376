"""Binance, listened to: what it lists, and the connections of each market."""

from collections.abc import Iterator, Sequence

from traider.venues.binance.instruments import VENUE as NAME
from traider.venues.binance.instruments import Market, read_products
from traider.venues.binance.mapper import BinanceMapper
from traider.venues.binance.market_stream import (
    API_PATHS,
    REST_URLS,
    BinanceMarksStream,
    BinanceStream,
    BookElsewhere,
)
from traider.venues.listing import Listing
from traider.venues.market_stream import MarketStream
from traider.venues.product import Product


class LiveBinance:
    """Spot and USD-M contracts; an address given stands for those of both markets."""

    name = NAME

    def __init__(self, rest_url: str = "", stream_url: str = "") -> None:
        self._rest_url = rest_url
        self._stream_url = stream_url

    def list_urls(self, products: Sequence[str]) -> tuple[str, ...]:
        """Return exchangeInfo of the markets that the products are of."""
        wanted = {_market(product) for product in products}
        return tuple(
            f"{self._rest_url or REST_URLS[each]}{API_PATHS[each]}/exchangeInfo"
            for each in Market
            if each in wanted
        )

    def read_list(self, raw: bytes) -> Iterator[Product]:
        """Yield the products of an answer; one of contracts tells their type."""
        return read_products(Market.USDM if b'"contractType"' in raw else Market.SPOT, raw)

    def streams(self, named: Sequence[tuple[str, Listing]]) -> tuple[MarketStream, ...]:
        """Return a connection for the books of each market, and one for the marks of contracts."""
        found: list[MarketStream] = []
        for market in Market:
            mine = [listing for name, listing in named if _market(name) is market]
            if mine:
                found += self._of_market(market, mine)
        return tuple(found)

    def _of_market(self, market: Market, listings: Sequence[Listing]) -> Iterator[MarketStream]:
        symbols = [listing.symbol for listing in listings]
        books = BinanceMapper(market, listings)
        yield BinanceStream(
            books, market, symbols, stream_url=self._stream_url, rest_url=self._rest_url
        )
        if market is Market.USDM:
            marks = BookElsewhere(BinanceMapper(market, listings), books)
            yield BinanceMarksStream(marks, symbols, stream_url=self._stream_url)


def _market(name: str) -> Market:
    """Tell a contract by what follows its quote."""
    return Market.USDM if name.count("-") > 1 else Market.SPOT
