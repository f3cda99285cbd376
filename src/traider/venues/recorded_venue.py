"""What a venue must say so that its recordings can be read: a small port, one object a venue."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from traider.venues.listing import Listing
from traider.venues.market_mapper import MarketMapper
from traider.venues.recordings import Answered, Connection


@dataclass(frozen=True, slots=True)
class Product:
    """One symbol of a connection: what it is called here, and the grid where it is known.

    A grid of None is that of the finest decimals of the messages.
    """

    symbol: str
    """As the venue's messages spell it."""
    name: str
    """``VENUE:BASE-QUOTE…``, the name of the instrument."""
    tick_size: Decimal | None = None
    lot_size: Decimal | None = None
    funding_interval_ns: int = 0
    contract_size: Decimal = Decimal(1)
    """What one unit of size in a message is worth, as ``Listing.contract_size`` has it."""


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
