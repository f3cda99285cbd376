"""Drawdowns: falls of the wealth curve from its running peak, as fractions <= 0."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Drawdown:
    """One fall from a peak; positions count returns, the start of the curve being 0.

    ``peak`` is the last point before the fall, ``trough`` the lowest one, ``recovery`` the first
    point at or above the peak, -1 while it has not recovered. ``depth`` is <= 0, a fraction.
    """

    peak: int
    trough: int
    recovery: int
    depth: float


def wealth(returns: FloatArray) -> FloatArray:
    """Return the growth of 1, starting point included (n + 1 points); NaN returns count as 0."""
    factors = 1.0 + np.nan_to_num(np.asarray(returns, dtype=np.float64), nan=0.0)
    return np.concatenate((np.ones(1), np.cumprod(factors)))


def underwater(returns: FloatArray) -> FloatArray:
    """Return the fall from the running peak after each return (n points, <= 0)."""
    curve = wealth(returns)
    peaks = np.maximum.accumulate(curve)
    falls: FloatArray = (curve - peaks) / peaks
    return falls[1:]


def max_drawdown(returns: FloatArray) -> float:
    """Return the deepest fall from a peak, <= 0; NaN without returns.

    Formula: min over t of W_t / max_{s<=t} W_s - 1, with W the growth of 1 (empyrical's).
    """
    if len(returns) == 0:
        return float("nan")
    return float(underwater(returns).min())


def worst_drawdowns(returns: FloatArray, count: int = 5) -> tuple[Drawdown, ...]:
    """Return the ``count`` deepest drawdowns, deepest first; they never overlap."""
    falls = np.concatenate((np.zeros(1), underwater(returns)))
    below = falls < 0.0
    edges = np.diff(below.astype(np.int8))
    starts = np.flatnonzero(edges == 1)
    ends = np.flatnonzero(edges == -1) + 1
    found = []
    for number, start in enumerate(starts):
        is_recovered = number < len(ends)
        end = int(ends[number]) if is_recovered else len(falls)
        trough = int(start) + 1 + int(np.argmin(falls[start + 1 : end]))
        recovery = end if is_recovered else -1
        found.append(Drawdown(int(start), trough, recovery, float(falls[trough])))
    return tuple(sorted(found, key=lambda drawdown: drawdown.depth)[:count])
