"""Tests of tests: a known record, and laws of likelihood ratios."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.risk.coverage import chi_square_tail_1, coverage

records = st.lists(st.booleans(), min_size=2, max_size=300).map(np.array)


def test_a_record_of_a_bank() -> None:
    """Jorion, Value at Risk (third edition, 6.2.2): 20 of 252 days beyond 95 % give LR = 3.91."""
    exceeded = np.zeros(252, np.bool_)
    exceeded[:: 252 // 20][:20] = True
    exceeded[np.flatnonzero(exceeded)[20:]] = False
    found = coverage(exceeded, 0.95)
    assert found.exceedances == 20
    assert found.expected == pytest.approx(12.6)
    assert found.kupiec_p == pytest.approx(chi_square_tail_1(3.914), abs=2e-4)


@pytest.mark.parametrize("value", [0.0, 0.5, 3.841458820694124, 6.634896601021213])
def test_chi_square_is_a_squared_normal(value: float) -> None:
    expected = 2.0 * (1.0 - NormalDist().cdf(math.sqrt(value)))
    assert chi_square_tail_1(value) == pytest.approx(expected)


@given(records, st.sampled_from([0.9, 0.95, 0.99]))
def test_chances_are_chances(
    exceeded: np.ndarray[tuple[int], np.dtype[np.bool_]], level: float
) -> None:
    found = coverage(exceeded, level)
    for chance in (found.kupiec_p, found.independence_p, found.conditional_p):
        assert 0.0 <= chance <= 1.0
    assert found.exceedances == exceeded.sum()


def test_clusters_are_found_though_their_number_is_right() -> None:
    spread = np.zeros(1_000, np.bool_)
    spread[::20] = True
    clustered = np.zeros(1_000, np.bool_)
    clustered[400:450] = True
    for record in (spread, clustered):
        assert coverage(record, 0.95).kupiec_p == pytest.approx(1.0, abs=1e-5)
    assert coverage(clustered, 0.95).independence_p < 1e-9
    assert not coverage(clustered, 0.95).is_accepted


def test_the_likelihoods_written_out() -> None:
    exceeded = np.array([0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0], np.bool_)
    found = coverage(exceeded, 0.95)
    # Transitions: quiet to quiet 6, quiet to bad 2, bad to quiet 2, bad to bad 1.
    one = 8 * math.log(8 / 11) + 3 * math.log(3 / 11)
    two = 6 * math.log(6 / 8) + 2 * math.log(2 / 8) + 2 * math.log(2 / 3) + math.log(1 / 3)
    assert found.independence_p == pytest.approx(chi_square_tail_1(2.0 * (two - one)))
    number = 2.0 * (
        9 * math.log(9 / 12) + 3 * math.log(3 / 12) - 9 * math.log(0.95) - 3 * math.log(0.05)
    )
    assert found.kupiec_p == pytest.approx(chi_square_tail_1(number))
    assert found.conditional_p == pytest.approx(math.exp(-(number + 2.0 * (two - one)) / 2.0))


def test_nothing_and_one_period_say_nothing() -> None:
    assert coverage(np.zeros(0, np.bool_), 0.95).kupiec_p == 1.0
    assert coverage(np.zeros(1, np.bool_), 0.95).independence_p == 1.0
