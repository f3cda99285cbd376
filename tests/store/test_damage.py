"""Damage of every kind: it is refused with the name of the file, and what is sound can be kept."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.store.contract.rows import DAY, MINUTE_NS, joined, key_of, minutes, rows_at, same
from traider.backtest.bar_files import scan_bar_file
from traider.domain.errors import DataError
from traider.domain.timeframes import DAY_NS
from traider.runtime.config import load_config
from traider.runtime.data_plan import scan_data
from traider.store import lake_files
from traider.store.check_recordings import check_manifest
from traider.store.kinds import Content, DataKind
from traider.store.lake_query import LakeQuery
from traider.store.manifest import MANIFEST_NAME, load_manifest
from traider.store.market_store import Span
from traider.store.parquet_lake import ParquetLake
from traider.store.sealing import seal_series

BARS = DataKind(Content.BARS, "1m")
KEY = key_of(BARS)
DEPTH = DataKind(Content.DEPTH)
FEATURES = DataKind(Content.FEATURES, definition="00c0ffee")


@pytest.fixture
def lake(tmp_path: Path) -> ParquetLake:
    """A lake of three days of bars, a file a day."""
    made = ParquetLake(tmp_path / "lake")
    made.write(KEY, bars(0, 4_320))
    return made


def bars(first: int, count: int) -> pa.Table:
    """Return bars that a back-test would take."""
    ts = minutes(first, count)
    price = 100.0 + (ts // MINUTE_NS % 50) / 4.0
    columns = {"ts": ts, "open": price, "high": price + 1.0, "low": price - 1.0, "close": price}
    return pa.table({**columns, "volume": np.full(count, 2.0)})


def files(lake: ParquetLake) -> list[Path]:
    return sorted(KEY.folder(lake.folder).glob("day=*/*.parquet"))


def read(lake: ParquetLake) -> pa.Table:
    return joined(list(lake.read(KEY)))


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 0x10
    path.write_bytes(bytes(data))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a byte at the start": (lambda path: flip(path, 6), "its checksum differs"),
    "a byte in the middle": (lambda path: flip(path, path.stat().st_size // 2), "its checksum"),
    "the last byte": (lambda path: flip(path, -1), "its checksum differs"),
    "cut short": (lambda path: path.write_bytes(path.read_bytes()[:-9]), "bytes, its man"),
    "empty": (lambda path: path.write_bytes(b""), "it has 0 bytes"),
    "grown": (lambda path: path.write_bytes(path.read_bytes() + b"x"), "bytes, its man"),
    "gone": (Path.unlink, "is missing: its manifest lists it"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_with_its_name(lake: ParquetLake, damage: str) -> None:
    harm, words = DAMAGES[damage]
    file = files(lake)[1]
    harm(file)
    folder = KEY.folder(lake.folder)
    asked: list[Callable[[], object]] = [
        lambda: read(lake),
        lambda: lake.as_of(KEY, minutes(2_000, 1)),
        lambda: scan_bar_file(folder),
        lambda: lake.write(KEY, rows_at(BARS, minutes(1_440, 3), seed=3)),
        lambda: LakeQuery(lake.folder),
    ]
    for ask in asked:
        with pytest.raises(DataError, match=words) as caught:
            ask()
        assert caught.value.where == str(file)
    # Days beside it are as good as ever.
    assert sum(t.num_rows for t in lake.read(KEY, None, DAY + DAY_NS)) == 1_440
    assert sum(t.num_rows for t in lake.read(KEY, DAY + 2 * DAY_NS)) == 1_440


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_sound_is_kept_by_sealing(lake: ParquetLake, damage: str) -> None:
    harm, _ = DAMAGES[damage]
    folder, file = KEY.folder(lake.folder), files(lake)[1]
    harm(file)
    sealed = seal_series(folder, BARS)
    assert (sealed.files, sealed.rows, sealed.is_changed) == (2, 2_880, True)
    assert [text.partition(":")[0] for text in sealed.lost] == [f"day=2024-01-02/{file.name}"]
    assert same(read(lake), joined([bars(0, 1_440), bars(2_880, 1_440)]))
    assert lake.coverage(KEY) == (Span(DAY, DAY + DAY_NS), Span(DAY + 2 * DAY_NS, DAY + 3 * DAY_NS))
    # The day can be written again, and is the same file as before.
    lake.write(KEY, bars(1_440, 1_440))
    assert same(read(lake), bars(0, 4_320))
    assert files(lake)[1].name == file.name
    assert lake.coverage(KEY) == (Span(DAY, DAY + 3 * DAY_NS),)
    assert not seal_series(folder, BARS).is_changed


def test_a_flipped_byte_of_a_large_file_is_found(
    lake: ParquetLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake_files, "HELD_BYTES_MAX", 0)
    assert same(read(lake), bars(0, 4_320))
    # Remembered as sound, until it is another file.
    assert same(read(lake), bars(0, 4_320))
    flip(files(lake)[0], 500)
    with pytest.raises(DataError, match="its checksum differs"):
        read(lake)
    files(lake)[1].write_bytes(b"PAR1")
    with pytest.raises(DataError, match="it has 4 bytes"):
        list(lake.read(KEY, DAY + DAY_NS))


@pytest.mark.parametrize("place", [2, 30, 90, 200, -3])
def test_a_flipped_byte_of_a_manifest_is_found(lake: ParquetLake, place: int) -> None:
    manifest = KEY.folder(lake.folder) / MANIFEST_NAME
    flip(manifest, place)
    with pytest.raises(DataError) as caught:
        read(lake)
    assert caught.value.where == str(manifest)
    with pytest.raises(DataError):
        lake.write(KEY, bars(9_000, 1))
    sealed = seal_series(manifest.parent, BARS)
    assert len(sealed.kept) == 3
    assert sealed.lost[0].startswith(MANIFEST_NAME)
    assert same(read(lake), bars(0, 4_320))


def test_a_lost_manifest_is_told_and_made_again(lake: ParquetLake) -> None:
    folder = KEY.folder(lake.folder)
    before = load_manifest(folder)
    (folder / MANIFEST_NAME).unlink()
    with pytest.raises(DataError, match="the manifest is missing") as caught:
        read(lake)
    assert caught.value.where == str(folder / MANIFEST_NAME)
    with pytest.raises(DataError, match="the manifest is missing"):
        lake.write(KEY, bars(9_000, 1))
    sealed = seal_series(folder, BARS)
    assert (len(sealed.kept), sealed.rows, sealed.lost) == (3, 4_320, ())
    assert load_manifest(folder) == before


def test_a_lost_manifest_of_events_is_made_with_its_grid(tmp_path: Path) -> None:
    lake, key = ParquetLake(tmp_path), key_of(DEPTH)
    rows = rows_at(DEPTH, minutes(0, 30))
    lake.write(key, rows.slice(0, 20))
    lake.write(key, rows.slice(20))
    # What a crash between compaction and tidying leaves: the day twice over.
    old = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    lake.compact(key)
    for path, data in old.items():
        path.write_bytes(data)
    (key.folder(tmp_path) / MANIFEST_NAME).unlink()
    sealed = seal_series(key.folder(tmp_path), DEPTH)
    assert sealed.rows == 30
    found = list(lake.read(key))
    assert same(joined(found), rows)
    assert found[0].schema.metadata == rows.schema.metadata


def test_a_lost_manifest_of_features_is_made_with_its_columns(tmp_path: Path) -> None:
    lake, key = ParquetLake(tmp_path), key_of(FEATURES)
    rows = rows_at(FEATURES, minutes(0, 30))
    lake.write(key, rows)
    (key.folder(tmp_path) / MANIFEST_NAME).unlink()
    assert seal_series(key.folder(tmp_path), FEATURES).rows == 30
    assert same(joined(list(lake.read(key))), rows)
    with pytest.raises(DataError, match="no column slow"):
        lake.write(key, rows_at(FEATURES, minutes(50, 2)).drop_columns(["slow"]))


def test_a_file_that_lies_about_its_content_is_no_data(lake: ParquetLake) -> None:
    folder = KEY.folder(lake.folder)
    file = files(lake)[0]
    stray = file.with_name("part-0123456789abcdef.parquet")
    stray.write_bytes(file.read_bytes())
    noise = file.with_name("part-fedcba9876543210.parquet")
    noise.write_bytes(b"no parquet")
    assert same(read(lake), bars(0, 4_320))
    found = {finding.kind: finding.count for finding in check_manifest(folder)}
    assert found == {"unlisted-files": 2}
    sealed = seal_series(folder, BARS)
    assert [text.partition(": ")[0].rpartition("/")[2] for text in sealed.lost] == [
        stray.name,
        noise.name,
    ]
    assert not sealed.kept
    assert sorted(path.name for path in file.parent.iterdir()) == sorted(
        [file.name, f"{stray.name}.damaged", f"{noise.name}.damaged"]
    )


def test_a_hole_in_what_was_covered_is_found(lake: ParquetLake) -> None:
    assert not list(check_manifest(KEY.folder(lake.folder)))
    lake.write(KEY, bars(6_000, 5))
    (hole,) = check_manifest(KEY.folder(lake.folder))
    assert (hole.kind, hole.count, hole.place.text) == ("not-covered", 1, "2024-01-04T00:00:00Z")


def test_a_manifest_of_a_newer_format_is_left_alone(lake: ParquetLake) -> None:
    path = KEY.folder(lake.folder) / MANIFEST_NAME
    path.write_bytes(path.read_bytes().replace(b'"format":1', b'"format":2'))
    with pytest.raises(DataError, match="is of format 2, this version reads 1"):
        read(lake)


def test_nothing_is_left_behind_a_full_disk(
    lake: ParquetLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(path for path in lake.folder.rglob("*") if path.is_file())

    def full(self: Path, other: Path) -> Path:
        del self
        raise OSError(28, "No space left on device", str(other))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(DataError, match="cannot be written: No space left on device"):
        lake.write(KEY, bars(5_000, 5))
    monkeypatch.undo()
    assert same(read(lake), bars(0, 4_320))
    after = [path for path in lake.folder.rglob("*") if path.is_file()]
    assert sorted(after) == before
    assert lake.write(KEY, bars(5_000, 5)).fresh == 5


def test_a_run_over_a_damaged_file_is_refused_with_its_name(lake: ParquetLake) -> None:
    config = load_config(None, [f'data.files=["{KEY.folder(lake.folder)}"]'])
    assert scan_data(config).bar_files[0].bars == 4_320
    file = files(lake)[1]
    flip(file, 700)
    with pytest.raises(DataError, match="is damaged: its checksum differs") as caught:
        scan_data(config)
    assert caught.value.where == str(file)
    file.unlink()
    with pytest.raises(DataError, match="is missing: its manifest lists it") as caught:
        scan_data(config)
    assert caught.value.where == str(file)
