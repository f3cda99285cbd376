"""Old rows: tightened where they lie, and dropped by whole partitions."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from traider.domain.timeframes import DAY_NS
from traider.store.postgres.catalog import HeldSeries
from traider.store.postgres.layouts import SCHEMA, Layout
from traider.store.postgres.partitions import (
    drop_partition,
    partition_end,
    partitions_of,
)
from traider.store.postgres.timescale import chunk_ns, compress_statement, drop_statement

_FOREVER_NS = 2**63 - 1


def drop_before(
    connection: psycopg.Connection[Any],
    series: Sequence[HeldSeries],
    before_ns: int,
    *,
    timescale: bool,
) -> int:
    """Drop partitions that ended by an instant; return how many rows were in them."""
    gone = 0
    for table in {each.layout.table: each.layout for each in series}.values():
        members = [each.id for each in series if each.layout.table == table.table]
        dropped_ns = _drop(connection, table, before_ns, timescale=timescale)
        if dropped_ns is None:
            continue
        rows = connection.execute(
            f"DELETE FROM {SCHEMA}.days WHERE series_id = ANY(%s) AND day < %s RETURNING rows",
            (members, dropped_ns // DAY_NS),
        ).fetchall()
        gone += sum(count for (count,) in rows)
        connection.execute(
            f"DELETE FROM {SCHEMA}.coverage WHERE series_id = ANY(%s) AND end_ns <= %s",
            (members, dropped_ns),
        )
        connection.execute(
            f"UPDATE {SCHEMA}.coverage SET start_ns = %s WHERE series_id = ANY(%s)"
            " AND start_ns < %s",
            (dropped_ns, members, dropped_ns),
        )
    return gone


def tighten(
    connection: psycopg.Connection[Any],
    layout: Layout,
    before_ns: int | None,
    *,
    timescale: bool,
) -> None:
    """Tidy the partitions that ended by an instant, or every one; who reads need not wait."""
    limit_ns = _FOREVER_NS if before_ns is None else before_ns
    if timescale:
        with connection.transaction():
            connection.execute(compress_statement(layout, limit_ns))
        return
    for name in partitions_of(connection, layout.table):
        if before_ns is None or partition_end(layout, name) <= limit_ns:
            connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(SCHEMA, name)))


def _drop(
    connection: psycopg.Connection[Any], layout: Layout, before_ns: int, *, timescale: bool
) -> int | None:
    """Drop what ended by an instant; return the end of what is gone, None when nothing is."""
    if timescale:
        connection.execute(drop_statement(layout, before_ns))
        return before_ns // chunk_ns(layout) * chunk_ns(layout)
    ended = [
        (end_ns, name)
        for name in partitions_of(connection, layout.table)
        if (end_ns := partition_end(layout, name)) <= before_ns
    ]
    for _, name in ended:
        drop_partition(connection, layout.table, name)
    return max(ended)[0] if ended else None
