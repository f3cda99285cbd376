"""An instrument whose events come as they come: from a feed, or replayed as a feed brought them.

Nothing of it can be read beforehand, so what a kernel is built with must not depend on the data:
the kernel of a live run and that of its replay are the same.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from traider.domain.instruments import InstrumentKind, InstrumentName

BOOK_WINDOW: Final = 16_384
"""Ticks of a book's side that are kept near at hand."""
FAR_LEVELS: Final = 131_072
"""Levels of a side beyond those; BTC-USD of Coinbase has 27,000 asks."""


@dataclass(frozen=True)
class StreamSource:
    """One instrument of a stream: what is known of it before its first event."""

    instrument: str
    tick_size: Decimal
    lot_size: Decimal
    has_book: bool = True
    """Whether changes of its order book are among the events."""
    bars: str = ""
    """Timeframe of the bars among the events; without one trades build them."""
    min_size: Decimal = Decimal(0)
    min_notional: Decimal = Decimal(0)
    lowest: float = 0.0
    """Lowest price; 0 before it is known."""
    first_ns: int = 0
    end_ns: int = 0
    records: int = 0

    @property
    def name(self) -> str:
        """Name of the instrument, as streams call it."""
        return self.instrument

    @property
    def is_derivative(self) -> bool:
        """Whether positions are held on margin and may be short."""
        if ":" not in self.instrument:
            return False
        return InstrumentName.parse(self.instrument).kind is not InstrumentKind.SPOT
