"""Laws of ratios.

1. Sharpe does not change with the scale of the excess returns; volatility scales with it.
2. A series against itself has beta 1, no alpha and correlation 1.
3. Without risk a ratio is infinite or undefined, never an error.
"""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from traider.portfolio import ratios

returns_lists = st.lists(st.floats(-0.3, 0.3), min_size=3, max_size=50)


@given(returns_lists, st.floats(0.1, 3.0))
def test_sharpe_is_free_of_scale(values: list[float], scale: float) -> None:
    returns = np.array(values)
    assume(returns.std() > 1e-6)
    assert ratios.sharpe(scale * returns) == pytest.approx(ratios.sharpe(returns))
    assert ratios.volatility(scale * returns) == pytest.approx(scale * ratios.volatility(returns))
    assert ratios.downside_risk(scale * returns) == pytest.approx(
        scale * ratios.downside_risk(returns)
    )


@given(returns_lists)
def test_a_series_is_its_own_benchmark(values: list[float]) -> None:
    returns = np.array(values)
    assume(returns.std() > 1e-6)
    assert ratios.beta(returns, returns) == pytest.approx(1.0)
    assert ratios.alpha(returns, returns) == pytest.approx(0.0, abs=1e-9)
    assert ratios.correlation(returns, returns) == pytest.approx(1.0)
    assert ratios.correlation(returns, -returns) == pytest.approx(-1.0)


def test_no_risk_is_infinite_or_undefined() -> None:
    flat, nothing = np.full(5, 0.01), np.zeros(5)
    assert ratios.sharpe(flat) == math.inf
    assert ratios.sharpe(-flat) == -math.inf
    assert math.isnan(ratios.sharpe(nothing))
    assert ratios.sortino(flat) == math.inf
    assert math.isnan(ratios.calmar(flat))
    assert math.isnan(ratios.omega(flat))
    assert math.isnan(ratios.beta(flat, nothing))
    assert math.isnan(ratios.alpha(flat, nothing))
    assert math.isnan(ratios.correlation(flat, nothing))
    assert math.isnan(ratios.sharpe(np.full(5, np.nan)))


def test_ruin_and_riches_stay_numbers() -> None:
    assert ratios.cagr(np.array([0.5, -1.0])) == -1.0
    assert ratios.cagr(np.array([1e9])) == math.inf
    assert ratios.total_return(np.array([0.5, -1.0])) == -1.0


def test_growth_by_hand() -> None:
    assert ratios.cagr(np.full(365, 0.0)) == 0.0
    assert ratios.cagr(np.array([0.1, 0.1]), 2) == pytest.approx(0.21)
