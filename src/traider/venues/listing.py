"""What a mapper must know of a symbol: whose events it makes, and on which grid they count."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Listing:
    """One symbol of a connection, and the grid its prices and sizes are counted on."""

    symbol: str
    """The venue's own name, as its messages spell it."""
    instrument: int
    """Position in the run's list of instruments, as events carry it."""
    tick_size: Decimal
    lot_size: Decimal
    funding_interval_ns: int = 0
    """Length of a funding interval; 0 when unknown, or told by the stream itself."""
