"""Laws of resampling: repeatable, positions in range, blocks unbroken, intervals that cover."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.portfolio.bootstrap import (
    Resampling,
    bootstrap_intervals,
    resample_positions,
    uniforms,
)
from traider.portfolio.ratios import sharpe, volatility

seeds = st.integers(0, 2**32)


def _mean(values: np.ndarray) -> float:
    return float(values.mean())


@given(seeds, st.integers(0, 100), st.integers(2, 200), st.booleans())
def test_a_resample_is_a_pure_function(seed: int, sample: int, count: int, is_fixed: bool) -> None:
    plan = Resampling(seed=seed, fixed_blocks=is_fixed)
    positions = resample_positions(count, plan, sample)
    assert positions.shape == (count,)
    assert np.all((positions >= 0) & (positions < count))
    assert np.array_equal(positions, resample_positions(count, plan, sample))


def test_fixed_blocks_follow_the_circle() -> None:
    plan = Resampling(mean_block=4, fixed_blocks=True)
    blocks = resample_positions(12, plan, 0).reshape(3, 4)
    assert np.all(np.diff(blocks, axis=1) % 12 == 1)


def test_stationary_blocks_have_the_mean_length() -> None:
    positions = resample_positions(100_000, Resampling(mean_block=10), 0)
    breaks = np.count_nonzero(np.diff(positions) % 100_000 != 1)
    assert 100_000 / (breaks + 1) == pytest.approx(10.0, rel=0.05)


@pytest.mark.golden
def test_the_random_numbers_never_change() -> None:
    drawn = uniforms(1, 2, 3)
    expected = [0.30931491118583454, 0.3569562367935075, 0.036904530468356844]
    assert drawn.tolist() == expected


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    truth, covered = 0.01, 0
    for trial in range(60):
        noise = np.sqrt(12.0) * (uniforms(99, trial, 200) - 0.5)
        plan = Resampling(samples=200, seed=trial, level=0.9)
        interval = bootstrap_intervals(truth + noise, {"mean": _mean}, plan)["mean"]
        covered += interval.low <= truth <= interval.high
    assert 45 <= covered <= 60


def test_every_statistic_gets_its_interval() -> None:
    returns = 0.02 * (uniforms(5, 0, 300) - 0.45)
    found = bootstrap_intervals(returns, {"sharpe": sharpe, "volatility": volatility})
    assert found["sharpe"].low < sharpe(returns) < found["sharpe"].high
    assert found["volatility"].level == 0.95


def test_what_has_no_value_has_no_interval() -> None:
    undefined = bootstrap_intervals(np.zeros(5), {"sharpe": sharpe}, Resampling(samples=10))
    assert np.isnan(undefined["sharpe"].low)
    assert bootstrap_intervals(np.zeros(1), {"sharpe": sharpe}) == {}
