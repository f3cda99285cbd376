"""Daily, rolling and monthly views of an equity curve, and its summary."""

import math
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import DataError
from traider.domain.timeframes import DAY_NS
from traider.portfolio import ratios
from traider.portfolio.bootstrap import Resampling
from traider.portfolio.performance import (
    aggregate_returns,
    daily_returns,
    monthly_returns,
    rolling,
    rolling_sharpe,
    span_note,
    summarize_returns,
)

HOUR_NS = DAY_NS // 24
returns_lists = st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=60)


def test_a_day_closes_with_its_last_value() -> None:
    ts_ns = np.array([1, 23, 25, 47, 73]) * HOUR_NS
    nav = np.array([100.0, 110.0, 90.0, 121.0, 60.5])
    days, returns = daily_returns(ts_ns, nav)
    assert days.tolist() == [DAY_NS, 3 * DAY_NS]
    assert returns == pytest.approx([0.1, -0.5])
    days, returns = daily_returns(ts_ns, nav, start_nav=100.0)
    assert days.tolist() == [0, DAY_NS, 3 * DAY_NS]
    assert returns == pytest.approx([0.1, 0.1, -0.5])


def test_an_empty_curve_has_no_days() -> None:
    days, returns = daily_returns(np.empty(0, dtype=np.int64), np.empty(0))
    assert (len(days), len(returns)) == (0, 0)


def test_a_broken_curve_is_refused() -> None:
    with pytest.raises(DataError, match="2 times but 1 values"):
        daily_returns(np.array([1, 2]), np.array([1.0]))
    with pytest.raises(DataError, match="goes back in time"):
        daily_returns(np.array([2, 1]), np.array([1.0, 1.0]))


@given(returns_lists)
def test_months_and_days_compound_to_the_same(values: list[float]) -> None:
    returns = np.array(values)
    ts_ns = np.arange(len(values)) * DAY_NS
    months = monthly_returns(ts_ns, returns)
    found = [value for year in months.values() for value in year.values()]
    assert ratios.total_return(np.array(found)) == pytest.approx(
        ratios.total_return(returns), abs=1e-9
    )


def test_months_have_their_names() -> None:
    start = np.datetime64("2024-12-30").astype("datetime64[ns]").astype(np.int64)
    ts_ns = start + np.array([0, 1, 2, 40]) * DAY_NS
    months = monthly_returns(ts_ns, np.array([0.1, 0.1, 0.5, -0.5]))
    assert {year: list(row) for year, row in months.items()} == {2024: [12], 2025: [1, 2]}
    assert months[2024][12] == pytest.approx(0.21)
    years, found = aggregate_returns(ts_ns, np.array([0.1, 0.1, 0.5, -0.5]), "Y")
    assert years.astype(str).tolist() == ["2024", "2025"]
    assert found == pytest.approx([0.21, -0.25])
    assert monthly_returns(np.empty(0, dtype=np.int64), np.empty(0)) == {}


@given(returns_lists, st.integers(2, 10))
def test_rolling_is_the_statistic_of_each_window(values: list[float], window: int) -> None:
    returns = np.array(values)
    found = rolling_sharpe(returns, window)
    assert len(found) == max(len(values) - window + 1, 0)
    if len(found):
        assert found[-1] == pytest.approx(ratios.sharpe(returns[-window:]), nan_ok=True)
    assert rolling(ratios.total_return, window, returns).shape == found.shape


def test_the_summary_holds_every_statistic() -> None:
    returns = np.array([0.01, -0.02, 0.03, np.nan, -0.01, 0.02] * 20)
    summary = summarize_returns(returns, resampling=Resampling(samples=50))
    assert summary.days == 120
    assert (summary.best_day, summary.worst_day) == (0.03, -0.02)
    assert summary.sharpe == ratios.sharpe(returns)
    assert summary.calmar == pytest.approx(summary.cagr / -summary.max_drawdown)
    assert summary.es_95 <= summary.var_95 < 0
    assert set(summary.intervals) == {
        "total_return",
        "cagr",
        "volatility",
        "sharpe",
        "sortino",
        "max_drawdown",
    }
    assert summarize_returns(returns).intervals == {}


def test_a_summary_of_nothing_is_undefined() -> None:
    summary = summarize_returns(np.empty(0), resampling=Resampling())
    assert summary.days == 0
    assert math.isnan(summary.total_return)
    assert math.isnan(summary.best_day)
    assert summary.intervals == {}


def test_the_shipped_bars_have_a_plausible_history(sample_data: Path) -> None:
    bars = pq.read_table(sample_data / "BINANCE-BTC-USDT-1h.parquet")
    ts_ns = bars["ts"].to_numpy() * 1_000_000
    days, returns = daily_returns(ts_ns, bars["close"].to_numpy())
    assert np.all(np.diff(days) >= DAY_NS)
    summary = summarize_returns(returns)
    assert 2_800 < summary.days < 2_910
    assert -0.90 < summary.max_drawdown < -0.75
    assert 0.5 < summary.volatility < 0.9


def test_a_few_days_are_not_scaled_to_a_year_nor_asked_for_their_worst_in_twenty() -> None:
    returns = np.array([0.01, -0.02, 0.03, -0.01] * 5)
    yearly = ("cagr", "volatility", "sharpe", "sortino", "calmar")
    tail = ("var_95", "es_95")
    for days, unknown in ((20, ()), (19, tail), (7, tail), (6, yearly + tail), (1, yearly + tail)):
        summary = asdict(summarize_returns(returns[:days], resampling=Resampling(samples=20)))
        for name in (*yearly, *tail):
            assert math.isnan(summary[name]) == (name in unknown), (days, name)
        assert math.isfinite(summary["total_return"])
        assert not set(unknown) & set(summary["intervals"])
        assert bool(span_note(days)) == bool(unknown)
    assert "figures a year" in span_note(6)[0]
    assert "figures a year" not in span_note(7)[0]
