"""The order book: levels by price, orders by time of arrival within a level.

Prices are ticks, sizes lots. An entry belongs to an order of an account, or to the crowd: everyone
else in the market, whose orders are known by their size only. The book knows no rule of matching;
it keeps order and says which levels were touched since someone last asked.
"""

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from traider.venues.simulated.orders import Order

BUY: Final = 1
SELL: Final = -1


class Entry:
    """Lots that rest at a level; ``order`` is None for the crowd's."""

    __slots__ = ("lots", "number", "order", "side", "ticks")

    def __init__(self, number: int, side: int, ticks: int, lots: int, order: Order | None) -> None:
        self.number, self.side, self.ticks = number, side, ticks
        self.lots, self.order = lots, order


class Level:
    """One price: its entries, oldest first, and the lots they add up to."""

    __slots__ = ("entries", "lots", "ticks")

    def __init__(self, ticks: int) -> None:
        self.ticks = ticks
        self.lots = 0
        self.entries: OrderedDict[int, Entry] = OrderedDict()

    def crowd_lots(self) -> int:
        """Return what the crowd has at this price."""
        return sum(entry.lots for entry in self.entries.values() if entry.order is None)


class BookSide:
    """The levels of one side. A key is a price that grows the better it is."""

    __slots__ = ("keys", "levels", "side")

    def __init__(self, side: int) -> None:
        self.side = side
        self.levels: dict[int, Level] = {}
        self.keys: list[int] = []

    def best(self) -> Level | None:
        """Return the level that is met first."""
        return self.levels[self.keys[-1] * self.side] if self.keys else None

    def best_first(self) -> Iterator[Level]:
        """Yield the levels from the best on; the book must not change meanwhile."""
        side = self.side
        for key in reversed(self.keys):
            yield self.levels[key * side]

    def at(self, ticks: int) -> Level:
        """Return the level at ``ticks``, made if there is none."""
        level = self.levels.get(ticks)
        if level is None:
            level = self.levels[ticks] = Level(ticks)
            insort(self.keys, ticks * self.side)
        return level

    def drop(self, level: Level) -> None:
        """Forget an empty level."""
        del self.levels[level.ticks]
        keys, key = self.keys, level.ticks * self.side
        if keys[-1] == key:
            keys.pop()
        else:
            del keys[bisect_left(keys, key)]


class Book:
    """Both sides of one market."""

    __slots__ = ("_count", "asks", "bids", "touched")

    def __init__(self) -> None:
        self.bids = BookSide(BUY)
        self.asks = BookSide(SELL)
        self.touched: dict[tuple[int, int], None] = {}
        """Side and price of levels that changed since ``take_touched``, in order of change."""
        self._count = 0

    def of(self, side: int) -> BookSide:
        """Return the side that orders of ``side`` rest on."""
        return self.bids if side == BUY else self.asks

    def add(self, side: int, ticks: int, lots: int, order: Order | None = None) -> Entry:
        """Put lots at the end of the queue of a price."""
        self._count += 1
        entry = Entry(self._count, side, ticks, lots, order)
        level = self.of(side).at(ticks)
        level.entries[entry.number] = entry
        level.lots += lots
        self.touched[side, ticks] = None
        return entry

    def reduce(self, entry: Entry, lots: int) -> None:
        """Take ``lots`` off an entry, which keeps its place; at none left it leaves the book."""
        book_side = self.of(entry.side)
        level = book_side.levels[entry.ticks]
        entry.lots -= lots
        level.lots -= lots
        self.touched[entry.side, entry.ticks] = None
        if not entry.lots:
            del level.entries[entry.number]
            if not level.entries:
                book_side.drop(level)

    def remove(self, entry: Entry) -> None:
        """Take an entry out of the book."""
        self.reduce(entry, entry.lots)

    def move_to_end(self, entry: Entry) -> None:
        """Send an entry to the end of the queue of its price."""
        self.of(entry.side).levels[entry.ticks].entries.move_to_end(entry.number)

    def lots_at(self, side: int, ticks: int) -> int:
        """Return the lots that rest at a price."""
        level = self.of(side).levels.get(ticks)
        return level.lots if level else 0

    def best_ticks(self, side: int) -> int | None:
        """Return the best price of ``side``."""
        keys = self.of(side).keys
        return keys[-1] * side if keys else None

    def crosses(self, side: int, ticks: int) -> bool:
        """Whether an order of ``side`` at ``ticks`` would meet the other side."""
        keys = self.of(-side).keys
        return bool(keys) and ticks * side >= -keys[-1]

    def take_touched(self) -> dict[tuple[int, int], None]:
        """Return the levels that changed since the last call."""
        touched, self.touched = self.touched, {}
        return touched
