"""Make what the store needs in the database, once: its schema, a table a content, partitions."""

from typing import Any, Final

import psycopg

from traider.store.kinds import Content
from traider.store.postgres.catalog import STATEMENTS
from traider.store.postgres.layouts import SCHEMA, Layout
from traider.store.postgres.partitions import make_partition
from traider.store.postgres.timescale import (
    aggregate_statements,
    hypertable_statements,
    timescale_version,
)

# Any number that nobody else locks.
_LOCK: Final = 0x6D61726B6574


class MarketSchema:
    """Remembers what was made already, so that a write need not ask."""

    def __init__(self) -> None:
        self._tables: set[str] = set()
        self._partitions: set[str] = set()
        self._is_there = False
        self._timescale: str | None = None

    def has_timescale(self, connection: psycopg.Connection[Any]) -> bool:
        """Whether hypertables take the place of native partitions."""
        if self._timescale is None:
            self._timescale = timescale_version(connection)
        return bool(self._timescale)

    def make(self, connection: psycopg.Connection[Any]) -> None:
        """Make the schema and the tables beside the rows."""
        if self._is_there:
            return
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            for statement in STATEMENTS:
                connection.execute(statement)
        self._is_there = True

    def make_table(
        self, connection: psycopg.Connection[Any], layout: Layout, first_ns: int, last_ns: int
    ) -> None:
        """Make the table of a content, and the partitions for instants between two."""
        timescale = self.has_timescale(connection)
        if layout.table not in self._tables:
            _make_table(connection, layout, timescale=timescale)
            self._tables.add(layout.table)
        if timescale:
            return
        span = layout.range_of(first_ns)
        while True:
            name = f"{layout.table} {span.name}"
            if name not in self._partitions:
                make_partition(connection, layout, span)
                self._partitions.add(name)
            if last_ns < span.end_ns:
                return
            span = layout.range_of(span.end_ns)

    def forget(self) -> None:
        """Ask the database again what is there: partitions were dropped."""
        self._partitions.clear()


def _make_table(connection: psycopg.Connection[Any], layout: Layout, *, timescale: bool) -> None:
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        row = connection.execute(
            "SELECT to_regclass(%s) IS NOT NULL", (f'"{SCHEMA}"."{layout.table}"',)
        ).fetchone()
        if row and row[0]:
            return
        statements = [layout.create() + ("" if timescale else " PARTITION BY RANGE (ts)")]
        if timescale:
            statements += hypertable_statements(layout)
            if layout.table == Content.TRADES.value:
                statements += aggregate_statements()
        for statement in statements:
            connection.execute(statement)
