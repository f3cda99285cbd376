"""Performance of windows of a NAV series.

1. Capital that comes or goes changes no return.
2. Growth over a window is that of its parts, one after the other; so are P&L and costs.
3. Beside real prices, alpha, beta and correlation are those of empyrical.
"""

import json
import math
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import DataError
from traider.domain.timeframes import DAY_NS, SECOND_NS
from traider.portfolio.window_performance import (
    Benchmark,
    NavSeries,
    WindowPerformance,
    measure_window,
)
from traider.runtime.books.run_performance import price_file

UNIT = 10**8


def _series(nav: list[float], step_ns: int = SECOND_NS, **columns: list[int]) -> NavSeries:
    count = len(nav)
    ts_ns = np.arange(1, count + 1, dtype=np.int64) * step_ns
    units = np.round(np.array(nav) * UNIT).astype(np.int64)
    zeros = np.zeros(count, np.int64)
    names = ("paid_in", "fees", "funding", "traded")
    given = [np.array(columns[name], np.int64) if name in columns else zeros for name in names]
    return NavSeries(ts_ns, units, *given)


def test_a_window_by_hand() -> None:
    nav = [100.0, 110.0, 160.0, 120.0, 132.0]
    paid = [0, 0, 50 * UNIT, 50 * UNIT, 50 * UNIT]
    traded = [0, 10 * UNIT, 10 * UNIT, 50 * UNIT, 100 * UNIT]
    series = _series(nav, paid_in=paid, fees=[0, 1000000, 1000000, 4000000, 9000000], traded=traded)
    found = measure_window(series.between(None, None))
    # 110/100, (160-50)/110, 120/160, 132/120.
    assert series.growth().tolist() == pytest.approx([1.0, 1.1, 1.1, 0.825, 0.9075])
    assert found.total_return == pytest.approx(-0.0925)
    assert (found.pnl, found.paid_in, found.fees) == (
        Decimal(-18),
        Decimal(50),
        Decimal("0.09"),
    )
    assert found.max_drawdown == pytest.approx(-0.25)
    assert found.drawdown_end == pytest.approx(0.9075 / 1.1 - 1.0)
    # The fall begins at the last row at the peak.
    assert (found.peak_ns, found.trough_ns) == (3 * SECOND_NS, 4 * SECOND_NS)
    assert found.recovered_ns == 0
    assert (found.period, found.returns) == ("1s", 4)
    assert found.turnover == pytest.approx(100 / np.mean(nav))
    assert found.cost_bps == pytest.approx(9.0)
    assert math.isnan(found.sharpe)
    assert math.isnan(found.turnover_a_year)
    assert "figures a year need 7 days" in found.notes[0]
    assert found.best_period == pytest.approx(0.1)
    assert found.worst_period == pytest.approx(-0.25)


@given(
    st.lists(st.floats(-0.2, 0.2), min_size=3, max_size=40),
    st.lists(st.integers(-30, 200), min_size=40, max_size=40),
    st.integers(1, 38),
)
def test_flows_are_no_returns_and_windows_add_up(
    returns: list[float], flows: list[int], cut: int
) -> None:
    plain, moved, paid = [1_000.0], [1_000.0], [0]
    for step, wanted in zip(returns, flows, strict=False):
        plain.append(plain[-1] * (1.0 + step))
        grown = moved[-1] * (1.0 + step)
        flow = wanted if grown + wanted > 100.0 else 0
        moved.append(grown + flow)
        paid.append(paid[-1] + flow * UNIT)
    still, whole = _series(plain), _series(moved, paid_in=paid)
    assert whole.growth() == pytest.approx(still.growth(), rel=1e-6)
    middle = int(whole.ts_ns[min(cut, len(plain) - 2)])
    parts = [whole.between(None, middle), whole.between(middle, None)]
    all_of, first, second = (measure_window(each, "1s") for each in (whole, *parts))
    assert first.pnl + second.pnl == all_of.pnl
    assert first.paid_in + second.paid_in == all_of.paid_in
    joined = (1.0 + first.total_return) * (1.0 + second.total_return) - 1.0
    assert joined == pytest.approx(all_of.total_return, abs=1e-9)


def test_a_window_begins_at_the_last_row_before_it() -> None:
    series = _series([100.0, 101.0, 102.0, 103.0])
    window = series.between(int(2.5 * SECOND_NS), None)
    assert window.nav[0] == 101 * UNIT
    assert series.between(2 * SECOND_NS, 3 * SECOND_NS).nav.tolist() == [101 * UNIT, 102 * UNIT]
    with pytest.raises(DataError, match="fewer than two rows"):
        series.between(9 * SECOND_NS, None)


def test_what_never_fell_never_moved_and_has_no_prices() -> None:
    flat = measure_window(_series([100.0] * 12))
    assert (flat.max_drawdown, flat.peak_ns, flat.total_return) == (0.0, 0, 0.0)
    assert math.isnan(flat.cost_bps)
    later = Benchmark("later", np.array([10**18]), np.ones(1))
    with pytest.raises(DataError, match="later has no prices in the window"):
        measure_window(_series([100.0] * 12), "", later)
    only_up = Benchmark("up", np.arange(1, 13) * SECOND_NS, np.arange(1.0, 13.0))
    figures = measure_window(_series([100.0] * 12), "", only_up).benchmark
    assert figures is not None
    assert math.isnan(figures.down_capture)
    assert (figures.up_capture, figures.beta) == (0.0, 0.0)
    lost = measure_window(_series([100.0, *[0.0] * 9], DAY_NS), "1d")
    assert (lost.total_return, lost.growth_a_year) == (-1.0, -1.0)


def _daily(folder: Path, name: str) -> Benchmark:
    bars = price_file(folder / "ohlcv" / f"{name}.parquet")
    first, last = (int(np.datetime64(day, "ns").astype(np.int64)) for day in ("2018", "2025"))
    chosen = (bars.ts_ns > first) & (bars.ts_ns <= last)
    return Benchmark(name, bars.ts_ns[chosen], bars.prices[chosen])


def _eth_beside_btc(folder: Path) -> WindowPerformance:
    eth, btc = _daily(folder, "BINANCE-ETH-USDT-1h"), _daily(folder, "BINANCE-BTC-USDT-1h")
    zeros = np.zeros(len(eth.ts_ns), np.int64)
    nav = np.round(eth.prices * UNIT).astype(np.int64)
    series = NavSeries(eth.ts_ns, nav, zeros, zeros, zeros, zeros)
    # The reference's first return is that of the second day, from the close of the first.
    first_close = int(np.datetime64("2018-01-02", "ns").astype(np.int64))
    return measure_window(series.between(first_close, None), "1d", btc)


@pytest.mark.reference
def test_real_prices_beside_a_real_benchmark(reference_data: Path) -> None:
    kept = json.loads((reference_data / "reference" / "ENGINE-RISK.json").read_text())
    (wanted,) = [each for each in kept["risk"] if each["data"] == "BINANCE-ETH-USDT-1h"]
    found = _eth_beside_btc(reference_data)
    assert found.benchmark is not None
    assert found.returns == found.benchmark.periods == wanted["n"]
    for ours, name in (
        (found.benchmark.alpha, "alpha"),
        (found.benchmark.beta, "beta"),
        (found.benchmark.correlation, "corr"),
        (found.sharpe, "sharpe"),
        (found.sortino, "sortino"),
        (found.volatility, "annual_volatility"),
        (found.total_return, "cum_return"),
    ):
        assert ours == pytest.approx(wanted[name], rel=1e-9), name
    # That of the daily closes; ours is of the hours.
    assert found.max_drawdown < wanted["max_drawdown"]
    assert found.benchmark.tracking_error > 0.0
    excess = found.total_return - found.benchmark.total_return
    assert found.benchmark.excess_return == pytest.approx(excess)
