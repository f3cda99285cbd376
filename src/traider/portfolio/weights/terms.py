"""What weights may be, and what it costs to change them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from traider.domain.errors import UsageError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Terms:
    """Bounds of the weights and what a change costs. Weights sum to one."""

    weight_min: float = 0.0
    weight_max: float = 1.0
    turnover_max: float = 0.0
    """Most that may be bought and sold at one rebalancing, as a share of the whole; 0: any."""
    cost: float = 0.001
    """Paid on what is bought or sold, as a share of it."""
    periods_held: int = 30
    """Periods that a change pays off over: the cost is weighed against the gain of as many."""
    risk_aversion: float = 3.0
    """Of the mean-variance utility: mean - risk_aversion / 2 * variance."""
    level: float = 0.95
    """Confidence of the conditional value at risk."""

    def check(self, assets: int) -> None:
        """Refuse bounds that no weights keep.

        Raises:
            UsageError: weights inside them cannot sum to one.
        """
        if self.weight_min * assets > 1.0 + 1e-12 or self.weight_max * assets < 1.0 - 1e-12:
            raise UsageError(
                f"weights of {assets} assets from {self.weight_min:g} to {self.weight_max:g} "
                "cannot sum to 1",
                where="optimize.weight_max",
                fix=f"let weight_max be at least {1.0 / assets:.3g} and weight_min at most that",
            )


def turnover(before: FloatArray, after: FloatArray) -> float:
    """Return what is bought and sold, as a share of the whole."""
    return float(np.abs(after - before).sum())
