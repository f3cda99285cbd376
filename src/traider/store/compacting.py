"""Bring a day into one sorted file a grid, and prove it is the same day before it is one.

The bytes depend on the rows alone: however they were split into writes, and in whatever order these
came, a compacted day is the same file.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from traider.domain.errors import DataError
from traider.store.column_layout import LAYOUT
from traider.store.kinds import Content
from traider.store.lake import day_tables
from traider.store.lake_commit import SeriesChange
from traider.store.lake_files import OpenFile, missing_file, open_file, row_groups, write_file
from traider.store.manifest import DataFile, Grid, Manifest
from traider.store.row_checks import wanted_schema
from traider.store.row_merging import ordered_rows


def written_day(change: SeriesChange, day: int, tables: Iterable[pa.Table], grid: Grid) -> DataFile:
    """Write rows of a day of the series as a file that nothing lists yet.

    Raises:
        DataError: the disk refuses.
    """
    parts = iter(tables)
    first = next(parts)
    schema = wanted_schema(change.kind, first.column_names, change.manifest.columns)
    change.establish()
    return write_file(change.folder, day, _chained(first, parts), schema, grid)


def _chained(first: pa.Table, rest: Iterator[pa.Table]) -> Iterator[pa.Table]:
    yield first.replace_schema_metadata(None)
    for table in rest:
        yield table.replace_schema_metadata(None)


def is_tight(files: Sequence[DataFile]) -> bool:
    """Whether the files of a day are as compaction would leave them."""
    grids = [file.grid for file in files]
    return len(grids) == len(set(grids)) and all(file.layout == LAYOUT for file in files)


def compacted(change: SeriesChange, day: int) -> Manifest:
    """Return the manifest with one file for each grid of a day, compared, not committed.

    Raises:
        DataError: a file of the day is missing or damaged, or the disk refuses.
    """
    manifest = change.manifest
    files = manifest.of_day(day)
    for grid in dict.fromkeys(file.grid for file in files):
        mine = [file for file in files if file.grid == grid]
        if len(mine) == 1 and mine[0].layout == LAYOUT:
            continue
        joined = written_day(change, day, _rows_of(change, mine), grid)
        prove_same(change, mine, joined)
        manifest = manifest.exchanged(mine, [joined])
    return manifest


def _rows_of(change: SeriesChange, files: Sequence[DataFile]) -> Iterator[pa.Table]:
    """Yield the rows of files of one day and grid, in order."""
    opened = opened_files(change.folder, files)
    content = change.kind.content
    if any(file.layout == 0 for file in files):
        yield _sorted_whole(content, opened)
    else:
        yield from day_tables(content, opened)


def _sorted_whole(content: Content, opened: Sequence[OpenFile]) -> pa.Table:
    """Return all rows at once: nobody vouches for the order of files from before manifests."""
    tables = [table for file in opened for table in file.tables()]
    return ordered_rows(content, [table.replace_schema_metadata(None) for table in tables])


def opened_files(folder: Path, files: Sequence[DataFile]) -> list[OpenFile]:
    """Open files of a series whose lock is held, so that none of them can be replaced.

    Raises:
        DataError: one is missing or damaged.
    """
    opened = []
    for file in files:
        try:
            opened.append(open_file(folder, file))
        except FileNotFoundError:
            raise missing_file(folder / file.name) from None
    return opened


def prove_same(change: SeriesChange, old: Sequence[DataFile], new: DataFile) -> None:
    """Read both forms of some rows of a day and refuse the new one unless it says the same.

    Raises:
        DataError: it does not.
    """
    rows = 0
    before = row_groups(table.replace_schema_metadata(None) for table in _rows_of(change, old))
    after = opened_files(change.folder, [new])[0].tables()
    for one, other in zip(before, after, strict=True):
        rows += one.num_rows
        if not one.equals(other.replace_schema_metadata(None)):
            rows = -1
            break
    if rows != sum(file.rows for file in old):
        raise DataError(
            "does not say what the files it was made of say; they stay",
            where=str(change.folder / new.name),
            fix="check the disk and the memory of this machine",
        )
