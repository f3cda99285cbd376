"""Files into the lake: what is written, what is refused, what is set aside."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.store.source_tables import (
    NAME,
    NOW_NS,
    START_NS,
    Columns,
    hours,
    imported,
    kinds_of,
    parts,
    settlements,
    trades,
    write_csv,
    write_format,
    write_parquet,
)
from tests.store.test_source_files import ENDINGS
from traider.domain.errors import DataError, Interrupted, TraiderError, UsageError
from traider.store.importing import Importer
from traider.store.lake import read_series
from traider.store.lake_writing import writing
from traider.store.preparation import SourceOptions
from traider.store.stamps import HOUR_NS

BARS = "venue=BINANCE/instrument=BTC-USDT/kind=bars-1h"


def refused(lake: Path, path: Path, **said: Any) -> str:
    """Import a file that must be refused; nothing may be written."""
    before = {part: part.read_bytes() for part in parts(lake)}
    with pytest.raises(TraiderError) as caught:
        imported(lake, path, **said)
    assert {part: part.read_bytes() for part in parts(lake)} == before
    assert not list(lake.glob("_quarantine/*"))
    line = caught.value.line()
    assert str(path) in line
    assert caught.value.fix
    return line


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_gives_the_same_lake(tmp_path: Path, ending: str) -> None:
    lake = tmp_path / "lake"
    columns = hours(60)
    report = imported(lake, write_format(tmp_path, ending, columns))
    assert (report.rows, report.imported, report.days_written) == (60, 60, 3)
    assert [part.parent.name for part in parts(lake)] == [
        "day=2024-01-01",
        "day=2024-01-02",
        "day=2024-01-03",
    ]
    table = read_series(lake / BARS)
    assert table.column("ts").to_pylist() == (columns["ts"] * 1_000_000).tolist()
    for name in ("open", "high", "low", "close", "volume"):
        stored = table.column(name).to_numpy().view(np.int64)
        assert (stored == columns[name].view(np.int64)).all()


def test_duckdb_and_polars_read_the_lake_with_its_folders_as_columns(tmp_path: Path) -> None:
    columns = hours(60)
    imported(tmp_path / "lake", write_parquet(tmp_path / f"{NAME}.parquet", columns))
    files = duckdb.read_parquet(f"{tmp_path}/lake/*/*/*/*/*.parquet", hive_partitioning=True)
    found = files.order("ts").fetchnumpy()
    frame = pl.read_parquet(f"{tmp_path}/lake/**/*.parquet", hive_partitioning=True).sort("ts")
    for name in ("close", "volume"):
        assert found[name].tolist() == columns[name].tolist() == frame[name].to_list()
    assert found["ts"].tolist() == frame["ts"].to_list()
    assert set(found["venue"]) == set(frame["venue"]) == {"BINANCE"}
    assert set(found["instrument"]) == set(frame["instrument"]) == {"BTC-USDT"}
    assert set(found["kind"]) == set(frame["kind"]) == {"bars-1h"}
    assert {str(day)[:10] for day in found["day"]} == {"2024-01-01", "2024-01-02", "2024-01-03"}


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    path = write_parquet(tmp_path / f"{NAME}.parquet", hours(60))
    imported(lake, path)
    before = [(part.read_bytes(), part.stat().st_mtime_ns) for part in parts(lake)]
    report = imported(lake, path)
    assert (report.imported, report.duplicates, report.days_written) == (0, 60, 0)
    assert [(part.read_bytes(), part.stat().st_mtime_ns) for part in parts(lake)] == before


def test_overlapping_files_join(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    columns = hours(100)
    for first, last, fresh in ((30, 80, 50), (60, 100, 20), (0, 35, 30)):
        part = {name: column[first:last] for name, column in columns.items()}
        report = imported(lake, write_parquet(tmp_path / f"{NAME}.parquet", part))
        assert (report.imported, report.duplicates) == (fresh, last - first - fresh)
    assert read_series(lake / BARS).column("close").to_pylist() == columns["close"].tolist()


def test_overlapping_data_that_differs_is_refused_with_its_place(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    columns = hours(60)
    path = write_parquet(tmp_path / f"{NAME}.parquet", columns)
    imported(lake, path)
    columns["volume"][40] += 0.25
    write_parquet(path, columns)
    line = refused(lake, path)
    assert "1 of 60 rows are bad (differs-from-lake 1), first row 40 (2024-01-02T16:00:00Z)" in line
    assert "the lake holds other values for this time" in line


def test_what_contradicts_the_lake_can_be_set_aside(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    columns = hours(60)
    path = write_parquet(tmp_path / f"{NAME}.parquet", columns)
    imported(lake, path)
    longer = hours(70)
    longer["volume"][40] += 0.25
    write_parquet(path, longer)
    report = imported(lake, path, on_bad="quarantine")
    assert (report.imported, report.duplicates, report.quarantined) == (10, 59, 1)
    assert "differs-from-lake" in kinds_of(report.findings)
    assert read_series(lake / BARS).column("volume")[40].as_py() == columns["volume"][40]


def test_bad_rows_are_refused_with_place_and_reason(tmp_path: Path) -> None:
    columns = hours(60)
    columns["high"][[40, 50]] = 1.0
    line = refused(tmp_path / "lake", write_parquet(tmp_path / f"{NAME}.parquet", columns))
    assert "2 of 60 rows are bad (ohlc-violations 2)" in line
    assert "first row 40 (2024-01-02T16:00:00Z): the values are impossible: open" in line
    assert "--on-bad quarantine" in line
    assert not (tmp_path / "lake").exists()


def test_a_malformed_line_is_the_first_when_it_comes_first(tmp_path: Path) -> None:
    columns = {name: column.tolist() for name, column in hours(10).items()}
    columns["open"][7] = "x"
    path = write_csv(tmp_path / f"{NAME}.csv", columns)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines.insert(3, "1,2")
    path.write_text("\n".join(lines), encoding="utf-8")
    line = refused(tmp_path / "lake", path)
    assert "2 of 11 rows are bad (malformed-lines 1, bad-numbers 1), first line 4: it has 2" in line


def test_rows_set_aside_keep_their_cells_and_tell_why(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    columns: dict[str, Any] = {name: column.tolist() for name, column in hours(30).items()}
    columns["open"][3] = "n/a"
    columns["ts"][5] = "soon"
    path = write_csv(tmp_path / f"{NAME}.csv", columns)
    path.write_text(path.read_text(encoding="utf-8") + "1,2\n", encoding="utf-8")
    report = imported(lake, path, on_bad="quarantine")
    assert (report.imported, report.quarantined) == (28, 3)
    assert report.quarantine_file is not None
    assert report.quarantine_file.parent == lake / "_quarantine"
    kept = pl.read_csv(report.quarantine_file, infer_schema=False, truncate_ragged_lines=True)
    assert kept["_fault"].to_list() == ["number", "time", "malformed"]
    assert kept["_place"].to_list() == ["line 5 (2024-01-01T03:00:00Z)", "line 7", "line 32"]
    assert "open 'n/a'" in kept["_reason"][0]
    assert kept["open"][0] == "n/a"
    assert kept["ts"].to_list()[1:] == ["soon", "1,2"]
    before = report.quarantine_file.read_bytes()
    again = imported(lake, path, on_bad="quarantine")
    assert (again.imported, again.duplicates, again.quarantined) == (0, 28, 3)
    assert [file.read_bytes() for file in lake.glob("_quarantine/*")] == [before]


def test_a_change_of_unit_needs_the_person(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    columns = hours(60)
    columns["ts"][48:] *= 1_000
    path = write_parquet(tmp_path / f"{NAME}.parquet", columns)
    line = refused(lake, path)
    assert "times change from ms to us at row 48 (2024-01-03T00:00:00Z)" in line
    assert "--unit mixed" in line
    assert "refused" not in line
    report = imported(lake / "aside", path, unit="ms", on_bad="quarantine")
    assert (report.imported, report.quarantined) == (48, 12)
    assert imported(lake, path, unit="mixed").imported == 60
    ts = read_series(lake / BARS).column("ts").to_numpy()
    assert ts.tolist() == (START_NS + np.arange(60) * HOUR_NS).tolist()


def test_a_wrong_unit_never_makes_a_date(tmp_path: Path) -> None:
    columns = hours(60)
    columns["ts"] = pa.array(columns["ts"] * 1_000).cast(pa.timestamp("ms"))
    line = refused(tmp_path / "lake", write_parquet(tmp_path / f"{NAME}.parquet", columns))
    assert "60 of 60 rows are bad (unit-mistakes 60)" in line


def test_stamps_at_the_close_need_the_person(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    columns = hours(60)
    columns["ts"] += 3_599_999
    path = write_parquet(tmp_path / f"{NAME}.parquet", columns)
    assert "say --stamp close" in refused(lake, path)
    assert imported(lake, path, stamp="close").imported == 60
    assert read_series(lake / BARS).column("ts")[0].as_py() == START_NS


def test_a_panel_becomes_one_series_an_instrument(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    one, other = hours(30), hours(30, seed=2)
    columns: Columns = {name: np.concatenate([one[name], other[name]]) for name in one}
    columns["symbol"] = ["BTCUSDT"] * 30 + ["ETHUSDT_250627"] * 30
    columns["expiry"] = [0] * 60
    report = imported(lake, write_parquet(tmp_path / "BINANCE-FUT-PANEL-1h.parquet", columns))
    assert [series.series for series in report.series] == [
        "BINANCE:BTC-USDT-PERP bars-1h",
        "BINANCE:ETH-USDT-250627 bars-1h",
    ]
    assert report.ignored_columns == ("expiry",)
    stored = read_series(lake / "venue=BINANCE/instrument=ETH-USDT-250627/kind=bars-1h")
    assert stored.column("close").to_pylist() == other["close"].tolist()


def test_mark_bars_have_no_volume(tmp_path: Path) -> None:
    columns = {name: column for name, column in hours(30).items() if name != "volume"}
    imported(tmp_path / "lake", write_parquet(tmp_path / f"{NAME}-mark.parquet", columns))
    folder = tmp_path / "lake" / BARS.replace("bars-1h", "mark-bars-1h")
    table = read_series(folder)
    assert table.column("volume").null_count == 30
    assert table.column("close").to_pylist() == columns["close"].tolist()


def test_funding_keeps_what_it_does_not_know_empty(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    columns: Columns = {**settlements(9), "mark": [None] * 5 + [100.5] * 4}
    columns["ts"] = columns["ts"] + 13
    path = write_parquet(tmp_path / "BINANCE-BTCUSDT.parquet", columns)
    assert imported(lake, path).imported == 9
    assert imported(lake, path).duplicates == 9
    table = read_series(lake / "venue=BINANCE/instrument=BTC-USDT-PERP/kind=funding")
    assert table.column("rate").to_pylist() == columns["rate"].tolist()
    assert table.column("mark").to_pylist() == [None] * 5 + [100.5] * 4
    assert table.column("premium").null_count == 9
    assert not (table.column("ts").to_numpy() % HOUR_NS).any()


@pytest.mark.parametrize("with_ids", [True, False])
def test_trades_join_like_bars(tmp_path: Path, *, with_ids: bool) -> None:
    lake = tmp_path / "lake"
    columns = trades(40, with_ids=with_ids)
    path = tmp_path / "BINANCE-BTCUSDT.csv"
    for first, last, fresh in ((10, 30, 20), (20, 40, 10), (0, 40, 10), (0, 40, 0)):
        part = {name: column[first:last] for name, column in columns.items()}
        report = imported(lake, write_csv(path, part))
        assert (report.imported, report.duplicates) == (fresh, last - first - fresh)
    table = read_series(lake / "venue=BINANCE/instrument=BTC-USDT/kind=trades")
    assert table.column("price").to_pylist() == columns["price"].tolist()
    assert table.column("side").to_pylist() == [1, -1] * 20
    wanted = [str(number) for number in columns["id"]] if with_ids else [None] * 40
    assert table.column("id").to_pylist() == wanted


def test_a_trade_that_differs_from_the_lake_is_refused(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    columns = trades(40)
    path = write_csv(tmp_path / "BINANCE-BTCUSDT.csv", columns)
    imported(lake, path)
    columns["price"][33] += 1.0
    write_csv(path, columns)
    assert "differs-from-lake 1), first line 35" in refused(lake, path)


@pytest.mark.parametrize(
    ("name", "said", "what"),
    [
        ("bars.csv", {}, "cannot tell the instrument; say --instrument"),
        ("BTCUSDT-1h.csv", {}, "cannot tell the venue; say --venue"),
        ("BINANCE-1h.csv", {}, "cannot tell the instrument; say --instrument"),
    ],
)
def test_an_instrument_that_cannot_be_told_is_asked_for(
    tmp_path: Path, name: str, said: dict[str, Any], what: str
) -> None:
    path = write_csv(tmp_path / name, hours(30))
    assert what in refused(tmp_path / "lake", path, **said)


def test_a_symbol_that_cannot_be_split_is_asked_for(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "KRAKEN-1h.csv", {**hours(30), "symbol": ["XBTCHF"] * 30})
    assert "cannot tell base and quote of 'XBTCHF'" in refused(tmp_path / "lake", path)
    assert imported(tmp_path / "lake", path, instrument="XBT-CHF").imported == 30


def test_two_imports_at_a_time_are_one_too_many(tmp_path: Path) -> None:
    path = write_csv(tmp_path / f"{NAME}.csv", hours(30))
    with writing(tmp_path / "lake"), pytest.raises(DataError, match="another import is writing"):
        imported(tmp_path / "lake", path)
    assert imported(tmp_path / "lake", path).imported == 30


def test_a_lake_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("", encoding="utf-8")
    path = write_csv(tmp_path / f"{NAME}.csv", hours(30))
    with pytest.raises(DataError, match="cannot be written"):
        imported(tmp_path / "lake", path)


def test_a_part_of_other_columns_is_not_touched(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    path = write_csv(tmp_path / f"{NAME}.csv", hours(30))
    old = lake / BARS / "day=2024-01-01" / "part.parquet"
    old.parent.mkdir(parents=True)
    pq.write_table(pa.table({"ts": [1]}), old)
    with pytest.raises(DataError, match="has columns ts"):
        imported(lake, path)
    old.write_bytes(b"PAR1")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        imported(lake, path)
    assert [part.name for part in parts(lake)] == ["part.parquet"]


def test_a_damaged_part_is_not_added_to(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    path = write_csv(tmp_path / f"{NAME}.csv", hours(30))
    imported(lake, path)
    part = parts(lake)[0]
    part.write_bytes(b"PAR1")
    with pytest.raises(DataError, match="is damaged: it has 4 bytes") as caught:
        imported(lake, write_csv(tmp_path / f"{NAME}.csv", hours(40)))
    assert caught.value.where == str(part)


def test_a_stopped_import_leaves_whole_days_and_goes_on(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    path = write_csv(tmp_path / f"{NAME}.csv", hours(240))
    told: list[tuple[float, str]] = []

    def stop() -> bool:
        return len(parts(lake)) >= 4

    importer = Importer(lake, "refuse", NOW_NS, lambda done, text: told.append((done, text)), stop)
    with pytest.raises(Interrupted):
        importer.run(path, SourceOptions())
    assert len(parts(lake)) == 4
    assert not list(lake.rglob("*.writing"))
    report = imported(lake, path)
    assert (report.imported, report.duplicates) == (240 - 96, 96)
    assert told[-1] == (0.4, f"writing {path.name}")


def test_options_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / f"{NAME}.csv", hours(30))
    with pytest.raises(UsageError, match="no field 'tss'"):
        imported(tmp_path / "lake", path, columns={"tss": "ts"})
    with pytest.raises(DataError, match="no multiple of 4h"):
        imported(tmp_path / "lake", path, timeframe="4h")


def test_times_that_nobody_can_read_are_told_as_such(tmp_path: Path) -> None:
    columns: Columns = {**hours(30), "ts": [f"{day:02}/01/2024" for day in range(1, 31)]}
    line = refused(tmp_path / "lake", write_csv(tmp_path / f"{NAME}.csv", columns))
    assert "30 of 30 rows are bad (bad-times 30), first line 2" in line
    assert "'01/01/2024'" in line
