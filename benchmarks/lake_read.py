"""A month of 1-minute bars of ten instruments: out of the lake, into the kernel, all the way.

Every day is a file of its own, as it is written; the same files are read whole by Polars, DuckDB
and PyArrow beside it, which stop at columns in memory: no tick, no check, no event, no order.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.tables import print_table
from benchmarks.workloads import MINUTE_NS, REPOSITORY, ma_cross_rsi, minute_workload
from traider.backtest.bar_files import BarFile, read_batches, scan_bar_file
from traider.backtest.event_source import event_chunks
from traider.domain.instruments import InstrumentName
from traider.domain.timeframes import DAY_NS
from traider.kernel.codes import Sizing
from traider.kernel.machine import Machine
from traider.kernel.specification import KernelSpec, MarketSpec
from traider.store.kinds import Content, DataKind
from traider.store.lake_paths import SeriesKey
from traider.store.parquet_lake import ParquetLake

BASES = ("BTC", "ETH", "SOL", "XRP", "LTC", "LINK", "AVAX", "BCH", "ETC", "XMR")
MINUTES = 30 * 1_440
START_NS = 20_209 * DAY_NS
ROUNDS = 7
COLUMNS = ("open", "high", "low", "close", "volume")


def measure() -> None:
    """Print the table; every row is the median of the rounds, taken in turn."""
    with tempfile.TemporaryDirectory() as name:
        folders, source = _written(Path(name))
        spec = _kernel([scan_bar_file(folder) for folder in folders])
        seconds, counts = _in_turn(
            {
                "lake to kernel: checked, scanned, events, a moving-average cross": lambda: _run(
                    folders, spec
                ),
                "lake to events": lambda: _events(folders),
                "lake to columns (checksums compared)": lambda: _columns(folders),
                "PyArrow, the same files to columns": lambda: _pyarrow(folders),
                "Polars, the same files to one frame": lambda: _polars(Path(name)),
                "DuckDB, the same files to one table": lambda: _duckdb(Path(name)),
            }
        )
    print_table(
        f"A month of 1-minute bars of ten instruments ({source}; goal: under 1 s)",
        ("way", "s", "M bars/s", "what came out"),
        [
            (way, f"{took:.2f}", f"{len(BASES) * MINUTES / took / 1e6:.1f}", counts[way])
            for way, took in seconds.items()
        ],
    )


def _in_turn(
    ways: dict[str, Callable[[], str]],
) -> tuple[dict[str, float], dict[str, str]]:
    counts = {name: way() for name, way in ways.items()}  # warms caches, not counted
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(taken) for name, taken in seconds.items()}, counts


def _written(lake: Path) -> tuple[list[Path], str]:
    """Write the month into a lake; return the folders of the series, and where bars are from."""
    shared = Path(os.environ.get("TRAIDER_DATA_DIR") or REPOSITORY.parent / "shared" / "data")
    sample = REPOSITORY / "data" / "sample" / "BINANCE-PERP-BTC-USDT-1m.parquet"
    folders = []
    source = "real bars of 2025-05, repeated to 30 days"
    for base in BASES:
        path = shared / "ohlcv" / f"BINANCE-PERP-{base}-USDT-1m.parquet"
        if not path.exists():
            path, source = sample, "the sample's bars for each, repeated to 30 days"
        name = InstrumentName("BINANCE", base, "USDT", "PERP")
        key = SeriesKey(name, DataKind(Content.BARS, "1m"))
        store = ParquetLake(lake)
        store.write(key, _month(path))
        folders.append(key.folder(lake))
    return folders, source


def _month(path: Path) -> pa.Table:
    batches = list(read_batches(path, None, None))
    columns = {
        name: np.resize(np.concatenate([getattr(batch, name) for batch in batches]), MINUTES)
        for name in COLUMNS
    }
    ts = START_NS + MINUTE_NS * np.arange(MINUTES, dtype=np.int64)
    return pa.table({"ts": ts, **columns})


def _kernel(files: Sequence[BarFile]) -> KernelSpec:
    """Return the cross of the kernel's own table, on all instruments."""
    one = minute_workload(10).kernel([ma_cross_rsi], Sizing.FIXED)
    markets = tuple(
        MarketSpec(file.instrument, file.tick_size, Decimal("1e-8"), 40_000, 100_000)
        for file in files
    )
    return replace(one, markets=markets)


def _run(folders: Sequence[Path], spec: KernelSpec) -> str:
    machine = Machine(spec)
    files = [scan_bar_file(folder) for folder in folders]
    orders = 0
    for chunk in event_chunks(files, None, None):
        for drained in machine.feed(chunk):
            orders += len(drained.decisions)
    for drained in machine.feed(np.zeros(0, chunk.dtype), final=True):
        orders += len(drained.decisions)
    return f"{machine.sequence:,} events, {orders:,} orders"


def _events(folders: Sequence[Path]) -> str:
    files = [scan_bar_file(folder) for folder in folders]
    return f"{sum(len(chunk) for chunk in event_chunks(files, None, None)):,} events"


def _columns(folders: Sequence[Path]) -> str:
    bars = sum(len(batch.ts_ns) for path in folders for batch in read_batches(path, None, None))
    return f"{bars:,} bars"


def _pyarrow(folders: Sequence[Path]) -> str:
    tables = [
        pq.read_table(path, partitioning=None)
        for folder in folders
        for path in sorted(folder.glob("day=*/*.parquet"))
    ]
    return f"{pa.concat_tables(tables).combine_chunks().num_rows:,} bars"


def _polars(lake: Path) -> str:
    frame = pl.read_parquet(lake / "**/*.parquet", hive_partitioning=True)
    return f"{frame.sort('instrument', 'ts').height:,} bars"


def _duckdb(lake: Path) -> str:
    files = str(lake / "venue=*/instrument=*/kind=*/day=*/*.parquet")
    with duckdb.connect(":memory:") as connection:
        found = connection.execute(
            "select * from read_parquet(?, hive_partitioning = true) order by instrument, ts",
            [files],
        ).fetchnumpy()
    return f"{len(found['ts']):,} bars"


if __name__ == "__main__":
    measure()
