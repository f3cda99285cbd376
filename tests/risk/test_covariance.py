"""Laws of covariances: what shrinking keeps, and formulas written a second time as loops."""

import itertools
import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.risk.covariance import (
    decay_weights,
    shrinkage_intensity,
    shrunk,
    weighted_covariance,
    weighted_deviations,
)

FloatArray = npt.NDArray[np.float64]


def drawn(seed: int, periods: int = 60, count: int = 4) -> FloatArray:
    generator = np.random.default_rng(seed)
    mixed = generator.standard_normal((periods, count)) @ generator.standard_normal((count, count))
    return np.asarray(0.01 * mixed, dtype=np.float64)


def plain_intensity(returns: FloatArray) -> float:
    """Ledoit and Wolf's formula as their appendix writes it, sums of sums."""
    periods, count = returns.shape
    x = returns - returns.mean(axis=0)
    s = x.T @ x / periods
    r = [[s[i, j] / math.sqrt(s[i, i] * s[j, j]) for j in range(count)] for i in range(count)]
    pairs = list(itertools.combinations(range(count), 2))
    mean = sum(r[i][j] for i, j in pairs) / len(pairs)
    pi = rho = gamma = 0.0
    for i, j in itertools.product(range(count), repeat=2):
        error = sum((x[t, i] * x[t, j] - s[i, j]) ** 2 for t in range(periods)) / periods
        pi += error
        if i == j:
            rho += error
            continue
        ii = sum((x[t, i] ** 2 - s[i, i]) * (x[t, i] * x[t, j] - s[i, j]) for t in range(periods))
        jj = sum((x[t, j] ** 2 - s[j, j]) * (x[t, i] * x[t, j] - s[i, j]) for t in range(periods))
        ratio = math.sqrt(s[j, j] / s[i, i])
        rho += mean / 2.0 * (ratio * ii + jj / ratio) / periods
        gamma += (mean * math.sqrt(s[i, i] * s[j, j]) - s[i, j]) ** 2
    return float(max(0.0, min(1.0, (pi - rho) / gamma / periods)))


@pytest.mark.parametrize("seed", range(5))
def test_the_intensity_is_that_of_the_paper(seed: int) -> None:
    returns = drawn(seed)
    assert shrinkage_intensity(returns) == pytest.approx(plain_intensity(returns), rel=1e-9)


def test_what_cannot_be_shrunk_is_not() -> None:
    assert shrinkage_intensity(drawn(1, count=1)) == 0.0
    assert shrinkage_intensity(np.zeros((9, 3))) == 0.0
    one = np.array([[0.04]])
    assert (shrunk(one, 0.7) == one).all()


@given(st.integers(0, 10_000), st.floats(0.0, 1.0))
def test_shrinking_keeps_variances_and_stays_a_covariance(seed: int, intensity: float) -> None:
    covariance = weighted_covariance(drawn(seed))
    found = shrunk(covariance, intensity)
    assert np.diag(found) == pytest.approx(np.diag(covariance))
    assert found == pytest.approx(found.T)
    deviations = np.sqrt(np.diag(found))
    assert (np.abs(found) <= np.outer(deviations, deviations) * (1.0 + 1e-9)).all()


def test_fully_shrunk_all_correlations_are_the_mean() -> None:
    covariance = weighted_covariance(drawn(3))
    found = shrunk(covariance, 1.0)
    deviations = np.sqrt(np.diag(found))
    upper = np.triu_indices(4, 1)
    correlations = (found / np.outer(deviations, deviations))[upper]
    before = (covariance / np.outer(deviations, deviations))[upper]
    assert correlations == pytest.approx(before.mean())


def test_weights_fall_by_the_decay_and_sum_to_one() -> None:
    weights = decay_weights(5, 0.9)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[:-1] / weights[1:] == pytest.approx(0.9)


def test_the_weighted_covariance_is_the_sum_of_weighted_products() -> None:
    returns = drawn(8, periods=3_000)
    weights = decay_weights(len(returns), 0.94)
    plain = sum(w * np.outer(row, row) for w, row in zip(weights, returns, strict=True))
    assert weighted_covariance(returns) == pytest.approx(plain, rel=1e-9)


@given(st.integers(0, 1_000), st.integers(20, 59))
def test_a_deviation_knows_only_what_came_before(seed: int, place: int) -> None:
    series = drawn(seed)[:, 0]
    changed = series.copy()
    changed[place:] *= 3.0
    before = weighted_deviations(series, 0.94, 10)
    after = weighted_deviations(changed, 0.94, 10)
    assert (before[: place + 1] == after[: place + 1]).all()
    assert before[-1] != after[-1]
