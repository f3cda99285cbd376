"""Months, rolling Sharpe and distribution of windows, by hand and against the window's whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.timeframes import DAY_NS
from traider.portfolio.return_tables import (
    annual_factor,
    monthly_returns,
    return_distribution,
    rolling_sharpe,
)
from traider.portfolio.window_performance import NavSeries, measure_window

JANUARY_31 = 19_753 * DAY_NS
"""2024-01-31T00:00:00Z."""


def _days(nav: list[int], begin_ns: int = JANUARY_31) -> NavSeries:
    ts_ns = begin_ns + np.arange(len(nav), dtype=np.int64) * DAY_NS
    zeros = np.zeros(len(nav), np.int64)
    return NavSeries(ts_ns, np.array(nav, np.int64), zeros, zeros, zeros, zeros)


def test_months_by_hand() -> None:
    # The row of February's first midnight is the close of January.
    found = monthly_returns(_days([100, 110, 121, 60]))
    assert [each.month for each in found] == ["2024-01", "2024-02"]
    assert [each.total_return for each in found] == pytest.approx([0.1, 60 / 110 - 1])
    assert found[0].begin_ns == JANUARY_31
    assert found[0].end_ns == found[1].begin_ns == JANUARY_31 + DAY_NS


@given(st.lists(st.integers(50, 150), min_size=3, max_size=120))
def test_months_chained_are_the_window(nav: list[int]) -> None:
    window = _days(nav)
    chained = np.prod([1.0 + each.total_return for each in monthly_returns(window)]) - 1.0
    assert chained == pytest.approx(measure_window(window).total_return, abs=1e-9)


def test_rolling_sharpe_is_that_of_each_stretch() -> None:
    nav = np.random.default_rng(7).integers(90, 110, 60).tolist()
    window = _days(nav)
    found = rolling_sharpe(window, "1d", 10)
    returns = np.diff(nav) / nav[:-1]
    wanted = [
        returns[end - 10 : end].mean() / returns[end - 10 : end].std(ddof=1)
        for end in range(10, len(returns) + 1)
    ]
    assert found.sharpe.tolist() == pytest.approx(wanted)
    assert found.ts_ns.tolist() == window.ts_ns[10:].tolist()
    # The last stretch of a long window is the Sharpe ratio of a window of its own.
    last = measure_window(window.between(int(window.ts_ns[-11]), None), "1d")
    assert found.sharpe[-1] * annual_factor("1d") == pytest.approx(last.sharpe)


def test_too_short_a_window_has_no_rolling_ratio() -> None:
    found = rolling_sharpe(_days([100, 101, 102]), "1d")
    assert (found.returns, len(found.ts_ns), len(found.sharpe)) == (30, 0, 0)


def test_every_return_is_counted_once() -> None:
    nav = [100, 110, 99, 108, 108, 120]
    found = return_distribution(_days(nav), "1d")
    returns = np.diff(nav) / nav[:-1]
    assert found.counts.sum() == len(returns)
    assert len(found.edges) == len(found.counts) + 1
    assert (found.edges[0], found.edges[-1]) == pytest.approx((returns.min(), returns.max()))
    assert found.mean == pytest.approx(returns.mean())
    assert found.deviation == pytest.approx(returns.std(ddof=1))
