"""Numbers of the papers, and laws of significance.

Sources of the numbers: Bailey and López de Prado, "The Sharpe Ratio Efficient Frontier" (2012)
and "The Deflated Sharpe Ratio" (2014).

1. Of more trials the best is expected higher, so it is believed less.
2. A longer record of the same ratio is believed more, a more skewed and fatter one less.
3. The minimum track record is the length at which the probability reaches the level.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.portfolio.bootstrap import uniforms
from traider.portfolio.sharpe_significance import (
    SharpeSample,
    deflated_sharpe,
    expected_maximum_sharpe,
    independent_trials,
    minimum_track_record,
    probabilistic_sharpe,
    sharpe_sample,
)

# Annual ratio 2.5 over 1,250 days of which a year has 250; the trials' variance is 1/2 a year.
PAPER = SharpeSample(2.5 / math.sqrt(250), 1_250, skew=-3.0, kurtosis=10.0)
VARIANCE = 0.5 / 250

samples = st.builds(
    SharpeSample,
    sharpe=st.floats(0.005, 0.3),
    periods=st.integers(30, 5_000),
    skew=st.floats(-3.0, 1.0),
    kurtosis=st.floats(11.0, 20.0),
)


def test_the_deflated_ratio_of_the_paper() -> None:
    assert expected_maximum_sharpe(100, VARIANCE) == pytest.approx(0.1132, abs=5e-5)
    assert deflated_sharpe(PAPER, 100, VARIANCE) == pytest.approx(0.9004, abs=5e-5)
    assert deflated_sharpe(PAPER, 46, VARIANCE) == pytest.approx(0.9505, abs=5e-5)
    normal = replace(PAPER, skew=0.0, kurtosis=3.0)
    assert deflated_sharpe(normal, 88, VARIANCE) == pytest.approx(0.9505, abs=5e-5)


def test_the_probabilistic_ratio_of_the_paper() -> None:
    fund = SharpeSample(0.458, 24, skew=-2.448, kurtosis=10.164)
    assert probabilistic_sharpe(fund) == pytest.approx(0.913, abs=5e-4)
    assert probabilistic_sharpe(SharpeSample(0.458, 24)) == pytest.approx(0.982, abs=5e-4)


@pytest.mark.parametrize(("periods", "years"), [(252, 2.73), (52, 2.83), (12, 3.24)])
def test_the_track_records_of_the_paper(periods: int, years: float) -> None:
    """A ratio of 2 a year, normal returns, to be believed above 1 at 95 %."""
    sample = SharpeSample(2.0 / math.sqrt(periods), 1)
    found = minimum_track_record(sample, 1.0 / math.sqrt(periods)) / periods
    assert found == pytest.approx(years, abs=5e-3)


def test_the_track_record_of_hedge_funds_in_the_paper() -> None:
    sample = SharpeSample(2.0 / math.sqrt(12), 1, skew=-0.72, kurtosis=5.78)
    found = minimum_track_record(sample, 1.0 / math.sqrt(12)) / 12
    assert found == pytest.approx(4.99, abs=5e-3)


def test_the_expected_maximum_is_that_of_drawn_normals() -> None:
    draws = np.random.default_rng(5).normal(0.0, 0.3, (4_000, 50))
    expected = expected_maximum_sharpe(50, 0.09)
    assert expected == pytest.approx(float(draws.max(axis=1).mean()), rel=0.02)


@given(samples, st.integers(1, 5_000), st.integers(1, 5_000), st.floats(1e-5, 0.01))
def test_more_trials_are_believed_less(
    sample: SharpeSample, first: int, second: int, variance: float
) -> None:
    few, many = sorted((first, second))
    more = expected_maximum_sharpe(many, variance)
    assert 0.0 <= expected_maximum_sharpe(few, variance) <= more
    found = deflated_sharpe(sample, few, variance)
    assert found >= deflated_sharpe(sample, many, variance)
    assert found <= probabilistic_sharpe(sample)
    assert deflated_sharpe(sample, 1, variance) == probabilistic_sharpe(sample)


@given(samples, st.integers(2, 50))
def test_a_longer_record_is_believed_more(sample: SharpeSample, times: int) -> None:
    longer = replace(sample, periods=sample.periods * times)
    assert 0.5 <= probabilistic_sharpe(sample) <= probabilistic_sharpe(longer) <= 1.0
    worse = replace(sample, skew=sample.skew - 0.5, kurtosis=sample.kurtosis + 5.0)
    assert probabilistic_sharpe(worse) <= probabilistic_sharpe(sample)


@given(samples, st.sampled_from([0.9, 0.95, 0.99]))
def test_at_the_minimum_track_record_the_level_is_reached(
    sample: SharpeSample, level: float
) -> None:
    benchmark = sample.sharpe / 3.0
    needed = minimum_track_record(sample, benchmark, level)
    enough = replace(sample, periods=math.ceil(needed))
    short = replace(sample, periods=math.floor(needed) - 1)
    assert probabilistic_sharpe(enough, benchmark) >= level - 1e-9
    if short.periods >= 2:
        assert probabilistic_sharpe(short, benchmark) < level


def test_a_ratio_that_is_not_above_the_benchmark_never_gets_there() -> None:
    assert minimum_track_record(SharpeSample(0.1, 500), 0.1) == math.inf
    assert minimum_track_record(SharpeSample(-0.1, 500)) == math.inf


def test_a_sample_is_measured_a_period() -> None:
    returns = 0.02 * (uniforms(3, 0, 20_000) - 0.45)
    found = sharpe_sample(returns)
    assert found.periods == 20_000
    assert found.sharpe == pytest.approx(returns.mean() / returns.std(ddof=1))
    assert found.skew == pytest.approx(0.0, abs=0.05)
    assert found.kurtosis == pytest.approx(1.8, abs=0.03)  # a uniform's


def test_what_is_undefined_stays_undefined() -> None:
    flat = sharpe_sample(np.zeros(50))
    assert math.isnan(probabilistic_sharpe(flat))
    assert math.isnan(minimum_track_record(flat))
    assert math.isnan(deflated_sharpe(flat, 10, 0.1))
    assert math.isnan(expected_maximum_sharpe(10, math.nan))
    assert math.isnan(probabilistic_sharpe(SharpeSample(0.1, 1)))


def test_two_equally_far_values_leave_no_doubt() -> None:
    """Kurtosis = skew^2 + 1 makes the variance factor 0 at SR = 2 / skew."""
    certain = SharpeSample(2.0, 10, skew=1.0, kurtosis=2.0)
    assert certain.variance_factor == 0.0
    assert probabilistic_sharpe(certain, 1.0) == 1.0
    assert probabilistic_sharpe(certain, 3.0) == 0.0
    assert probabilistic_sharpe(certain, 2.0) == 0.5


def test_independent_trials_are_counted_by_their_correlation() -> None:
    draw = np.random.default_rng(1)
    apart = draw.normal(size=(4_000, 20))
    assert independent_trials(apart) == pytest.approx(20.0, rel=0.05)
    assert independent_trials(np.repeat(apart[:, :1], 20, axis=1)) == pytest.approx(1.0)
    common = draw.normal(size=(4_000, 1))
    halves = apart + common  # correlation 1/2
    assert independent_trials(halves) == pytest.approx(0.5 + 0.5 * 20, rel=0.05)
    matrix = np.asarray(np.corrcoef(halves.T))
    mean = matrix[np.triu_indices(20, 1)].mean()
    assert independent_trials(halves) == pytest.approx(mean + (1.0 - mean) * 20)


def test_columns_that_never_move_are_no_trials() -> None:
    moving = np.random.default_rng(2).normal(size=(100, 1))
    assert independent_trials(np.hstack([moving, np.zeros((100, 3))])) == 1.0
    assert math.isnan(independent_trials(np.zeros((100, 3))))
    assert math.isnan(independent_trials(np.zeros((0, 3))))
