"""Forecasts of value at risk made one period at a time, each from the periods before it alone.

``returns`` is one series, oldest first. A forecast for period t sees periods t - window to t - 1;
the weighted deviation sees everything before t. The result begins at period ``window``.
"""

from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from traider.risk.covariance import weighted_deviations
from traider.risk.coverage import Coverage, coverage
from traider.risk.models import Model
from traider.risk.scenarios import FREEDOM_MAX, FREEDOM_MIN, standard_draws

FloatArray = npt.NDArray[np.float64]

_NORMAL: Final = NormalDist()
_ROWS: Final = 2_048
"""Windows looked at together: bounds the memory, changes no number."""
_DRAWS: Final = 40_000
_SEED: Final = 7


def forecast_coverage(
    model: Model, returns: FloatArray, level: float, window: int, decay: float
) -> Coverage:
    """Return how the forecasts of ``model`` held on the periods after the first ``window``."""
    losses = -returns[window:]
    return coverage(losses > forecast(model, returns, level, window, decay), level)


def forecast(
    model: Model, returns: FloatArray, level: float, window: int, decay: float
) -> FloatArray:
    """Return the value at risk forecast for each period from ``window`` on; losses positive."""
    if len(returns) <= window:
        return np.zeros(0)
    windows = sliding_window_view(returns, window)[:-1]
    deviations = weighted_deviations(returns, decay, window)
    ahead = deviations[window:-1]
    if model is Model.WEIGHTED:
        return -_NORMAL.inv_cdf(1.0 - level) * ahead
    if model is Model.MONTE_CARLO:
        degrees = np.round(_by_rows(_degrees, windows), 1)
        return np.array([_t_quantile(value, level) for value in degrees.tolist()]) * ahead
    if model is Model.FILTERED:
        scaled = sliding_window_view(returns / deviations[:-1], window)[:-1]
        return -_by_rows(_quantile(level), scaled) * ahead
    rules = {
        Model.HISTORICAL: _quantile(level),
        Model.NORMAL: _moment_quantile(level, corrected=False),
        Model.CORNISH_FISHER: _moment_quantile(level, corrected=True),
    }
    return -_by_rows(rules[model], windows)


def _by_rows(rule: Callable[[FloatArray], FloatArray], windows: FloatArray) -> FloatArray:
    parts = [rule(windows[place : place + _ROWS]) for place in range(0, len(windows), _ROWS)]
    return np.concatenate(parts)


def _quantile(level: float) -> Callable[[FloatArray], FloatArray]:
    def rule(windows: FloatArray) -> FloatArray:
        found = np.percentile(windows, 100.0 * (1.0 - level), axis=1)
        return np.asarray(found, dtype=np.float64)

    return rule


def _moment_quantile(level: float, *, corrected: bool) -> Callable[[FloatArray], FloatArray]:
    """Return the rule of the normal quantile, corrected for skew and kurtosis or not."""
    z = _NORMAL.inv_cdf(1.0 - level)

    def rule(windows: FloatArray) -> FloatArray:
        mean, deviation = windows.mean(axis=1), windows.std(axis=1, ddof=1)
        if not corrected:
            return np.asarray(mean + z * deviation, dtype=np.float64)
        skew, kurtosis = _shape(windows)
        corrected_z = z + (z**2 - 1.0) * skew / 6.0 + (z**3 - 3.0 * z) * kurtosis / 24.0
        corrected_z -= (2.0 * z**3 - 5.0 * z) * skew**2 / 36.0
        return np.asarray(mean + corrected_z * deviation, dtype=np.float64)

    return rule


def _shape(windows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return skew and excess kurtosis of each window."""
    centered = windows - windows.mean(axis=1, keepdims=True)
    squares = centered**2
    variance = squares.mean(axis=1)
    skew = (squares * centered).mean(axis=1) / variance**1.5
    return skew, (squares**2).mean(axis=1) / variance**2 - 3.0


def _degrees(windows: FloatArray) -> FloatArray:
    """Return the degrees of freedom of t with each window's kurtosis."""
    kurtosis = np.maximum(_shape(windows)[1], 1e-9)
    return np.clip(4.0 + 6.0 / kurtosis, FREEDOM_MIN, FREEDOM_MAX)


@lru_cache(maxsize=4_096)
def _t_quantile(degrees: float, level: float) -> float:
    """Return the value at risk of t of variance 1; a linear book of t is t of one dimension."""
    return -float(np.percentile(standard_draws(_DRAWS, 1, degrees, _SEED), 100.0 * (1.0 - level)))
