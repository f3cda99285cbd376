"""What the store knows of its series without reading a row: extents, coverage, grids, columns."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import psycopg

from traider.domain.instruments import InstrumentName
from traider.domain.timeframes import DAY_NS
from traider.store.kinds import DataKind, IntArray
from traider.store.lake_paths import SeriesKey
from traider.store.market_store import Span, joined_spans
from traider.store.postgres.layouts import SCHEMA, Layout, layout_of

Grid = Mapping[bytes, bytes]

STATEMENTS: Final = (
    f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}",
    (
        f"CREATE TABLE IF NOT EXISTS {SCHEMA}.series (id integer GENERATED ALWAYS AS IDENTITY"
        " PRIMARY KEY, venue text NOT NULL, instrument text NOT NULL, kind text NOT NULL,"
        " columns text[] NOT NULL, UNIQUE (venue, instrument, kind))"
    ),
    (
        f"CREATE TABLE IF NOT EXISTS {SCHEMA}.days (series_id integer NOT NULL REFERENCES"
        f" {SCHEMA}.series, day integer NOT NULL, rows bigint NOT NULL, first_ns bigint NOT NULL,"
        " last_ns bigint NOT NULL, PRIMARY KEY (series_id, day))"
    ),
    (
        f"CREATE TABLE IF NOT EXISTS {SCHEMA}.coverage (series_id integer NOT NULL REFERENCES"
        f" {SCHEMA}.series, start_ns bigint NOT NULL, end_ns bigint NOT NULL,"
        " PRIMARY KEY (series_id, start_ns), CHECK (start_ns < end_ns))"
    ),
    (
        f"CREATE TABLE IF NOT EXISTS {SCHEMA}.grids (id integer GENERATED ALWAYS AS IDENTITY"
        " PRIMARY KEY, told text NOT NULL UNIQUE)"
    ),
)
"""The tables beside the rows themselves."""


@dataclass(frozen=True)
class HeldSeries:
    """A series of the store."""

    id: int
    key: SeriesKey
    columns: tuple[str, ...]
    """Of a derived series, ts first; empty otherwise."""

    @property
    def layout(self) -> Layout:
        """The table its rows are in."""
        return layout_of(self.key.kind, self.columns)


def find_series(
    connection: psycopg.Connection[Any], key: SeriesKey, *, lock: bool = False
) -> HeldSeries | None:
    """Return a series, None when there is none; with ``lock`` nobody else writes it meanwhile."""
    row = connection.execute(
        f"SELECT id, columns FROM {SCHEMA}.series WHERE venue = %s AND instrument = %s"
        f" AND kind = %s{' FOR UPDATE' if lock else ''}",
        (key.name.venue, key.name.pair, str(key.kind)),
    ).fetchone()
    return None if row is None else HeldSeries(row[0], key, tuple(row[1]))


def add_series(
    connection: psycopg.Connection[Any], key: SeriesKey, columns: tuple[str, ...]
) -> None:
    """Make a series known, unless it is."""
    connection.execute(
        f"INSERT INTO {SCHEMA}.series (venue, instrument, kind, columns) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (key.name.venue, key.name.pair, str(key.kind), list(columns)),
    )


def every_series(connection: psycopg.Connection[Any]) -> list[HeldSeries]:
    """Return every series, by name."""
    rows = connection.execute(
        f"SELECT id, venue, instrument, kind, columns FROM {SCHEMA}.series"
        ' ORDER BY venue COLLATE "C", instrument COLLATE "C", kind COLLATE "C"'
    ).fetchall()
    return [
        HeldSeries(
            number,
            SeriesKey(InstrumentName.parse(f"{venue}:{instrument}"), DataKind.parse(kind)),
            tuple(columns),
        )
        for number, venue, instrument, kind, columns in rows
    ]


def count_days(connection: psycopg.Connection[Any], series: HeldSeries, ts: IntArray) -> None:
    """Count rows that were added, by their day; ``ts`` is in order."""
    days, first, counts = np.unique(day_of_each(ts), return_index=True, return_counts=True)
    last = first + counts - 1
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {SCHEMA}.days AS held VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (series_id, day) DO UPDATE SET rows = held.rows + excluded.rows,"
            " first_ns = least(held.first_ns, excluded.first_ns),"
            " last_ns = greatest(held.last_ns, excluded.last_ns)",
            [
                (series.id, int(day), int(count), int(ts[begin]), int(ts[end]))
                for day, begin, end, count in zip(days, first, last, counts, strict=True)
            ],
        )


def day_of_each(ts: IntArray) -> IntArray:
    """Return the day since 1970 of each instant."""
    days: IntArray = ts // DAY_NS
    return days


def cover(connection: psycopg.Connection[Any], series: HeldSeries, span: Span) -> None:
    """Add a span to what writes covered; those that touch become one."""
    if span.end_ns <= span.start_ns:
        return
    met = connection.execute(
        f"DELETE FROM {SCHEMA}.coverage WHERE series_id = %s AND start_ns <= %s AND end_ns >= %s"
        " RETURNING start_ns, end_ns",
        (series.id, span.end_ns, span.start_ns),
    ).fetchall()
    for whole in joined_spans([span, *(Span(*row) for row in met)]):
        connection.execute(
            f"INSERT INTO {SCHEMA}.coverage VALUES (%s, %s, %s)",
            (series.id, whole.start_ns, whole.end_ns),
        )


def covered_spans(connection: psycopg.Connection[Any], series: HeldSeries) -> tuple[Span, ...]:
    """Return what writes covered, in order."""
    rows = connection.execute(
        f"SELECT start_ns, end_ns FROM {SCHEMA}.coverage WHERE series_id = %s ORDER BY start_ns",
        (series.id,),
    ).fetchall()
    return tuple(Span(*row) for row in rows)


def grid_number(connection: psycopg.Connection[Any], grid: Grid | None) -> int:
    """Return the number that rows of a grid carry, 0 for none."""
    if not grid:
        return 0
    told = json.dumps({name.decode(): text.decode() for name, text in grid.items()}, sort_keys=True)
    connection.execute(
        f"INSERT INTO {SCHEMA}.grids (told) VALUES (%s) ON CONFLICT DO NOTHING",
        (told,),
    )
    row = connection.execute(
        f"SELECT id FROM {SCHEMA}.grids WHERE told = %s",
        (told,),
    ).fetchone()
    assert row is not None  # noqa: S101 - it was inserted, or was there
    return int(row[0])


def grids_by_number(connection: psycopg.Connection[Any]) -> dict[int, dict[str, str] | None]:
    """Return the grids that rows carry the numbers of."""
    rows = connection.execute(f"SELECT id, told FROM {SCHEMA}.grids").fetchall()
    return {0: None, **{number: json.loads(told) for number, told in rows}}
