"""A venue's order book with Binance's numbering, and the messages that tell of it.

Every change of a level has a number; a message tells the last size of each level changed since the
message before; a snapshot is the book at some number. On USD-M symbols share the numbers, so a
symbol's have holes, and a snapshot may be numbered inside a hole.
"""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.venues.binance.wire import snapshot, spot_depth, usdm_depth
from traider.venues.binance.instruments import Market

Change = tuple[int, int, int, int]
"""Number, side, price in ticks, size in lots."""
Books = tuple[dict[int, int], dict[int, int]]
"""Bids and asks."""


def price_text(ticks: int) -> str:
    """Return a price on the grid of 0.1."""
    return f"{ticks // 10}.{ticks % 10}0"


def size_text(lots: int) -> str:
    """Return a size on the grid of 0.001."""
    return f"{lots // 1000}.{lots % 1000:03}"


@dataclass(frozen=True)
class Venue:
    """The changes of one book, cut into messages."""

    market: Market
    groups: tuple[tuple[Change, ...], ...]

    @property
    def first_number(self) -> int:
        """The number of the first change."""
        return self.groups[0][0][0]

    @property
    def last_number(self) -> int:
        """The number of the last change."""
        return self.groups[-1][-1][0]

    def book_at(self, number: int) -> Books:
        """Return the book after all changes up to ``number``."""
        books: Books = ({}, {})
        for change_number, side, price, size in (
            change for group in self.groups for change in group
        ):
            if change_number > number:
                break
            levels = books[0] if side == 1 else books[1]
            levels.pop(price, None)
            if size:
                levels[price] = size
        return books

    def message(self, place: int) -> dict[str, Any]:
        """Return the message about group ``place``."""
        group = self.groups[place]
        last = {(side, price): size for _, side, price, size in group}
        bids, asks = (
            [(price_text(p), size_text(q)) for (s, p), q in last.items() if s == side]
            for side in (1, -1)
        )
        first, final = group[0][0], group[-1][0]
        if self.market is Market.SPOT:
            return spot_depth((first, final), bids, asks)
        previous = self.groups[place - 1][-1][0] if place else first - 1
        return usdm_depth((first, final, previous), bids, asks)

    def snapshot(self, number: int) -> dict[str, Any]:
        """Return the whole book at ``number``."""
        bids, asks = (
            [(price_text(p), size_text(q)) for p, q in levels.items()]
            for levels in self.book_at(number)
        )
        return snapshot(number, bids, asks)


@st.composite
def venues(draw: st.DrawFn) -> Venue:
    """Draw a market and a few messages of a few changes each."""
    market = draw(st.sampled_from(Market))
    number, groups = draw(st.integers(1, 10**12)), []
    skip = st.just(1) if market is Market.SPOT else st.integers(1, 3)
    for size in draw(st.lists(st.integers(1, 3), min_size=1, max_size=12)):
        group = []
        for _ in range(size):
            number += draw(skip)
            level = draw(st.tuples(st.sampled_from([1, -1]), st.integers(1, 6), st.integers(0, 3)))
            group.append((number, *level))
        groups.append(tuple(group))
    return Venue(market, tuple(groups))
