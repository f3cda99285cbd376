"""Laws of the import, whatever the file.

1. Every row read is accounted for: imported + quarantined + duplicates = rows.
2. What was imported reads back bit for bit, in order of time, each instant once.
3. Importing a file again changes no byte of the lake.
4. Any cut of sound data into files, in any order and with any overlap, gives the same lake.
5. Whatever a file holds, it is imported or refused in one line; the same when it is only checked.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.source_tables import (
    NAME,
    hours,
    imported,
    parts,
    passing_folder,
    prepared,
    write_csv,
    write_parquet,
)
from traider.domain.errors import TraiderError
from traider.store.checking import check_prepared
from traider.store.importing import ImportReport
from traider.store.lake import series_batches

ROWS = 60
BARS = "venue=BINANCE/instrument=BTC-USDT/kind=bars-1h"
COLUMNS = ("ts", "open", "high", "low", "close", "volume")

spoiled_cells = st.tuples(
    st.sampled_from(COLUMNS), st.sampled_from(["", "x", "-1", "0", "nan", "1735689600", "9e99"])
)
spoilers = st.dictionaries(st.integers(0, ROWS - 1), spoiled_cells, max_size=8)
rows_taken = st.lists(st.integers(0, ROWS - 1), min_size=25, max_size=90)
extra_lines = st.lists(st.sampled_from(["1,2", "a,b,c,d,e,f,g", "1,2,3,4,5,6", ""]), max_size=3)


def spoiled_file(
    top: Path, rows: list[int], spoiled: dict[int, tuple[str, str]], extra: list[str]
) -> Path:
    """Write bars of which rows are repeated, missing, disordered, spoiled or malformed."""
    columns: dict[str, Any] = {n: list(map(str, c[rows].tolist())) for n, c in hours(ROWS).items()}
    for place, (column, cell) in spoiled.items():
        if place < len(rows):
            columns[column][place] = cell
    path = write_csv(top / f"{NAME}.csv", columns)
    path.write_text(path.read_text(encoding="utf-8") + "\n".join(extra) + "\n", encoding="utf-8")
    return path


def lake_bytes(lake: Path) -> dict[str, bytes]:
    return {str(part.relative_to(lake)): part.read_bytes() for part in parts(lake)}


def import_spoiled(lake: Path, path: Path) -> ImportReport:
    return imported(lake, path, on_bad="quarantine", unit="ms", timeframe="1h", stamp="open")


@settings(max_examples=60)
@given(rows_taken, spoilers, extra_lines)
def test_laws_1_and_3_counts_add_up_and_nothing_changes_twice(
    rows: list[int], spoiled: dict[int, tuple[str, str]], extra: list[str]
) -> None:
    with passing_folder() as top:
        path = spoiled_file(top, rows, spoiled, extra)
        report = import_spoiled(top / "lake", path)
        assert report.rows == len(rows) + sum(bool(line) for line in extra)
        assert report.imported + report.quarantined + report.duplicates == report.rows
        stored = sum(batch.num_rows for batch in series_batches(top / "lake" / BARS))
        assert stored == report.imported
        aside = list((top / "lake").glob("_quarantine/*"))
        assert sum(len(file.read_text("utf-8").splitlines()) - 1 for file in aside) == (
            report.quarantined
        )
        before = lake_bytes(top / "lake")
        again = import_spoiled(top / "lake", path)
        assert (again.imported, again.quarantined) == (0, report.quarantined)
        assert again.duplicates == report.imported + report.duplicates
        assert lake_bytes(top / "lake") == before


prices = st.floats(1e-8, 1e8)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(prices, prices, prices, prices, st.floats(0.0, 1e15)), min_size=2),
    st.randoms(use_true_random=False),
    st.sampled_from(["csv", "parquet"]),
)
def test_law_2_what_was_imported_reads_back(
    bars: list[tuple[float, ...]], chance: Any, kind: str
) -> None:
    ts = 1_704_067_200_000 + np.arange(len(bars), dtype=np.int64) * 3_600_000
    columns: dict[str, Any] = {"ts": ts, "volume": np.array([bar[4] for bar in bars])}
    for place, name in enumerate(("low", "open", "close", "high")):
        columns[name] = np.array([sorted(bar[:4])[place] for bar in bars])
    order = list(range(len(bars)))
    chance.shuffle(order)
    mixed = {name: column[order] for name, column in columns.items()}
    with passing_folder() as top:
        write = write_csv if kind == "csv" else write_parquet
        imported(top / "lake", write(top / f"{NAME}.{kind}", mixed), timeframe="1h", stamp="open")
        (table,) = series_batches(top / "lake" / BARS, batch_rows=10**6)
    assert table.column("ts").to_pylist() == (ts * 1_000_000).tolist()
    for name in COLUMNS[1:]:
        stored = table.column(name).to_numpy()
        assert stored.view(np.int64).tolist() == columns[name].view(np.int64).tolist()


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, ROWS - 3), st.integers(3, ROWS)), max_size=4))
def test_law_4_any_cut_gives_the_same_lake(cuts: list[tuple[int, int]]) -> None:
    columns = hours(ROWS)
    with passing_folder() as top:
        imported(top / "whole", write_parquet(top / f"{NAME}.parquet", columns))
        for first, length in [*cuts, (ROWS // 2, ROWS), (0, ROWS // 2 + 1)]:
            part = {name: column[first : first + length] for name, column in columns.items()}
            imported(top / "cut", write_parquet(top / f"{NAME}.parquet", part), stamp="open")
        assert lake_bytes(top / "cut") == lake_bytes(top / "whole")


def test_an_empty_cell_of_any_column_is_never_guessed(tmp_path: Path) -> None:
    for place, column in enumerate(COLUMNS):
        path = spoiled_file(tmp_path, list(range(30)), {place: (column, "")}, [])
        report = import_spoiled(tmp_path / column, path)
        assert (report.imported, report.quarantined) == (29, 1)


@pytest.mark.parametrize("cell", ["-0.0", "1e-300"])
def test_volumes_keep_their_bits(tmp_path: Path, cell: str) -> None:
    path = spoiled_file(tmp_path, list(range(30)), {4: ("volume", cell)}, [])
    imported(tmp_path / "lake", path)
    (table,) = series_batches(tmp_path / "lake" / BARS)
    assert repr(table.column("volume")[4].as_py()) == cell


headers = st.sampled_from(
    [
        "ts,open,high,low,close,volume",
        "ts,price,size,side,id",
        "ts,rate,mark",
        "time,o,h,l,c",
        "a;b",
    ]
)
cells = st.one_of(
    st.sampled_from(
        ["", " ", "nan", "inf", "1735689600000", "1735689600", "2024-01-01", "1e400", "-1", "0",
         "1", "9" * 19, "9" * 30, "2024-02-30", "buy", '"', "\x00", "\r", "1,5", "56971-01-01"]
    ),
    st.text(max_size=6),
    st.floats().map(repr),
    st.integers(1_735_689_600_000, 1_735_789_600_000).map(str),
)  # fmt: skip
lines = st.lists(st.lists(cells, min_size=1, max_size=7).map(",".join), max_size=12)
texts = st.tuples(headers, lines).map(lambda parts: "\n".join([parts[0], *parts[1]]).encode())
packings = st.sampled_from(
    [b"", b"PAR1", b"ARROW1", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"]
)


def refusal_of(lake: Path, path: Path, on_bad: str) -> TraiderError | None:
    """Import and check a file; return why it cannot be, None when it can."""
    try:
        imported(lake, path, on_bad=on_bad)
        check_prepared(prepared(path))
    except TraiderError as error:
        return error
    return None


@settings(max_examples=200)
@given(st.one_of(texts, st.tuples(packings, st.binary(max_size=200)).map(b"".join)))
def test_law_5_any_file_is_imported_or_refused_in_one_line(data: bytes) -> None:
    with passing_folder() as top:
        path = top / f"{NAME}.csv"
        path.write_bytes(data)
        for on_bad in ("refuse", "quarantine"):
            error = refusal_of(top / on_bad, path, on_bad)
            if error is not None:
                assert "\n" not in error.line()
                assert str(path) in error.line()
                assert not parts(top / on_bad)
