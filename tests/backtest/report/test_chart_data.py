import json
import math
from dataclasses import replace
from decimal import Decimal
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backtest.report.synthetic import make_curve
from traider.backtest.report.chart_data import (
    bucket_ends,
    bucket_starts,
    equity_data,
    gap_positions,
    liquidation_marks,
    price_data,
    rolling_data,
    rounded,
    value_at,
    with_gaps,
)
from traider.backtest.results import Curve, PriceSeries, RollingSharpe
from traider.domain.fills import Fill

SECOND_NS = 1_000_000_000


def hourly(count: int) -> Curve:
    ts_ns = np.arange(count, dtype=np.int64) * 3600 * SECOND_NS
    nav = 10_000.0 + 1_000.0 * np.sin(np.arange(count) / 7.0)
    return make_curve(ts_ns, nav, np.full(count, 0.5))


@given(st.integers(0, 5_000), st.integers(1, 500))
def test_buckets_cover_every_row_once(count: int, points_max: int) -> None:
    starts = bucket_starts(count, points_max)
    ends = bucket_ends(starts, count)
    assert starts.size == min(count, points_max)
    covered = [at for low, high in zip(starts, ends, strict=True) for at in range(low, high + 1)]
    assert covered == list(range(count))


def test_thinning_keeps_the_last_equity_and_the_worst_drawdown() -> None:
    curve = hourly(1_000)
    data = equity_data(curve, curve, 50)
    nav = cast("list[float]", data["nav"])
    drawdown = cast("list[float]", data["drawdown"])
    assert len(nav) == 50
    assert nav[-1] == pytest.approx(curve.nav[-1], rel=1e-6)
    assert min(drawdown) == pytest.approx(curve.drawdown.min(), rel=1e-3)


def test_buy_and_hold_is_read_at_the_curve_s_times() -> None:
    curve = hourly(10)
    late = Curve(*(getattr(curve, name)[4:] for name in curve.__dataclass_fields__))
    hold = cast("list[float | None]", equity_data(curve, late, 10)["hold"])
    assert hold[:4] == [None] * 4
    assert hold[4:] == rounded(curve.nav[4:])


def test_a_hole_in_the_data_is_a_point_of_none() -> None:
    ts_ns = np.array([0, 1, 2, 3, 50, 51], dtype=np.int64) * SECOND_NS
    assert gap_positions(ts_ns).tolist() == [4]
    times, (values,) = with_gaps(ts_ns, [np.arange(6.0)])
    assert times.tolist()[4] == 3 * SECOND_NS + 1
    assert rounded(values) == [0.0, 1.0, 2.0, 3.0, None, 4.0, 5.0]


def test_points_that_come_when_they_come_are_one_line_but_for_long_silence() -> None:
    spacing_ns = np.random.default_rng(3).exponential(1e9, 2_000).astype(np.int64) + 1
    spacing_ns[700] = 120 * SECOND_NS
    assert gap_positions(np.cumsum(spacing_ns)).tolist() == [700]


def test_merged_bars_keep_open_high_low_close() -> None:
    ts_ns = np.arange(4, dtype=np.int64) * SECOND_NS
    series = PriceSeries(
        "BTC-USDT",
        ts_ns,
        open=np.array([1.0, 2.0, 3.0, 4.0]),
        high=np.array([5.0, 9.0, 7.0, 6.0]),
        low=np.array([0.5, 0.4, 0.3, 0.9]),
        close=np.array([2.0, 3.0, 4.0, 5.0]),
    )
    data = price_data(series, 2)
    assert data == {
        "name": "BTC-USDT",
        "quote": "USDT",
        "t": [0, 2],
        "open": [1.0, 3.0],
        "high": [9.0, 7.0],
        "low": [0.4, 0.3],
        "close": [3.0, 5.0],
    }


def test_no_points_give_empty_columns() -> None:
    curve = hourly(0)
    data = equity_data(curve, curve, 100)
    assert all(column == [] for column in data.values())


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=50))
def test_rounded_values_are_json_and_close(values: list[float]) -> None:
    out = rounded(np.array(values, dtype=np.float64))
    json.dumps(out, allow_nan=False)
    for value, kept in zip(values, out, strict=True):
        if kept is None:
            assert not math.isfinite(value)
        else:
            assert kept == pytest.approx(value, rel=1e-6, abs=5e-324)


def test_value_at_without_a_series_is_unknown() -> None:
    empty = np.empty(0)
    at_ns = np.array([1, 2], dtype=np.int64)
    assert np.isnan(value_at(empty.astype(np.int64), empty, at_ns)).all()


def test_liquidations_are_marked_once_a_time_and_instrument() -> None:
    one = Fill("BTC", -1, Decimal(1), Decimal(1), Decimal(0), 5 * SECOND_NS)
    forced = replace(one, is_liquidation=True)
    fills = [one, forced, forced, replace(forced, instrument="ETH")]
    assert liquidation_marks(fills) == [[5, "BTC"], [5, "ETH"]]
    assert len(liquidation_marks(replace(forced, ts_ns=n * SECOND_NS) for n in range(900))) == 500


def test_the_rolling_ratio_keeps_holes_and_its_last_value() -> None:
    ts_ns = np.arange(10, dtype=np.int64) * SECOND_NS
    values = np.array([1.0, 2.0, math.nan, *range(7)])
    data = rolling_data(RollingSharpe(90, ts_ns, values), 100)
    assert data == {
        "days": 90,
        "t": list(range(10)),
        "sharpe": [1.0, 2.0, None, *map(float, range(7))],
    }
    assert rolling_data(RollingSharpe(90, ts_ns, values), 3)["sharpe"] == [None, 2.0, 6.0]
    assert rolling_data(RollingSharpe.empty(), 3)["sharpe"] == []
