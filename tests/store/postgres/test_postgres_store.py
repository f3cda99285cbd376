"""What PostgreSQL's store has beside the contract: partitions, retention, research, faults."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import Engine, text

from tests.servers.postgres import PASSWORD, PostgresServer, running_postgres
from tests.store.contract.rows import BTC, DAY, ETH, MINUTE_NS, key_of, minutes, rows_at, same
from traider.domain.errors import DatabaseError, DataError
from traider.domain.timeframes import DAY_NS
from traider.store.kinds import Content, DataKind
from traider.store.market_store import Span
from traider.store.postgres import PostgresStore
from traider.store.tables import open_engine
from traider.store.tables.databases import Databases

BARS = DataKind(Content.BARS, "1m")
DEPTH = DataKind(Content.DEPTH)
HOURS = np.arange(0, 72 * 60, 60, dtype=np.int64)


def partitions(engine: Engine, table: str) -> list[str]:
    """Return the names of a table's partitions."""
    query = (
        "SELECT relname FROM pg_partition_tree(to_regclass(:table)) JOIN pg_class ON"
        " pg_class.oid = relid WHERE isleaf ORDER BY relname"
    )
    with engine.connect() as connection:
        return list(connection.scalars(text(query), {"table": f"market.{table}"}))


def read(store: PostgresStore, kind: DataKind) -> pa.Table:
    return pa.concat_tables(list(store.read(key_of(kind))))


def test_partitions_are_made_for_the_rows_that_come(store: PostgresStore, engine: Engine) -> None:
    store.write(key_of(DEPTH), rows_at(DEPTH, DAY + HOURS * MINUTE_NS))
    store.write(key_of(BARS), rows_at(BARS, np.array([DAY - 1, DAY + 40 * DAY_NS])))
    assert partitions(engine, "depth") == ["depth_20240101", "depth_20240102", "depth_20240103"]
    assert partitions(engine, "bars") == ["bars_202312", "bars_202401", "bars_202402"]
    # Another process knows nothing of them, and makes none twice.
    other = PostgresStore(engine)
    assert other.write(key_of(DEPTH), rows_at(DEPTH, DAY + HOURS * MINUTE_NS)).known == len(HOURS)


def test_two_that_want_the_same_partitions_make_them_once(
    postgres_url: str, engine: Engine
) -> None:
    def write(part: int) -> int:
        own = open_engine(postgres_url)
        ts = DAY + HOURS * MINUTE_NS + part
        fresh = PostgresStore(own).write(key_of(DEPTH), rows_at(DEPTH, ts)).fresh
        own.dispose()
        return fresh

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(write, range(4))) == [len(HOURS)] * 4
    assert len(partitions(engine, "depth")) == 3
    (extent,) = PostgresStore(engine).series()
    assert (extent.rows, extent.days) == (4 * len(HOURS), 3)


def test_old_partitions_are_dropped_and_cover_nothing_more(
    store: PostgresStore, engine: Engine
) -> None:
    rows = rows_at(DEPTH, DAY + HOURS * MINUTE_NS)
    store.write(key_of(DEPTH), rows, Span(DAY - DAY_NS, DAY + 4 * DAY_NS))
    store.write(key_of(DEPTH, ETH), rows.slice(0, 24))
    store.write(key_of(BARS), rows_at(BARS, minutes(0, 5)))
    assert store.drop_before(Content.DEPTH, DAY + DAY_NS - 1) == 0
    assert store.drop_before(Content.DEPTH, DAY + DAY_NS + 1) == 48
    assert partitions(engine, "depth") == ["depth_20240102", "depth_20240103"]
    assert same(read(store, DEPTH), rows.slice(24))
    assert store.coverage(key_of(DEPTH)) == (Span(DAY + DAY_NS, DAY + 4 * DAY_NS),)
    assert store.coverage(key_of(DEPTH, ETH)) == ()
    assert [(extent.key.name, extent.rows) for extent in store.series()] == [
        (BTC, 5),
        (BTC, 48),
        (ETH, 0),
    ]
    # What was dropped may come again.
    assert store.write(key_of(DEPTH), rows).fresh == 24
    assert same(read(store, DEPTH), rows)


def test_half_a_write_is_no_write(
    store: PostgresStore, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(key_of(DEPTH), rows_at(DEPTH, minutes(0, 5)))
    before = store.series(), store.coverage(key_of(DEPTH))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        # The rows are copied by then, and not yet counted.
        patch.setattr("traider.store.postgres.appending.count_days", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.write(key_of(DEPTH), rows_at(DEPTH, minutes(5, 5), 1))
    assert store.coverage(key_of(DEPTH)) == before[1]
    assert [extent.rows for extent in store.series()] == [5]
    assert PostgresStore(engine).write(key_of(DEPTH), rows_at(DEPTH, minutes(5, 5), 1)).fresh == 5


def test_a_reader_that_leaves_early_leaves_a_sound_connection(store: PostgresStore) -> None:
    count = 150_000
    ts = DAY + np.arange(count, dtype=np.int64)
    store.write(key_of(DEPTH), rows_at(DEPTH, ts))
    reading = store.read(key_of(DEPTH))
    assert next(reading).num_rows < count
    reading.close()  # type: ignore[attr-defined] # it is a generator
    assert read(store, DEPTH).num_rows == count


def test_a_reader_sees_what_was_there_when_it_began(store: PostgresStore) -> None:
    ts = DAY + np.arange(100_000, dtype=np.int64)
    store.write(key_of(DEPTH), rows_at(DEPTH, ts))
    reading = store.read(key_of(DEPTH))
    seen = next(reading).num_rows
    store.write(key_of(DEPTH), rows_at(DEPTH, ts + DAY_NS, 7))
    assert seen + sum(table.num_rows for table in reading) == 100_000


@pytest.fixture
def replica(postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    """A standby that streams from this worker's server."""
    with running_postgres(source=postgres_server) as standby:
        yield standby


def test_research_reads_market_data_from_the_replica(
    postgres_url: str, replica: PostgresServer
) -> None:
    with Databases(postgres_url, replica.url(postgres_url.rpartition("/")[2])) as databases:
        store = PostgresStore(databases.write(), databases.research())
        rows = rows_at(DEPTH, minutes(0, 50))
        store.write(key_of(DEPTH), rows)
        with databases.write().connect() as connection:
            written = connection.scalar(text("SELECT pg_current_wal_insert_lsn()"))
        with databases.research().connect() as connection:
            arrived = text("SELECT pg_last_wal_replay_lsn() >= CAST(:lsn AS pg_lsn)")
            while not connection.scalar(arrived, {"lsn": written}):
                connection.rollback()
        assert same(read(store, DEPTH), rows)
        assert store.as_of(key_of(DEPTH), minutes(3, 1)).num_rows == 1
        with pytest.raises(DatabaseError, match="opened for reading only"):
            PostgresStore(databases.research()).write(key_of(DEPTH), rows_at(DEPTH, minutes(60, 1)))


def test_a_server_that_is_gone_is_one_line() -> None:
    engine = open_engine(f"postgresql://u:{PASSWORD}@127.0.0.1:1/n")
    store = PostgresStore(engine)
    for act in (store.series, lambda: store.write(key_of(BARS), rows_at(BARS, minutes(0, 1)))):
        with pytest.raises(DatabaseError, match="no server answers there") as refused:
            act()
        assert PASSWORD not in refused.value.line()
    with pytest.raises(DataError, match="no server answers there"):
        list(store.read(key_of(BARS)))
    engine.dispose()


def test_partitions_that_another_process_dropped_are_made_again(
    store: PostgresStore, engine: Engine
) -> None:
    rows = rows_at(DEPTH, DAY + HOURS * MINUTE_NS)
    store.write(key_of(DEPTH), rows)
    assert PostgresStore(engine).drop_before(Content.DEPTH, DAY + 2 * DAY_NS) == 48
    assert store.write(key_of(DEPTH), rows).fresh == 48
    assert same(read(store, DEPTH), rows)
