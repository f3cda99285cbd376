"""Bytes an event takes in the lake, beside CSV.gz of the same rows and the capture it came from.

Real captures go through their mapper and sink as a feed would, and are compacted as a day that is
over. The day is reckoned from what was measured: events a second of the capture, without the books
it starts with, times bytes an event, plus features and signals of a decision every 15 seconds.
"""

import gzip
import io
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from benchmarks.tables import print_table
from benchmarks.workloads import REPOSITORY
from traider.domain.events import EventArray, Kind, join_events
from traider.domain.instruments import InstrumentName
from traider.feed.recorded import RecordedFeed
from traider.store.column_layout import ROW_GROUP_ROWS, ZSTD_LEVEL, open_writer
from traider.store.event_rows import RecordedGrid, rows_of
from traider.store.kinds import Content, DataKind
from traider.store.lake_paths import SeriesKey
from traider.store.lake_sink import LakeSink
from traider.store.parquet_lake import ParquetLake
from traider.venues.catalogue import recorded_venue
from traider.venues.recordings import open_recording

CAPTURES: Mapping[str, tuple[str, ...]] = {
    "Coinbase BTC-USD + ETH-USD": ("COINBASE-20260809-part1.jsonl.zst",),
    "Binance spot BTCUSDT": ("BINANCE-SPOT-BTCUSDT-20240808.txt.zst",),
    "Binance spot ETHUSDT": ("BINANCE-SPOT-ETHUSDT-20240808.txt.zst",),
    "Binance futures BTCUSDT": ("BINANCE-USDM-BTCUSDT-20240808.txt.zst",),
}
DAY_S = 86_400
DECISIONS = DAY_S // 15
FEATURES, SIGNALS, INSTRUMENTS = 40, 12, 2
REFERENCE = "reference/TALIB-BINANCE-BTC-USDT-1h-2024-01-01.parquet"


@dataclass(frozen=True)
class Sized:
    """A capture in each of its forms, in bytes."""

    events: EventArray
    raw: int
    csv: int
    lake: int
    live: int
    """In the lake without the books the capture starts with."""

    @property
    def live_events(self) -> int:
        """Events without the first books."""
        return int((self.events["kind"] != Kind.DEPTH_SNAPSHOT).sum())

    @property
    def rate(self) -> float:
        """Events a second, without the first books."""
        ts = self.events["ts_recv"]
        return self.live_events / (float(ts[-1] - ts[0]) / 1e9)


def measure() -> None:
    """Print what events cost, how the encodings compare, and what a day comes to."""
    found = {name: size for name, files in CAPTURES.items() if (size := _sized(files))}
    if not found:
        print("\n(no captures here: lake_size is not measured)")
        return
    print_table(
        "Bytes an event: the lake, compacted, beside CSV.gz of the same rows",
        ("capture", "events", "capture, zstd", "CSV.gz", "lake", "CSV.gz / lake"),
        [
            (
                name,
                f"{len(size.events):,}",
                *(f"{part / len(size.events):.2f}" for part in (size.raw, size.csv, size.lake)),
                f"{size.csv / size.lake:.1f}",
            )
            for name, size in found.items()
        ],
    )
    _print_encodings(next(reversed(found.values())).events)
    _print_day(found)


def _shared() -> Path:
    return Path(os.environ.get("TRAIDER_DATA_DIR") or REPOSITORY.parent / "shared" / "data")


def _sized(files: tuple[str, ...]) -> Sized | None:
    paths = [_shared() / "l2" / name for name in files]
    if not all(path.exists() for path in paths):
        return None
    recording = open_recording(paths)
    feed = RecordedFeed(recording, recorded_venue(recording))
    events = join_events(list(feed.chunks()))
    grids = [
        RecordedGrid(InstrumentName.parse(each.name), each.tick_size, each.lot_size)
        for each in feed.instruments
    ]
    live = events[events["kind"] != Kind.DEPTH_SNAPSHOT]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        lake = _written(Path(one), events, grids)
        sizes = [sum(extent.bytes for extent in lake.series())]
        csv = sum(_csv_bytes(lake, extent.key) for extent in lake.series())
        sizes.append(sum(each.bytes for each in _written(Path(other), live, grids).series()))
    raw = sum(path.stat().st_size for path in paths)
    return Sized(events, raw, csv, *sizes)


def _written(folder: Path, events: EventArray, grids: list[RecordedGrid]) -> ParquetLake:
    lake = ParquetLake(folder)
    with LakeSink(lake, grids) as sink:
        for begin in range(0, len(events), ROW_GROUP_ROWS):
            sink.append(events[begin : begin + ROW_GROUP_ROWS])
            sink.flush()
    for extent in lake.series():
        lake.compact(extent.key)
    return lake


def _csv_bytes(lake: ParquetLake, key: SeriesKey) -> int:
    sink = io.BytesIO()
    with gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=6) as file:
        writable: Any = file
        for table in lake.read(key):
            pa_csv.write_csv(table, writable)
    return sink.tell()


def _print_encodings(events: EventArray) -> None:
    """Print the depth of one capture under other ways to write Parquet."""
    depth = np.isin(events["kind"], [Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE, Kind.DEPTH_CLEAR])
    rows = rows_of(events[depth], np.flatnonzero(depth), Content.DEPTH)
    zstd = {"compression": "zstd"}
    ways: dict[str, Callable[[], int]] = {
        "PyArrow's own settings (dictionaries, snappy)": lambda: _parquet(rows),
        "dictionaries, zstd": lambda: _parquet(rows, **zstd),
        "plain, zstd": lambda: _parquet(rows, use_dictionary=False, **zstd),
        f"the lake: an encoding a column, zstd {ZSTD_LEVEL}": lambda: _ours(rows, ZSTD_LEVEL),
        "the lake's encodings, zstd 9": lambda: _ours(rows, 9),
    }
    table = []
    for name, way in ways.items():
        way()
        started = time.perf_counter()
        size = way()
        rate = rows.num_rows / (time.perf_counter() - started) / 1e6
        table.append((name, f"{size / rows.num_rows:.2f}", f"{rate:.1f}"))
    print_table(
        f"Ways to write {rows.num_rows:,} changes of a book (Binance futures BTCUSDT)",
        ("way", "bytes a row", "M rows/s"),
        table,
    )


def _parquet(rows: pa.Table, **settings: object) -> int:
    sink = io.BytesIO()
    pq.write_table(rows, sink, row_group_size=ROW_GROUP_ROWS, **settings)  # type: ignore[arg-type]
    return sink.tell()


def _ours(rows: pa.Table, level: int) -> int:
    sink = io.BytesIO()
    writer: Any = open_writer(sink, rows.schema, level)
    with writer:
        writer.write_table(rows, row_group_size=ROW_GROUP_ROWS)
    return sink.tell()


def _print_day(found: Mapping[str, Sized]) -> None:
    derived = _derived_bytes()
    table = []
    for name, parts in _days(found):
        events = sum(size.rate * DAY_S for size in parts)
        lake = sum(size.rate * DAY_S * size.live / size.live_events for size in parts)
        books = sum(size.lake - size.live for size in parts)
        total = lake + books + derived
        table.append(
            (
                name,
                f"{events / DAY_S:,.0f}",
                f"{events / 1e6:.0f}",
                *(f"{part / 1e9:.3f}" for part in (lake, derived, total)),
            )
        )
    print_table(
        "A day of two instruments in the lake, reckoned (goal: under 1 GB)",
        ("at the rate of", "events/s", "M events", "events, GB", "features and signals, GB", "GB"),
        table,
    )
    per_event = max(size.live / size.live_events for size in found.values())
    print(
        f"\nAt {per_event:.1f} bytes an event, the dearest above, 1 GB a day is reached at "
        f"{(1e9 - derived) / per_event / DAY_S:,.0f} events a second through day and night."
    )


def _days(found: Mapping[str, Sized]) -> Iterator[tuple[str, list[Sized]]]:
    names = list(CAPTURES)
    if names[0] in found:
        yield "the Coinbase capture (14 s, the venue's whole books)", [found[names[0]]]
    if names[1] in found and names[2] in found:
        yield (
            "the Binance spot captures (346 s of a busy evening)",
            [
                found[names[1]],
                found[names[2]],
            ],
        )
    if names[3] in found:
        yield "twice the Binance futures capture (345 s, each change)", [found[names[3]]] * 2


def _derived_bytes() -> float:
    """Return the bytes of a day of features and signals, each as a real indicator takes."""
    path = _shared() / REFERENCE
    if not path.exists():
        return 8.0 * DECISIONS * (FEATURES + SIGNALS) * INSTRUMENTS
    table = pq.read_table(path)
    values = {
        f"f{place}": table.column(name).cast(pa.float64())
        for place, name in enumerate(table.column_names[-FEATURES:])
    }
    rows = pa.table({"ts": np.arange(table.num_rows) * 15_000_000_000, **values})
    key = SeriesKey(
        InstrumentName.parse("BINANCE:BTC-USDT"), DataKind(Content.FEATURES, definition="0" * 16)
    )
    with tempfile.TemporaryDirectory() as folder:
        lake = ParquetLake(Path(folder))
        lake.write(key, rows)
        size = lake.series()[0].bytes
    return size / (rows.num_rows * FEATURES) * DECISIONS * (FEATURES + SIGNALS) * INSTRUMENTS


if __name__ == "__main__":
    measure()
