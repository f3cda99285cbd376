"""OKX, listened to: what it lists, and one connection."""

from collections.abc import Iterator, Sequence
from typing import Final

from traider.venues.listing import Listing
from traider.venues.okx.instruments import VENUE, read_products
from traider.venues.okx.mapper import OkxMapper
from traider.venues.okx.market_stream import STREAM_URL, OkxStream
from traider.venues.product import Product

REST_URL: Final = "https://www.okx.com"

_TYPES: Final = ("SPOT", "SWAP", "FUTURES")


class LiveOkx:
    """Spot, perpetuals and futures."""

    name = VENUE

    def __init__(self, rest_url: str = "", stream_url: str = "") -> None:
        self._rest_url = rest_url or REST_URL
        self._stream_url = stream_url or STREAM_URL

    def list_urls(self, products: Sequence[str]) -> tuple[str, ...]:
        """Return the lists of the types that the products are of."""
        wanted = {_type(product) for product in products}
        return tuple(
            f"{self._rest_url}/api/v5/public/instruments?instType={each}"
            for each in _TYPES
            if each in wanted
        )

    def read_list(self, raw: bytes) -> Iterator[Product]:
        """Yield the products of an answer."""
        return read_products(raw)

    def streams(self, named: Sequence[tuple[str, Listing]]) -> tuple[OkxStream, ...]:
        """Return one connection for all of them."""
        listings = [listing for _, listing in named]
        symbols = [listing.symbol for listing in listings]
        return (OkxStream(OkxMapper(listings), symbols, url=self._stream_url),)


def _type(name: str) -> str:
    suffix = name.split("-")[2:]
    if not suffix:
        return "SPOT"
    return "SWAP" if suffix == ["PERP"] else "FUTURES"
