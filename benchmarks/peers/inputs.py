"""The data every engine is given, prepared once: plain arrays in files, in ticks."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.peers.engines.book_rows import CLEAR, UPDATE, BookRows, write_rows
from benchmarks.peers.engines.measuring import Bars, write_bars
from benchmarks.peers.engines.rules import TICK
from benchmarks.workloads import REPOSITORY, minute_workload
from traider.backtest.bar_files import Batch, read_batches
from traider.backtest.captures import load_capture
from traider.domain.events import EventArray, Kind, MarketFlag, empty_events, join_events

SHARED = Path(os.environ.get("TRAIDER_DATA_DIR") or REPOSITORY.parent / "shared" / "data")
SAMPLE = REPOSITORY / "data" / "sample"
CAPTURES = (
    ("BINANCE-USDM-BTCUSDT-20240718.txt.zst", "BINANCE-USDM-BTCUSDT-20240719.txt.zst"),
    ("BINANCE-USDM-BTCUSDT-20240808.txt.zst",),
)
"""The shared captures; those that follow one another without a gap stand together."""
PAUSE_NS = 1_000_000_000
"""Between the end of a capture and the begin of the next: the days between are left out."""
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


def captures() -> list[list[Path]]:
    """Return the shared captures when they are all there, the shipped one otherwise."""
    shared = [[SHARED / "l2" / name for name in names] for names in CAPTURES]
    if all(path.exists() for chain in shared for path in chain):
        return shared
    return [[SAMPLE / CAPTURES[0][0]]]


def write_book(folder: Path, chains: Sequence[Sequence[Path]], passes: int) -> BookRows:
    """Write captures ``passes`` times over, one after the other, and return them.

    Each chain of files begins with its snapshot, which empties the book first.
    """
    parts = [_book_events(load_capture(chain)) for chain in chains]
    placed: list[EventArray] = []
    start = START_NS
    for events in parts * passes:
        moved = events.copy()
        moved["ts_recv"] += start - events["ts_recv"][0]
        placed.append(moved)
        start = int(moved["ts_recv"][-1]) + PAUSE_NS
    events = join_events(placed)
    rows = BookRows(
        ts_ns=events["ts_recv"].copy(),
        kind=events["kind"].astype(np.int64),
        side=events["side"].astype(np.int64),
        price=events["price"].copy(),
        size=events["size"].copy(),
        last=(events["flags"] & MarketFlag.LAST_OF_MESSAGE > 0).astype(np.int64),
    )
    folder.mkdir()
    write_rows(folder, rows)
    return rows


def _book_events(events: EventArray) -> EventArray:
    """Keep levels and trades; write a snapshot as a clear and updates, which all engines know."""
    kinds = events["kind"]
    snapshot = kinds == Kind.DEPTH_SNAPSHOT
    keep = snapshot | np.isin(kinds, (Kind.DEPTH_UPDATE, Kind.DEPTH_CLEAR, Kind.TRADE))
    kept = events[keep]
    begins = np.flatnonzero((kept["kind"] == Kind.DEPTH_SNAPSHOT) & (kept["w3"] == 0))
    kept["kind"][kept["kind"] == Kind.DEPTH_SNAPSHOT] = UPDATE
    clears = empty_events(len(begins))
    clears["ts_recv"] = kept["ts_recv"][begins]
    clears["kind"] = CLEAR
    parts: list[EventArray] = []
    place = 0
    for number, begin in enumerate(begins.tolist()):
        parts += [kept[place:begin], clears[number : number + 1]]
        place = begin
    return join_events([*parts, kept[place:]])
