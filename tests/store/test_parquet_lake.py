"""The lake as a market store: its files, its readers beside its writers, lakes from before.

Law 1: a compacted series has the same files, whatever batches its rows came in.
"""

import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from threading import Event, Thread

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.contract.rows import (
    DAY,
    GRID,
    KINDS,
    MINUTE_NS,
    joined,
    key_of,
    minutes,
    rows_at,
    same,
)
from tests.store.recorded_events import bytes_of
from traider.domain.errors import DataError
from traider.domain.timeframes import DAY_NS
from traider.store import lake_commit, parquet_lake
from traider.store.column_layout import LAYOUT, ROW_GROUP_ROWS
from traider.store.kinds import Content, DataKind
from traider.store.lake import series_batches
from traider.store.lake_commit import locked
from traider.store.manifest import MANIFEST_NAME, load_manifest
from traider.store.market_store import Span
from traider.store.parquet_lake import ParquetLake

BARS = DataKind(Content.BARS, "1m")
DEPTH = DataKind(Content.DEPTH)
KEY = key_of(BARS)


def files_of(lake: ParquetLake, kind: DataKind = BARS) -> list[Path]:
    return sorted(key_of(kind).folder(lake.folder).glob("day=*/*.parquet"))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([kind for kind in KINDS if not kind.content.is_events]),
    st.lists(st.integers(1, 149), max_size=6),
    st.randoms(),
)
def test_law_1_any_batches_compact_to_the_same_files(
    kind: DataKind, cuts: list[int], chance: Random
) -> None:
    rows, key = rows_at(kind, minutes(1_365, 150)), key_of(kind)
    edges = [0, *sorted(set(cuts)), 150]
    parts = [rows.slice(begin, end - begin) for begin, end in pairwise(edges)]
    parts += chance.sample(parts, min(len(parts), 2))
    chance.shuffle(parts)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        whole, cut = ParquetLake(Path(one)), ParquetLake(Path(other))
        whole.write(key, rows)
        for part in parts:
            cut.write(key, part)
        cut.compact(key)
        assert bytes_of(Path(one)) == bytes_of(Path(other))


def test_a_write_adds_a_file_and_touches_no_other(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    lake.write(KEY, rows_at(BARS, minutes(0, 100)))
    (first,) = files_of(lake)
    before = first.stat().st_mtime_ns, first.stat().st_ino
    lake.write(KEY, rows_at(BARS, minutes(50, 100)))
    assert len(files_of(lake)) == 2
    assert (first.stat().st_mtime_ns, first.stat().st_ino) == before
    entries = load_manifest(KEY.folder(tmp_path))
    assert entries is not None
    assert [(file.rows, file.layout) for file in entries.files] == [(100, LAYOUT), (50, LAYOUT)]
    for file in entries.files:
        path = KEY.folder(tmp_path) / file.name
        assert path.name == f"part-{file.checksum[:16]}.parquet"
        assert path.stat().st_size == file.bytes
        assert pq.read_metadata(path).num_rows == file.rows


def test_many_small_files_of_a_day_become_one(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    most = 0
    for begin in range(0, 400, 10):
        lake.write(key_of(DEPTH), rows_at(DEPTH, minutes(begin, 10), seq=np.arange(10)))
        most = max(most, len(files_of(lake, DEPTH)))
    assert most < parquet_lake.FOLDED_FILES
    assert sum(table.num_rows for table in lake.read(key_of(DEPTH))) == 400


def test_compaction_leaves_days_that_go_on_alone(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    for begin in range(0, 2_800, 400):
        lake.write(KEY, rows_at(BARS, minutes(begin, 400)))
    lake.compact(KEY, DAY + DAY_NS + 5)
    days = [path.parent.name for path in files_of(lake)]
    assert days == ["day=2024-01-01", *["day=2024-01-02"] * 4]
    inode = files_of(lake)[0].stat().st_ino
    lake.compact(KEY)
    assert [path.parent.name for path in files_of(lake)] == ["day=2024-01-01", "day=2024-01-02"]
    assert files_of(lake)[0].stat().st_ino == inode


def test_large_days_are_read_and_compacted_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, count = ParquetLake(tmp_path), 2 * ROW_GROUP_ROWS + 1_000
    ts = DAY + np.arange(count, dtype=np.int64) * 1_000
    rows = rows_at(DEPTH, ts)
    for begin in range(0, count, 100_000):
        lake.write(key_of(DEPTH), rows.slice(begin, 100_000))
    lake.compact(key_of(DEPTH))
    (file,) = files_of(lake, DEPTH)
    meta = pq.read_metadata(file)
    assert [meta.row_group(k).num_rows for k in range(3)] == [ROW_GROUP_ROWS] * 2 + [1_000]
    assert meta.metadata == {name.encode(): text.encode() for name, text in GRID.items()}
    tables = list(lake.read(key_of(DEPTH)))
    assert [table.num_rows for table in tables] == [ROW_GROUP_ROWS, ROW_GROUP_ROWS, 1_000]
    assert joined(tables).replace_schema_metadata(None).equals(rows.replace_schema_metadata(None))
    monkeypatch.setattr(pq.ParquetFile, "read_row_group", _last_group_alone)
    last = list(lake.read(key_of(DEPTH), int(ts[-10])))
    assert [table.num_rows for table in last] == [10]


_read_group = pq.ParquetFile.read_row_group


def _last_group_alone(file: pq.ParquetFile, group: int, *, use_threads: bool) -> pa.Table:
    assert group == 2
    return _read_group(file, group, use_threads=use_threads)


def test_a_reader_beside_a_writer_sees_whole_writes(tmp_path: Path) -> None:
    lake, done, seen = ParquetLake(tmp_path), Event(), list[int]()
    faults: list[BaseException] = []
    lake.write(KEY, rows_at(BARS, minutes(0, 10)))

    def read() -> None:
        try:
            while not done.is_set():
                found = joined(list(lake.read(KEY)))
                assert same(found, rows_at(BARS, minutes(0, found.num_rows)))
                seen.append(found.num_rows)
        except (AssertionError, DataError) as fault:
            faults.append(fault)

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for begin in range(10, 400, 10):
        lake.write(KEY, rows_at(BARS, minutes(begin, 10)))
        if begin % 40 == 0:
            lake.compact(KEY)
    done.set()
    for reader in readers:
        reader.join()
    assert not faults
    assert all(rows % 10 == 0 for rows in seen)
    assert len(set(seen)) > 3


def test_a_reader_that_stands_in_a_day_reads_it_to_its_end(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    for begin in (0, 700, 1_440, 2_000):
        lake.write(KEY, rows_at(BARS, minutes(begin, 500)))
    from_store = lake_tables(lake)
    first = next(from_store)
    lake.compact(KEY)
    rest = list(from_store)
    ts = [int(t) for table in (first, *rest) for t in table.column("ts").to_numpy()]
    assert ts == sorted(set(ts))
    assert len(ts) == 2_000


def lake_tables(lake: ParquetLake) -> Iterator[pa.Table]:
    return series_batches(KEY.folder(lake.folder), batch_rows=1)


def test_a_writer_waits_for_the_one_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = ParquetLake(tmp_path)
    monkeypatch.setattr(lake_commit, "LOCK_WAIT_S", 0.05)
    with locked(KEY.folder(tmp_path)):
        with pytest.raises(DataError, match="another process is writing here"):
            lake.write(KEY, rows_at(BARS, minutes(0, 3)))
        # Another series is nobody's.
        lake.write(key_of(DEPTH), rows_at(DEPTH, minutes(0, 3)))
    assert lake.write(KEY, rows_at(BARS, minutes(0, 3))).fresh == 3


def old_lake(folder: Path, *, days: int = 2) -> ParquetLake:
    """Write a lake as it was before there were manifests."""
    rows = rows_at(BARS, minutes(0, 1_440 * days))
    for day in range(days):
        home = KEY.folder(folder) / f"day=2024-01-0{day + 1}"
        home.mkdir(parents=True)
        pq.write_table(rows.slice(1_440 * day, 1_440), home / "part.parquet", compression="zstd")
    return ParquetLake(folder)


def test_a_lake_without_manifests_is_read_as_ever(tmp_path: Path) -> None:
    lake = old_lake(tmp_path)
    assert same(joined(list(lake.read(KEY))), rows_at(BARS, minutes(0, 2_880)))
    (extent,) = lake.series()
    assert (extent.rows, extent.days) == (2_880, 2)
    assert (extent.first_ns, extent.last_ns) == (DAY, DAY + 2_879 * MINUTE_NS)
    assert lake.coverage(KEY) == (Span(DAY, DAY + 2 * DAY_NS),)
    assert lake.as_of(KEY, minutes(2_000, 1)).num_rows == 1
    assert not (KEY.folder(tmp_path) / MANIFEST_NAME).exists()


def test_the_next_write_gives_a_lake_its_manifest(tmp_path: Path) -> None:
    lake = old_lake(tmp_path)
    report = lake.write(KEY, rows_at(BARS, minutes(2_870, 20)))
    assert (report.fresh, report.known) == (10, 10)
    manifest = load_manifest(KEY.folder(tmp_path))
    assert manifest is not None
    assert [(file.rows, file.layout) for file in manifest.files] == [
        (1_440, 0),
        (1_440, 0),
        (10, LAYOUT),
    ]
    assert manifest.coverage == (Span(DAY, DAY + 2_890 * MINUTE_NS),)
    assert same(joined(list(lake.read(KEY))), rows_at(BARS, minutes(0, 2_890)))


def test_compaction_gives_a_lake_its_manifest_and_its_layout(tmp_path: Path) -> None:
    old, new = old_lake(tmp_path / "old"), ParquetLake(tmp_path / "new")
    old.compact(KEY)
    new.write(KEY, rows_at(BARS, minutes(0, 2_880)))
    assert bytes_of(tmp_path / "old") == bytes_of(tmp_path / "new")
    assert load_manifest(KEY.folder(tmp_path / "old")) == load_manifest(
        KEY.folder(tmp_path / "new")
    )


def test_an_old_lake_that_is_damaged_is_told(tmp_path: Path) -> None:
    lake = old_lake(tmp_path)
    part = KEY.folder(tmp_path) / "day=2024-01-02" / "part.parquet"
    part.write_bytes(b"PAR1")
    with pytest.raises(DataError, match="cannot be read as Parquet") as caught:
        list(lake.read(KEY))
    assert caught.value.where == str(part)
    part.unlink()
    with pytest.raises(DataError, match="is missing"):
        list(lake.read(KEY))
