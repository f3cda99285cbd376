"""Value at risk and expected shortfall of one portfolio's returns, by several models.

``returns`` is one series of the portfolio as it stands now, oldest first. Losses are positive: a
value at risk of 0.03 says that the period to come loses more than 3 % with probability 1 - level.
Expected shortfall is the mean loss beyond it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from statistics import NormalDist
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.risk import tail_risk
from traider.risk.covariance import DAILY_DECAY, weighted_deviations

FloatArray = npt.NDArray[np.float64]

_NORMAL: Final = NormalDist()


class Model(Enum):
    """How the distribution of the next period is had."""

    HISTORICAL = "historical"
    """The past periods, each as likely as the other."""
    NORMAL = "normal"
    """A normal distribution with the past's mean and deviation."""
    WEIGHTED = "ewma"
    """A normal distribution around zero, its deviation exponentially weighted (RiskMetrics)."""
    CORNISH_FISHER = "cornish-fisher"
    """The normal quantile corrected for skew and kurtosis."""
    FILTERED = "filtered-historical"
    """Past periods in units of their forecast deviation, times today's (Hull and White, 1998)."""
    MONTE_CARLO = "monte-carlo"
    """Correlated draws of Student's t with the covariance of today."""


@dataclass(frozen=True, slots=True)
class TailLoss:
    """What is lost in a bad period, as a share or in money; positive is a loss."""

    value_at_risk: float
    expected_shortfall: float

    def times(self, amount: float) -> "TailLoss":
        """Return both multiplied by ``amount``."""
        return TailLoss(self.value_at_risk * amount, self.expected_shortfall * amount)


UNKNOWN: Final = TailLoss(math.nan, math.nan)
NOTHING: Final = TailLoss(0.0, 0.0)


def historical(returns: FloatArray, level: float) -> TailLoss:
    """Return the empirical quantile, and the mean of the periods at or beyond it."""
    return TailLoss(
        -tail_risk.historical_var(returns, level), -tail_risk.historical_es(returns, level)
    )


def normal(returns: FloatArray, level: float) -> TailLoss:
    """Return both of a normal distribution with the sample's mean and deviation."""
    return TailLoss(-tail_risk.normal_var(returns, level), -tail_risk.normal_es(returns, level))


def cornish_fisher(returns: FloatArray, level: float) -> TailLoss:
    """Return both of the Cornish-Fisher expansion.

    Where the expansion is not monotone its mean beyond the quantile can lie before it; the
    expected shortfall is then the value at risk, the least that it can be.
    """
    quantile = -tail_risk.cornish_fisher_var(returns, level)
    return TailLoss(quantile, max(quantile, -tail_risk.cornish_fisher_es(returns, level)))


def weighted(returns: FloatArray, level: float, decay: float = DAILY_DECAY) -> TailLoss:
    """Return both of a normal distribution around zero with the weighted deviation."""
    if len(returns) < 2:
        return UNKNOWN
    return normal_loss(level).times(float(weighted_deviations(returns, decay)[-1]))


def filtered_historical(returns: FloatArray, level: float, decay: float = DAILY_DECAY) -> TailLoss:
    """Return both of the past periods scaled to the deviation of today.

    Source: Hull and White (1998); Barone-Adesi, Giannopoulos and Vosper (1999). The filter is the
    exponentially weighted deviation that was known before each period.
    """
    if len(returns) < 2:
        return UNKNOWN
    deviations = weighted_deviations(returns, decay)
    if not deviations.all():
        return UNKNOWN
    return historical(returns / deviations[:-1] * deviations[-1], level)


def normal_loss(level: float) -> TailLoss:
    """Return both of the standard normal distribution."""
    z = _NORMAL.inv_cdf(1.0 - level)
    return TailLoss(-z, _NORMAL.pdf(z) / (1.0 - level))


ONE_SERIES: Final[Mapping[Model, Callable[[FloatArray, float], TailLoss]]] = MappingProxyType(
    {
        Model.HISTORICAL: historical,
        Model.NORMAL: normal,
        Model.CORNISH_FISHER: cornish_fisher,
    }
)
"""The models that need nothing but the portfolio's own returns, all of them alike."""
