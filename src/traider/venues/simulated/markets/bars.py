"""Bars turned into a book and a tape.

Each bar becomes prints along a path from its open over its extremes to its close: first the low
when the bar closed above its open, else the high, as candles most often come about. Prints lie
evenly in the bar's time, the points between open, extremes and close at seeded random places
inside the stretch. The bar's volume is divided among the prints exactly, so a candle of the tape is
the bar again: open, high, low, close and volume. Around each print stands a ladder of ``LADDER``
levels a side, whose sizes grow with the distance; the side that was hit has its best at the print.

A market may open amid its bars: those that ended before are candles only, and the one under way has
the prints it would have had, those before the opening told to the candles alone.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from traider.venues.simulated.candles import SECOND_NS, Candle
from traider.venues.simulated.crowd import Crowd
from traider.venues.simulated.market import Market

PRINTS: Final = 22
"""Prints a bar, where its volume has as many lots."""
LADDER: Final = 20
SPREAD_MILLIONTHS: Final = 100
"""Spread, and distance between two levels of the ladder, in millionths of the price."""
DEPTH_GROWTH: Final = 0.3
"""By how much of the best level's size each further level is larger."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: times in ns, prices in ticks, volume in lots."""

    start_ns: int
    length_ns: int
    open: int
    high: int
    low: int
    close: int
    lots: int

    @property
    def end_ns(self) -> int:
        """When it closes."""
        return self.start_ns + self.length_ns


@dataclass(frozen=True, slots=True)
class _Print:
    time_ns: int
    ticks: int
    lots: int
    maker_side: int


class BarMarket:
    """Play bars on a crowd. The same key makes the same prints of a bar."""

    def __init__(self, crowd: Crowd, bars: Iterable[Bar], key: str) -> None:
        self._crowd, self._key = crowd, key
        self._random = random.Random(key)  # noqa: S311 - a ladder that comes out the same again
        self._prints = self._all_prints(iter(bars))
        self._ladder: set[tuple[int, int]] = set()
        self._next = next(self._prints, None)

    def next_ns(self) -> int | None:
        """Return when the next print is due; None after the last bar."""
        return self._next.time_ns if self._next else None

    def step(self) -> None:
        """Move the ladder and print the next trade."""
        due = self._next
        assert due is not None  # noqa: S101 - steps are taken while there is a next one
        self.quote(due.ticks, due.maker_side, due.lots)
        if due.lots:
            self._crowd.print_trade(due.maker_side, due.ticks, due.lots)
        self._next = next(self._prints, None)

    def open(self, market: Market, opens_ns: int) -> None:
        """Tell candles what was printed until ``opens_ns``, and quote the last price."""
        while self._next is not None and self._next.time_ns <= opens_ns:
            if self._next.lots:
                market.candles.trade(self._next.time_ns, self._next.ticks, self._next.lots)
            market.last_ticks = self._next.ticks
            self._next = next(self._prints, None)
        if self._next is not None:
            self.quote(market.last_ticks or self._next.ticks, -1, self._next.lots)
            market.last_ticks = market.last_ticks or self._next.ticks

    def quote(self, ticks: int, maker_side: int, lots: int) -> None:
        """Set the ladder so that the best price of ``maker_side`` is ``ticks``."""
        spread = max(1, ticks * SPREAD_MILLIONTHS // 1_000_000)
        apart = spread * self._crowd.spread_times
        base = max(1, lots)
        wanted: dict[tuple[int, int], int] = {}
        for side in (1, -1):
            best = ticks if side == maker_side else ticks + maker_side * apart
            for place in range(LADDER):
                price = best - side * place * spread
                size = base * (1 + DEPTH_GROWTH * place) * (0.5 + self._random.random())
                if price > 0:
                    wanted[side, price] = max(1, int(size))
        for side, price in self._ladder - set(wanted):
            self._crowd.set_level(side, price, 0)
        for (side, price), size in wanted.items():
            self._crowd.set_level(side, price, size)
        self._ladder = set(wanted)

    def _all_prints(self, bars: Iterator[Bar]) -> Iterator[_Print]:
        last, maker_side = 0, -1
        for bar in bars:
            path = self._path(bar)
            sizes = self._split(bar, len(path))
            for place, (ticks, lots) in enumerate(zip(path, sizes, strict=True)):
                if ticks != last:
                    # Whoever pushed the price took from the other side.
                    maker_side = -1 if ticks > last else 1
                last = ticks
                time_ns = bar.start_ns + bar.length_ns * (2 * place + 1) // (2 * len(path))
                yield _Print(time_ns, ticks, lots, maker_side)

    def _path(self, bar: Bar) -> list[int]:
        """Return the prices of the prints: all four of the bar's where it has lots for them."""
        # A key of its own for each bar: it is printed the same wherever the market opened.
        path_random = random.Random(f"{self._key}/{bar.start_ns}")  # noqa: S311 - see above
        inner = [bar.low, bar.high] if bar.close >= bar.open else [bar.high, bar.low]
        corners = [bar.open, *inner, bar.close]
        if bar.lots < len(corners):
            return corners[: bar.lots] or [bar.close]
        between = (min(PRINTS, bar.lots) - len(corners)) // 3
        path = []
        for start, end in pairwise(corners):
            path.append(start)
            stretch = sorted(path_random.random() for _ in range(between))
            path += [start + round((end - start) * share) for share in stretch]
        return [*path, bar.close]

    def _split(self, bar: Bar, parts: int) -> list[int]:
        """Divide a bar's lots at random: every part has one at least, where there are as many."""
        lots = bar.lots
        size_random = random.Random(f"{self._key}/{bar.start_ns}/sizes")  # noqa: S311 - see above
        if lots < parts:
            return [lots] if parts == 1 else [1] * parts
        cuts = sorted(size_random.randrange(lots - parts + 1) for _ in range(parts - 1))
        return [
            1 + end - start for start, end in zip([0, *cuts], [*cuts, lots - parts], strict=True)
        ]


def tell_ended(market: Market, bar: Bar) -> None:
    """Let the candles know of a bar that ended before the market opened."""
    if bar.lots:
        candle = Candle(bar.start_ns // SECOND_NS, bar.open, bar.high, bar.low, bar.close, bar.lots)
        market.candles.merge(candle, bar.length_ns // SECOND_NS)
        market.last_ticks = bar.close
