"""The trades in another order: the same profits and losses, other drawdowns on the way.

Assumed: trades are independent, follow one another, and each would have earned the same money at
any other time. Wrong where: positions overlap or grow with the account (a late trade of a grown
account is larger), or losses come in clusters because markets do; then the true drawdown is worse.

The final equity is the same in every order, so only the way there is measured.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.backtest.monte_carlo.distribution import Distribution
from traider.portfolio.bootstrap import uniforms

FloatArray = npt.NDArray[np.float64]

_STREAM: Final = 1 << 40
"""First stream of random numbers, apart from every other use of the same seed."""


@dataclass(frozen=True)
class Way:
    """How an account got from trade to trade.

    ``max_drawdown`` is the worst fall from a peak after any trade, <= 0, a fraction;
    ``longest_slump`` the most trades in a row below an earlier peak.
    """

    max_drawdown: float
    lowest_equity: float
    longest_slump: float


@dataclass(frozen=True)
class ShuffledTrades:
    """Measures of each order of the closed trades."""

    asked: int
    trades: int
    profit: float
    """Sum of all of them, the same in every order."""
    actual: Way
    """The order in which they were closed."""
    max_drawdown: Distribution
    lowest_equity: Distribution
    longest_slump: Distribution

    @property
    def done(self) -> int:
        """Orders drawn."""
        return len(self.max_drawdown.values)


def shuffle_trades(
    profits: FloatArray, capital: float, orders: int, seed: int, go_on: Callable[[int], bool]
) -> ShuffledTrades:
    """Return the outcomes of ``orders`` random orders of ``profits``, given in their own.

    ``go_on`` is asked before each draw, with its number, and ends the drawing with no.
    """
    ways: list[Way] = []
    for number in range(orders):
        if len(profits) == 0 or not go_on(number):
            break
        ways.append(way_of(profits[order_of(len(profits), seed, number)], capital))
    rows = [(way.max_drawdown, way.lowest_equity, way.longest_slump) for way in ways]
    columns = np.array(rows, np.float64).reshape(-1, 3).T
    drawdown, lowest, slump = (Distribution(column) for column in columns)
    return ShuffledTrades(
        asked=orders,
        trades=len(profits),
        profit=float(profits.sum()),
        actual=way_of(profits, capital),
        max_drawdown=drawdown,
        lowest_equity=lowest,
        longest_slump=slump,
    )


def order_of(count: int, seed: int, number: int) -> npt.NDArray[np.intp]:
    """Return random order ``number`` of ``count`` places, a pure function of the seed."""
    return np.argsort(uniforms(seed, _STREAM + number, count), kind="stable")


def way_of(profits: FloatArray, capital: float) -> Way:
    """Return the way of an account that books ``profits`` one after the other.

    An account that reaches zero has fallen by all of it, whatever is booked afterwards.
    """
    equity = np.concatenate(([capital], capital + np.cumsum(profits)))
    peaks = np.maximum.accumulate(equity)
    falls = np.maximum(equity / peaks - 1.0, -1.0)
    places = np.arange(len(equity))
    since = places - np.maximum.accumulate(np.where(equity >= peaks, places, 0))
    return Way(float(falls.min()), float(equity.min()), float(since.max()))
