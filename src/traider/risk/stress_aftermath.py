"""An account at the worst prices of a scenario, before anything is closed, and its risk then.

Deviations and correlations are those of days in the data, with what the scenario makes of them:
their volatility multiplied, or everything moving as one. Value at risk and expected shortfall are
the normal's, as the gate measures them.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.errors import DataError
from traider.risk.stress import ZERO, ScenarioLoss, StressBook, StressPosition, values_after
from traider.risk.stress_scenarios import StressFacts

FloatArray = npt.NDArray[np.float64]

_HALVINGS: Final = 60


@dataclass(frozen=True)
class Aftermath:
    """A book after a scenario."""

    book: StressBook
    loss: ScenarioLoss
    facts: StressFacts

    @cached_property
    def values(self) -> tuple[Decimal, ...]:
        """Worth of each position, negative when short."""
        return values_after(self.book, self.loss.scenario)

    @property
    def equity(self) -> Decimal:
        """Worth of the account."""
        return self.loss.marked

    @property
    def fall(self) -> Decimal:
        """Part of the equity lost by prices and funding; 0 without equity."""
        lost = self.loss.price + self.loss.funding
        return lost / self.book.equity if self.book.equity > 0 else ZERO

    @cached_property
    def correlations(self) -> FloatArray:
        """Of days, places as the book's positions."""
        count = len(self.book.positions)
        return np.ones((count, count)) if self.loss.scenario.is_one_bet else self.facts.correlations

    @cached_property
    def deviations(self) -> FloatArray:
        """Of a day's return, places as the book's positions."""
        times = float(self.loss.scenario.volatility_times)
        known = [self.facts.instruments[each.instrument] for each in self.book.positions]
        return np.array([each.deviation * times for each in known])

    def deviation(self, days: float) -> float:
        """Return the standard deviation of the book over so many days, in its currency."""
        weighted = np.array([float(value) for value in self.values]) * self.deviations
        return float(np.sqrt(max(float(weighted @ self.correlations @ weighted) * days, 0.0)))

    def one_way(self, threshold: float) -> Decimal:
        """Return the largest worth one way of positions that move with one of them.

        Those that move against it count with the other sign, as the gate counts them.
        """
        most = ZERO
        for row, value in enumerate(self.values):
            way = 1 if value >= 0 else -1
            together = self.correlations[row]
            total = sum(
                (
                    max(other * way * (1 if together[place] > 0 else -1), ZERO)
                    for place, other in enumerate(self.values)
                    if place == row or abs(together[place]) >= threshold
                ),
                ZERO,
            )
            most = max(most, total)
        return most

    @property
    def initial(self) -> Decimal:
        """Margin that the venue demands to open what is held of derivatives."""
        pairs = zip(self.book.positions, self.values, strict=True)
        return sum((_initial(each, abs(value)) for each, value in pairs), ZERO)

    @property
    def collateral(self) -> Decimal:
        """Worth of the account without what is owned outright."""
        pairs = zip(self.book.positions, self.values, strict=True)
        return self.equity - sum((v for each, v in pairs if not each.is_derivative), ZERO)

    def liquidation_distance(self) -> Decimal | None:
        """Return how far the nearest mark is from liquidation, as a fraction of it.

        0 where liquidation is due, 1 where no move of the price alone leads there; None without
        derivatives.
        """
        pairs = list(zip(self.book.positions, self.values, strict=True))
        held = [(each, value) for each, value in pairs if each.is_derivative and value]
        if not held:
            return None
        maintenance = sum((_maintenance(each, abs(value)) for each, value in held), ZERO)
        return min(self._distance(each, value, maintenance) for each, value in held)

    def _distance(self, position: StressPosition, value: Decimal, maintenance: Decimal) -> Decimal:
        others = maintenance - _maintenance(position, abs(value))

        def is_due(move: Decimal) -> bool:
            moved = abs(value) * (1 - move if value > 0 else 1 + move)
            left = self.collateral - abs(value) * move
            return left <= others + _maintenance(position, moved)

        near, far = ZERO, Decimal(1)
        if not is_due(far):
            return far
        if is_due(near):
            return near
        for _ in range(_HALVINGS):
            middle = (near + far) / 2
            near, far = (near, middle) if is_due(middle) else (middle, far)
        return far


def _maintenance(position: StressPosition, value: Decimal) -> Decimal:
    """Return the margin of a derivative; above the last tier all of it."""
    if position.margin is None or not value:
        return ZERO
    try:
        return position.margin.maintenance(value)
    except DataError:
        return value


def _initial(position: StressPosition, value: Decimal) -> Decimal:
    if position.margin is None or not value:
        return ZERO
    try:
        return value / position.margin.tier_at(value).max_leverage
    except DataError:
        return value
