"""Draws of correlated returns with heavy tails, the same for the same seed.

Multivariate Student's t around zero: normal draws with the given covariance over the root of a
chi-square draw that all instruments share, so that bad periods are bad for all.
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.risk import tail_risk

FloatArray = npt.NDArray[np.float64]

FREEDOM_MIN: Final = 4.2
"""Below 4 the kurtosis is infinite; estimates from it end here."""
FREEDOM_MAX: Final = 200.0


def degrees_of_freedom(returns: FloatArray) -> float:
    """Return the degrees of freedom whose kurtosis is the median of the instruments'.

    Formula: excess kurtosis of t = 6 / (degrees - 4).
    """
    found = [tail_risk.excess_kurtosis(column) for column in returns.T]
    kurtosis = float(np.median([value for value in found if math.isfinite(value)] or [0.0]))
    if kurtosis <= 0.0:
        return FREEDOM_MAX
    return min(max(4.0 + 6.0 / kurtosis, FREEDOM_MIN), FREEDOM_MAX)


def standard_draws(count: int, instruments: int, degrees: float, seed: int) -> FloatArray:
    """Return draws of uncorrelated t of variance 1, ``count`` by ``instruments``.

    Each normal draw is used with both signs, which makes their mean exactly zero.
    """
    generator = np.random.Generator(np.random.Philox(seed))
    half = (count + 1) // 2
    normals = generator.standard_normal((half, instruments))
    chi_square = generator.chisquare(degrees, half) / degrees
    draws = normals / np.sqrt(chi_square)[:, None] * math.sqrt((degrees - 2.0) / degrees)
    return np.concatenate([draws, -draws])[:count]


def root_of(covariance: FloatArray) -> FloatArray:
    """Return a matrix L with L L' = ``covariance``, also where it has no full rank."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)), dtype=np.float64)
