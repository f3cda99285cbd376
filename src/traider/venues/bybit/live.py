"""Bybit, listened to: what it lists, and a connection for each category."""

from collections.abc import Iterator, Sequence
from typing import Final

from traider.venues.bybit.instruments import VENUE, Category, read_products
from traider.venues.bybit.mapper import BybitMapper
from traider.venues.bybit.market_stream import STREAM_URL, BybitStream
from traider.venues.listing import Listing
from traider.venues.product import Product

REST_URL: Final = "https://api.bybit.com"


class LiveBybit:
    """Spot and linear contracts."""

    name = VENUE

    def __init__(self, rest_url: str = "", stream_url: str = "") -> None:
        self._rest_url = rest_url or REST_URL
        self._stream_url = stream_url or STREAM_URL

    def list_urls(self, products: Sequence[str]) -> tuple[str, ...]:
        """Return instruments-info of spot, and of each base of the contracts.

        Contracts come in pages of at most 1000, of which 800 were full on 2026-08-09, so that the
        whole list may take several; spot comes at once ("Get Instruments Info").
        """
        url = f"{self._rest_url}/v5/market/instruments-info?category="
        contracts = [each for each in products if _category(each) is Category.LINEAR]
        bases = dict.fromkeys(each.partition("-")[0] for each in contracts)
        found = [f"{url}linear&limit=1000&baseCoin={base}" for base in bases]
        return (*found, *([f"{url}spot"] if len(contracts) < len(products) else []))

    def read_list(self, raw: bytes) -> Iterator[Product]:
        """Yield the products of an answer."""
        return read_products(raw)

    def streams(self, named: Sequence[tuple[str, Listing]]) -> tuple[BybitStream, ...]:
        """Return a connection for each category."""
        found = []
        for category in Category:
            mine = [listing for name, listing in named if _category(name) is category]
            if mine:
                symbols = [listing.symbol for listing in mine]
                mapper = BybitMapper(mine)
                found.append(BybitStream(mapper, category, symbols, url=self._stream_url))
        return tuple(found)


def _category(name: str) -> Category:
    """Tell a contract by what follows its quote."""
    return Category.LINEAR if name.count("-") > 1 else Category.SPOT
