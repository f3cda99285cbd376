"""TimescaleDB: hypertables, compression, retention and continuous aggregates. Not run here.

The statements follow the documented interface of TimescaleDB 2.13 and later; the extension is not
part of the servers that the tests start, so there only their syntax is checked and their text
compared. Where a server has the extension, ``timescale_version`` finds it and the store uses them
instead of native partitions.
"""

from typing import Any, Final

import psycopg

from traider.domain.timeframes import DAY_NS, SECOND_NS
from traider.store.kinds import Content
from traider.store.postgres.layouts import SCHEMA, Layout

COMPRESS_AFTER_DAYS: Final = 7
MONTH_DAYS: Final = 30
MINUTE_NS: Final = 60 * SECOND_NS
_REFRESHED_DAYS: Final = 3


def timescale_version(connection: psycopg.Connection[Any]) -> str:
    """Return the version of TimescaleDB in this database, empty where it is not made there."""
    row = connection.execute(
        "SELECT installed_version FROM pg_available_extensions WHERE name = 'timescaledb'"
    ).fetchone()
    return str(row[0] or "") if row else ""


def chunk_ns(layout: Layout) -> int:
    """Return the length of a chunk; chunks of whole numbers begin at multiples of it."""
    return (MONTH_DAYS if layout.by_month else 1) * DAY_NS


def hypertable_statements(layout: Layout) -> tuple[str, ...]:
    """Return what makes a table a compressed hypertable; the time is int64 nanoseconds."""
    name = f"{SCHEMA}.{layout.table}"
    order = ", ".join(("ts", *layout.order))
    return (
        (
            f"SELECT create_hypertable('{name}', by_range('ts', {chunk_ns(layout)}),"
            " if_not_exists => TRUE)"
        ),
        # Policies of integer time ask this function for the present.
        (
            f"CREATE OR REPLACE FUNCTION {SCHEMA}.now_ns() RETURNS bigint LANGUAGE sql STABLE AS"
            " $$ SELECT (extract(epoch FROM now()) * 1000000000)::bigint $$"
        ),
        f"SELECT set_integer_now_func('{name}', '{SCHEMA}.now_ns', replace_if_exists => TRUE)",
        (
            f"ALTER TABLE {layout.qualified} SET (timescaledb.compress,"
            f" timescaledb.compress_segmentby = 'series_id',"
            f" timescaledb.compress_orderby = '{order}')"
        ),
        (
            f"SELECT add_compression_policy('{name}',"
            f" compress_after => {COMPRESS_AFTER_DAYS * DAY_NS}::bigint, if_not_exists => TRUE)"
        ),
    )


def aggregate_statements() -> tuple[str, ...]:
    """Return what keeps bars of a minute of every trade up to date by itself."""
    view = f"{SCHEMA}.trade_bars_1m"
    return (
        (
            f"CREATE MATERIALIZED VIEW IF NOT EXISTS {view} WITH (timescaledb.continuous) AS"
            f" SELECT series_id, time_bucket({MINUTE_NS}::bigint, ts) AS bar_ts,"
            " first(price, ts) AS open, max(price) AS high, min(price) AS low,"
            " last(price, ts) AS close, sum(size) AS volume, count(*) AS trades"
            f" FROM {SCHEMA}.{Content.TRADES.value} GROUP BY series_id, bar_ts WITH NO DATA"
        ),
        (
            f"SELECT add_continuous_aggregate_policy('{view}',"
            f" start_offset => {_REFRESHED_DAYS * DAY_NS}::bigint,"
            f" end_offset => {MINUTE_NS}::bigint,"
            " schedule_interval => INTERVAL '1 minute', if_not_exists => TRUE)"
        ),
    )


def drop_statement(layout: Layout, before_ns: int) -> str:
    """Return what drops the chunks that lie before an instant.

    A policy of the extension would drop them by itself, and leave the store believing that it has
    them; so retention is asked for (``traider db retain``), and the store forgets them with it.
    """
    return f"SELECT drop_chunks('{SCHEMA}.{layout.table}', older_than => {before_ns}::bigint)"


def size_statement(layout: Layout) -> str:
    """Return what tells the bytes of a hypertable on the disk, with its indexes."""
    return f"SELECT hypertable_size('{SCHEMA}.{layout.table}')"


def compress_statement(layout: Layout, before_ns: int) -> str:
    """Return what compresses every chunk that lies before an instant, now."""
    return (
        f"SELECT compress_chunk(chunk, if_not_compressed => TRUE)"
        f" FROM show_chunks('{SCHEMA}.{layout.table}', older_than => {before_ns}::bigint) AS chunk"
    )
