"""Bars whole in memory: what the file holds, in the range of the run; bars made from trades."""

from pathlib import Path

import numpy as np

from tests.backtest.bar_tables import HOUR_NS, columns_of, wave, write_bars
from tests.kernel.scenario import record
from traider.backtest.bar_files import scan_bar_file
from traider.backtest.event_source import bar_events, event_chunks
from traider.backtest.histories import bars_of_trades, batch_of, read_history
from traider.domain.events import Kind, join_events


def test_a_history_is_what_the_file_holds(tmp_path: Path) -> None:
    columns = columns_of(wave(300))
    file = scan_bar_file(write_bars(tmp_path / "BINANCE-BTC-USDT-1h.parquet", columns))
    bars = read_history(file)
    assert (bars.instrument, bars.length_ns, len(bars)) == ("BINANCE:BTC-USDT", HOUR_NS, 300)
    assert np.array_equal(bars.ts_ns, columns["ts"] * 1_000_000)
    for name in ("open", "high", "low", "close", "volume"):
        assert np.array_equal(getattr(bars, name), columns[name])
    part = read_history(file, int(bars.ts_ns[100]), int(bars.ts_ns[200]))
    assert np.array_equal(part.close, bars.close[100:200])
    assert len(read_history(file, int(bars.closed_ns[-1]), None)) == 0


def test_a_history_makes_the_events_of_its_file(tmp_path: Path) -> None:
    path = write_bars(tmp_path / "BINANCE-BTC-USDT-1h.parquet", columns_of(wave(300)))
    file = scan_bar_file(path)
    made = bar_events(batch_of(read_history(file)), file, 0, 0)
    assert made.tobytes() == join_events(list(event_chunks([file], None, None))).tobytes()


def test_trades_make_bars(tmp_path: Path) -> None:
    path = write_bars(tmp_path / "BINANCE-BTC-USDT-1h.parquet", columns_of(wave(10)))
    source = scan_bar_file(path)  # ticks of a cent, lots of 1e-8
    rows = [(1, 100, 5), (2, 103, 1), (9, 99, 2), (30, 98, 4), (31, 0, 4), (32, 97, 0)]
    trades = [record(Kind.TRADE, ts, price=price, size=size) for ts, price, size in rows]
    other = record(Kind.TRADE, 5, price=500, size=9, instrument=1)
    bars = bars_of_trades(join_events([*trades, other]), 0, source, length_ns=10)
    assert bars.ts_ns.tolist() == [0, 30]
    assert np.allclose(bars.open, [1.00, 0.98])
    assert np.allclose(bars.high, [1.03, 0.98])
    assert np.allclose(bars.low, [0.99, 0.98])
    assert np.allclose(bars.close, [0.99, 0.98])
    assert np.allclose(bars.volume, [8e-8, 4e-8])
    assert len(bars_of_trades(other, 0, source)) == 0
