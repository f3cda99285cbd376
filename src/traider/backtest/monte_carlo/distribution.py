"""Outcomes of many dice: their percentiles, and the chance of passing a limit."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

PERCENTILES: Final = (1, 5, 25, 50, 75, 95, 99)


@dataclass(frozen=True)
class Distribution:
    """One measure over all draws, in the order of the draws; NaN where it is undefined."""

    values: FloatArray

    @property
    def known(self) -> FloatArray:
        """The values that are finite."""
        return np.asarray(self.values[np.isfinite(self.values)])

    def percentiles(self) -> dict[int, float]:
        """Return the value at each of ``PERCENTILES``, linear between neighbors; NaN of nothing."""
        known = self.known
        if known.size == 0:
            return dict.fromkeys(PERCENTILES, math.nan)
        found = np.percentile(known, PERCENTILES)
        return dict(zip(PERCENTILES, found.tolist(), strict=True))

    @property
    def mean(self) -> float:
        """Mean of what is finite; NaN of nothing."""
        return float(self.known.mean()) if self.known.size else math.nan

    def share_below(self, limit: float) -> float:
        """Return the share of the known values below ``limit``; NaN of nothing."""
        return float((self.known < limit).mean()) if self.known.size else math.nan

    def share_at_or_below(self, limit: float) -> float:
        """Return the share of the known values at or below ``limit``; NaN of nothing."""
        return float((self.known <= limit).mean()) if self.known.size else math.nan


def share_error(share: float, draws: int) -> float:
    """Return the standard error of a share found in ``draws``: sqrt(p (1 - p) / n)."""
    return math.sqrt(share * (1.0 - share) / draws) if draws else math.nan
