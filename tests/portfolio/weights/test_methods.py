"""Laws of weights: bounds, sums, what each method promises, closed forms where there are any."""

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traider.domain.errors import UsageError
from traider.portfolio.weights.estimates import Estimates
from traider.portfolio.weights.hierarchy import hierarchical_weights
from traider.portfolio.weights.methods import Method, choose_weights
from traider.portfolio.weights.terms import Terms, turnover
from traider.portfolio.weights.views import View, equilibrium, posterior
from traider.risk.covariance import shrinkage_intensity
from traider.risk.tail_risk import historical_es

pytest.importorskip("cvxpy", reason="cvxpy comes with the extra optimize")

FloatArray = npt.NDArray[np.float64]
FREE = Terms(cost=0.0)


def drawn(seed: int, periods: int = 120, count: int = 4) -> FloatArray:
    generator = np.random.default_rng(seed)
    mixed = generator.standard_normal((periods, count)) @ generator.standard_normal((count, count))
    return np.asarray(0.001 + 0.01 * mixed, dtype=np.float64)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(list(Method)), st.sampled_from([0.0, 0.2]))
def test_weights_keep_their_bounds_and_the_limit_on_turnover(
    seed: int, method: Method, limit: float
) -> None:
    terms = Terms(weight_min=0.05, weight_max=0.5, turnover_max=limit)
    before = np.array([0.4, 0.3, 0.2, 0.1])
    found = choose_weights(method, Estimates.of(drawn(seed)), terms, before)
    assert found.sum() == pytest.approx(1.0)
    assert (found >= 0.05 - 1e-6).all()
    assert (found <= 0.5 + 1e-6).all()
    if limit:
        assert turnover(before, found) <= limit + 1e-5


@pytest.mark.parametrize("seed", range(3))
def test_least_variance_is_the_closed_form_where_no_bound_binds(seed: int) -> None:
    # Independent assets of similar risk: the closed form is inverse variance, inside the bounds.
    past = Estimates.of(drawn(seed))
    variances = np.array([1.0, 1.2, 0.9, 1.1]) * 1e-4
    past = Estimates(past.returns, past.means, np.diag(variances))
    expected = (1.0 / variances) / (1.0 / variances).sum()
    found = choose_weights(Method.MINIMUM_VARIANCE, past, FREE)
    assert found == pytest.approx(expected, abs=1e-4)


def test_mean_variance_has_the_most_utility_of_all_weights_on_a_grid() -> None:
    past = Estimates.of(drawn(5, count=3))
    found = choose_weights(Method.MEAN_VARIANCE, past, FREE)

    def utility(weights: FloatArray) -> float:
        variance = float(weights @ past.covariance @ weights)
        return float(past.means @ weights) - FREE.risk_aversion / 2.0 * variance

    steps = np.linspace(0.0, 1.0, 21)
    grid = [
        np.array([a, b, 1.0 - a - b]) for a, b in itertools.product(steps, steps) if a + b <= 1.0
    ]
    assert utility(found) >= max(map(utility, grid)) - 1e-9


def test_least_shortfall_has_the_least_of_all_weights_on_a_grid() -> None:
    returns = drawn(6, periods=200, count=2)
    found = choose_weights(Method.SHORTFALL, Estimates.of(returns), FREE)

    def shortfall(weights: FloatArray) -> float:
        losses = np.sort(-returns @ weights)
        return float(losses[-10:].mean())  # the worst 5 % of 200

    grid = [np.array([a, 1.0 - a]) for a in np.linspace(0.0, 1.0, 101)]
    assert shortfall(found) <= min(map(shortfall, grid)) + 1e-6
    assert shortfall(found) == pytest.approx(-historical_es(returns @ found, 0.9501), rel=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_risk_parity_gives_every_asset_the_same_part_of_the_risk(seed: int) -> None:
    past = Estimates.of(drawn(seed))
    found = choose_weights(Method.RISK_PARITY, past, FREE)
    parts = found * (past.covariance @ found)
    assert parts / parts.sum() == pytest.approx(np.full(4, 0.25), abs=1e-3)


def test_hierarchy_of_uncorrelated_assets_is_inverse_variance() -> None:
    variances = np.array([1.0, 4.0, 1.0, 4.0])
    expected = (1.0 / variances) / (1.0 / variances).sum()
    assert hierarchical_weights(np.diag(variances)) == pytest.approx(expected)
    assert hierarchical_weights(np.array([[0.3]])) == pytest.approx([1.0])


def test_hierarchy_halves_risk_between_groups_and_not_between_names() -> None:
    """Two twins and one of its own: the twins share one half."""
    covariance = np.array([[1.0, 0.999, 0.0], [0.999, 1.0, 0.0], [0.0, 0.0, 1.0]])
    found = hierarchical_weights(covariance)
    assert sorted(found.tolist()) == pytest.approx([0.25, 0.25, 0.5], abs=0.09)


def test_views_move_what_they_are_about_in_the_measure_of_their_confidence() -> None:
    past = Estimates.of(drawn(7))
    prior = equilibrium(past.covariance, np.full(4, 0.25), 3.0)
    assert (posterior(prior, past.covariance, []) == prior).all()
    wanted = prior[1] + 0.01
    steps = [
        posterior(prior, past.covariance, [View(1, wanted, confidence)])[1]
        for confidence in (0.0, 0.25, 0.5, 1.0)
    ]
    assert steps == sorted(steps)
    assert steps[0] == prior[1]
    assert steps[2] == pytest.approx(prior[1] + 0.005)
    assert steps[3] == pytest.approx(wanted)
    found = posterior(prior, past.covariance, [View(1, 0.02, 1.0, against=2)])
    assert found[1] - found[2] == pytest.approx(0.02, abs=1e-7)


def test_without_views_black_litterman_holds_what_equilibrium_holds() -> None:
    past = Estimates.of(drawn(8))
    found = choose_weights(Method.BLACK_LITTERMAN, past, FREE)
    assert found == pytest.approx(np.full(4, 0.25), abs=1e-3)
    bullish = [View(2, float(past.means[2]) + 0.02, 0.9)]
    assert choose_weights(Method.BLACK_LITTERMAN, past, FREE, None, bullish)[2] > 0.3


def test_costs_keep_weights_where_they_are() -> None:
    before = np.array([0.1, 0.2, 0.3, 0.4])
    dear = Terms(cost=0.5, periods_held=1)
    for method in (Method.MEAN_VARIANCE, Method.MINIMUM_VARIANCE, Method.SHORTFALL):
        found = choose_weights(method, Estimates.of(drawn(9)), dear, before)
        assert found == pytest.approx(before, abs=1e-4)


def test_weights_that_drifted_out_of_their_bounds_may_come_back_whatever_the_limit() -> None:
    terms = Terms(weight_max=0.4, turnover_max=0.01)
    before = np.array([0.7, 0.1, 0.1, 0.1])
    found = choose_weights(Method.EQUAL, Estimates.of(drawn(1)), terms, before)
    assert found.max() <= 0.4 + 1e-6


def test_bounds_that_no_weights_keep_are_refused() -> None:
    with pytest.raises(UsageError, match=r"4 assets from 0 to 0.2 cannot sum to 1"):
        choose_weights(Method.EQUAL, Estimates.of(drawn(1)), Terms(weight_max=0.2))


def test_the_tree_is_of_the_sample_so_that_the_order_of_the_assets_does_not_matter() -> None:
    # So alike, and so few periods, that the covariance is shrunk to one common correlation.
    alike = np.random.default_rng(6).normal(0.0, 0.02, (60, 1))
    returns = alike + np.random.default_rng(5).normal(0.0, 0.012, (60, 4)) * [1.0, 1.2, 1.4, 1.6]
    assert shrinkage_intensity(returns) == 1.0
    found = set()
    for order in itertools.permutations(range(4)):
        past = Estimates.of(returns[:, order])
        weights = choose_weights(Method.HIERARCHICAL, past, FREE, None)
        found.add(tuple(weights[np.argsort(order)].round(6).tolist()))
    assert len(found) == 1
