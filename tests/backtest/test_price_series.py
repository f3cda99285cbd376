"""Merged bars for the charts, and buy and hold."""

from pathlib import Path

import numpy as np
import pytest

from tests.backtest.bar_tables import HOUR_NS, START_MS, columns_of, wave, write_bars
from traider.backtest.bar_files import BarFile, scan_bar_file
from traider.backtest.event_source import event_chunks
from traider.backtest.price_series import SERIES_POINTS, PriceRecorder, buy_and_hold
from traider.backtest.results import PriceSeries
from traider.domain.events import join_events


def file_of(folder: Path, closes: list[float], name: str = "X") -> BarFile:
    return scan_bar_file(write_bars(folder / f"{name}.parquet", columns_of(closes)))


@pytest.mark.parametrize("count", [10, 2 * SERIES_POINTS + 1, 20_001])
@pytest.mark.parametrize("cut", [10_000_000, 997])
def test_merged_bars_keep_extremes_first_and_last(tmp_path: Path, count: int, cut: int) -> None:
    closes = wave(count)
    file = file_of(tmp_path, closes)
    events = join_events(list(event_chunks([file], None, None)))
    recorder = PriceRecorder(1)
    for start in range(0, len(events), cut):
        recorder.add(events[start : start + cut])
    (series,) = recorder.series([file])
    assert len(series.ts_ns) <= 2 * SERIES_POINTS + 1
    assert series.instrument == "X"
    assert series.high.max() == pytest.approx(max(closes))
    assert series.low.min() == pytest.approx(min(closes))
    assert series.open[0] == pytest.approx(closes[0])
    assert series.close[-1] == pytest.approx(closes[-1])
    assert series.ts_ns[-1] == START_MS * 10**6 + count * HOUR_NS
    assert (np.diff(series.ts_ns) > 0).all()
    assert (series.high >= np.maximum(series.open, series.close)).all()
    # Each merged bar closes at one of the closes.
    places = (series.ts_ns - START_MS * 10**6) // HOUR_NS - 1
    assert series.close == pytest.approx(np.array(closes)[places])


def test_instruments_are_kept_apart(tmp_path: Path) -> None:
    files = [file_of(tmp_path, [10.0, 11.0, 12.0], "A"), file_of(tmp_path, [5.5, 5.0], "B")]
    recorder = PriceRecorder(2)
    for chunk in event_chunks(files, None, None):
        recorder.add(chunk)
    first, second = recorder.series(files)
    assert first.close.tolist() == [10.0, 11.0, 12.0]
    assert second.close.tolist() == pytest.approx([5.5, 5.0])


def series_of(ts: list[int], opens: list[float], closes: list[float]) -> PriceSeries:
    prices = (np.array(opens), np.array(closes), np.array(closes), np.array(closes))
    return PriceSeries("X", np.array(ts), *prices)


def test_buy_and_hold_follows_the_price() -> None:
    curve = buy_and_hold([series_of([1, 2, 3], [100.0, 1.0, 1.0], [110.0, 55.0, 220.0])], 1_000.0)
    assert curve.nav.tolist() == pytest.approx([1_100.0, 550.0, 2_200.0])
    assert curve.drawdown.tolist() == pytest.approx([0.0, -0.5, 0.0])


def test_a_fall_from_the_capital_itself_is_a_drawdown() -> None:
    curve = buy_and_hold([series_of([1], [100.0], [80.0])], 1_000.0)
    assert curve.drawdown.tolist() == pytest.approx([-0.2])


def test_the_capital_is_split_and_waits_for_who_comes_later() -> None:
    prices = [series_of([1, 2, 3], [10.0] * 3, [20.0, 20.0, 40.0]), series_of([3], [5.0], [10.0])]
    curve = buy_and_hold(prices, 1_000.0)
    assert curve.ts_ns.tolist() == [1, 2, 3]
    assert curve.nav.tolist() == pytest.approx([1_500.0, 1_500.0, 3_000.0])


def test_without_prices_there_is_no_curve() -> None:
    assert len(buy_and_hold([], 1_000.0).nav) == 0
