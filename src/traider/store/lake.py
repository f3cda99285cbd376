"""Read the lake: which series it has, and the rows of one in order of time.

Days are read one after another, so memory does not grow with the history. Files are read by their
own path, never through a scan of the whole lake.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from traider.domain.errors import DataError, UsageError
from traider.domain.timeframes import DAY_NS
from traider.store.lake_paths import (
    SeriesKey,
    day_of,
    day_text,
    days_of,
    part_path,
    series_folders,
)

BATCH_ROWS: Final = 32_768


@dataclass(frozen=True)
class SeriesExtent:
    """How much of a series there is, without reading a row."""

    key: SeriesKey
    folder: Path
    days: int
    first_day: str
    last_day: str
    bytes: int


def list_series(lake: Path) -> list[SeriesExtent]:
    """Return the extent of every series of a lake, by name.

    Raises:
        UsageError: there is no such folder.
    """
    if not lake.is_dir():
        raise UsageError(
            "there is no lake here", where=str(lake), fix="make one: traider data import FILE"
        )
    return [_extent(key, folder) for key, folder in series_folders(lake)]


def _extent(key: SeriesKey, folder: Path) -> SeriesExtent:
    days = days_of(folder)
    size = sum(part.stat().st_size for day in days if (part := part_path(folder, day)).is_file())
    first, last = (day_text(days[0]), day_text(days[-1])) if days else ("", "")
    return SeriesExtent(key, folder, len(days), first, last, size)


def read_part(path: Path) -> pa.Table:
    """Return the rows of one day's file.

    Raises:
        DataError: it is missing or damaged.
    """
    try:
        with pq.ParquetFile(path) as file:
            return file.read()
    except FileNotFoundError:
        raise DataError(
            "there is no such file", where=str(path), fix="import the day again"
        ) from None
    except (pa.ArrowException, OSError) as fault:
        raise DataError(
            f"cannot be read as Parquet: {fault}",
            where=str(path),
            fix="remove it and import the day again",
        ) from fault


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
        batch_rows: days are joined until a batch has so many rows; a day is never split.

    Raises:
        DataError: a file is damaged.
    """
    pending: list[pa.Table] = []
    rows = 0
    for day in days_of(folder):
        before = start_ns is not None and (day + 1) * DAY_NS <= start_ns
        after = end_ns is not None and day * DAY_NS >= end_ns
        if before or after:
            continue
        part = _inside(read_part(part_path(folder, day)), day, start_ns, end_ns)
        if part.num_rows:
            pending.append(part)
            rows += part.num_rows
        if rows >= batch_rows:
            yield pa.concat_tables(pending).combine_chunks()
            pending, rows = [], 0
    if pending:
        yield pa.concat_tables(pending).combine_chunks()


def _inside(part: pa.Table, day: int, start_ns: int | None, end_ns: int | None) -> pa.Table:
    """Return the rows of a day that lie in the range."""
    first_whole = start_ns is None or day_of(start_ns) < day
    last_whole = end_ns is None or day_of(end_ns) > day
    if first_whole and last_whole:
        return part
    ts = part.column("ts").to_numpy()
    begin = 0 if start_ns is None else int(ts.searchsorted(start_ns, "left"))
    end = len(ts) if end_ns is None else int(ts.searchsorted(end_ns, "left"))
    return part.slice(begin, max(end - begin, 0))


def read_series(folder: Path) -> pa.Table:
    """Return all rows of a series in order of time.

    Raises:
        DataError: there is none, or a file is damaged.
    """
    batches = list(series_batches(folder))
    if not batches:
        raise DataError("holds no rows", where=str(folder), fix="import data into it")
    return pa.concat_tables(batches).combine_chunks()
