"""Value at risk and expected shortfall of one period, as returns (losses are negative).

``level`` is the confidence, 0.95 for the worst 5 % of periods. NaN returns are left out. The
expected shortfall is the mean return of the periods at or beyond the value at risk.
"""

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_NORMAL = NormalDist()
_SHAPE_COUNT = 3


def historical_var(returns: FloatArray, level: float = 0.95) -> float:
    """Return the empirical quantile at 1 - ``level``, linear between order statistics."""
    values = _known(returns)
    if values.size == 0:
        return math.nan
    return float(np.percentile(values, 100.0 * (1.0 - level)))


def historical_es(returns: FloatArray, level: float = 0.95) -> float:
    """Return the mean of the returns at or below the historical value at risk."""
    values = _known(returns)
    if values.size == 0:
        return math.nan
    return float(values[values <= historical_var(values, level)].mean())


def normal_var(returns: FloatArray, level: float = 0.95) -> float:
    """Return mean + z * deviation, z the normal quantile at 1 - ``level`` (deviation: n - 1)."""
    mean, deviation = _moments(returns)
    return mean + _NORMAL.inv_cdf(1.0 - level) * deviation


def normal_es(returns: FloatArray, level: float = 0.95) -> float:
    """Return mean - deviation * pdf(z) / (1 - ``level``)."""
    mean, deviation = _moments(returns)
    return mean - deviation * _NORMAL.pdf(_NORMAL.inv_cdf(1.0 - level)) / (1.0 - level)


def cornish_fisher_var(returns: FloatArray, level: float = 0.95) -> float:
    """Return the value at risk corrected for skew S and excess kurtosis K.

    Formula (Cornish and Fisher, 1937): w = z + (z^2 - 1) S / 6 + (z^3 - 3 z) K / 24
    - (2 z^3 - 5 z) S^2 / 36, value at risk = mean + w * deviation. Outside moderate S and K the
    expansion is not monotone and means little.
    """
    mean, deviation = _moments(returns)
    z = _NORMAL.inv_cdf(1.0 - level)
    return mean + deviation * _expansion(returns, (z, z**2 - 1.0, z**3 - 3 * z, 2 * z**3 - 5 * z))


def cornish_fisher_es(returns: FloatArray, level: float = 0.95) -> float:
    """Return the mean of the Cornish-Fisher quantiles beyond the value at risk.

    Formula: the expansion integrated over the normal tail, which is closed: for the tail below z,
    E[Z] = -pdf(z), E[Z^2] = cdf(z) - z pdf(z), E[Z^3] = -(z^2 + 2) pdf(z), each over 1 - level.
    """
    mean, deviation = _moments(returns)
    tail = 1.0 - level
    z = _NORMAL.inv_cdf(tail)
    density = _NORMAL.pdf(z)
    first = -density / tail
    second = 1.0 - z * density / tail
    third = -(z**2 + 2.0) * density / tail
    terms = (first, second - 1.0, third - 3.0 * first, 2.0 * third - 5.0 * first)
    return mean + deviation * _expansion(returns, terms)


def skewness(returns: FloatArray) -> float:
    """Return the third standardized moment, of the population (divided by n)."""
    return _standardized_moment(returns, 3)


def excess_kurtosis(returns: FloatArray) -> float:
    """Return the fourth standardized moment less 3, of the population (divided by n)."""
    return _standardized_moment(returns, 4) - 3.0


def _expansion(returns: FloatArray, terms: tuple[float, float, float, float]) -> float:
    skew, kurtosis = skewness(returns), excess_kurtosis(returns)
    linear, square, cubic, skew_squared = terms
    return linear + square * skew / 6.0 + cubic * kurtosis / 24.0 - skew_squared * skew**2 / 36.0


def _known(returns: FloatArray) -> FloatArray:
    values = np.asarray(returns, dtype=np.float64)
    return values[~np.isnan(values)]


def _moments(returns: FloatArray) -> tuple[float, float]:
    values = _known(returns)
    if values.size < 2:
        return math.nan, math.nan
    return float(values.mean()), float(values.std(ddof=1))


def _standardized_moment(returns: FloatArray, order: int) -> float:
    values = _known(returns)
    if values.size < _SHAPE_COUNT or np.ptp(values) == 0.0:
        return math.nan
    centered = values - values.mean()
    variance = float(np.mean(centered**2))
    return float(np.mean(centered**order)) / math.pow(variance, order / 2)
