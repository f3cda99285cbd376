"""What the best of a sweep is worth: the ratios of many trials, deflated, and how overfitted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from traider.backtest.sweep.trial import FloatArray, Trial, returns_matrix
from traider.portfolio import sharpe_significance as significance
from traider.portfolio.overfitting import Overfitting, backtest_overfitting, block_count
from traider.portfolio.ratios import PERIODS_PER_YEAR

LEVEL = 0.95


@dataclass(frozen=True)
class SweepStatistics:
    """Statistics of a best trial among ``trials``; NaN where undefined, Sharpe ratios a year.

    ``trials`` counts those of earlier sweeps too. ``track_record_days`` is the minimum track
    record for a true ratio above 0, ``track_record_luck_days`` above ``expected_maximum``.
    """

    trials: int
    trials_before: int
    days: int
    level: float
    sharpe: float
    sharpe_median: float
    sharpe_deviation: float
    """Standard deviation over the trials of this sweep."""
    profitable: float
    """Share of trials that end above the capital."""
    probabilistic: float
    expected_maximum: float
    """Best ratio expected of as many trials without any skill."""
    deflated: float
    independent_trials: float
    """Estimate of how many independent trials they are worth, by their correlation."""
    deflated_independent: float
    """Deflated with that number instead; the kinder of the two."""
    track_record_days: float
    track_record_luck_days: float
    overfitting: Overfitting | None
    """None where the history is too short, there is but one trial, or none is the best."""


def sweep_statistics(
    trials: Sequence[Trial], best: Trial | None, trials_before: int
) -> SweepStatistics:
    """Return the statistics of ``best`` among ``trials``; its own are NaN where none is."""
    year = math.sqrt(PERIODS_PER_YEAR)
    matrix = returns_matrix(trials)
    sample = significance.sharpe_sample(best.measured.returns if best else np.zeros(0))
    daily = np.array([trial.measured.sharpe for trial in trials]) / year
    known = daily[np.isfinite(daily)]
    variance = float(known.var(ddof=1)) if known.size > 1 else math.nan
    count = len(trials) + trials_before
    # Earlier trials are unknown but for their number; they are taken to be as alike as these.
    share = significance.independent_trials(matrix) / len(trials)
    independent = max(share * count, 1.0) if math.isfinite(share) else math.nan
    luck = significance.expected_maximum_sharpe(count, variance)
    return SweepStatistics(
        trials=count,
        trials_before=trials_before,
        days=len(matrix),
        level=LEVEL,
        sharpe=best.measured.sharpe if best else math.nan,
        sharpe_median=float(np.median(known)) * year if known.size else math.nan,
        sharpe_deviation=math.sqrt(variance) * year,
        profitable=float(np.mean([trial.measured.total_return > 0.0 for trial in trials])),
        probabilistic=significance.probabilistic_sharpe(sample),
        expected_maximum=luck * year,
        deflated=significance.deflated_sharpe(sample, count, variance),
        independent_trials=independent,
        deflated_independent=significance.deflated_sharpe(sample, independent, variance),
        track_record_days=significance.minimum_track_record(sample, 0.0, LEVEL),
        track_record_luck_days=significance.minimum_track_record(sample, luck, LEVEL),
        overfitting=_overfitting(matrix) if best else None,
    )


def _overfitting(matrix: FloatArray) -> Overfitting | None:
    periods, count = matrix.shape
    blocks = block_count(periods)
    return backtest_overfitting(matrix, blocks) if blocks and count > 1 else None
