"""Market data into PostgreSQL and back, beside INSERT and a bare COPY in the same run.

The server is a throwaway one with its disk writes on: fsync, full pages and synchronous commits.
The write path is the store's own: rows checked, compared with what is held, copied in binary under
the lock of the series, counted and covered, in one transaction a batch. The bare COPY puts the same
bytes into a table of the same columns without a key.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import psycopg
import pyarrow as pa
from sqlalchemy import Engine

from benchmarks.tables import print_table
from tests.servers.postgres import NoServerError, PostgresServer, running_postgres
from traider.domain.instruments import InstrumentName
from traider.domain.timeframes import SECOND_NS
from traider.store.kinds import Content, DataKind
from traider.store.lake_paths import SeriesKey
from traider.store.postgres import PostgresStore
from traider.store.postgres.copy_rows import HEADER, TRAILER, copy_bytes
from traider.store.postgres.layouts import Layout, layout_of
from traider.store.tables import open_engine

ROUNDS: Final = 3
BATCH_ROWS: Final = 100_000
INSERTED_ROWS: Final = 20_000
"""Rows of the baseline, which would take minutes with all."""
START_NS: Final = 1_704_067_200 * SECOND_NS
NAME: Final = InstrumentName.parse("COINBASE:BTC-USD")
ROWS: Final = {
    DataKind(Content.BARS, "1m"): 500_000,
    DataKind(Content.TRADES): 500_000,
    DataKind(Content.DEPTH): 1_000_000,
}
SETTINGS: Final = ("shared_buffers=256MB", "wal_compression=on")


def measure(rounds: int = ROUNDS) -> None:
    """Print the table; every figure is the median of ``rounds``, the ways taken in turn."""
    try:
        with running_postgres(*SETTINGS, careless=False) as server:
            version = server.run("SHOW server_version").split()[0]
            found = [_measure_kind(server, kind, count, rounds) for kind, count in ROWS.items()]
    except NoServerError as error:
        print(f"\nPostgreSQL is left out: {error}")
        return
    print_table(
        f"PostgreSQL {version} (rows a second; fsync on, batches of {BATCH_ROWS:,}, one writer)",
        ("rows", "write path", "the same again", "bare COPY", "executemany", "read", "× INSERT"),
        found,
    )


def _measure_kind(
    server: PostgresServer, kind: DataKind, count: int, rounds: int
) -> tuple[str, ...]:
    rows = sample_rows(kind, count)
    taken: dict[str, list[float]] = {
        name: [] for name in ("write", "again", "copy", "insert", "read")
    }
    for _ in range(rounds):
        with _database(server) as engine:
            for name, rate in _round(engine, kind, rows).items():
                taken[name].append(rate)
    median = {name: statistics.median(rates) for name, rates in taken.items()}
    return (
        f"{count:,} {kind}",
        *(f"{median[name]:,.0f}" for name in ("write", "again", "copy", "insert", "read")),
        f"{median['write'] / median['insert']:.1f}",
    )


def _round(engine: Engine, kind: DataKind, rows: pa.Table) -> dict[str, float]:
    """Return the rows a second of each way, in an empty database."""
    store, count = PostgresStore(engine), rows.num_rows
    return {
        "insert": _rate(INSERTED_ROWS, lambda: _insert(engine, kind, rows)),
        "copy": _rate(count, lambda: _copy(engine, kind, rows)),
        "write": _rate(count, lambda: _write(store, kind, rows)),
        "again": _rate(count, lambda: _write(store, kind, rows)),
        "read": _rate(count, lambda: _read(store, kind)),
    }


def sample_rows(kind: DataKind, count: int) -> pa.Table:
    """Return rows as a busy day gives them: prices that wander, sizes of every magnitude."""
    random = np.random.default_rng(7)
    step_ns = 60 * SECOND_NS if kind.content.is_bars else SECOND_NS // 100
    ts = START_NS + np.arange(count, dtype=np.int64) * step_ns
    walk = 4_200_000 + np.cumsum(random.integers(-3, 4, count))
    columns: dict[str, Any] = {field.name: np.zeros(count, np.int64) for field in kind.schema}
    columns["ts"] = ts
    if kind.content is Content.DEPTH:
        columns |= {
            "seq": np.arange(count),
            "ts_event": ts - 20_000_000,
            "event": np.full(count, 21),
        }
        columns |= {
            "price": walk,
            "size": random.integers(0, 10**9, count),
            "version": np.ones(count),
        }
        columns |= {"side": random.choice([-1, 1], count), "id": np.arange(count)}
    else:
        price = walk / 100
        columns |= dict.fromkeys(("open", "high", "low", "close", "price"), price)
        columns |= dict.fromkeys(("volume", "size"), np.round(random.lognormal(-3, 2, count), 8))
        columns["side"] = random.choice([-1, 1], count)
    if kind.content is Content.TRADES:
        columns["id"] = [str(600_000_000 + number) for number in range(count)]
    arrays = [pa.array(columns[field.name]).cast(field.type) for field in kind.schema]
    return pa.table(arrays, schema=kind.schema)


def _rate(rows: int, run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return rows / (time.perf_counter() - start)


@contextmanager
def _database(server: PostgresServer) -> Iterator[Engine]:
    name = server.create()
    engine = open_engine(server.url(name))
    try:
        yield engine
    finally:
        engine.dispose()
        server.drop(name)


def _write(store: PostgresStore, kind: DataKind, rows: pa.Table) -> None:
    key = SeriesKey(NAME, kind)
    for begin in range(0, rows.num_rows, BATCH_ROWS):
        part = rows.slice(begin, BATCH_ROWS)
        store.write(key, part)


def _read(store: PostgresStore, kind: DataKind) -> None:
    for _ in store.read(SeriesKey(NAME, kind)):
        pass


def _copy(engine: Engine, kind: DataKind, rows: pa.Table) -> None:
    """Copy the bytes that the write path copies, into a table without a key."""
    layout = layout_of(kind)
    with _plain_table(engine, layout, "bare") as (connection, names):
        with connection.cursor().copy(
            f"COPY bare ({names}) FROM STDIN (FORMAT binary)".encode()
        ) as copy:
            copy.write(HEADER)
            for begin in range(0, rows.num_rows, 65_536):
                columns = [column.slice(begin, 65_536) for column in rows.columns]
                copy.write(copy_bytes(columns))
            copy.write(TRAILER)
        connection.commit()


def _insert(engine: Engine, kind: DataKind, rows: pa.Table) -> None:
    """Insert rows as applications do, the driver sending them in one go."""
    layout = layout_of(kind)
    cells = list(
        zip(*(column.to_pylist() for column in rows.slice(0, INSERTED_ROWS).columns), strict=True)
    )
    with _plain_table(engine, layout, "inserted") as (connection, names):
        places = ", ".join(["%s"] * len(layout.columns))
        connection.cursor().executemany(
            f"INSERT INTO inserted ({names}) VALUES ({places})".encode(),  # noqa: S608 - our names
            cells,
        )
        connection.commit()


@contextmanager
def _plain_table(
    engine: Engine, layout: Layout, name: str
) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        head, _, _ = layout.create().partition(", PRIMARY KEY")
        columns = head.partition("(")[2]
        raw.execute(f"CREATE TABLE {name} ({columns})".encode())
        for extra in {column for column, _ in layout.kept} - {each for each, _ in layout.columns}:
            raw.execute(f'ALTER TABLE {name} DROP COLUMN "{extra}"'.encode())
        yield raw, ", ".join(f'"{column}"' for column, _ in layout.columns)


if __name__ == "__main__":
    measure()
