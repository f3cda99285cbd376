"""Laws of tails: a shortfall is at least as bad as its threshold; closed forms agree with sums."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.risk.tail_risk import (
    cornish_fisher_es,
    cornish_fisher_var,
    excess_kurtosis,
    historical_es,
    historical_var,
    normal_es,
    normal_var,
    skewness,
)

returns_lists = st.lists(st.floats(-0.5, 0.5), min_size=2, max_size=60)
levels = st.sampled_from([0.9, 0.95, 0.99])
BELL = np.array([NormalDist(0.001, 0.02).inv_cdf((i + 0.5) / 5_000) for i in range(5_000)])


@given(returns_lists, levels)
def test_a_shortfall_is_worse_than_its_threshold(values: list[float], level: float) -> None:
    returns = np.array(values)
    assert historical_es(returns, level) <= historical_var(returns, level) + 1e-15
    assert normal_es(returns, level) <= normal_var(returns, level) + 1e-15


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_on_a_bell_curve_all_methods_agree(level: float) -> None:
    var = NormalDist(0.001, 0.02).inv_cdf(1.0 - level)
    for method in (historical_var, normal_var, cornish_fisher_var):
        assert method(BELL, level) == pytest.approx(var, abs=2e-4)
    assert historical_es(BELL, level) == pytest.approx(normal_es(BELL, level), abs=5e-4)
    assert cornish_fisher_es(BELL, level) == pytest.approx(normal_es(BELL, level), abs=5e-4)


def test_the_shortfall_is_the_mean_of_the_quantiles_beyond() -> None:
    returns = np.append(BELL, [-0.2, -0.15, -0.1, 0.08])
    tails = (np.arange(500) + 0.5) / 500 * 0.05
    quantiles = [cornish_fisher_var(returns, 1.0 - tail) for tail in tails]
    assert cornish_fisher_es(returns) == pytest.approx(np.mean(quantiles), rel=1e-3)


def test_a_symmetric_sample_has_no_skew() -> None:
    returns = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    assert skewness(returns) == 0.0
    assert excess_kurtosis(returns) == pytest.approx(6.8 / 4 - 3.0)


def test_too_little_is_undefined() -> None:
    for returns in (np.empty(0), np.array([np.nan])):
        assert math.isnan(historical_var(returns))
        assert math.isnan(historical_es(returns))
        assert math.isnan(normal_var(returns))
    assert math.isnan(cornish_fisher_var(np.array([0.1, 0.2])))
    assert math.isnan(skewness(np.full(9, 0.1)))
