"""Kraken, listened to: what it lists, and one connection of protocol v2."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from traider.venues.kraken.instruments import VENUE, read_products, v2_symbol
from traider.venues.kraken.mapper import KrakenMapper
from traider.venues.kraken.market_stream import STREAM_URL, KrakenStream
from traider.venues.listing import Listing
from traider.venues.product import Product

REST_URL: Final = "https://api.kraken.com"


class LiveKraken:
    """Spot pairs."""

    name = VENUE

    def __init__(self, rest_url: str = "", stream_url: str = "") -> None:
        self._rest_url = rest_url or REST_URL
        self._stream_url = stream_url or STREAM_URL

    def list_urls(self, products: Sequence[str]) -> tuple[str, ...]:
        """Return the one list of pairs."""
        del products
        return (f"{self._rest_url}/0/public/AssetPairs",)

    def read_list(self, raw: bytes) -> Iterator[Product]:
        """Yield the pairs of an answer, as protocol v2 spells them."""
        return (replace(each, symbol=v2_symbol(each.symbol)) for each in read_products(raw))

    def streams(self, named: Sequence[tuple[str, Listing]]) -> tuple[KrakenStream, ...]:
        """Return one connection for all of them."""
        listings = [listing for _, listing in named]
        symbols = [listing.symbol for listing in listings]
        return (KrakenStream(KrakenMapper(listings), symbols, url=self._stream_url),)
