"""Resampled days.

Laws: the same seed gives the same draws, the mean of the draws is near that of the days, the fan
is ordered and ends with the distribution, and the resamples are those of the report's intervals.
"""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.backtest.monte_carlo import PERCENTILES, resample_days
from traider.portfolio import ratios
from traider.portfolio.bootstrap import Resampling, bootstrap_intervals

CAPITAL = 10_000.0


def always(number: int) -> bool:
    return number >= 0


def made(count: int = 500, seed: int = 1) -> npt.NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0.001, 0.01, count)


@given(
    st.lists(st.floats(-0.2, 0.2), min_size=7, max_size=40),
    st.integers(0, 5),
    st.sampled_from([0.0, 1.0, 7.0]),
)
def test_the_same_seed_gives_the_same_draws(days: list[float], seed: int, block: float) -> None:
    returns = np.array(days)
    plan = Resampling(20, block, seed=seed)
    one = resample_days(returns, CAPITAL, plan, always)
    other = resample_days(returns, CAPITAL, plan, always)
    assert one.final_equity.values.tobytes() == other.final_equity.values.tobytes()
    assert one.done == one.asked == 20
    for level in PERCENTILES:
        assert one.fan[level].tobytes() == other.fan[level].tobytes()
    low, high = float(returns.min()), float(returns.max())
    assert np.all(one.final_equity.values >= CAPITAL * (1 + low) ** len(days) * 0.999)
    assert np.all(one.final_equity.values <= CAPITAL * (1 + high) ** len(days) * 1.001)


def test_another_seed_gives_other_draws() -> None:
    found = {
        resample_days(made(), CAPITAL, Resampling(5, seed=seed), always).final_equity.mean
        for seed in range(4)
    }
    assert len(found) == 4


def test_the_mean_of_the_draws_is_near_the_mean_of_the_days() -> None:
    returns = made()
    found = resample_days(returns, CAPITAL, Resampling(2_000), always)
    drawn = np.log(found.final_equity.values / CAPITAL) / len(returns)
    expected = float(np.log1p(returns).mean())
    error = float(np.log1p(returns).std()) / math.sqrt(len(returns))
    assert drawn.mean() == pytest.approx(expected, abs=0.1 * error)
    assert drawn.std() == pytest.approx(error, rel=0.25)


def test_the_fan_is_ordered_and_ends_with_the_distribution() -> None:
    found = resample_days(made(), CAPITAL, Resampling(300), always)
    levels = np.stack([found.fan[level] for level in PERCENTILES])
    assert np.all(np.diff(levels, axis=0) >= 0.0)
    assert np.all(levels[:, 0] == CAPITAL)
    assert list(found.final_equity.percentiles().values()) == pytest.approx(levels[:, -1])
    assert found.fan_days[0] == 0
    assert found.fan_days[-1] == 500
    assert np.all(np.diff(found.fan_days) > 0)


def test_the_draws_are_those_of_the_intervals() -> None:
    returns = made(200)
    plan = Resampling(400, seed=9)
    found = resample_days(returns, CAPITAL, plan, always)
    interval = bootstrap_intervals(returns, {"sharpe": ratios.sharpe}, plan)["sharpe"]
    assert np.percentile(found.sharpe.values, [2.5, 97.5]) == pytest.approx(
        [interval.low, interval.high]
    )
    assert np.percentile(returns, 50) != interval.low


def test_asked_to_stop_it_keeps_what_was_drawn() -> None:
    found = resample_days(made(), CAPITAL, Resampling(100), lambda number: number < 7)
    assert (found.done, found.asked) == (7, 100)


def test_no_days_give_no_draws() -> None:
    found = resample_days(np.zeros(0), CAPITAL, Resampling(10), always)
    assert found.done == 0
    assert math.isnan(found.sharpe.mean)
    assert found.fan_days.tolist() == [0]
    assert np.isnan(found.fan[50]).all()
