"""The row in force at an instant: the last at or before it, however long ago."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from traider.store.kinds import IntArray
from traider.store.lake import content_of, rows_of_day
from traider.store.manifest import Manifest


def last_rows(folder: Path, manifest: Manifest, schema: pa.Schema, ts_ns: IntArray) -> pa.Table:
    """Return the last row of a series at or before each instant, null where there is none.

    Only days that hold such a row are read. The grid is in the metadata when all rows have one.

    Raises:
        DataError: a file is missing or damaged.
    """
    order = np.argsort(ts_ns, kind="stable")
    wanted = ts_ns[order]
    pieces = list(_pieces(folder, manifest, schema, wanted))
    # The first piece is what there was before any row, which has no grid.
    told = {tuple(sorted((piece.schema.metadata or {}).items())) for piece in pieces[1:]}
    joined = pa.concat_tables([piece.replace_schema_metadata(None) for piece in pieces])
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    found = joined.take(places)
    return found.replace_schema_metadata((dict(told.pop()) or None) if len(told) == 1 else None)


def _pieces(
    folder: Path, manifest: Manifest, schema: pa.Schema, wanted: IntArray
) -> Iterator[pa.Table]:
    """Yield the rows for ``wanted``, which is in order, piece by piece."""
    days = list(manifest.by_day().values())
    firsts = np.array([min(file.first_ns for file in files) for files in days], np.int64)
    content = content_of(folder)
    place = np.searchsorted(firsts, wanted, "right") - 1
    early = int((place < 0).sum())
    yield schema.empty_table() if not early else _nulls(schema, early)
    for k in np.unique(place[place >= 0]).tolist():
        mine = wanted[place == k]
        # Before the first row of the next day, or month, which later instants are behind.
        rows = rows_of_day(folder, content, days[k], (None, int(mine[-1]) + 1))
        yield from _of_day(rows, mine)


def _of_day(tables: Iterator[pa.Table], wanted: IntArray) -> Iterator[pa.Table]:
    """Yield the rows of a day for instants at or after its first row."""
    last: pa.Table | None = None
    done = 0
    for table in tables:
        ts = table.column("ts").to_numpy()
        before = int(np.searchsorted(wanted, ts[0], "left"))
        if last is not None and before > done:
            yield _repeated(last, before - done)
        done = max(done, before)
        # Instants behind the last row wait: the next table may have a later row for them.
        until = int(np.searchsorted(wanted, ts[-1], "left"))
        if until > done:
            rows = np.searchsorted(ts, wanted[done:until], "right") - 1
            yield table.take(rows)
            done = until
        last = table.slice(table.num_rows - 1)
    if last is not None and done < len(wanted):
        yield _repeated(last, len(wanted) - done)


def _repeated(row: pa.Table, times: int) -> pa.Table:
    return row.take(np.zeros(times, np.int64))


def _nulls(schema: pa.Schema, rows: int) -> pa.Table:
    return pa.table([pa.nulls(rows, field.type) for field in schema], schema=schema)
