"""Checks find what was planted (range, holes, silences, outliers) and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.features.recorded_runs import BARS, RealRun, real_run
from tests.features.store.stores import opened, reader, record_whole
from traider.domain.instruments import InstrumentName
from traider.features.definition import Definition
from traider.features.store import CheckTerms, Sheet, check_sheet, series_key
from traider.features.store.checking import CheckedSeries
from traider.features.store.column_terms import column_terms
from traider.store.findings import Severity
from traider.store.kinds import Content, DataKind
from traider.store.lake_paths import SeriesKey
from traider.store.parquet_lake import ParquetLake

HOUR_NS = 3_600 * 10**9
RSI, ADX = "rsi(close, 14)@4h", "adx(14)@4h"


@pytest.fixture(scope="module")
def run() -> RealRun:
    return real_run(BARS)


@pytest.fixture(scope="module")
def rows(run: RealRun, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    """Sound rows of one instrument, by kind."""
    folder = tmp_path_factory.mktemp("sound")
    record_whole(run, folder)
    sheet = run.plan.sheets[0]
    return {
        definition.kind: pa.concat_tables(reader(folder).read(sheet.name, definition))
        for definition in sheet.definitions
    }


def checked(
    folder: Path, sheet: Sheet, definition: Definition, table: pa.Table, **terms: Any
) -> CheckedSeries:
    """Keep ``table`` as the rows of a definition and check them."""
    store, definitions = opened(folder)
    definitions.keep(definition)
    store.write(series_key(sheet.name, definition), table)
    return check_sheet(reader(folder), store, sheet.name, definition, CheckTerms(**terms))


def kinds_of(found: CheckedSeries) -> list[tuple[str, str, int]]:
    return [(f.severity.value, f.kind, f.count) for f in found.findings]


def changed(table: pa.Table, name: str, change: Callable[[np.ndarray], None]) -> pa.Table:
    """Return a table with one column changed in place."""
    column = table.column(name).to_numpy(zero_copy_only=False).copy()
    change(column)
    place = table.column_names.index(name)
    return table.set_column(place, name, pa.array(column, mask=np.isnan(column)))


def bars_of(table: pa.Table, name: str, folder: Path) -> None:
    """Keep an hourly bar before each row, as the market behind the rows."""
    ts = table.column("ts").to_numpy() - HOUR_NS
    price = pa.array(np.full(len(ts), 1.0))
    columns = dict.fromkeys(("open", "high", "low", "close", "volume"), price)
    key = SeriesKey(InstrumentName.parse(name), DataKind(Content.BARS, "1h"))
    ParquetLake(folder).write(key, pa.table({"ts": pa.array(ts), **columns}))


def test_sound_rows_have_no_error(run: RealRun, rows: dict[str, pa.Table], tmp_path: Path) -> None:
    sheet = run.plan.sheets[0]
    bars_of(rows["features"], str(sheet.name), tmp_path)
    for definition in sheet.definitions:
        found = checked(tmp_path, sheet, definition, rows[definition.kind])
        assert (found.rows, found.errors) == (rows[definition.kind].num_rows, 0)
        assert kinds_of(found) == []


def plant(column: np.ndarray, places: list[int], value: float) -> None:
    column[places] = value


@pytest.mark.parametrize(
    ("value", "finding"),
    [
        (100.001, ("error", "out-of-range", 3)),
        (-0.001, ("error", "out-of-range", 3)),
        (np.inf, ("error", "not-finite", 3)),
        (np.nan, ("error", "missing", 3)),
    ],
)
def test_a_value_that_cannot_be_is_found(
    run: RealRun, rows: dict[str, pa.Table], tmp_path: Path, value: float,
    finding: tuple[str, str, int],
) -> None:  # fmt: skip
    sheet, places = run.plan.sheets[0], [500, 4_000, 4_001]
    table = changed(rows["features"], RSI, lambda column: plant(column, places, value))
    found = checked(tmp_path, sheet, sheet.features, table)
    assert finding in kinds_of(found)
    told = next(one for one in found.findings if one.kind == finding[1])
    assert (told.series, len(told.places)) == (RSI, 3)
    assert (
        told.place.time == str(np.datetime64(int(table.column("ts")[500].as_py()), "ns"))[:19] + "Z"
    )


def test_a_first_value_that_comes_late_is_found(
    run: RealRun, rows: dict[str, pa.Table], tmp_path: Path
) -> None:
    sheet = run.plan.sheets[0]
    late = changed(rows["features"], ADX, lambda column: plant(column, list(range(120)), np.nan))
    never = changed(late, RSI, lambda column: plant(column, list(range(len(column))), np.nan))
    found = checked(tmp_path, sheet, sheet.features, never)
    assert ("error", "late", 1) in kinds_of(found)
    assert ("error", "missing", never.num_rows) in kinds_of(found)


def test_an_outlier_is_told_and_no_error(
    run: RealRun, rows: dict[str, pa.Table], tmp_path: Path
) -> None:
    sheet, name = run.plan.sheets[0], "vwap_z(48)@4h"
    table = changed(rows["features"], name, lambda column: plant(column, [700, 701], 90.0))
    found = checked(tmp_path, sheet, sheet.features, table)
    assert found.errors == 0
    assert ("warning", "outlier", 2) in kinds_of(found)
    other = checked(tmp_path, sheet, sheet.features, table, outlier_deviations=1e9)
    assert "outlier" not in {kind for _, kind, _ in kinds_of(other)}


def test_a_silence_is_an_error_while_the_market_went_on(
    run: RealRun, rows: dict[str, pa.Table], tmp_path: Path
) -> None:
    sheet, table = run.plan.sheets[0], rows["features"]
    kept = pa.concat_tables([table.slice(0, 3_000), table.slice(3_010)])
    unknown = checked(tmp_path / "a", sheet, sheet.features, kept)
    assert ("note", "silence", 2) in kinds_of(unknown) or ("note", "silence", 1) in kinds_of(
        unknown
    )
    bars_of(table, str(sheet.name), tmp_path / "b")
    known = checked(tmp_path / "b", sheet, sheet.features, kept)
    assert ("error", "stale", 1) in kinds_of(known)
    bars_of(kept, str(sheet.name), tmp_path / "c")
    quiet = checked(tmp_path / "c", sheet, sheet.features, kept)
    assert quiet.errors == 0
    patient = checked(tmp_path / "b", sheet, sheet.features, kept, stale_intervals=20)
    assert patient.errors == 0


def test_rows_that_end_before_the_market_are_stale(
    run: RealRun, rows: dict[str, pa.Table], tmp_path: Path
) -> None:
    sheet, table = run.plan.sheets[0], rows["features"]
    bars_of(table, str(sheet.name), tmp_path)
    found = checked(tmp_path, sheet, sheet.features, table.slice(0, 8_000))
    assert ("error", "stale", 1) in kinds_of(found)


def test_signals_out_of_their_range_are_found(
    run: RealRun, rows: dict[str, pa.Table], tmp_path: Path
) -> None:
    sheet = run.plan.sheets[0]
    assert sheet.signals is not None
    table = changed(rows["signals"], "confidence_momentum", lambda c: plant(c, [10], -0.5))
    table = changed(table, "combined", lambda c: plant(c, [11, 12], 1.5))
    found = checked(tmp_path, sheet, sheet.signals, table)
    assert kinds_of(found) == [("error", "out-of-range", 1), ("error", "out-of-range", 2)]
    assert all(one.severity is Severity.ERROR for one in found.findings)


def test_rows_in_many_tables_are_found_too(
    run: RealRun, rows: dict[str, pa.Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Law: medians come from a sample, yet every row is looked at."""
    monkeypatch.setattr("traider.features.store.checking._SAMPLE_ROWS", 100)
    sheet = run.plan.sheets[0]
    table = changed(rows["features"], RSI, lambda column: plant(column, [8_600], 101.0))
    found = checked(tmp_path, sheet, sheet.features, table)
    assert ("error", "out-of-range", 1) in kinds_of(found)


def test_where_trades_build_bars_the_first_value_may_come_at_any_time() -> None:
    features = real_run(BARS).plan.sheets[0].features
    assert {one.warm_up_rows for one in column_terms(features)} == {
        4 * first - 1 for first in (28, 49, 15, 100, 20, 95)
    }
    built = column_terms(replace(features, from_trades=True))
    assert {one.warm_up_rows for one in built} == {-1}
