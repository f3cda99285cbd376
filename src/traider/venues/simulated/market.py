"""One market: its book, its tape, its candles and whether it is open."""

from collections import deque
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from traider.venues.simulated.book import Book
from traider.venues.simulated.candles import (
    SECOND_NS,
    Candles,
    DayStatistics,
    day_statistics,
)
from traider.venues.simulated.orders import Order
from traider.venues.simulated.products import Product

TAPE_KEPT: Final = 1_000
FLAGS: Final = ("cancel_only", "limit_only", "post_only", "trading_disabled")


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade as the tape tells it; ``maker_side`` is the side of the order that rested."""

    trade_id: int
    time_ns: int
    ticks: int
    lots: int
    maker_side: int


@dataclass(slots=True, eq=False)
class Market:
    """The state of a product's market. Aliases of the product share it."""

    product: Product
    book: Book = field(default_factory=Book)
    tape: deque[Trade] = field(default_factory=lambda: deque(maxlen=TAPE_KEPT))
    candles: Candles = field(default_factory=Candles)
    stops: list[Order] = field(default_factory=list)
    """Orders that wait for the last price to reach their stop, oldest first."""
    flags: set[str] = field(default_factory=set)
    """Which of ``FLAGS`` restrict trading now."""
    last_ticks: int = 0
    last_trade_id: int = 1_000_000
    digest: int = 0
    """Sum of ``level_digest`` over all levels, kept up to date by who publishes the book."""
    published: dict[tuple[int, int], int] = field(default_factory=dict)
    """Lots of each level as told to the public last."""
    _day: DayStatistics | None = None
    _day_until_ns: int = 0

    def print_trade(self, time_ns: int, ticks: int, lots: int, maker_side: int) -> Trade:
        """Put a trade on the tape and into the candles."""
        self.last_trade_id += 1
        trade = Trade(self.last_trade_id, time_ns, ticks, lots, maker_side)
        self.tape.append(trade)
        self.candles.trade(time_ns, ticks, lots)
        self.last_ticks = ticks
        return trade

    def day(self, now_ns: int) -> DayStatistics:
        """Return the statistics of 24 hours, at most one second old."""
        if self._day is None or now_ns >= self._day_until_ns:
            self._day = day_statistics(self.candles, now_ns // SECOND_NS, self.last_ticks)
            self._day_until_ns = now_ns + SECOND_NS
        return self._day


def level_digest(side: int, price: str, size: str) -> int:
    """Return 64 bits of a level; the digest of a book is their sum modulo 2**64.

    The text is ``side|price|size``: ``bid`` or ``offer``, and decimals without needless zeros.
    """
    name = "bid" if side > 0 else "offer"
    text = f"{name}|{price}|{size}".encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")
