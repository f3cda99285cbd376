"""Features and signals of 40 instrument-years of 15 m bars into a feature store, files to disk.

The strategy is the shipped ensemble; the bars are real files, read again under other names until
there are enough. Beside it stands what a notebook does: the same indicators by TA-Lib from the same
files, written by Polars, one file an instrument.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import talib

from benchmarks.tables import print_table
from benchmarks.workloads import REPOSITORY
from traider.features.store.definition_folder import DefinitionFolder
from traider.kernel.compiled import compile_kernel
from traider.runtime.config import load_config
from traider.runtime.feature_computing import compute_features
from traider.store.parquet_lake import ParquetLake

YEARS = 40.0
GOAL_S = 15.0
YEAR_BARS = 365.25 * 96
SAMPLES: tuple[str, ...] = ("BINANCE-BTC-USDT-1h", "BINANCE-ETH-USDT-1h")
NAMES: tuple[str, ...] = (
    "BINANCE-XRP-USDT-15m",
    "BINANCE-PERP-LTC-USDT-15m-2023",
    "BINANCE-PERP-BTC-USDT-15m-2024",
    "BINANCE-PERP-ETH-USDT-15m-2024",
)


@dataclass(frozen=True)
class Workload:
    """Files, and the bars in them."""

    files: tuple[Path, ...]
    bars: int

    @property
    def years(self) -> float:
        """Instrument-years."""
        return self.bars / YEAR_BARS


def repeated_files(folder: Path, years: float = YEARS) -> Workload:
    """Link the real files under other names into ``folder`` until they hold ``years``.

    Without them the shipped hourly bars stand in, as many of them.
    """
    data = Path(os.environ.get("TRAIDER_DATA_DIR") or REPOSITORY.parent / "shared" / "data")
    home, names = data / "ohlcv", NAMES
    if not home.is_dir():
        home, names = REPOSITORY / "data" / "sample", SAMPLES
    files: list[Path] = []
    bars = 0
    while bars < years * YEAR_BARS:
        number, place = divmod(len(files), len(names))
        source = home / f"{names[place]}.parquet"
        base = names[place].removeprefix("BINANCE-").removeprefix("PERP-").partition("-")[0]
        name = names[place].replace(base, f"{base}{number}" if number else base)
        files.append(folder / f"{name}.parquet")
        files[-1].symlink_to(source)
        bars += pl.scan_parquet(source).select(pl.len()).collect().item()
    return Workload(tuple(files), bars)


def into_the_store(load: Workload, lake: Path) -> tuple[float, int, int]:
    """Return seconds, rows and bytes of features and signals of the ensemble."""
    files = [str(path) for path in load.files]
    config = load_config(
        REPOSITORY / "examples" / "ensemble.toml",
        (f"data.files={files}", "strategy.timeframe="),
    )
    started = time.perf_counter()
    done = compute_features(config, ParquetLake(lake), DefinitionFolder.of_lake(lake))
    seconds = time.perf_counter() - started
    return seconds, done.written.fresh, _bytes(lake)


def by_hand(files: Sequence[Path], folder: Path) -> tuple[float, int, int]:
    """Return the same of TA-Lib's indicators, written as one file an instrument."""
    rows = 0
    started = time.perf_counter()
    for path in files:
        bars = pl.read_parquet(path)
        high, low, close = (bars[name].to_numpy() for name in ("high", "low", "close"))
        volume = bars["volume"].to_numpy()
        typical = (high + low + close) / 3.0
        vwap = talib.SUM(typical * volume, 48) / talib.SUM(volume, 48)
        gap = close - vwap
        change = np.diff(close, prepend=np.nan) / close
        table = pl.DataFrame(
            {
                "ts": bars["ts"],
                "adx": talib.ADX(high, low, close, 14),
                "volatility": talib.EMA(np.nan_to_num(change) ** 2, 48) ** 0.5,
                "rsi": talib.RSI(close, 14),
                "slow": talib.SMA(close, 100),
                "fast": talib.SMA(close, 20),
                "vwap_z": gap / talib.STDDEV(gap, 48),
            }
        )
        table.write_parquet(folder / path.name)
        rows += len(table)
    return time.perf_counter() - started, rows, _bytes(folder)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


def measure(years: float = YEARS) -> None:
    """Print the table."""
    compile_kernel()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bars").mkdir()
        (folder / "hand").mkdir()
        load = repeated_files(folder / "bars", years)
        hand = by_hand(load.files, folder / "hand")
        kept = into_the_store(load, folder / "lake")
        again = into_the_store(load, folder / "lake")
        shutil.rmtree(folder / "lake")
    rows = {
        f"features + signals into the store (goal {GOAL_S:g} s)": kept,
        "the same again: nothing is new": again,
        "TA-Lib and Polars, features alone, a file an instrument": hand,
    }
    print_table(
        f"Feature store ({load.years:.1f} instrument-years of 15 m bars, {load.bars:,} bars of"
        f" {len(load.files)} instruments, such as {load.files[0].stem})",
        ("run", "seconds", "rows", "MB", "bytes a row"),
        [
            (what, f"{seconds:.1f}", f"{count:,}", f"{size / 1e6:.0f}",
             f"{size / count:.1f}" if count else "")
            for what, (seconds, count, size) in rows.items()
        ],
    )  # fmt: skip


if __name__ == "__main__":
    measure()
