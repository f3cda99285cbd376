"""How much of each series there is, without reading a row."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import psycopg

from traider.store.market_store import SeriesExtent
from traider.store.postgres.catalog import HeldSeries
from traider.store.postgres.layouts import SCHEMA, Layout
from traider.store.postgres.timescale import size_statement


def extents_of(
    connection: psycopg.Connection[Any], series: Sequence[HeldSeries], *, timescale: bool
) -> tuple[SeriesExtent, ...]:
    """Return the extent of each series.

    Series of a content share its table: of its bytes each has the part that its rows are.
    """
    rows = connection.execute(
        f"SELECT series_id, sum(rows)::bigint, count(*), min(first_ns), max(last_ns)"
        f" FROM {SCHEMA}.days GROUP BY series_id"
    ).fetchall()
    known = {number: tuple(rest) for number, *rest in rows}
    in_table: Counter[str] = Counter()
    for each in series:
        in_table[each.layout.table] += known.get(each.id, (0,))[0]
    sizes = {
        each.layout.table: _bytes(connection, each.layout, timescale=timescale) for each in series
    }
    return tuple(_extent(each, known.get(each.id), sizes, in_table) for each in series)


def _extent(
    series: HeldSeries,
    known: tuple[int, ...] | None,
    sizes: dict[str, int],
    in_table: Counter[str],
) -> SeriesExtent:
    if known is None:
        return SeriesExtent(series.key, 0, 0, 0, 0, 0)
    rows, days, first_ns, last_ns = known
    table = series.layout.table
    return SeriesExtent(
        series.key, rows, sizes[table] * rows // in_table[table], days, first_ns, last_ns
    )


def _bytes(connection: psycopg.Connection[Any], layout: Layout, *, timescale: bool) -> int:
    """Return what a table with its partitions and indexes takes on the disk."""
    if timescale:
        size = connection.execute(size_statement(layout)).fetchone()
        return int(size[0] or 0) if size else 0
    row = connection.execute(
        "SELECT coalesce(sum(pg_total_relation_size(relid)), 0)::bigint"
        " FROM pg_partition_tree(to_regclass(%s)) WHERE isleaf",
        (layout.qualified,),
    ).fetchone()
    return int(row[0]) if row else 0
