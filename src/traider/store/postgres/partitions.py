"""Native partitions by time: made when rows for them come, dropped when they are too old.

A partition is made beside the table and then attached, which waits for no reader and no writer. Two
that want the same one make it once.
"""

from typing import Any, Final

import numpy as np
import psycopg
from psycopg import sql

from traider.store.postgres.layouts import SCHEMA, Layout, TimeRange

# Numbers of the advisory locks, any that nobody else takes.
_LOCKS: Final = 0x6D61726B


def partition_name(layout: Layout, span: TimeRange) -> str:
    """Return the name of a partition within the schema."""
    return f"{layout.table}_{span.name}"


def make_partition(connection: psycopg.Connection[Any], layout: Layout, span: TimeRange) -> None:
    """Make a partition in a transaction of its own, unless it is there."""
    name = partition_name(layout, span)
    if _is_there(connection, name):
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCKS, name))
        if _is_there(connection, name):
            return
        names = {
            "partition": sql.Identifier(SCHEMA, name),
            "table": sql.Identifier(SCHEMA, layout.table),
            "start": sql.Literal(span.start_ns),
            "end": sql.Literal(span.end_ns),
        }
        connection.execute(
            sql.SQL("CREATE TABLE {partition} (LIKE {table} INCLUDING ALL)").format(**names)
        )
        connection.execute(
            sql.SQL(
                "ALTER TABLE {table} ATTACH PARTITION {partition} FOR VALUES FROM ({start})"
                " TO ({end})"
            ).format(**names)
        )


def partitions_of(connection: psycopg.Connection[Any], table: str) -> list[str]:
    """Return the partitions of a table, oldest first."""
    rows = connection.execute(
        "SELECT relname FROM pg_partition_tree(to_regclass(%s))"
        " JOIN pg_class ON pg_class.oid = relid WHERE isleaf AND level > 0 ORDER BY relname",
        (f'"{SCHEMA}"."{table}"',),
    ).fetchall()
    return [name for (name,) in rows]


def partition_end(layout: Layout, name: str) -> int:
    """Return the end of the range of time that a partition is named after."""
    digits = name.rpartition("_")[2]
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:] or '01'}"
    return layout.range_of(int(np.datetime64(day, "ns").astype(np.int64))).end_ns


def drop_partition(connection: psycopg.Connection[Any], table: str, name: str) -> None:
    """Drop a partition with its rows; who reads them waits or is waited for."""
    connection.execute(
        sql.SQL("ALTER TABLE {} DETACH PARTITION {}").format(
            sql.Identifier(SCHEMA, table), sql.Identifier(SCHEMA, name)
        )
    )
    connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(SCHEMA, name)))


def _is_there(connection: psycopg.Connection[Any], name: str) -> bool:
    """Whether a partition is there and attached."""
    row = connection.execute(
        "SELECT relispartition FROM pg_class WHERE oid = to_regclass(%s)",
        (f'"{SCHEMA}"."{name}"',),
    ).fetchone()
    return row is not None and bool(row[0])
