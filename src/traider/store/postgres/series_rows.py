"""The rows of one series, as its table has them."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import sql

from traider.domain.timeframes import DAY_NS
from traider.store.postgres.catalog import HeldSeries
from traider.store.postgres.layouts import SCHEMA
from traider.store.postgres.read_rows import copied_tables


def tables_between(
    connection: psycopg.Connection[Any],
    series: HeldSeries,
    start_ns: int | None,
    end_ns: int | None,
) -> Iterator[pa.Table]:
    """Yield the rows of a span as the table has them, in order, with the number of their grid."""
    layout = series.layout
    if not has_table(connection, layout.table):
        return
    query = sql.SQL(
        "SELECT {} FROM {} WHERE series_id = {} AND ts >= {} AND ts < {} ORDER BY {}"
    ).format(
        sql.SQL(", ").join(sql.Identifier(name) for name, _ in layout.read),
        sql.Identifier(SCHEMA, layout.table),
        sql.Literal(series.id),
        sql.Literal(-(2**63) if start_ns is None else start_ns),
        sql.Literal(2**63 - 1 if end_ns is None else end_ns),
        sql.SQL(", ").join(sql.Identifier(name) for name in ("ts", *layout.order)),
    )
    yield from copied_tables(connection, query, pa.schema(dict(layout.read)))


def has_rows(
    connection: psycopg.Connection[Any], series: HeldSeries, start_ns: int, end_ns: int
) -> bool:
    """Whether days that the series has rows of meet a span."""
    row = connection.execute(
        f"SELECT EXISTS (SELECT FROM {SCHEMA}.days WHERE series_id = %s AND day BETWEEN %s AND %s"
        " AND first_ns < %s AND last_ns >= %s)",
        (series.id, start_ns // DAY_NS, end_ns // DAY_NS, end_ns, start_ns),
    ).fetchone()
    return bool(row and row[0])


def named_rows(table: pa.Table, series: HeldSeries) -> pa.Table:
    """Return the rows of a derived series under the names of its columns."""
    return table.rename_columns(list(series.columns)) if series.columns else table


def has_table(connection: psycopg.Connection[Any], name: str) -> bool:
    """Whether the schema of market data has a table."""
    row = connection.execute(
        "SELECT to_regclass(%s) IS NOT NULL", (f'"{SCHEMA}"."{name}"',)
    ).fetchone()
    return bool(row and row[0])
