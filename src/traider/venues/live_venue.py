"""What a venue must say so that it can be listened to: a small port, one object a venue."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from traider.venues.listing import Listing
from traider.venues.market_stream import MarketStream
from traider.venues.product import Product


class LiveVenue(Protocol):
    """How one venue is asked what it lists, and for its market data. Nothing here needs a key."""

    @property
    def name(self) -> str:
        """What instruments are named after: ``BYBIT``."""

    def list_urls(self, products: Sequence[str]) -> tuple[str, ...]:
        """Return the addresses whose answers list ``products`` (``BTC-USDT-PERP``)."""

    def read_list(self, raw: bytes) -> Iterable[Product]:
        """Yield the products of one such answer.

        Raises:
            DecodeError: the answer lacks a part.
        """

    def streams(self, named: Sequence[tuple[str, Listing]]) -> tuple[MarketStream, ...]:
        """Return the connections for some listings, each beside its instrument's name."""
