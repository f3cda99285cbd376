"""Add rows to a series that its writer holds: what is new is copied, the rest is told."""

from itertools import pairwise
from typing import Any, Final

import numpy as np
import psycopg
import pyarrow as pa
from psycopg import sql

from traider.store.arrow_columns import Cells
from traider.store.kinds import IntArray
from traider.store.postgres.catalog import HeldSeries, count_days, day_of_each, grid_number
from traider.store.postgres.copy_rows import HEADER, TRAILER, copy_bytes
from traider.store.postgres.layouts import SCHEMA
from traider.store.postgres.series_rows import has_rows, named_rows, tables_between
from traider.store.row_checks import instants_of
from traider.store.row_merging import compare_rows

COPIED_ROWS: Final = 65_536
"""Rows that are turned into bytes at once."""
_NONE: Final = np.zeros(0, np.int64)


def append_rows(
    connection: psycopg.Connection[Any], series: HeldSeries, rows: pa.Table
) -> tuple[int, IntArray]:
    """Copy the rows that the series does not have; return how many, and which it contradicts."""
    if not rows.num_rows:
        return 0, _NONE
    chosen, conflicts = _fresh(connection, series, rows)
    if not len(chosen):
        return 0, conflicts
    fresh = rows if len(chosen) == rows.num_rows else rows.take(chosen)
    front: list[Cells] = [_repeated(series.id, fresh.num_rows)]
    if series.layout.has_grid:
        number = grid_number(connection, rows.schema.metadata)
        front.append(_repeated(number, fresh.num_rows))
    if series.layout.order == ("place",):
        front.append(_places(connection, series, instants_of(fresh)))
    _copy(connection, series, [*front, *fresh.columns])
    count_days(connection, series, instants_of(fresh))
    return fresh.num_rows, conflicts


def _fresh(
    connection: psycopg.Connection[Any], series: HeldSeries, rows: pa.Table
) -> tuple[IntArray, IntArray]:
    """Return which rows the series does not have, and which it contradicts, day by day."""
    ts = instants_of(rows)
    if not has_rows(connection, series, int(ts[0]), int(ts[-1]) + 1):
        return np.arange(rows.num_rows), _NONE
    days = day_of_each(ts)
    cuts = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), len(days)]
    fresh, conflicts = [_NONE], [_NONE]
    for begin, end in pairwise(cuts):
        part = rows.slice(begin, end - begin).replace_schema_metadata(None)
        held = list(tables_between(connection, series, int(ts[begin]), int(ts[end - 1]) + 1))
        if not held:
            fresh.append(np.arange(begin, end))
            continue
        old = named_rows(pa.concat_tables(held), series)
        if series.layout.has_grid:
            old = old.drop_columns(["grid"])
        found = compare_rows(series.key.kind.content, old, part)
        fresh.append(found.fresh + begin)
        conflicts.append(found.conflicts + begin)
    return np.concatenate(fresh), np.concatenate(conflicts)


def _places(connection: psycopg.Connection[Any], series: HeldSeries, ts: IntArray) -> Cells:
    """Return where each row comes among those of its instant, after those that are there."""
    first = np.ones(len(ts), np.bool_)
    first[1:] = ts[1:] != ts[:-1]
    numbers = np.arange(len(ts))
    places = numbers - np.maximum.accumulate(np.where(first, numbers, 0))
    if has_rows(connection, series, int(ts[0]), int(ts[-1]) + 1):
        held = dict(
            connection.execute(
                f"SELECT ts, max(place) + 1 FROM {series.layout.qualified} WHERE series_id = %s"
                " AND ts BETWEEN %s AND %s GROUP BY ts",
                (series.id, int(ts[0]), int(ts[-1])),
            ).fetchall()
        )
        places += np.array([held.get(each, 0) for each in ts.tolist()], np.int64)
    return pa.chunked_array([pa.array(places, pa.int32())])


def _copy(connection: psycopg.Connection[Any], series: HeldSeries, columns: list[Cells]) -> None:
    layout = series.layout
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(SCHEMA, layout.table),
        sql.SQL(", ").join(sql.Identifier(name) for name, _ in layout.kept),
    )
    rows = len(columns[0])
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(HEADER)
        for begin in range(0, rows, COPIED_ROWS):
            copy.write(copy_bytes([column.slice(begin, COPIED_ROWS) for column in columns]))
        copy.write(TRAILER)


def _repeated(number: int, rows: int) -> Cells:
    return pa.chunked_array([pa.array(np.full(rows, number, np.int32))])
