"""Manifests on the disk, and what becomes of their files.

Law 1: a manifest reads back as it was saved.
Law 2: files that stand in the place of others take the place of the first of them.
"""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traider.domain.errors import DataError
from traider.domain.timeframes import DAY_NS
from traider.store import manifest as manifest_module
from traider.store.lake_paths import days_of
from traider.store.manifest import (
    MANIFEST_NAME,
    NO_GRID,
    DataFile,
    Grid,
    Manifest,
    listed_manifest,
    load_manifest,
    save_manifest,
)
from traider.store.market_store import Span

whole = st.integers(0, 2**62)
grids = st.sampled_from([Grid(), Grid("0.01", "0.00000001")])


def file_of(number: int, day: int, grid: Grid = NO_GRID) -> DataFile:
    name = f"day=1970-01-{day + 1:02}/part-{number:016x}.parquet"
    return DataFile(name, 5, 100 + number, "ab" * 32, day * DAY_NS, day * DAY_NS + 9, 1, grid)


files = st.lists(
    st.builds(file_of, st.integers(0, 99), st.integers(0, 20), grids),
    max_size=9,
    unique_by=lambda file: file.name,
)
manifests = st.builds(
    Manifest,
    files.map(tuple),
    st.lists(st.builds(Span, whole, whole), max_size=4).map(tuple),
    st.lists(st.text(max_size=9), max_size=4).map(tuple),
)


@settings(deadline=None, max_examples=30)
@given(manifests)
def test_law_1_a_manifest_reads_back(manifest: Manifest) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save_manifest(folder, manifest)
        assert load_manifest(folder) == manifest
        assert [path.name for path in folder.iterdir()] == [MANIFEST_NAME]


@given(files, st.data())
def test_law_2_new_files_take_the_place_of_the_first(
    found: list[DataFile], data: st.DataObject
) -> None:
    old = data.draw(st.lists(st.sampled_from(found), unique=True)) if found else []
    new = [file_of(1_000, 3), file_of(1_001, 4)]
    gone = [file for file in found if file in old]
    got = Manifest(tuple(found)).exchanged(old, new).files
    kept = [file for file in found if file not in old]
    if not gone:
        assert list(got) == [*kept, *new]
        return
    place = found.index(gone[0])
    assert list(got) == [*found[:place], *new, *[f for f in found[place:] if f not in old]]


@given(files)
def test_files_are_found_by_day(found: list[DataFile]) -> None:
    manifest = Manifest(tuple(found))
    grouped = manifest.by_day()
    assert tuple(grouped) == manifest.days
    assert all(grouped[day] == manifest.of_day(day) for day in manifest.days)
    assert sum(map(len, grouped.values())) == len(found)


def test_a_file_lies_in_the_day_its_folder_names() -> None:
    # A month of features lies in the folder of its first day, whenever its first row is.
    file = DataFile("day=1970-02-01/part-0.parquet", 1, 1, "", 40 * DAY_NS, 41 * DAY_NS, 1)
    assert file.day == 31
    assert DataFile("elsewhere.parquet", 1, 1, "", 40 * DAY_NS, 41 * DAY_NS, 1).day == 40


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"format": "x"}', b"\xff\xfe", b"null"])
def test_what_is_no_manifest_is_told(tmp_path: Path, text: bytes) -> None:
    (tmp_path / MANIFEST_NAME).write_bytes(text)
    with pytest.raises(DataError, match="is no manifest") as caught:
        load_manifest(tmp_path)
    assert caught.value.where == str(tmp_path / MANIFEST_NAME)


@pytest.mark.parametrize("looks", [1, 2])
def test_a_first_write_between_two_looks_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    """The series begins just when a reader has found no manifest and looks for files."""
    first = Manifest((file_of(1, 0),))
    left = [looks]

    def days_after_a_write(folder: Path) -> list[int]:
        left[0] -= 1
        if left[0] == 0:
            save_manifest(folder, first)
            (folder / first.files[0].name).parent.mkdir()
            (folder / first.files[0].name).touch()
        return days_of(folder)

    monkeypatch.setattr(manifest_module, "days_of", days_after_a_write)
    assert listed_manifest(tmp_path) == first
