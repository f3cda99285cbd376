"""A synthetic market: seeded order flow around a price that walks at random.

A fair price takes a normal step with every action. Most actions place a limit order at an
exponential distance from it or take one back, so that both sides stay filled; some take liquidity,
and whoever stands on the wrong side of the fair price is hit. The same seed makes the same flow,
action by action, as long as no account trades.
"""

import math
import random
from dataclasses import dataclass
from typing import Final

from traider.venues.simulated.amounts import ONE
from traider.venues.simulated.book import BUY, SELL, Entry
from traider.venues.simulated.candles import Candle
from traider.venues.simulated.crowd import Crowd
from traider.venues.simulated.market import Market

SECOND_NS: Final = 1_000_000_000
HISTORY_MINUTES: Final = 2 * 24 * 60
_QUOTING: Final = 0.92
"""Share of the actions that place an order or take one back; the rest takes liquidity."""
_TIDY_STEPS: Final = 128
"""Orders that were filled are forgotten this often."""


@dataclass(frozen=True, slots=True)
class FlowSettings:
    """How lively the market is."""

    actions_per_second: float = 20.0
    entries_per_side: int = 300
    walk_millionths: float = 8.0
    """Standard deviation of the fair price's step, in millionths of the price, an action."""
    distance_millionths: float = 400.0
    """Mean distance of a new order from the fair price."""
    value_mean: float = 1_500.0
    """Mean value of an order, in the quote currency."""


class SyntheticFlow:
    """The crowd of one market."""

    def __init__(
        self, crowd: Crowd, market: Market, key: str, start_ns: int, settings: FlowSettings
    ) -> None:
        self._crowd, self._market, self._settings = crowd, market, settings
        self._random = random.Random(key)  # noqa: S311 - a flow that comes out the same again
        product = market.product
        self._fair = max(1_000.0, product.price_units / product.tick_units)
        self._entries: dict[int, list[Entry]] = {BUY: [], SELL: []}
        price = self._fair * product.tick_units / ONE
        self._lots_mean = settings.value_mean / price * (ONE / product.lot_units)
        self._next_ns = start_ns
        self._steps = 0
        self._build_history(start_ns)
        self._build_book()
        self._plan_next()

    def next_ns(self) -> int | None:
        """Return when the next action is due; the flow never ends."""
        return self._next_ns

    def step(self) -> None:
        """Carry out one action."""
        rng, settings = self._random, self._settings
        self._fair *= 1.0 + rng.gauss(0.0, settings.walk_millionths * 1e-6)
        side = BUY if rng.random() < 0.5 else SELL
        action = rng.random()
        if not self._hit_the_wrong():
            entries = self._entries[side]
            # A side with its full number of orders gains as many as it loses.
            adding = _QUOTING * (1.0 - len(entries) / (2 * settings.entries_per_side))
            if action < adding:
                self._add(side)
            elif action < _QUOTING and entries:
                self._cancel(entries)
            else:
                self._crowd.take(side, self._lots())
        self._steps += 1
        if self._steps % _TIDY_STEPS == 0:
            for known in self._entries.values():
                known[:] = [entry for entry in known if entry.lots]
        self._plan_next()

    def _plan_next(self) -> None:
        gap = self._random.expovariate(self._settings.actions_per_second)
        self._next_ns += max(1, int(gap * SECOND_NS))

    def _lots(self) -> int:
        return max(
            self._market.product.lots_min, int(self._random.expovariate(1 / self._lots_mean))
        )

    def _add(self, side: int) -> None:
        mean = self._fair * self._settings.distance_millionths * 1e-6
        distance = self._random.expovariate(1 / mean)
        # Orders lie at a whole tick away from the fair price or beyond, so that they rest.
        ticks = (
            math.floor(self._fair - distance) if side == BUY else math.ceil(self._fair + distance)
        )
        entry = self._crowd.limit(side, max(1, ticks), self._lots())
        if entry is not None:
            self._entries[side].append(entry)

    def _cancel(self, entries: list[Entry]) -> None:
        """Take back one of two orders, the one further from the fair price."""
        first, second = (int(self._random.random() * len(entries)) for _ in range(2))
        fair = self._fair
        further = max(first, second, key=lambda place: abs(entries[place].ticks - fair))
        entry = entries[further]
        entries[further] = entries[-1]
        entries.pop()
        self._crowd.cancel(entry)

    def _hit_the_wrong(self) -> bool:
        """Take the best order when the fair price has passed it; return whether it had."""
        book, fair = self._market.book, self._fair
        ask, bid = book.best_ticks(SELL), book.best_ticks(BUY)
        if ask is not None and ask < fair:
            self._crowd.take(BUY, min(self._lots(), book.lots_at(SELL, ask)))
        elif bid is not None and bid > fair:
            self._crowd.take(SELL, min(self._lots(), book.lots_at(BUY, bid)))
        else:
            return False
        return True

    def _build_book(self) -> None:
        for _ in range(self._settings.entries_per_side):
            self._add(BUY)
            self._add(SELL)
        self._market.last_ticks = round(self._fair)

    def _build_history(self, start_ns: int) -> None:
        """Make candles of two days that end at the fair price, so that there is a past to read."""
        rng, settings = self._random, self._settings
        per_minute = 60 * settings.actions_per_second
        sigma = settings.walk_millionths * 1e-6 * math.sqrt(per_minute)
        closes = [self._fair]
        for _ in range(HISTORY_MINUTES):
            closes.append(closes[-1] * math.exp(-rng.gauss(0.0, sigma)))
        closes.reverse()
        start_s = start_ns // SECOND_NS // 60 * 60 - HISTORY_MINUTES * 60
        for place in range(HISTORY_MINUTES):
            first, last = round(closes[place]), round(closes[place + 1])
            reach = abs(rng.gauss(0.0, sigma / 2)) * first
            self._market.candles.merge(
                Candle(
                    start_s=start_s + place * 60,
                    open=first,
                    high=max(first, last) + round(reach),
                    low=max(1, min(first, last) - round(reach)),
                    close=last,
                    lots=int(self._lots_mean * per_minute * 0.1 * (0.5 + rng.random())),
                )
            )
