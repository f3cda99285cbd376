"""What the best is worth: formulas on the right numbers, and laws of many trials."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.backtest.sweep.sweep_results import (
    FAST,
    SLOW,
    measured,
    middle_is_best,
    sweep_result,
    trial,
    trials_of,
)
from traider.backtest.sweep.grid import Grid
from traider.backtest.sweep.ranking import METRICS, ranked
from traider.backtest.sweep.statistics import SweepStatistics, sweep_statistics
from traider.backtest.sweep.trial import Trial
from traider.portfolio import sharpe_significance as significance
from traider.portfolio.overfitting import backtest_overfitting

GRID = Grid((FAST, SLOW))


def statistics_of(trials: tuple[Trial, ...], before: int = 0) -> SweepStatistics:
    return sweep_statistics(trials, ranked(trials, METRICS["sharpe"])[0], before)


def test_the_numbers_are_those_of_the_formulas() -> None:
    trials = trials_of(GRID, middle_is_best)
    best = ranked(trials, METRICS["sharpe"])[0]
    found = sweep_statistics(trials, best, 7)
    daily = [float(np.mean(r) / np.std(r, ddof=1)) for r in (t.measured.returns for t in trials)]
    sample = significance.sharpe_sample(best.measured.returns)
    variance = float(np.var(daily, ddof=1))
    count = len(trials) + 7
    assert (found.trials, found.trials_before, found.days) == (count, 7, 400)
    assert found.sharpe == pytest.approx(max(daily) * math.sqrt(365))
    assert found.sharpe_median == pytest.approx(float(np.median(daily)) * math.sqrt(365))
    assert found.sharpe_deviation == pytest.approx(math.sqrt(variance * 365))
    assert found.probabilistic == pytest.approx(significance.probabilistic_sharpe(sample))
    luck = significance.expected_maximum_sharpe(count, variance)
    assert found.expected_maximum == pytest.approx(luck * math.sqrt(365))
    assert found.deflated == pytest.approx(significance.deflated_sharpe(sample, count, variance))
    needed = significance.minimum_track_record(sample, luck, 0.95)
    assert found.track_record_luck_days == pytest.approx(needed)
    assert found.track_record_days < needed
    gains = [np.prod(1.0 + t.measured.returns) > 1.0 for t in trials]
    assert found.profitable == np.mean(gains)
    matrix = np.column_stack([t.measured.returns for t in trials])
    assert found.overfitting is not None
    assert found.overfitting.probability == backtest_overfitting(matrix, 16).probability


def test_unrelated_trials_count_in_full_and_equal_ones_as_one() -> None:
    apart = statistics_of(trials_of(GRID, lambda _: 0.0))
    assert apart.independent_trials == pytest.approx(apart.trials, rel=0.05)
    assert apart.deflated_independent == pytest.approx(apart.deflated, abs=0.05)
    twins = tuple(trial(3, (n,)) for n in range(10))
    assert statistics_of(twins).independent_trials == pytest.approx(1.0)


def test_earlier_trials_make_the_best_less_believable() -> None:
    trials = trials_of(GRID, middle_is_best)
    alone, after = statistics_of(trials), statistics_of(trials, 5_000)
    assert after.deflated < alone.deflated
    assert after.expected_maximum > alone.expected_maximum
    assert after.independent_trials > alone.independent_trials
    assert after.probabilistic == alone.probabilistic


def test_skill_is_told_from_luck() -> None:
    lucky = statistics_of(trials_of(GRID, lambda _: 0.0))
    skilled = sweep_result().statistics
    assert lucky.deflated < 0.7 < skilled.deflated
    assert lucky.overfitting is not None
    assert skilled.overfitting is not None
    assert skilled.overfitting.probability < 0.1 < lucky.overfitting.probability


def test_one_trial_has_no_spread_and_no_split() -> None:
    found = statistics_of((trial(0, (5, 10)),))
    assert math.isnan(found.deflated)
    assert math.isnan(found.expected_maximum)
    assert 0.0 < found.probabilistic < 1.0
    assert found.overfitting is None


def test_a_short_history_is_not_split() -> None:
    found = statistics_of(trials_of(GRID, middle_is_best, days=12))
    assert found.overfitting is None
    assert statistics_of(trials_of(GRID, middle_is_best, days=40)).overfitting is not None


def test_trials_that_never_traded_are_tried_but_have_no_ratio() -> None:
    kept = trials_of(GRID, middle_is_best)
    idle = [replace(one, measured=measured(np.zeros(400))) for one in kept[:4]]
    found = statistics_of((*idle, *kept[4:]))
    assert found.trials == len(kept)
    assert math.isfinite(found.deflated)
    nothing = statistics_of(tuple(replace(one, measured=measured(np.zeros(400))) for one in kept))
    assert math.isnan(nothing.sharpe)
    assert math.isnan(nothing.deflated)
    assert math.isnan(nothing.independent_trials)
    assert nothing.profitable == 0.0
