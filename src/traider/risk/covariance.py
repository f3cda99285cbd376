"""Covariances of returns: exponentially weighted, and shrunk towards one common correlation.

Returns are an array of periods by instruments, oldest first, without NaN.
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

DAILY_DECAY: Final = 0.94
"""RiskMetrics (1996), table 5.9: weight of the past in daily variances."""
_NEGLIGIBLE: Final = 1e-12


def decay_weights(count: int, decay: float) -> FloatArray:
    """Return the weights of ``count`` periods, oldest first, each ``decay`` of the next; sum 1."""
    weights = np.power(decay, np.arange(count - 1, -1, -1, dtype=np.float64))
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def weighted_covariance(returns: FloatArray, decay: float = DAILY_DECAY) -> FloatArray:
    """Return the exponentially weighted covariance around zero, as RiskMetrics does."""
    # Weights that vanish change nothing but the time it takes.
    used = returns[-_length(decay) :]
    weights = decay_weights(len(used), decay)
    return np.asarray((used * weights[:, None]).T @ used, dtype=np.float64)


def weighted_deviations(
    returns: FloatArray, decay: float = DAILY_DECAY, begun_from: int | None = None
) -> FloatArray:
    """Return for each period the deviation forecast from the periods before it, and one more.

    ``returns`` is one series of n periods; the result has n + 1 places, the last for the period to
    come. Formula: s²(t) = decay * s²(t-1) + (1 - decay) * r²(t-1), begun at the mean square of the
    first ``begun_from`` periods (all where it is None): places before that know what followed.
    """
    variances = np.empty(len(returns) + 1)
    variance = float(np.mean(returns[:begun_from] ** 2)) if len(returns) else math.nan
    variances[0] = variance
    for place, square in enumerate((returns**2).tolist()):
        variance = decay * variance + (1.0 - decay) * square
        variances[place + 1] = variance
    return np.sqrt(variances)


def shrunk(covariance: FloatArray, intensity: float) -> FloatArray:
    """Return the covariance moved ``intensity`` of the way to one common correlation.

    Source: Ledoit and Wolf (2004), Honey, I shrunk the sample covariance matrix. Variances stay as
    they are; every correlation moves towards their mean.
    """
    deviations = np.sqrt(np.diag(covariance))
    scale = np.outer(deviations, deviations)
    if len(deviations) < 2:
        return covariance.copy()
    correlations = np.divide(covariance, scale, out=np.zeros_like(covariance), where=scale > 0.0)
    upper = correlations[np.triu_indices(len(deviations), 1)]
    target = np.full_like(covariance, float(upper.mean())) * scale
    np.fill_diagonal(target, np.diag(covariance))
    return np.asarray((1.0 - intensity) * covariance + intensity * target, dtype=np.float64)


def shrinkage_intensity(returns: FloatArray) -> float:
    """Return the intensity that minimizes the expected squared error, between 0 and 1.

    Source: Ledoit and Wolf (2004), appendix B: kappa = (pi - rho) / gamma over the number of
    periods, for the sample covariance and the constant-correlation target.
    """
    periods, count = returns.shape
    if count < 2 or periods < 2:
        return 0.0
    centered = returns - returns.mean(axis=0)
    sample = centered.T @ centered / periods
    variances = np.diag(sample)
    if (variances <= 0.0).any():
        return 0.0
    scale = np.sqrt(np.outer(variances, variances))
    mean_correlation = ((sample / scale).sum() - count) / (count * (count - 1))
    target = mean_correlation * scale
    np.fill_diagonal(target, variances)
    squares = centered**2
    errors = squares.T @ squares / periods - sample**2
    third = (centered**3).T @ centered / periods - variances[:, None] * sample
    ratios = np.sqrt(np.outer(1.0 / variances, variances))
    off = ratios * third
    np.fill_diagonal(off, 0.0)
    rho = np.trace(errors) + mean_correlation * off.sum()
    gamma = float(((target - sample) ** 2).sum())
    if gamma <= 0.0:
        return 0.0
    return float(np.clip((errors.sum() - rho) / gamma / periods, 0.0, 1.0))


def _length(decay: float) -> int:
    return max(2, math.ceil(math.log(_NEGLIGIBLE) / math.log(decay))) if decay < 1.0 else 1 << 30
