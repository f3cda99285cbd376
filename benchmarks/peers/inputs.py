"""The data every engine is given, prepared once: plain arrays in files, in ticks."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.level2 import depth_and_trades
from benchmarks.peers.engines.book_rows import CLEAR, UPDATE, BookRows, write_rows
from benchmarks.peers.engines.measuring import Bars, write_bars
from benchmarks.peers.engines.rules import TICK
from benchmarks.workloads import REPOSITORY, minute_workload
from traider.backtest.bar_files import Batch, read_batches
from traider.domain.events import EventArray, Kind, MarketFlag

SAMPLE = REPOSITORY / "data" / "sample"
START_NS = 1_700_000_000_000_000_001
"""A nanosecond after a whole second: clocks that tick at whole seconds and those that count from
the first row then tick together."""


def write_minutes(folder: Path, count: int) -> str:
    """Write ``count`` one-minute bars, prices in cents; return the name of their file."""
    load = minute_workload(count)
    # No engine is to run out of simulated volume for one lot.
    _write(folder, load.batch, np.maximum(load.batch.volume, 1.0))
    return load.source


def write_hours(folder: Path) -> int:
    """Write the hourly bars of 2021 to 2024 that ship with the repository; return their number."""
    path = SAMPLE / "BINANCE-BTC-USDT-1h.parquet"
    start, end = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2021, 2025))
    batches = list(read_batches(path, start * 10**9, end * 10**9))
    batch = Batch(
        **{
            name: np.concatenate([getattr(part, name) for part in batches])
            for name in Batch.__dataclass_fields__
        }
    )
    _write(folder, batch, batch.volume)
    return len(batch.ts_ns)


def _write(folder: Path, batch: Batch, volume: np.ndarray) -> None:
    folder.mkdir()
    prices = {n: np.rint(getattr(batch, n) / TICK) for n in ("open", "high", "low", "close")}
    write_bars(folder, Bars(ts_ns=batch.ts_ns, **prices, volume=volume))


def write_book(folder: Path, passes: int) -> tuple[BookRows, str]:
    """Write the captures ``passes`` times over; return their rows and names."""
    events, source = depth_and_trades(passes)
    rows = book_rows(events)
    folder.mkdir()
    write_rows(folder, rows)
    return rows, source


def book_rows(events: EventArray) -> BookRows:
    """Return depth and trades as plain rows that begin at ``START_NS``.

    A snapshot is written as a clear and updates, which every engine knows. Trades just before one
    are left out: they met a book that is not told, and would meet quotes left over from the capture
    before, at prices of another day.
    """
    depth = np.flatnonzero(events["kind"] != Kind.TRADE)
    is_begin = (events["kind"][depth] == Kind.DEPTH_SNAPSHOT) & (events["w3"][depth] == 0)
    keep = np.ones(len(events), np.bool_)
    for number in np.flatnonzero(is_begin).tolist():
        keep[depth[number - 1] + 1 if number else 0 : depth[number]] = False
    events = events[keep]
    snapshot = events["kind"] == Kind.DEPTH_SNAPSHOT
    begins = np.flatnonzero(snapshot & (events["w3"] == 0))
    columns = {
        "ts_ns": events["ts_recv"] - events["ts_recv"][0] + START_NS,
        "kind": np.where(snapshot, UPDATE, events["kind"].astype(np.int64)),
        "side": events["side"].astype(np.int64),
        "price": events["price"],
        "size": events["size"],
        "last": (events["flags"] & MarketFlag.LAST_OF_MESSAGE > 0).astype(np.int64),
    }
    clear = {"ts_ns": columns["ts_ns"][begins], "kind": CLEAR}
    return BookRows(
        **{name: np.insert(values, begins, clear.get(name, 0)) for name, values in columns.items()}
    )
