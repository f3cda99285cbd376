"""A venue's book that changes message by message, and what a subscriber of some depth is told.

Prices are ticks of 0.1, sizes lots of 0.001. A message tells the last size of every level that
changed in sight, and of those that came into sight because a better level went; a level that a
better one pushes out of sight is told as removed by venues that say so (``tells_fallen``).
"""

from dataclasses import dataclass

from hypothesis import strategies as st

Change = tuple[int, int, int]
"""Side, price in ticks, size in lots."""
Books = tuple[dict[int, int], dict[int, int]]
"""Bids and asks."""
TextLevel = tuple[str, str]
Sides = tuple[list[TextLevel], list[TextLevel]]
"""Bids and asks as text."""


def price_text(ticks: int) -> str:
    """Return a price on the grid of 0.1."""
    return f"{ticks // 10}.{ticks % 10}"


def size_text(lots: int) -> str:
    """Return a size on the grid of 0.001."""
    return f"{lots // 1000}.{lots % 1000:03}"


@dataclass(frozen=True)
class VenueModel:
    """The changes of one book, cut into messages."""

    groups: tuple[tuple[Change, ...], ...]
    depth: int
    tells_fallen: bool = True

    def sight(self, place: int) -> Books:
        """Return what a subscriber sees after ``place`` messages."""
        books: Books = ({}, {})
        for group in self.groups[:place]:
            for side, price, size in group:
                levels = books[0] if side == 1 else books[1]
                levels.pop(price, None)
                if size:
                    levels[price] = size
        return self._best(books[0], 1), self._best(books[1], -1)

    def snapshot(self, place: int) -> Sides:
        """Return the whole sight after ``place`` messages, best first."""
        bids, asks = self.sight(place)
        return _texts(bids), _texts(asks)

    def changes(self, place: int) -> Sides:
        """Return what message ``place`` (from 0) tells."""
        told = [
            self._told(before, after, side, place)
            for before, after, side in zip(
                self.sight(place), self.sight(place + 1), (1, -1), strict=True
            )
        ]
        return told[0], told[1]

    def _told(
        self, before: dict[int, int], after: dict[int, int], side: int, place: int
    ) -> list[TextLevel]:
        removed = {price for way, price, size in self.groups[place] if way == side and not size}
        gone = [
            price
            for price in before
            if price not in after and (self.tells_fallen or price in removed)
        ]
        changed = {price: size for price, size in after.items() if before.get(price) != size}
        return _texts(dict.fromkeys(gone, 0)) + _texts(changed)

    def _best(self, levels: dict[int, int], side: int) -> dict[int, int]:
        best = sorted(levels, reverse=side == 1)[: self.depth]
        return {price: levels[price] for price in best}


def _texts(levels: dict[int, int]) -> list[TextLevel]:
    return [(price_text(price), size_text(size)) for price, size in levels.items()]


@st.composite
def models(draw: st.DrawFn, *, depth: int = 10, tells_fallen: bool = True) -> VenueModel:
    """Draw a few messages of a few changes each; there are more prices than the depth."""
    change = st.tuples(st.sampled_from([1, -1]), st.integers(1, depth + 4), st.integers(0, 3))
    group = st.lists(change, min_size=1, max_size=6).map(tuple)
    groups = draw(st.lists(group, min_size=2, max_size=12))
    return VenueModel(tuple(groups), depth, tells_fallen)
