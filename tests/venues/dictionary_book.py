"""A book of plain dictionaries: what a capture's records make of it, checked at each message."""

from dataclasses import dataclass, field
from decimal import Decimal

from traider.domain.events import EventArray, Kind, MarketFlag

BOOK_KINDS = (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE, Kind.DEPTH_CLEAR)


@dataclass
class DictionaryBook:
    """Levels by price in ticks, sizes in lots."""

    bids: dict[int, int] = field(default_factory=dict)
    asks: dict[int, int] = field(default_factory=dict)
    last_update_id: int = 0
    looked: int = 0
    """Messages after which the book was looked at."""
    crossed: int = 0
    """Of these, how often a bid was at or above an ask."""

    def replay(self, events: EventArray) -> None:
        """Apply the depth of ``events``, which are of one instrument."""
        names = ("kind", "flags", "side", "price", "size", "id", "w3")
        columns = [events[name].tolist() for name in names]
        for kind, flags, side, price, size, number, index in zip(*columns, strict=True):
            if kind not in BOOK_KINDS:
                continue
            if kind == Kind.DEPTH_CLEAR or (kind == Kind.DEPTH_SNAPSHOT and index == 0):
                self.bids.clear()
                self.asks.clear()
            if kind != Kind.DEPTH_CLEAR:
                levels = self.bids if side == 1 else self.asks
                if size:
                    levels[price] = size
                else:
                    levels.pop(price, None)
            self.last_update_id = number
            if flags & MarketFlag.LAST_OF_MESSAGE:
                self.looked += 1
                self.crossed += bool(self.bids and self.asks and max(self.bids) >= min(self.asks))

    def top(self, side: int, tick_size: Decimal, lot_size: Decimal) -> list[list[Decimal]]:
        """Return price and size of the five best levels of a side."""
        levels = self.bids if side == 1 else self.asks
        best = sorted(levels, reverse=side == 1)[:5]
        return [[price * tick_size, levels[price] * lot_size] for price in best]
