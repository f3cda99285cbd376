"""Bootstrap intervals: resample blocks of periods, so that short memory of returns survives.

Stationary bootstrap (Politis and Romano, 1994): a resample strings together blocks that start at a
random period, have geometric lengths of mean L and wrap round the end; with ``fixed_blocks`` every
block has length L (circular bootstrap, 1992). Intervals are percentiles of the resampled statistic.

Random numbers are raw words of the counter-based Philox generator turned into uniforms here, so the
same seed gives the same interval whatever NumPy's version.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]
Statistic = Callable[[FloatArray], float]

_UNIFORM_STEP = 2.0**-53


@dataclass(frozen=True)
class Interval:
    """A confidence interval: the statistic lies between ``low`` and ``high`` at ``level``."""

    low: float
    high: float
    level: float


@dataclass(frozen=True)
class Resampling:
    """How to resample; ``mean_block`` 0 takes the cube root of the number of periods (>= 2)."""

    samples: int = 1_000
    mean_block: float = 0.0
    fixed_blocks: bool = False
    seed: int = 1
    level: float = 0.95

    def block_length(self, count: int) -> float:
        """Return the mean length of a block for ``count`` periods."""
        return self.mean_block or max(2.0, float(round(count ** (1 / 3))))


def uniforms(seed: int, stream: int, count: int) -> FloatArray:
    """Return ``count`` numbers in [0, 1), a pure function of seed, stream and position."""
    key = np.array([seed % 2**64, stream], dtype=np.uint64)
    words = np.random.Philox(key=key).random_raw(count)
    return np.asarray(words >> np.uint64(11)).astype(np.float64) * _UNIFORM_STEP


def resample_positions(count: int, resampling: Resampling, sample: int) -> IndexArray:
    """Return the positions (``count`` of them) of resample number ``sample``."""
    draws = uniforms(resampling.seed, sample, 2 * count)
    starts = (draws[:count] * count).astype(np.int64)
    length = resampling.block_length(count)
    if resampling.fixed_blocks:
        is_start = np.arange(count) % round(length) == 0
    else:
        is_start = draws[count:] < 1.0 / length
        is_start[0] = True
    origin = np.maximum.accumulate(np.where(is_start, np.arange(count), 0))
    offset = np.arange(count) - origin
    return np.asarray((starts[origin] + offset) % count, dtype=np.int64)


def bootstrap_intervals(
    returns: FloatArray,
    statistics: Mapping[str, Statistic],
    resampling: Resampling | None = None,
) -> dict[str, Interval]:
    """Return a percentile interval for each statistic of ``returns``.

    A statistic that is NaN or infinite in every resample gets a NaN interval; fewer than two
    returns give no interval at all.
    """
    plan = resampling or Resampling()
    values = np.asarray(returns, dtype=np.float64)
    if len(values) < 2:
        return {}
    found = np.empty((plan.samples, len(statistics)))
    for sample in range(plan.samples):
        drawn = values[resample_positions(len(values), plan, sample)]
        found[sample] = [statistic(drawn) for statistic in statistics.values()]
    return {
        name: _percentile_interval(found[:, column], plan.level)
        for column, name in enumerate(statistics)
    }


def _percentile_interval(found: FloatArray, level: float) -> Interval:
    known = found[np.isfinite(found)]
    if known.size == 0:
        return Interval(float("nan"), float("nan"), level)
    tail = 50.0 * (1.0 - level)
    low, high = np.percentile(known, [tail, 100.0 - tail])
    return Interval(float(low), float(high), level)
