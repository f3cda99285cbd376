"""Folders of the lake.

Law 1: the path of any series tells that series again, at every depth below it.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.test_kinds import KINDS
from traider.domain.instruments import InstrumentName
from traider.domain.timeframes import DAY_NS
from traider.store.kinds import DataKind
from traider.store.lake_paths import (
    SeriesKey,
    day_number,
    day_of,
    day_text,
    days_of,
    part_path,
    series_folders,
)

words = st.text("ABCXYZ0189", min_size=1, max_size=6)
names = st.builds(InstrumentName, words, words, words, st.sampled_from(["", "PERP", "250627"]))
keys = st.builds(SeriesKey, names, st.sampled_from(KINDS))


@given(keys, st.integers(0, 40_000))
def test_law_1_a_path_tells_its_series(key: SeriesKey, day: int) -> None:
    folder = key.folder(Path("lake"))
    assert SeriesKey.of_path(folder) == key
    part = part_path(folder, day)
    assert SeriesKey.of_path(part) == key
    assert SeriesKey.of_path(folder.parent) is None
    assert day_number(part.parent.name.removeprefix("day=")) == day


def test_the_layout_is_the_promised_one() -> None:
    key = SeriesKey(InstrumentName.parse("BINANCE:BTC-USDT-PERP"), DataKind.parse("bars-1h"))
    assert part_path(key.folder(Path("L")), 19_723) == Path(
        "L/venue=BINANCE/instrument=BTC-USDT-PERP/kind=bars-1h/day=2024-01-01/part.parquet"
    )


def test_days_are_days_of_utc() -> None:
    assert (day_of(DAY_NS - 1), day_of(DAY_NS)) == (0, 1)
    assert day_text(19_782) == "2024-02-29"
    assert day_number("2024-02-29") == 19_782
    assert [day_number(text) for text in ("2023-02-29", "2024-1-1", "", "today-no-w")] == [None] * 4


def test_days_come_in_order_and_strangers_are_passed_over(tmp_path: Path) -> None:
    for name in ("day=2024-02-01", "day=2023-12-31", "day=x", "other", ".hidden"):
        (tmp_path / name).mkdir()
    assert [day_text(day) for day in days_of(tmp_path)] == ["2023-12-31", "2024-02-01"]
    assert days_of(tmp_path / "gone") == []


@pytest.mark.parametrize("path", ["a", "venue=A/instrument=B-C", "venue=A/instrument=B/kind=x"])
def test_other_paths_are_of_no_series(path: str) -> None:
    assert SeriesKey.of_path(Path(path)) is None


def test_series_are_found_from_any_folder_above_them(tmp_path: Path) -> None:
    keys_here = [
        SeriesKey(InstrumentName.parse(name), DataKind.parse(kind))
        for name in ("A:B-C", "A:D-C-PERP", "E:B-C")
        for kind in ("bars-1h", "funding")
    ]
    for key in keys_here:
        part_path(key.folder(tmp_path), 1).parent.mkdir(parents=True)
    (tmp_path / "_quarantine").mkdir()
    assert [key for key, _ in series_folders(tmp_path)] == keys_here
    assert [key for key, _ in series_folders(tmp_path / "venue=A")] == keys_here[:4]
    assert [key for key, _ in series_folders(tmp_path / "venue=A/instrument=B-C")] == keys_here[:2]
    folder = keys_here[3].folder(tmp_path)
    assert list(series_folders(folder)) == [(keys_here[3], folder)]
    assert list(series_folders(tmp_path / "_quarantine")) == []
