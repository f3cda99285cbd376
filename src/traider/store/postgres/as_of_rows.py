"""The row in force at each of many instants: one search in the index for each of them."""

from typing import Any, Final

import numpy as np
import psycopg
import pyarrow as pa
from psycopg import sql

from traider.store.kinds import IntArray
from traider.store.postgres.catalog import HeldSeries
from traider.store.postgres.layouts import SCHEMA
from traider.store.postgres.read_rows import copied_tables
from traider.store.postgres.series_rows import has_table

ASKED_AT_ONCE: Final = 16_384


def rows_in_force(
    connection: psycopg.Connection[Any], series: HeldSeries, ts_ns: IntArray
) -> pa.Table:
    """Return the last row at or before each instant, null throughout where there is none.

    The rows carry the number of their grid in front, where the content has grids.
    """
    layout = series.layout
    chosen = layout.read
    schema = pa.schema(dict(chosen))
    if not len(ts_ns) or not has_table(connection, layout.table):
        nothing = np.full(len(ts_ns), None)
        return pa.table([pa.array(nothing, kind) for _, kind in chosen], schema=schema)
    columns = sql.SQL(", ").join(sql.Identifier("held", name) for name, _ in chosen)
    newest = sql.SQL(", ").join(
        sql.SQL("{} DESC").format(sql.Identifier(name)) for name in ("ts", *layout.order)
    )
    # Each instant once, in order: neighbors find their rows in the same pages.
    asked, places = np.unique(ts_ns, return_inverse=True)
    found: list[pa.Table] = []
    for begin in range(0, len(asked), ASKED_AT_ONCE):
        query = sql.SQL(
            "SELECT {columns} FROM unnest({asked}::bigint[]) WITH ORDINALITY AS wanted (at, place)"
            " LEFT JOIN LATERAL (SELECT * FROM {table} WHERE series_id = {series}"
            " AND ts <= wanted.at ORDER BY {newest} LIMIT 1) AS held ON true ORDER BY wanted.place"
        ).format(
            columns=columns,
            asked=sql.Literal(asked[begin : begin + ASKED_AT_ONCE].tolist()),
            table=sql.Identifier(SCHEMA, layout.table),
            series=sql.Literal(series.id),
            newest=newest,
        )
        found += copied_tables(connection, query, schema)
    return pa.concat_tables(found).take(places.ravel().astype(np.int64)).combine_chunks()
