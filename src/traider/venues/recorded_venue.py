"""What a venue must say so that its recordings can be read: a small port, one object a venue."""

from collections.abc import Sequence
from typing import Protocol

from traider.venues.listing import Listing
from traider.venues.market_mapper import MarketMapper
from traider.venues.product import Product
from traider.venues.recordings import Answered, Connection


class RecordedVenue(Protocol):
    """How the recordings of one venue are understood."""

    def products(self, connection: Connection, answers: Sequence[Answered]) -> tuple[Product, ...]:
        """Return the symbols that a connection asked for.

        They are told by its address, its requests or its name; grids by the REST answers, else by
        the registry of instruments.

        Raises:
            DataError: nothing tells the symbols, or an answer cannot be read.
        """

    def mapper(self, connection: Connection, listings: Sequence[Listing]) -> MarketMapper:
        """Return a mapper for the messages of a connection."""

    def snapshot_symbol(self, url: str) -> str:
        """Return the symbol whose book a REST answer holds; empty when it holds none."""
