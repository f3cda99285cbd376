"""Features and signals lie together by months, and are read as if they lay by days."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from traider.domain.instruments import InstrumentName
from traider.domain.timeframes import DAY_NS
from traider.store.kinds import Content, DataKind
from traider.store.lake_paths import SeriesKey
from traider.store.parquet_lake import ParquetLake

HOUR_NS = DAY_NS // 24
START_NS = int(np.datetime64("2023-12-30", "ns").astype(np.int64))
KEY = SeriesKey(
    InstrumentName.parse("BINANCE:BTC-USDT"), DataKind(Content.FEATURES, definition="0123456789ab")
)


def rows(first: int, last: int) -> pa.Table:
    ts = START_NS + np.arange(first, last, dtype=np.int64) * HOUR_NS
    return pa.table({"ts": ts, "value": np.arange(first, last) * 0.5})


def test_a_month_is_one_file_named_by_its_first_day(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    lake.write(KEY, rows(0, 24 * 40))
    folders = sorted(path.name for path in KEY.folder(tmp_path).glob("day=*"))
    assert folders == ["day=2023-12-01", "day=2024-01-01", "day=2024-02-01"]
    (extent,) = lake.series()
    assert (extent.rows, extent.days) == (24 * 40, 40)


def test_ranges_and_instants_are_found_in_months(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    for first, last in ((300, 900), (0, 200), (100, 300)):
        lake.write(KEY, rows(first, last))
    found = pa.concat_tables(lake.read(KEY, START_NS + 40 * HOUR_NS, START_NS + 700 * HOUR_NS))
    assert found.equals(rows(40, 700))
    asked = START_NS + np.array([-1, 0, 47, 48, 49, 899, 5_000], np.int64) * HOUR_NS + 1
    assert lake.as_of(KEY, asked).column("value").to_pylist() == [
        None, 0.0, 23.5, 24.0, 24.5, 449.5, 449.5,
    ]  # fmt: skip


def test_an_open_month_is_not_compacted(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    for first in range(0, 24 * 40, 240):
        lake.write(KEY, rows(first, first + 240))
    lake.compact(KEY, START_NS + 20 * DAY_NS)
    files = [len(list(folder.glob("part-*"))) for folder in sorted(KEY.folder(tmp_path).iterdir())
             if folder.is_dir()]  # fmt: skip
    assert files == [1, 4, 1]
    lake.compact(KEY)
    assert pa.concat_tables(lake.read(KEY)).equals(rows(0, 24 * 40))
