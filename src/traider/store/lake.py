"""Read the lake: which series it has, and the rows of one in order of time.

Days are read one after another, and large days in parts, so memory does not grow with the history.
Files are read as the manifest lists them, each compared with it first. A day is opened as a whole:
when another process brings it into another form meanwhile, a reader sees the old or the new one.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from traider.domain.errors import DataError, UsageError
from traider.store.kinds import Content
from traider.store.lake_files import OpenFile, missing_file, open_file, unreadable
from traider.store.lake_paths import SeriesKey, day_of, series_folders
from traider.store.manifest import DataFile, Grid, Manifest, listed_manifest
from traider.store.market_store import SeriesExtent
from traider.store.row_merging import ordered_rows

BATCH_ROWS: Final = 32_768
_ATTEMPTS: Final = 5


def list_series(lake: Path) -> list[SeriesExtent]:
    """Return the extent of every series of a lake, by name.

    Raises:
        UsageError: there is no such folder.
        DataError: a manifest is damaged.
    """
    if not lake.is_dir():
        raise UsageError(
            "there is no lake here", where=str(lake), fix="make one: traider data import FILE"
        )
    return [extent_of(key, folder) for key, folder in series_folders(lake)]


def extent_of(key: SeriesKey, folder: Path) -> SeriesExtent:
    """Return the extent of a series; files without a manifest are asked for theirs.

    Raises:
        DataError: the manifest, or a file without one, is damaged.
    """
    manifest = listed_manifest(folder)
    files = [file if file.checksum else measured_file(folder, file) for file in manifest.files]
    return SeriesExtent(
        key=key,
        rows=sum(file.rows for file in files),
        bytes=sum(file.bytes for file in files),
        days=len(_days(manifest)),
        first_ns=min((file.first_ns for file in files), default=0),
        last_ns=max((file.last_ns for file in files), default=0),
    )


def _days(manifest: Manifest) -> set[int]:
    """Return the days that the files reach over: those of a month may be quiet in between."""
    return {
        day
        for file in manifest.files
        for day in range(day_of(file.first_ns), day_of(file.last_ns) + 1)
    }


def measured_file(folder: Path, entry: DataFile) -> DataFile:
    """Return the entry of a file without a manifest with what the file itself says.

    Raises:
        DataError: it is missing or damaged.
    """
    path = folder / entry.name
    try:
        size = path.stat().st_size
        with pq.ParquetFile(path) as file:
            ts = file.read(["ts"]).column("ts")
    except FileNotFoundError:
        raise missing_file(path) from None
    except (pa.ArrowException, OSError) as fault:
        raise unreadable(path, fault) from fault
    first, last = (ts[0].as_py(), ts[-1].as_py()) if len(ts) else (entry.first_ns, entry.first_ns)
    return DataFile(entry.name, len(ts), size, "", first, last, 0)


def series_batches(
    folder: Path,
    start_ns: int | None = None,
    end_ns: int | None = None,
    batch_rows: int = BATCH_ROWS,
) -> Iterator[pa.Table]:
    """Yield the rows of a series with ``start_ns <= ts < end_ns``, in order of time.

    Args:
        folder: the folder of the series, ``LAKE/venue=…/instrument=…/kind=…``.
        start_ns: None begins with the first row.
        end_ns: None goes on to the last row.
        batch_rows: days are joined until a batch has so many rows. A batch has one grid.

    Raises:
        DataError: a file is missing or damaged.
    """
    pending: list[pa.Table] = []
    rows = 0
    for table in series_tables(folder, start_ns, end_ns):
        if pending and table.schema.metadata != pending[0].schema.metadata:
            yield pa.concat_tables(pending).combine_chunks()
            pending, rows = [], 0
        pending.append(table)
        rows += table.num_rows
        if rows >= batch_rows:
            yield pa.concat_tables(pending).combine_chunks()
            pending, rows = [], 0
    if pending:
        yield pa.concat_tables(pending).combine_chunks()


def series_tables(folder: Path, start_ns: int | None, end_ns: int | None) -> Iterator[pa.Table]:
    """Yield the rows of a series as they come: a day, or a part of it."""
    content = content_of(folder)
    for files in listed_manifest(folder).by_day().values():
        before = start_ns is not None and max(file.last_ns for file in files) < start_ns
        after = end_ns is not None and min(file.first_ns for file in files) >= end_ns
        if not (before or after):
            yield from rows_of_day(folder, content, files, (start_ns, end_ns))


def rows_of_day(
    folder: Path,
    content: Content,
    files: Sequence[DataFile],
    span: tuple[int | None, int | None],
) -> Iterator[pa.Table]:
    """Yield the rows of one day's files, those that lie in ``span``.

    Raises:
        DataError: a file is missing or damaged.
    """
    for table in day_tables(content, _opened(folder, files, span), *span):
        if table.num_rows:
            yield table


def _opened(
    folder: Path, files: Sequence[DataFile], span: tuple[int | None, int | None]
) -> list[OpenFile]:
    """Open the files of a day that reach into ``span``.

    A file that is gone was replaced by others when a newer manifest says so.
    """
    start_ns, end_ns = span
    day = files[0].day
    for _ in range(_ATTEMPTS):
        wanted = [
            file
            for file in files
            if (start_ns is None or file.last_ns >= start_ns)
            and (end_ns is None or file.first_ns < end_ns)
        ]
        try:
            return [open_file(folder, file) for file in wanted]
        except FileNotFoundError as gone:
            newer = listed_manifest(folder).of_day(day)
            if newer == tuple(files):
                raise missing_file(Path(gone.filename)) from None
            files = newer
    raise DataError("changes faster than it can be read", where=str(folder), fix="read it again")


def day_tables(
    content: Content,
    files: Sequence[OpenFile],
    start_ns: int | None = None,
    end_ns: int | None = None,
) -> Iterator[pa.Table]:
    """Yield the rows of a day's files in order, each table with the grid it counts on.

    Files that follow one another are read one by one; those that reach into each other are sorted
    together, which needs them in memory.
    """
    for cluster in clusters(files):
        if len(cluster) == 1:
            tables = cluster[0].tables(start_ns, end_ns)
        else:
            tables = iter(_merged(content, cluster, start_ns, end_ns))
        for table in tables:
            yield gridded(_inside(table, start_ns, end_ns), cluster[0].entry.grid)


def clusters(files: Sequence[OpenFile]) -> list[list[OpenFile]]:
    """Return the files in order of time, those that reach into each other together.

    Files of different grids are never together, even where their times meet.
    """
    found: list[list[OpenFile]] = []
    last_ns = -1
    for file in sorted(files, key=lambda file: (file.entry.first_ns, file.entry.last_ns)):
        same_grid = bool(found) and found[-1][0].entry.grid == file.entry.grid
        if same_grid and file.entry.first_ns <= last_ns:
            found[-1].append(file)
        else:
            found.append([file])
        last_ns = max(last_ns, file.entry.last_ns) if same_grid else file.entry.last_ns
    written = {file.entry.name: place for place, file in enumerate(files)}
    return [sorted(cluster, key=lambda file: written[file.entry.name]) for cluster in found]


def _merged(
    content: Content, cluster: Sequence[OpenFile], start_ns: int | None, end_ns: int | None
) -> list[pa.Table]:
    tables = [table for file in cluster for table in file.tables(start_ns, end_ns)]
    return [ordered_rows(content, tables)] if tables else []


def gridded(table: pa.Table, grid: Grid) -> pa.Table:
    """Return a table whose metadata says its grid, and nothing else."""
    if not grid.tick_size:
        return table.replace_schema_metadata(None)
    return table.replace_schema_metadata({"tick_size": grid.tick_size, "lot_size": grid.lot_size})


def grid_of(table: pa.Table) -> Grid:
    """Return the grid that the metadata of a table says."""
    told = table.schema.metadata or {}
    return Grid(told.get(b"tick_size", b"").decode(), told.get(b"lot_size", b"").decode())


def content_of(folder: Path) -> Content:
    """Return the content that the folder of a series names; bars where it names none."""
    key = SeriesKey.of_path(folder)
    return key.kind.content if key is not None else Content.BARS


def _inside(table: pa.Table, start_ns: int | None, end_ns: int | None) -> pa.Table:
    """Return the rows of a table that lie in the range."""
    if start_ns is None and end_ns is None:
        return table
    ts = table.column("ts").to_numpy()
    begin = 0 if start_ns is None else int(ts.searchsorted(start_ns, "left"))
    end = len(ts) if end_ns is None else int(ts.searchsorted(end_ns, "left"))
    return table.slice(begin, max(end - begin, 0))


def read_series(folder: Path) -> pa.Table:
    """Return all rows of a series in order of time.

    Raises:
        DataError: there is none, or a file is damaged.
    """
    batches = list(series_batches(folder))
    if not batches:
        raise DataError("holds no rows", where=str(folder), fix="import data into it")
    return pa.concat_tables(batches).combine_chunks()
