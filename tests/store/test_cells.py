"""Cells as numbers, times and sides; what cannot be read is told, never guessed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import DataError
from traider.store.cells import as_floats, as_sides, as_times

T_MS = 1_735_689_600_000
T_NS = T_MS * 1_000_000


def floats(*cells: Any) -> list[float | None]:
    values, known = as_floats(pa.array(cells))
    assert np.isnan(values[~known]).all()
    return [float(value) if good else None for value, good in zip(values, known, strict=True)]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_a_number_written_by_python_reads_back_bit_for_bit(values: list[float]) -> None:
    wanted = np.array(values).view(np.int64).tolist()
    for cells in (pa.array(values), pa.array([repr(value) for value in values])):
        found, known = as_floats(cells)
        assert known.all()
        assert found.view(np.int64).tolist() == wanted


def test_cells_that_are_no_numbers_are_told() -> None:
    assert floats("1.5", " 2 ", "+.5", "1e3", "-0.25") == [1.5, 2.0, 0.5, 1000.0, -0.25]
    bad = ["", " ", "x", "1,5", "nan", "inf", "1.2.3", "0x10", None]
    assert floats("1", *bad) == [1.0] + [None] * len(bad)
    assert floats(1.0, float("nan"), float("inf"), None) == [1.0, None, None, None]
    assert floats(Decimal("1.50"), None) == [1.5, None]
    assert floats(1, 2**60) == [1.0, float(2**60)]
    assert floats(*[True, False]) == [None, None]
    assert floats(None, None) == [None, None]


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([T_MS]),
        pa.array([T_MS // 1000]),
        pa.array([T_MS * 1000]),
        pa.array([T_NS]),
        pa.array([float(T_MS)]),
        pa.array([T_MS / 1000]),
        pa.array([str(T_MS)]),
        pa.array([f"{T_MS // 1000}.0"]),
        pa.array([f" {T_MS} "]),
        pa.array(["2025-01-01"]),
        pa.array(["2025-01-01T01:00:00+01:00"]),
        pa.array([date(2025, 1, 1)]),
        pa.array([datetime(2025, 1, 1, tzinfo=UTC)]),
        pa.array([T_NS], pa.timestamp("ns")),
        pa.array([Decimal(T_MS)]),
        pa.array([T_MS], pa.uint64()),
    ],
)
def test_times_of_any_shape_are_the_same_instant(cells: Any) -> None:
    times = as_times(cells, "auto", "f")
    assert (times.ts_ns.tolist(), times.readable.tolist()) == ([T_NS], [True])
    assert times.changes == ()


def test_one_unreadable_cell_does_not_spoil_the_others() -> None:
    times = as_times(pa.array([str(T_MS), "soon", "", str(T_MS + 1)]), "auto", "f")
    assert times.readable.tolist() == [True, False, False, True]
    assert times.unit == "ms"
    times = as_times(pa.array(["2025-01-01", str(T_MS), "2025-01-02"]), "auto", "f")
    assert times.readable.tolist() == [True, False, True]
    assert times.unit == "iso"


def test_a_unit_that_is_said_leaves_the_others_unreadable() -> None:
    cells = pa.array([T_MS, T_MS * 1000, T_MS + 1, 5])
    times = as_times(cells, "ms", "f")
    assert times.readable.tolist() == [True, False, True, False]
    assert times.wrong_unit.tolist() == [False, True, False, False]
    for unit in ("auto", "mixed"):
        times = as_times(cells, unit, "f")
        assert times.readable.tolist() == [True, True, True, False]
        assert times.unit == "ms"
        assert [change.row for change in times.changes] == [1, 2]


def test_a_declared_unit_is_only_a_claim() -> None:
    # Microseconds parsed as milliseconds: pandas and freqtrade write the year 56971.
    cells = pa.array([T_MS, T_MS * 1000], pa.int64()).cast(pa.timestamp("ms"))
    times = as_times(cells, "auto", "f")
    assert times.wrong_unit.tolist() == [False, True]
    assert as_times(cells, "mixed", "f").ts_ns.tolist() == [T_NS, T_NS]


@pytest.mark.parametrize("cells", [pa.array([True]), pa.array([[1]]), pa.array([b"1"])])
def test_a_column_of_no_times_is_refused(cells: Any) -> None:
    with pytest.raises(DataError, match="the time column holds"):
        as_times(cells, "auto", "f")


def test_sides_are_those_of_the_taker() -> None:
    sides, known = as_sides(
        pa.array(["buy", "SELL", " b ", "s", "1", "-1", "?", None]), of_maker=False
    )
    assert sides.tolist() == [1, -1, 1, -1, 1, -1, 0, 0]
    assert known.tolist() == [True] * 6 + [False] * 2
    sides, known = as_sides(pa.array([True, False]), of_maker=True)
    assert sides.tolist() == [-1, 1]
    sides, known = as_sides(pa.array(["True", "false", "x"]), of_maker=True)
    assert sides.tolist() == [-1, 1, 0]
    assert known.tolist() == [True, True, False]
