"""A mapper's own copy of a book, for venues whose rule of continuity needs one.

A checksum covers the best levels as the venue wrote them, and some venues do not tell which levels
fall out of the depth that was subscribed: both need the book beside the stream. Levels keep the
text of price and size; their order is by ticks.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

from traider.venues.decimal_steps import DecimalSteps
from traider.venues.wire_types import PriceLevel


def removes(size: str) -> bool:
    """Whether an absolute size is zero: ``0``, ``0.000``."""
    return not size.strip("0.")


class Ladder:
    """One side of a book; ``side`` is +1 for bids, whose best price is the highest."""

    __slots__ = ("_keys", "_levels", "_sign", "_ticks")

    def __init__(self, ticks: DecimalSteps, side: int) -> None:
        self._ticks = ticks
        self._sign = -side
        self._keys: list[int] = []
        self._levels: dict[int, PriceLevel] = {}

    def __len__(self) -> int:
        """Return the number of levels."""
        return len(self._keys)

    def apply(self, levels: Iterable[PriceLevel]) -> None:
        """Set levels, remove those of size zero; to remove an unknown one is normal.

        Raises:
            DataError: a price is no number of the grid.
        """
        keys, book, ticks, sign = self._keys, self._levels, self._ticks, self._sign
        for level in levels:
            key = sign * ticks[level[0]]
            if not removes(level[1]):
                if key not in book:
                    insort(keys, key)
                book[key] = level
            elif book.pop(key, None) is not None:
                del keys[bisect_left(keys, key)]

    def best(self, count: int) -> list[PriceLevel]:
        """Return the best levels, best first."""
        levels = self._levels
        return [levels[key] for key in self._keys[:count]]

    def trim(self, depth: int | None) -> list[str]:
        """Drop the levels beyond ``depth``, none where it is None; return their prices."""
        if depth is None:
            return []
        levels = self._levels
        prices = [levels.pop(key)[0] for key in self._keys[depth:]]
        del self._keys[depth:]
        return prices

    def clear(self) -> None:
        """Forget every level."""
        self._keys.clear()
        self._levels.clear()


class LadderBook:
    """Both sides of a book."""

    __slots__ = ("asks", "bids")

    def __init__(self, ticks: DecimalSteps) -> None:
        self.bids = Ladder(ticks, 1)
        self.asks = Ladder(ticks, -1)

    def apply(self, bids: Sequence[PriceLevel], asks: Sequence[PriceLevel]) -> None:
        """Set the changed levels of both sides."""
        self.bids.apply(bids)
        self.asks.apply(asks)

    def replace(self, bids: Sequence[PriceLevel], asks: Sequence[PriceLevel]) -> None:
        """Forget what was there and take a snapshot."""
        self.clear()
        self.apply(bids, asks)

    def trim(self, depth: int | None) -> tuple[list[PriceLevel], list[PriceLevel]]:
        """Drop the levels beyond ``depth``; return them as changes of size 0."""
        bids, asks = self.bids.trim(depth), self.asks.trim(depth)
        return [(price, "0") for price in bids], [(price, "0") for price in asks]

    def clear(self) -> None:
        """Forget both sides."""
        self.bids.clear()
        self.asks.clear()
