"""Write imported series into the lake, one file a day.

Old and new rows of a day become one file, and days are committed to the manifest some at a time, so
a reader sees the old day or the new one and a stopped import leaves whole days. Rows the lake has
already are not written again; where it holds other values for the same instant, it keeps them and
the new rows are told. One import writes at a time.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from traider.domain.errors import DataError, Interrupted
from traider.domain.timeframes import DAY_NS
from traider.store.arrow_columns import Cells
from traider.store.compacting import opened_files, written_day
from traider.store.kinds import DataKind, IntArray
from traider.store.lake import day_tables
from traider.store.lake_commit import SeriesChange, adopted_file, changing
from traider.store.lake_paths import SeriesKey, day_folder
from traider.store.manifest import NO_GRID, DataFile, Manifest, listed_manifest
from traider.store.market_store import Span, joined_spans
from traider.store.row_merging import compare_rows, ordered_rows
from traider.store.series import Series

LOCK_NAME: Final = ".lock"
COMMITTED_DAYS: Final = 256
"""Days that are written before the manifest is: what is lost at most when the power goes."""


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
    beside: frozenset[str] = frozenset()
    """Files of the day that were compared."""


@dataclass(frozen=True)
class SeriesPlan:
    """What writing a series would do."""

    key: SeriesKey
    folder: Path
    days: tuple[DayPlan, ...]
    covered: Span
    """From the first row of the source to the end of its last."""

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
    held = listed_manifest(folder).by_day()
    days = series.ts_ns // DAY_NS
    cuts = np.concatenate([[0], np.flatnonzero(np.diff(days)) + 1, [len(days)]]).tolist()
    plans = []
    for begin, end in pairwise(cuts):
        if begin == end:
            continue
        day = int(days[begin])
        new, rows = table.slice(begin, end - begin), series.rows[begin:end]
        files = held.get(day)
        if files:
            plans.append(_merged((folder, key.kind), files, new, rows))
        else:
            none = np.zeros(0, np.int64)
            plans.append(DayPlan(day, new, end - begin, 0, none))
    ts = series.ts_ns
    length = max(key.kind.length_ns, 1)
    covered = Span(int(ts[0]), int(ts[-1]) + length) if len(ts) else Span(0, 0)
    return SeriesPlan(key, folder, tuple(plans), covered)


def _merged(
    place: tuple[Path, DataKind], files: Sequence[DataFile], new: pa.Table, rows: IntArray
) -> DayPlan:
    """Return the plan of a day that the lake has already."""
    folder, kind = place
    for file in files:
        if not file.checksum:
            adopted_file(folder, file, kind)
    parts = [t.replace_schema_metadata(None) for t in _tables(folder, kind, files) if t.num_rows]
    old = ordered_rows(kind.content, parts or [new.slice(0, 0)])
    found = compare_rows(kind.content, old, new)
    fresh = len(found.fresh)
    joined = None
    if fresh:
        joined = ordered_rows(kind.content, [old, new.take(found.fresh)])
    conflicts = np.sort(rows[found.conflicts])
    beside = frozenset(file.name for file in files)
    return DayPlan(files[0].day, joined, fresh, len(found.known), conflicts, beside)


def _tables(folder: Path, kind: DataKind, files: Sequence[DataFile]) -> Iterator[pa.Table]:
    return day_tables(kind.content, opened_files(folder, files))


def write_plan(plan: SeriesPlan, done: Callable[[], None], stop: Callable[[], bool]) -> None:
    """Write the days of ``plan`` that change; ``done`` is called after each.

    Raises:
        Interrupted: ``stop`` answered yes between two days; those written stay.
        DataError: the disk refuses.
    """
    if not plan.days:
        return
    with changing(plan.folder, plan.key.kind) as change:
        held, pending = change.manifest.by_day(), list[DataFile]()
        for day in plan.changed:
            if stop():
                change.commit(_exchanged(change.manifest, pending))
                raise Interrupted("stopped", fix="days written stay; import again to go on")
            pending.append(_written(change, held.get(day.day, ()), day))
            done()
            if len(pending) == COMMITTED_DAYS:
                change.commit(_exchanged(change.manifest, pending))
                pending = []
        manifest = _exchanged(change.manifest, pending)
        coverage = joined_spans((*manifest.coverage, plan.covered))
        change.commit(replace(manifest, coverage=coverage))


def _exchanged(manifest: Manifest, new: Sequence[DataFile]) -> Manifest:
    """Return the manifest with ``new`` files, each in the place of all others of its day."""
    days = {file.day for file in new}
    return manifest.exchanged([file for file in manifest.files if file.day in days], new)


def _written(change: SeriesChange, old: Sequence[DataFile], day: DayPlan) -> DataFile:
    """Write a day that stands in the place of its ``old`` files; nothing lists it yet."""
    if {file.name for file in old} != day.beside:
        raise DataError(
            "another process wrote this day meanwhile",
            where=str(day_folder(change.folder, day.day)),
            fix="import again",
        )
    assert day.table is not None  # noqa: S101 - days without a table are not written
    change.tidy([day.day])
    return written_day(change, day.day, [day.table], NO_GRID)


def planned_days(plans: Sequence[SeriesPlan]) -> int:
    """Return how many files the plans write."""
    return sum(len(plan.changed) for plan in plans)
