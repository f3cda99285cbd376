"""Held through the past: no look ahead, costs paid once a trade, drift as prices go."""

import numpy as np
import numpy.typing as npt
import pytest

from traider.portfolio.weights.methods import Method
from traider.portfolio.weights.terms import Terms
from traider.portfolio.weights.views import View
from traider.portfolio.weights.walk import Schedule, walk

pytest.importorskip("cvxpy", reason="cvxpy comes with the extra optimize")

FloatArray = npt.NDArray[np.float64]
RETURNS: FloatArray = 0.02 * np.random.default_rng(4).standard_normal((90, 3))
SCHEDULE = Schedule(window=30, held=20)


@pytest.mark.parametrize("method", [Method.MEAN_VARIANCE, Method.HIERARCHICAL, Method.SHORTFALL])
def test_what_follows_moves_no_choice_before_it(method: Method) -> None:
    changed = RETURNS.copy()
    changed[70:] = 0.5
    before, after = (walk(method, each, SCHEDULE, Terms()) for each in (RETURNS, changed))
    assert before.chosen_at.tolist() == [30, 50, 70]
    assert (before.weights == after.weights).all()
    assert (before.returns[:40] == after.returns[:40]).all()
    assert (before.returns[40:] != after.returns[40:]).all()


def test_equal_weight_by_hand() -> None:
    returns = np.array([[0.0, 0.0]] * 20 + [[0.10, 0.0], [0.0, 0.20], [-0.05, 0.05]])
    found = walk(Method.EQUAL, returns, Schedule(20, 2), Terms(cost=0.01))
    assert found.first == 20
    # Bought whole at 1 %: half of it grows by a tenth.
    assert found.returns[0] == pytest.approx(0.99 * 1.05 - 1.0)
    # Held as it drifted: 0.55 and 0.5 of 1.05.
    drifted = (0.55 + 0.5 * 1.2) / 1.05
    assert found.returns[1] == pytest.approx(drifted - 1.0)
    # Back to halves: 0.55 and 0.6 of 1.15 become 0.575 each.
    bought = 2 * abs(0.55 / 1.15 - 0.5)
    assert found.turnovers[1] == pytest.approx(bought, abs=1e-5)
    assert found.returns[2] == pytest.approx((1.0 - 0.01 * bought) - 1.0, abs=1e-6)
    assert found.costs == pytest.approx(0.01 + 0.01 * bought, abs=1e-6)


def test_views_are_asked_for_at_each_choice() -> None:
    asked = []

    def views_at(period: int) -> list[View]:
        asked.append(period)
        return [View(0, 0.05, 0.9)] if period >= 70 else []

    found = walk(Method.BLACK_LITTERMAN, RETURNS, SCHEDULE, Terms(cost=0.0), views_at)
    assert asked == [30, 50, 70]
    assert found.weights[1] == pytest.approx(np.full(3, 1 / 3), abs=1e-3)
    assert found.weights[2][0] > 0.5


def test_too_short_a_past_holds_nothing() -> None:
    found = walk(Method.EQUAL, RETURNS[:30], SCHEDULE, Terms())
    assert (len(found.returns), len(found.weights)) == (0, 0)
