"""What a venue lists: a symbol, what it is called here, and the grid where it is known."""

from dataclasses import dataclass
from decimal import Decimal


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
