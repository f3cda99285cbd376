"""Write series into the lake, one file a day.

A day is written to a temporary file and renamed, so a reader sees the old day or the new one and a
stopped import leaves whole days. Rows the lake has already are not written again; where it holds
other values for the same instant, it keeps them and the new rows are told. One import writes at a
time. Renames are not flushed to the disk one by one: after a power cut the import is run again.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from traider.domain.errors import DataError, Interrupted
from traider.domain.timeframes import DAY_NS
from traider.store.arrow_columns import Cells, column_of
from traider.store.kinds import BoolArray, Content, DataKind, IntArray
from traider.store.lake import read_part
from traider.store.lake_paths import SeriesKey, part_path
from traider.store.series import Series, row_keys

LOCK_NAME: Final = ".lock"


@dataclass(frozen=True)
class DayPlan:
    """A day of a series: what it shall hold, and which new rows are in it already or contradict."""

    day: int
    table: pa.Table | None
    """Old and new rows together, None when there is nothing new."""
    fresh: int
    known: int
    conflicts: IntArray
    """Rows of the source that the lake contradicts."""


@dataclass(frozen=True)
class SeriesPlan:
    """What writing a series would do."""

    key: SeriesKey
    folder: Path
    days: tuple[DayPlan, ...]

    @property
    def fresh(self) -> int:
        """Rows the lake does not have."""
        return sum(day.fresh for day in self.days)

    @property
    def known(self) -> int:
        """Rows the lake has already, with the same values."""
        return sum(day.known for day in self.days)

    @property
    def conflicts(self) -> IntArray:
        """Rows of the source that the lake contradicts."""
        return np.concatenate([np.zeros(0, np.int64), *(day.conflicts for day in self.days)])

    @property
    def changed(self) -> tuple[DayPlan, ...]:
        """Days that would be written."""
        return tuple(day for day in self.days if day.table is not None)


@contextmanager
def writing(lake: Path) -> Iterator[None]:
    """Hold the lake for one writer while the context is open.

    Raises:
        DataError: the folder cannot be made, or another import is writing.
    """
    try:
        lake.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lake / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as fault:
        raise DataError(
            f"cannot be written: {fault.strerror}", where=str(lake), fix="choose another --to"
        ) from fault
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataError(
                "another import is writing here", where=str(lake), fix="wait until it is done"
            ) from None
        yield
    finally:
        os.close(descriptor)


def series_table(series: Series, kind: DataKind) -> pa.Table:
    """Return a series with the columns of the lake; what it does not have is null."""
    columns: list[Cells] = []
    for field in kind.schema:
        if field.name == "ts":
            columns.append(pa.array(series.ts_ns))
        elif field.name == "id":
            empty = pa.nulls(len(series.ts_ns), pa.string())
            columns.append(empty if series.ids is None else series.ids)
        elif field.name in series.values:
            values = series.values[field.name]
            columns.append(pa.array(values, mask=np.isnan(values)).cast(field.type))
        else:
            columns.append(pa.nulls(len(series.ts_ns), field.type))
    return pa.table(columns, schema=kind.schema)


def plan_series(series: Series, key: SeriesKey, lake: Path) -> SeriesPlan:
    """Compare a series with the lake, day by day; nothing is written.

    Raises:
        DataError: a file of the lake is damaged or of other columns.
    """
    table = series_table(series, key.kind)
    folder = key.folder(lake)
    days = series.ts_ns // DAY_NS
    cuts = np.concatenate([[0], np.flatnonzero(np.diff(days)) + 1, [len(days)]]).tolist()
    plans = []
    for begin, end in pairwise(cuts):
        if begin == end:
            continue
        path = part_path(folder, int(days[begin]))
        new, rows = table.slice(begin, end - begin), series.rows[begin:end]
        if path.is_file():
            plans.append(_merged(path, int(days[begin]), new, rows, key.kind))
        else:
            none = np.zeros(0, np.int64)
            plans.append(DayPlan(int(days[begin]), new, end - begin, 0, none))
    return SeriesPlan(key, folder, tuple(plans))


def _merged(path: Path, day: int, new: pa.Table, rows: IntArray, kind: DataKind) -> DayPlan:
    """Return the plan of a day that the lake has already."""
    old = read_part(path)
    if old.schema.names != kind.schema.names or old.schema.types != kind.schema.types:
        raise DataError(
            f"has columns {', '.join(old.column_names)}", where=str(path), fix="remove it"
        )
    both = pa.concat_tables([old, new]).combine_chunks()
    ts = both.column("ts").to_numpy()
    unique = np.zeros(len(ts), np.int64)
    if kind.content is Content.TRADES:
        unique = _trade_keys(old, new, both)
    order = np.lexsort((np.arange(len(ts)) >= old.num_rows, unique, ts))
    again = np.zeros(len(ts), np.bool_)
    again[1:] = np.diff(ts[order]) == 0
    again[1:] &= unique[order][1:] == unique[order][:-1]
    same = _equal_to_previous(both, order)
    known, differs = order[again & same], order[again & ~same]
    fresh = new.num_rows - len(known) - len(differs)
    table = both.take(order[~again]) if fresh else None
    return DayPlan(day, table, fresh, len(known), np.sort(rows[differs - old.num_rows]))


def _trade_keys(old: pa.Table, new: pa.Table, both: pa.Table) -> IntArray:
    """Return keys under which a trade of the old rows and the same among the new ones are equal."""
    ts = [table.column("ts").to_numpy() for table in (old, new)]
    occurrence = np.concatenate([row_keys(part, None) for part in ts])
    ids = column_of(both, "id")
    coded = row_keys(np.arange(len(occurrence)), ids)
    unnamed = ids.is_null().to_numpy(zero_copy_only=False)
    return np.where(unnamed, occurrence - len(occurrence), coded)


def _equal_to_previous(table: pa.Table, order: IntArray) -> BoolArray:
    """Return which rows, taken in ``order``, have the values of the row before them."""
    same = np.ones(len(order), np.bool_)
    same[:1] = False
    for name in table.column_names:
        column = table.column(name)
        if name == "id":
            continue  # part of the key already
        values = column.to_numpy()[order]
        with np.errstate(invalid="ignore"):
            equal = values[1:] == values[:-1]
        if np.issubdtype(values.dtype, np.floating):
            equal |= np.isnan(values[1:]) & np.isnan(values[:-1])
        same[1:] &= equal
    return same


def write_plan(plan: SeriesPlan, done: Callable[[], None], stop: Callable[[], bool]) -> None:
    """Write the days of ``plan`` that change; ``done`` is called after each.

    Raises:
        Interrupted: ``stop`` answered yes between two days; those written stay.
        DataError: the disk refuses.
    """
    for day in plan.changed:
        if stop():
            raise Interrupted("stopped", fix="days written stay; import again to go on")
        assert day.table is not None  # noqa: S101 - ``changed`` keeps days with a table alone
        _write_part(part_path(plan.folder, day.day), day.table)
        done()


def _write_part(path: Path, table: pa.Table) -> None:
    temporary = path.with_name(f".{path.name}.writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, temporary, compression="zstd", use_dictionary=False)
        temporary.replace(path)
    except OSError as fault:
        raise DataError(
            f"cannot be written: {fault.strerror}", where=str(path), fix="make room on the disk"
        ) from fault


def planned_days(plans: Sequence[SeriesPlan]) -> int:
    """Return how many files the plans write."""
    return sum(len(plan.changed) for plan in plans)
