"""Whether a Sharpe ratio can be believed: probabilistic, deflated, and how long it must last.

Every ratio here is of one period (a day), never scaled to a year; ``kurtosis`` is the plain fourth
standardized moment, 3 for a normal distribution. Sources: Bailey and López de Prado, "The Sharpe
Ratio Efficient Frontier", Journal of Risk 15(2), 2012 [SREF]; the same, "The Deflated Sharpe
Ratio", Journal of Portfolio Management 40(5), 2014 [DSR]. What they assume and where they are
wrong: ``docs/models/overfitting.md``.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from traider.portfolio.ratios import sharpe
from traider.risk import tail_risk

FloatArray = npt.NDArray[np.float64]

_NORMAL = NormalDist()
_EULER_MASCHERONI = 0.5772156649015329


@dataclass(frozen=True)
class SharpeSample:
    """A measured Sharpe ratio of one period with what its uncertainty depends on."""

    sharpe: float
    periods: int
    skew: float = 0.0
    kurtosis: float = 3.0

    @property
    def variance_factor(self) -> float:
        """1 - skew * SR + (kurtosis - 1) / 4 * SR^2, the variance of SR times (periods - 1).

        Never negative, since the kurtosis of a sample is at least its squared skew plus 1.
        Source: Mertens (2002), as [SREF] writes it.
        """
        ratio = self.sharpe
        return max(1.0 - self.skew * ratio + (self.kurtosis - 1.0) / 4.0 * ratio**2, 0.0)


def sharpe_sample(returns: FloatArray) -> SharpeSample:
    """Measure ``returns``; NaN where the ratio or a moment is undefined."""
    values = np.asarray(returns, dtype=np.float64)
    return SharpeSample(
        sharpe=sharpe(values, 0.0, 1),
        periods=len(values),
        skew=tail_risk.skewness(values),
        kurtosis=tail_risk.excess_kurtosis(values) + 3.0,
    )


def probabilistic_sharpe(sample: SharpeSample, benchmark: float = 0.0) -> float:
    """Return the probability that the true Sharpe ratio is above ``benchmark``; NaN if undefined.

    Formula ([SREF]): cdf((SR - benchmark) * sqrt(periods - 1) / sqrt(variance factor)).
    """
    gap = sample.sharpe - benchmark
    factor = sample.variance_factor
    if not (math.isfinite(gap) and math.isfinite(factor)) or sample.periods < 2:
        return math.nan
    if factor == 0.0:  # two values, each as far from certain as the other: the estimate is exact
        return 0.5 + math.copysign(0.5, gap) if gap else 0.5
    return _NORMAL.cdf(gap * math.sqrt((sample.periods - 1) / factor))


def expected_maximum_sharpe(trials: float, variance: float) -> float:
    """Return the best Sharpe ratio that ``trials`` without any skill are expected to show.

    Formula ([DSR]): sqrt(variance) * ((1 - g) * q(1 - 1 / N) + g * q(1 - 1 / (N e))), q
    the normal quantile, g Euler's constant, ``variance`` that of the trials' ratios. The formula
    is asymptotic; for a single trial, whose expectation is 0, and just above it is held at 0.
    """
    if not (math.isfinite(variance) and variance >= 0.0) or math.isnan(trials):
        return math.nan
    if trials <= 1.0:
        return 0.0
    weights = 1.0 - _EULER_MASCHERONI, _EULER_MASCHERONI
    tails = 1.0 / trials, 1.0 / (trials * math.e)
    # The quantile at 1 - p is minus the one at p, which keeps its digits for many trials.
    quantile = -sum(w * _NORMAL.inv_cdf(p) for w, p in zip(weights, tails, strict=True))
    return math.sqrt(variance) * max(quantile, 0.0)


def deflated_sharpe(sample: SharpeSample, trials: float, variance: float) -> float:
    """Return the probability that the best of ``trials`` has a true Sharpe ratio above luck.

    Formula ([DSR]): the probabilistic Sharpe ratio against the expected maximum of as
    many trials without skill, ``variance`` being that of the ratios of all trials.
    """
    return probabilistic_sharpe(sample, expected_maximum_sharpe(trials, variance))


def minimum_track_record(
    sample: SharpeSample, benchmark: float = 0.0, level: float = 0.95
) -> float:
    """Return the periods needed to believe, at ``level``, that the ratio is above ``benchmark``.

    Formula ([SREF]): 1 + variance factor * (q(level) / (SR - benchmark))^2. Infinite
    where the measured ratio is not above the benchmark: no length would do.
    """
    gap = sample.sharpe - benchmark
    if math.isnan(gap) or math.isnan(sample.variance_factor):
        return math.nan
    if gap <= 0.0:
        return math.inf
    quantile = _NORMAL.inv_cdf(level) / gap
    return 1.0 + sample.variance_factor * quantile * quantile


def independent_trials(returns: FloatArray) -> float:
    """Return how many independent trials the columns of ``returns`` (periods, trials) are worth.

    Formula ([DSR], appendix): N = r + (1 - r) * M, M the columns and r their mean correlation,
    held between 0 and 1. Columns that never move are left out: they correlate with nothing. NaN
    without a column that moves.
    """
    moving = np.asarray(returns, dtype=np.float64)
    moving = moving[:, np.ptp(moving, axis=0) > 0.0] if len(moving) else moving[:, :0]
    count: int = moving.shape[1]
    if count < 2:
        return float(count) if count else math.nan
    standard = (moving - moving.mean(axis=0)) / moving.std(axis=0)
    # The sum over all pairs of correlations is the squared length of the summed columns.
    everything = float(np.mean(standard.sum(axis=1) ** 2))
    mean = min(max((everything - count) / (count * (count - 1)), 0.0), 1.0)
    return mean + (1.0 - mean) * count
