"""Market data in PostgreSQL: a ``MarketStore`` whose rows are in tables partitioned by time.

A write holds its series, looks at what is there in its span, and copies what is new: all of it or
none. Where the database has TimescaleDB the tables are hypertables, with native partitions
otherwise. Reads go to the engine for research when one is given.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from sqlalchemy import Engine

from traider.domain.errors import DataError
from traider.store.kinds import Content, IntArray
from traider.store.lake_paths import SeriesKey
from traider.store.market_store import SeriesExtent, Span, WriteReport
from traider.store.postgres.appending import append_rows
from traider.store.postgres.as_of_rows import rows_in_force
from traider.store.postgres.catalog import (
    HeldSeries,
    add_series,
    cover,
    covered_spans,
    every_series,
    find_series,
    grids_by_number,
)
from traider.store.postgres.extents import extents_of
from traider.store.postgres.market_schema import MarketSchema
from traider.store.postgres.read_rows import by_grid
from traider.store.postgres.retention import drop_before, tighten
from traider.store.postgres.series_rows import has_table, named_rows, tables_between
from traider.store.row_checks import checked_rows, instants_of, span_of
from traider.store.tables.faults import database_faults, fault_of_text, place_of


class PostgresStore:
    """A ``MarketStore`` in a PostgreSQL database.

    Args:
        engine: of the database that is written.
        research: of the one that is read, a replica for example; the same one when None.
    """

    def __init__(self, engine: Engine, research: Engine | None = None) -> None:
        self._engine = engine
        self._research = research or engine
        self._schema = MarketSchema()

    def write(self, key: SeriesKey, rows: pa.Table, covered: Span | None = None) -> WriteReport:
        """Keep rows; see the port."""
        with _connected(self._engine) as connection:
            self._schema.make(connection)
            held = find_series(connection, key)
            taken = checked_rows(key.kind, rows, held.columns if held else ())
            columns = tuple(taken.column_names) if key.kind.content.is_derived else ()
            series = HeldSeries(held.id if held else 0, key, columns)
            if taken.num_rows:
                ts = instants_of(taken)
                self._schema.make_table(connection, series.layout, int(ts[0]), int(ts[-1]))
            span = span_of(key.kind, taken) if covered is None else covered
            try:
                fresh, conflicts = self._kept(connection, series, taken, span)
            except psycopg.errors.CheckViolation:
                # Another process dropped a partition that this one had seen.
                self._schema.forget()
                ts = instants_of(taken)
                self._schema.make_table(connection, series.layout, int(ts[0]), int(ts[-1]))
                fresh, conflicts = self._kept(connection, series, taken, span)
        known = rows.num_rows - fresh - len(conflicts)
        return WriteReport(rows.num_rows, fresh, known, conflicts)

    def read(
        self, key: SeriesKey, start_ns: int | None = None, end_ns: int | None = None
    ) -> Iterator[pa.Table]:
        """Yield rows; see the port."""
        with _reading(self._research) as connection:
            series = self._held(connection, key)
            grids = grids_by_number(connection)
            for table in tables_between(connection, series, start_ns, end_ns):
                if not series.layout.has_grid:
                    yield named_rows(table, series)
                    continue
                for number, part in by_grid(table):
                    yield part.replace_schema_metadata(grids[number])

    def series(self) -> tuple[SeriesExtent, ...]:
        """Return the extent of every series; see the port."""
        with _reading(self._research) as connection:
            if not _has_schema(connection):
                return ()
            timescale = self._schema.has_timescale(connection)
            return extents_of(connection, every_series(connection), timescale=timescale)

    def coverage(self, key: SeriesKey) -> tuple[Span, ...]:
        """Return the covered spans; see the port."""
        with _reading(self._research) as connection:
            if not _has_schema(connection):
                return ()
            series = find_series(connection, key)
            return covered_spans(connection, series) if series else ()

    def as_of(self, key: SeriesKey, ts_ns: IntArray) -> pa.Table:
        """Return the rows in force at instants; see the port."""
        with _reading(self._research) as connection:
            series = self._held(connection, key)
            found = rows_in_force(connection, series, ts_ns)
            if not series.layout.has_grid:
                return named_rows(found, series)
            grids = grids_by_number(connection)
            numbers = np.unique(found.column("grid").drop_null().to_numpy()).tolist()
            told = grids[numbers[0]] if len(numbers) == 1 else None
            return found.drop_columns(["grid"]).replace_schema_metadata(told)

    def compact(self, key: SeriesKey, before_ns: int | None = None) -> None:
        """Bring the partitions of a series into their tightest form; see the port.

        Partitions are shared by the series of a content, so this tidies those of all.
        """
        with _connected(self._engine) as connection:
            series = self._held(connection, key)
            timescale = self._schema.has_timescale(connection)
            tighten(connection, series.layout, before_ns, timescale=timescale)

    def drop_before(self, content: Content, before_ns: int) -> int:
        """Drop partitions of a content that ended by an instant; return how many rows went.

        What is dropped is not covered any more. Partitions that reach beyond the instant stay.
        """
        with _connected(self._engine) as connection:
            self._schema.make(connection)
            timescale = self._schema.has_timescale(connection)
            with connection.transaction():
                chosen = [
                    each for each in every_series(connection) if each.key.kind.content is content
                ]
                gone = drop_before(connection, chosen, before_ns, timescale=timescale)
        self._schema.forget()
        return gone

    def _kept(
        self, connection: psycopg.Connection[Any], series: HeldSeries, rows: pa.Table, span: Span
    ) -> tuple[int, IntArray]:
        """Keep rows in one transaction; return how many are fresh, and which are contradicted."""
        with connection.transaction():
            add_series(connection, series.key, series.columns)
            held = self._locked(connection, series.key, series.columns)
            fresh, conflicts = append_rows(connection, held, rows)
            cover(connection, held, span)
        return fresh, conflicts

    def _held(self, connection: psycopg.Connection[Any], key: SeriesKey) -> HeldSeries:
        found = find_series(connection, key) if _has_schema(connection) else None
        if found is None:
            raise DataError(f"holds no {key}", where=place_of(self._research), fix="write it first")
        return found

    def _locked(
        self, connection: psycopg.Connection[Any], key: SeriesKey, columns: tuple[str, ...]
    ) -> HeldSeries:
        series = find_series(connection, key, lock=True)
        if series is None or series.columns != columns:
            raise DataError(
                f"{key} was made with other columns just now",
                where=place_of(self._engine),
                fix="write it again",
            )
        return series


def _has_schema(connection: psycopg.Connection[Any]) -> bool:
    return has_table(connection, "series")


@contextmanager
def _reading(engine: Engine) -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection to which the database stands still."""
    with _connected(engine) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield connection


@contextmanager
def _connected(engine: Engine) -> Iterator[psycopg.Connection[Any]]:
    """Yield the driver's own connection, which can copy.

    Raises:
        DatabaseError: the database cannot be reached, or refused.
    """
    try:
        with database_faults(place_of(engine)), engine.connect() as connection:
            # The driver's own transactions are used, which nest and can copy.
            connection.execution_options(isolation_level="AUTOCOMMIT")
            raw = connection.connection.driver_connection
            assert isinstance(raw, psycopg.Connection)  # noqa: S101 - addresses name no other driver
            yield raw
    except psycopg.Error as fault:
        raise fault_of_text(str(fault), place_of(engine)) from fault
