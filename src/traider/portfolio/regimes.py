"""Volatility regimes: how wild a market was when something was done, by what was known then.

Prices stand on an even grid of steps. The volatility at a time is the standard deviation of the
log returns of the last ``WINDOW`` steps (at least ``RETURNS_MIN`` of them known). It is compared
with what the same measure was at every tenth step before, at least ``PAST_MIN`` of them: the lowest
third is calm, the middle third normal, the highest third wild. Nothing later is looked at, so the
regime of an entry never changes as a run goes on; where too little was known it is unknown.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

WINDOW: Final = 60
RETURNS_MIN: Final = 20
PAST_MIN: Final = 30
EVERY: Final = 10
REGIMES: Final = ("calm", "normal", "wild", "unknown")


def regime_at(prices: FloatArray, place: int) -> str:
    """Return the regime at a place of the grid; NaN prices are not known.

    Args:
        prices: of every step so far and, beyond ``place``, of later ones, which are not looked at.
        place: the last step that was over then.
    """
    return regime_of(lambda at: volatility_at(prices, at), place)


def regime_of(volatility: Callable[[int], float], place: int) -> str:
    """Return the regime at a place of the grid by the volatility at each place so far."""
    volatilities = [
        volatility(at) for at in range(place % EVERY, place + 1, EVERY) if at >= RETURNS_MIN
    ]
    if not volatilities or np.isnan(volatilities[-1]):
        return REGIMES[3]
    past = np.array([each for each in volatilities[:-1] if not np.isnan(each)])
    if len(past) < PAST_MIN:
        return REGIMES[3]
    low, high = np.percentile(past, [100.0 / 3.0, 200.0 / 3.0])
    now = volatilities[-1]
    return REGIMES[0] if now <= low else REGIMES[1] if now <= high else REGIMES[2]


def volatility_at(prices: FloatArray, place: int) -> float:
    """Return the volatility at a place of the grid; NaN where too little is known."""
    window = prices[max(place - WINDOW, 0) : place + 1]
    returns = np.diff(np.log(window))
    known = returns[~np.isnan(returns)]
    return float(known.std(ddof=1)) if len(known) >= RETURNS_MIN else float("nan")
