"""What an optimizer is told of the past: mean returns, covariance and the periods themselves."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from traider.risk.covariance import shrinkage_intensity, shrunk

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Estimates:
    """Of one span of the past; everything is per period."""

    returns: FloatArray
    """Simple returns, periods by assets."""
    means: FloatArray
    covariance: FloatArray
    """Of the sample, shrunk to one common correlation (Ledoit and Wolf, 2004)."""

    @classmethod
    def of(cls, returns: FloatArray) -> Self:
        """Estimate from ``returns``, periods by assets."""
        centered = returns - returns.mean(axis=0)
        sample = np.einsum("ti,tj->ij", centered, centered) / max(len(returns) - 1, 1)
        return cls(returns, returns.mean(axis=0), shrunk(sample, shrinkage_intensity(returns)))

    @property
    def assets(self) -> int:
        """How many assets there are."""
        return int(self.returns.shape[1])
