"""Laws of drawdowns.

1. No drawdown is positive, and the deepest of the list is the maximum drawdown.
2. Each begins at a peak, is deepest at its trough and ends where the peak is reached again.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.portfolio.drawdown import (
    max_drawdown,
    underwater,
    wealth,
    worst_drawdowns,
)

returns_lists = st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=40)


@given(returns_lists)
def test_the_deepest_is_the_maximum(values: list[float]) -> None:
    returns = np.array(values)
    assert np.all(underwater(returns) <= 0.0)
    worst = worst_drawdowns(returns, 1)
    assert max_drawdown(returns) == (worst[0].depth if worst else 0.0)


@given(returns_lists)
def test_a_drawdown_runs_from_peak_to_recovery(values: list[float]) -> None:
    returns = np.array(values)
    curve = wealth(returns)
    for drawdown in worst_drawdowns(returns, 99):
        end = drawdown.recovery if drawdown.recovery > 0 else len(curve)
        inside = curve[drawdown.peak + 1 : end]
        assert inside.max() < curve[drawdown.peak] == curve[: drawdown.peak + 1].max()
        assert curve[drawdown.trough] == inside.min()
        assert drawdown.depth == pytest.approx(inside.min() / curve[drawdown.peak] - 1.0)
        if drawdown.recovery > 0:
            assert curve[end] >= curve[drawdown.peak]


def test_drawdowns_by_hand() -> None:
    returns = np.array([0.0, -0.1, 0.2, -0.5, 0.5])
    deep, shallow = worst_drawdowns(returns)
    assert (deep.peak, deep.trough, deep.recovery) == (3, 4, -1)
    assert deep.depth == pytest.approx(-0.5)
    assert (shallow.peak, shallow.trough, shallow.recovery) == (1, 2, 3)


def test_nothing_has_no_drawdown() -> None:
    assert math.isnan(max_drawdown(np.empty(0)))
    assert worst_drawdowns(np.empty(0)) == ()
    assert max_drawdown(np.array([np.nan, 0.1])) == 0.0
