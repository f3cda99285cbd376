"""The lake as a market store: a folder of Parquet files, a manifest a series.

    lake = ParquetLake(Path("lake"))
    lake.write(key, rows)                       # appended to the files of their days
    for table in lake.read(key, start_ns): …
    lake.compact(key)                           # one sorted file a day

A write adds a file to each day it touches; when a day has many small ones they become one, so that
a live writer neither rewrites a day nor fills it with files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from traider.domain.errors import DataError
from traider.domain.timeframes import DAY_NS
from traider.store.as_of import last_rows
from traider.store.compacting import compacted, is_tight, opened_files, prove_same, written_day
from traider.store.kinds import DataKind, IntArray
from traider.store.lake import day_tables, extent_of, grid_of, series_batches
from traider.store.lake_commit import SeriesChange, changing
from traider.store.lake_paths import SeriesKey, series_folders
from traider.store.manifest import DataFile, Manifest, listed_manifest
from traider.store.market_store import SeriesExtent, Span, WriteReport, joined_spans
from traider.store.row_checks import checked_rows, instants_of, span_of, wanted_schema
from traider.store.row_merging import compare_rows, ordered_rows

FOLDED_FILES: Final = 16
FOLDED_ROWS: Final = 131_072
"""So many files of a day with fewer rows than this become one."""
_NONE: Final = np.zeros(0, np.int64)


class ParquetLake:
    """A ``MarketStore`` in a folder.

    Args:
        folder: the lake; it is made with the first write.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, key: SeriesKey, rows: pa.Table, covered: Span | None = None) -> WriteReport:
        """Keep rows; see the port."""
        with changing(key.folder(self.folder), key.kind) as change:
            taken = checked_rows(key.kind, rows, change.manifest.columns)
            manifest, fresh, conflicts = _appended(change, taken)
            span = span_of(key.kind, taken) if covered is None else covered
            columns = tuple(taken.column_names) if key.kind.content.is_derived else ()
            coverage = joined_spans((*manifest.coverage, span))
            change.commit(replace(manifest, coverage=coverage, columns=columns))
        known = rows.num_rows - fresh - len(conflicts)
        return WriteReport(rows.num_rows, fresh, known, conflicts)

    def read(
        self, key: SeriesKey, start_ns: int | None = None, end_ns: int | None = None
    ) -> Iterator[pa.Table]:
        """Yield rows; see the port."""
        yield from series_batches(self._held(key), start_ns, end_ns)

    def series(self) -> tuple[SeriesExtent, ...]:
        """Return the extent of every series; see the port."""
        return tuple(extent_of(key, folder) for key, folder in series_folders(self.folder))

    def coverage(self, key: SeriesKey) -> tuple[Span, ...]:
        """Return the covered spans; see the port."""
        folder = key.folder(self.folder)
        manifest = listed_manifest(folder)
        if manifest.coverage or not manifest.files:
            return manifest.coverage
        extent = extent_of(key, folder)
        return (Span(extent.first_ns, extent.last_ns + max(key.kind.length_ns, 1)),)

    def as_of(self, key: SeriesKey, ts_ns: IntArray) -> pa.Table:
        """Return the rows in force at instants; see the port."""
        folder = self._held(key)
        manifest = listed_manifest(folder)
        schema = wanted_schema(key.kind, manifest.columns)
        return last_rows(folder, manifest, schema, ts_ns)

    def compact(self, key: SeriesKey, before_ns: int | None = None) -> None:
        """Write one sorted file for each day that has several; see the port."""
        compact_series(self._held(key), key.kind, before_ns)

    def _held(self, key: SeriesKey) -> Path:
        """Return the folder of a series that is there.

        Raises:
            DataError: it is not.
        """
        folder = key.folder(self.folder)
        if not folder.is_dir():
            raise DataError(
                f"holds no {key}", where=str(self.folder), fix="traider data list tells what it has"
            )
        return folder


def compact_series(folder: Path, kind: DataKind, before_ns: int | None = None) -> None:
    """Bring each day of a series that ended by ``before_ns``, or every day, into one file.

    Raises:
        DataError: a file is missing or damaged, or the disk refuses; days that are done stay so.
    """
    for day, files in listed_manifest(folder).by_day().items():
        if is_tight(files) or (before_ns is not None and _is_open(kind, day, before_ns)):
            continue
        with changing(folder, kind) as change:
            change.tidy([day])
            change.commit(compacted(change, day))


def _is_open(kind: DataKind, day: int, before_ns: int) -> bool:
    """Whether rows of the day, or of the month that begins with it, may come from an instant on."""
    last = np.array([before_ns // DAY_NS], np.int64)
    return bool(kind.first_days(last)[0] <= day)


def _appended(change: SeriesChange, rows: pa.Table) -> tuple[Manifest, int, IntArray]:
    """Write the rows the series does not have; return its new manifest, not yet committed.

    Also how many rows are fresh, and the positions of those that the series contradicts.
    """
    held = change.manifest.by_day()
    added: list[DataFile] = []
    fresh, conflicts = 0, [_NONE]
    days = change.kind.first_days(instants_of(rows) // DAY_NS)
    cuts = np.concatenate([[0], np.flatnonzero(np.diff(days)) + 1, [len(days)]]).tolist()
    for begin, end in pairwise(cuts):
        if begin == end:
            continue
        day = int(days[begin])
        change.tidy([day])
        new, contradicted = _fresh(change, held.get(day, ()), rows.slice(begin, end - begin))
        conflicts.append(contradicted + begin)
        if new.num_rows:
            fresh += new.num_rows
            added.append(written_day(change, day, [new], grid_of(rows)))
    manifest = change.manifest.exchanged([], added)
    for file in added:
        manifest = _folded(change, manifest, (*held.get(file.day, ()), file))
    return manifest, fresh, np.concatenate(conflicts)


def _fresh(
    change: SeriesChange, files: Sequence[DataFile], rows: pa.Table
) -> tuple[pa.Table, IntArray]:
    """Return the rows of a day that the series does not have, and which it contradicts."""
    ts = instants_of(rows)
    first, end = int(ts[0]), int(ts[-1]) + 1
    met = [file for file in files if file.first_ns < end and file.last_ns >= first]
    tables = list(_held_tables(change, met, first, end))
    if not tables:
        return rows, _NONE
    content = change.kind.content
    found = compare_rows(content, ordered_rows(content, tables), rows)
    if not len(found.fresh):
        return rows.slice(0, 0), found.conflicts
    return rows.take(found.fresh), found.conflicts


def _held_tables(
    change: SeriesChange, files: Sequence[DataFile], start_ns: int, end_ns: int
) -> Iterator[pa.Table]:
    """Yield what the series holds in a span, without grids."""
    opened = opened_files(change.folder, files)
    for table in day_tables(change.kind.content, opened, start_ns, end_ns):
        if table.num_rows:
            yield table.replace_schema_metadata(None)


def _folded(change: SeriesChange, manifest: Manifest, files: Sequence[DataFile]) -> Manifest:
    """Return the manifest with the small files of a day as one, when there are many."""
    small = [file for file in files if file.rows < FOLDED_ROWS]
    if len(small) < FOLDED_FILES or len({file.grid for file in small}) > 1:
        return manifest
    opened = opened_files(change.folder, small)
    tables = day_tables(change.kind.content, opened)
    joined = written_day(change, small[0].day, tables, small[0].grid)
    prove_same(change, small, joined)
    return manifest.exchanged(small, [joined])
