"""A book's risk: parts sum to the whole, draws have the covariance they were asked for."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traider.risk.book import PreparedHorizon, measure_book
from traider.risk.models import NOTHING, Model, historical, normal_loss
from traider.risk.parts import deviation_of, parts_of
from traider.risk.scenarios import degrees_of_freedom, root_of, standard_draws

FloatArray = npt.NDArray[np.float64]
COUNT = 5
_DRAWN = np.random.default_rng(3)
RETURNS: FloatArray = 0.02 * (
    _DRAWN.standard_t(5, (800, COUNT)) @ _DRAWN.standard_normal((COUNT, COUNT))
)
HORIZON = PreparedHorizon.of("1d", RETURNS, 0.94, draws=4_000)

exposures_lists = st.lists(
    st.floats(-1e6, 1e6).filter(lambda value: abs(value) > 1.0), min_size=COUNT, max_size=COUNT
)


@given(exposures_lists, st.sampled_from([0.95, 0.99]))
def test_parts_sum_to_the_whole(values: list[float], level: float) -> None:
    exposures = np.array(values)
    parts = HORIZON.parts(exposures, level)
    whole = {each.model: each.loss for each in HORIZON.measure(exposures, [level])}
    assert parts.component.sum() == pytest.approx(whole[Model.WEIGHTED].value_at_risk)
    assert parts.shortfall.sum() == pytest.approx(whole[Model.HISTORICAL].expected_shortfall)


@given(exposures_lists, st.integers(0, COUNT - 1))
def test_closing_a_position_takes_its_incremental_risk_away(
    values: list[float], place: int
) -> None:
    exposures = np.array(values)
    closed = exposures.copy()
    closed[place] = 0.0
    before = historical(RETURNS @ exposures, 0.95).value_at_risk
    after = historical(RETURNS @ closed, 0.95).value_at_risk
    parts = HORIZON.parts(exposures, 0.95)
    assert parts.incremental[place] == pytest.approx(before - after, abs=1e-6)


@settings(max_examples=20)
@given(exposures_lists, st.integers(0, COUNT - 1))
def test_marginal_risk_is_the_slope_of_the_whole(values: list[float], place: int) -> None:
    exposures = np.array(values)
    more = exposures.copy()
    more[place] += 1e-2
    scale = normal_loss(0.95).value_at_risk
    slope = scale * (
        deviation_of(more, HORIZON.covariance) - deviation_of(exposures, HORIZON.covariance)
    )
    found = parts_of(exposures, HORIZON.covariance, RETURNS, 0.95).marginal[place]
    assert found == pytest.approx(slope / 1e-2, rel=1e-2, abs=1e-4)


def test_an_empty_book_loses_nothing() -> None:
    nothing = np.zeros(COUNT)
    assert {each.loss for each in measure_book([HORIZON], nothing)} == {NOTHING}
    assert (HORIZON.parts(nothing, 0.95).component == 0.0).all()


def test_what_never_moves_loses_nothing() -> None:
    still = PreparedHorizon.of("1d", np.zeros((100, 1)), 0.94)
    assert {each.loss for each in measure_book([still], np.ones(1))} == {NOTHING}


def test_too_short_a_past_says_nothing() -> None:
    short = PreparedHorizon.of("1d", RETURNS[:10], 0.94)
    assert not short.is_known
    assert all(
        math.isnan(each.loss.value_at_risk) for each in short.measure(np.ones(COUNT), [0.95])
    )


def test_draws_have_the_covariance_and_the_tails_asked_for() -> None:
    draws = standard_draws(200_000, 2, 6.0, 1)
    assert draws.mean(axis=0) == pytest.approx(np.zeros(2), abs=1e-12)
    assert np.cov(draws.T) == pytest.approx(np.eye(2), abs=0.03)
    assert degrees_of_freedom(draws) == pytest.approx(6.0, abs=1.0)
    assert (standard_draws(9, 2, 6.0, 1) == standard_draws(9, 2, 6.0, 1)).all()
    assert degrees_of_freedom(np.resize([1.0, -1.0], (100, 2))) == 200.0
    root = root_of(HORIZON.covariance)
    assert root @ root.T == pytest.approx(HORIZON.covariance)
