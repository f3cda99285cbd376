"""Models of the next period: where they agree, how they scale, what they make of volatility."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.risk.models import (
    TailLoss,
    cornish_fisher,
    filtered_historical,
    historical,
    normal,
    normal_loss,
    weighted,
)

FloatArray = npt.NDArray[np.float64]


RULES = (historical, normal, weighted, cornish_fisher, filtered_historical)
Rule = Callable[[FloatArray, float], TailLoss]


def series(seed: int, count: int = 400) -> FloatArray:
    return 0.02 * np.random.default_rng(seed).standard_t(5, count)


@given(st.integers(0, 1_000), st.floats(0.1, 1_000.0), st.sampled_from(RULES))
def test_twice_the_book_loses_twice_as_much(seed: int, scale: float, rule: Rule) -> None:
    one = rule(series(seed), 0.95)
    other = rule(scale * series(seed), 0.95)
    assert other.value_at_risk == pytest.approx(scale * one.value_at_risk)
    assert other.expected_shortfall == pytest.approx(scale * one.expected_shortfall)


@given(st.integers(0, 1_000), st.sampled_from([0.9, 0.95, 0.99]), st.sampled_from(RULES))
def test_a_shortfall_is_no_better_than_its_threshold(seed: int, level: float, rule: Rule) -> None:
    found = rule(series(seed), level)
    assert found.expected_shortfall >= found.value_at_risk


def test_volatility_of_today_moves_what_is_weighted_and_nothing_else() -> None:
    calm = series(1)
    wild = np.concatenate([calm[40:], 4.0 * calm[:40]])
    for rule in (weighted, filtered_historical):
        assert rule(wild, 0.95).value_at_risk > 2.0 * rule(calm, 0.95).value_at_risk
    assert historical(wild, 0.95).value_at_risk < 1.5 * historical(calm, 0.95).value_at_risk


def test_with_even_volatility_filtering_changes_nothing() -> None:
    flat = np.resize([0.01, -0.01], 500)
    assert filtered_historical(flat, 0.95).value_at_risk == pytest.approx(
        historical(flat, 0.95).value_at_risk
    )
    assert weighted(flat, 0.95).value_at_risk == pytest.approx(
        normal_loss(0.95).value_at_risk * 0.01
    )


def test_of_nothing_nothing_is_said() -> None:
    for rule in RULES:
        assert math.isnan(rule(np.zeros(0), 0.95).value_at_risk)
    assert math.isnan(filtered_historical(np.zeros(9), 0.95).value_at_risk)
