"""What each position brings to the whole: marginal, component and incremental risk.

``exposures`` are amounts of money by instrument, negative when short. Components sum to the whole:
value at risk and expected shortfall are homogeneous of degree one (Euler; Tasche, 1999).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from traider.risk.models import normal_loss

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Parts:
    """One place an instrument; losses are positive."""

    marginal: FloatArray
    """Change of the whole's weighted value at risk for one more unit of money in it."""
    component: FloatArray
    """Its part of the weighted value at risk; the parts sum to the whole."""
    shortfall: FloatArray
    """Its part of the historical expected shortfall; the parts sum to the whole."""
    incremental: FloatArray
    """What the historical value at risk falls by when the position is closed."""


def parts_of(
    exposures: FloatArray, covariance: FloatArray, returns: FloatArray, level: float
) -> Parts:
    """Return what each of ``exposures`` brings; ``returns`` are past periods by instruments."""
    marginal = _marginal(exposures, covariance, level)
    profits = returns * exposures
    whole = profits.sum(axis=1)
    bound = np.percentile(whole, 100.0 * (1.0 - level))
    shortfall = -profits[whole <= bound].mean(axis=0)
    without = np.percentile(whole[:, None] - profits, 100.0 * (1.0 - level), axis=0)
    return Parts(
        marginal=marginal,
        component=marginal * exposures,
        shortfall=np.asarray(shortfall, dtype=np.float64),
        incremental=np.asarray(without - bound, dtype=np.float64),
    )


def deviation_of(exposures: FloatArray, covariance: FloatArray) -> float:
    """Return the standard deviation of the book's profit over one period, in money."""
    return math.sqrt(max(float(exposures @ covariance @ exposures), 0.0))


def _marginal(exposures: FloatArray, covariance: FloatArray, level: float) -> FloatArray:
    deviation = deviation_of(exposures, covariance)
    if deviation == 0.0:
        return np.zeros(len(exposures))
    scale = normal_loss(level).value_at_risk / deviation
    return np.asarray(scale * (covariance @ exposures), dtype=np.float64)
