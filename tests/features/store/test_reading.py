"""Laws of reading: by time, and as of an instant, never ahead of it.

1. The row as of an instant is the last one decided at or before it, whatever comes later.
2. A row too old for ``max_age_ns`` is no row.
3. Reading a range gives the rows of the whole inside it.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.features.recorded_runs import BARS, BOOK, RealRun, real_run
from tests.features.store.stores import reader, record_whole, rows_of
from traider.domain.errors import DataError, UsageError
from traider.features.definition import feature_hash
from traider.features.store import Sheet


@pytest.fixture(scope="module")
def run() -> RealRun:
    return real_run(BARS, overrides=("data.start=2021-01-25", "data.end=2021-02-20"))


@pytest.fixture(scope="module")
def folder(run: RealRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("store")
    record_whole(run, made)
    return made


def sheet_of(run: RealRun) -> Sheet:
    return run.plan.sheets[1]


@given(st.lists(st.integers(-50, 700), min_size=1, max_size=20), st.integers(0, 3_599))
@settings(max_examples=30)
def test_as_of_an_instant_is_the_last_row_decided_by_then(
    run: RealRun, folder: Path, hours: list[int], seconds: int
) -> None:
    sheet = sheet_of(run)
    rows = pa.concat_tables(reader(folder).read(sheet.name, sheet.features))
    ts = rows.column("ts").to_numpy()
    asked = ts[0] + (np.array(hours, np.int64) * 3_600 + seconds) * 10**9
    found = reader(folder).as_of(sheet.name, sheet.features, asked)
    assert found.column("asked").to_numpy().tolist() == asked.tolist()
    for place, instant in enumerate(asked.tolist()):
        past = np.flatnonzero(ts <= instant)
        row = {name: found.column(name)[place].as_py() for name in rows.column_names}
        if not len(past):
            assert set(row.values()) == {None}
        else:
            assert row == rows.slice(int(past[-1]), 1).to_pylist()[0]
            assert row["ts"] <= instant


def test_an_instant_before_the_decision_does_not_see_it(run: RealRun, folder: Path) -> None:
    sheet = sheet_of(run)
    rows = pa.concat_tables(reader(folder).read(sheet.name, sheet.features))
    ts = rows.column("ts").to_numpy()[100:103]
    before = reader(folder).as_of(sheet.name, sheet.features, ts - 1)
    assert (before.column("ts").to_numpy() < ts).all()
    at = reader(folder).as_of(sheet.name, sheet.features, ts)
    assert at.column("ts").to_numpy().tolist() == ts.tolist()


def test_a_row_too_old_is_no_row(run: RealRun, folder: Path) -> None:
    sheet = sheet_of(run)
    ts = next(reader(folder).read(sheet.name, sheet.features)).column("ts").to_numpy()
    asked = ts[-1:] + np.array([0, 59, 60, 61], np.int64) * 10**9
    found = reader(folder).as_of(sheet.name, sheet.features, asked, max_age_ns=60 * 10**9)
    for name in ("ts", *sheet.features.columns):
        assert found.column(name).is_null().to_pylist() == [False, False, False, True]


def test_a_range_takes_its_start_and_leaves_its_end(run: RealRun, folder: Path) -> None:
    sheet = sheet_of(run)
    assert sheet.signals is not None
    whole = pa.concat_tables(reader(folder).read(sheet.name, sheet.signals))
    ts = whole.column("ts").to_numpy()
    part = pa.concat_tables(
        reader(folder).read(sheet.name, sheet.signals, int(ts[50]), int(ts[400]))
    )
    assert part.equals(whole.slice(50, 350))


def test_several_instruments_are_read_at_the_same_instants(run: RealRun, folder: Path) -> None:
    sheets = run.plan.sheets
    tables = rows_of(run, folder)
    names, definitions = [s.name for s in sheets], [s.features for s in sheets]
    ts = next(iter(tables.values())).column("ts").to_numpy()[200:300]
    found = reader(folder).matrix(names, definitions, ts + 5)
    assert found.shape == (100, 2, len(sheets[0].features.columns))
    for k, sheet in enumerate(sheets):
        table = tables[f"{sheet.name} features-{feature_hash(sheet.features)[:12]}"].slice(200, 100)
        for place, column in enumerate(sheet.features.columns):
            wanted = table.column(column).to_numpy(zero_copy_only=False)
            np.testing.assert_array_equal(found[:, k, place], wanted)
    assert np.isnan(reader(folder).matrix(names, definitions, ts[:1] - 10**18)).all()
    other = real_run(BOOK).plan.sheets[0].features
    with pytest.raises(DataError, match="other columns"):
        reader(folder).matrix(names, [definitions[0], other], ts)


def test_a_definition_is_found_by_the_beginning_of_its_hash(run: RealRun, folder: Path) -> None:
    features = sheet_of(run).features
    assert reader(folder).definition(feature_hash(features)[:6]) == features
    for start in ("", "zz"):
        with pytest.raises(UsageError, match="definitions begin with"):
            reader(folder).definition(start)
