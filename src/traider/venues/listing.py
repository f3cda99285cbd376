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
    contract_size: Decimal = Decimal(1)
    """How much of what the lot counts (the base; the quote where contracts are inverse) one unit of
    size in a message stands for: 1, but where a venue counts sizes in contracts."""

    @property
    def size_step(self) -> Decimal:
        """The lot in the units of the venue's messages."""
        return self.lot_size / self.contract_size
