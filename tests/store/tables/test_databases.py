"""Research reads the replica and changes nothing; errors are one line without a password."""

import sqlite3
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.servers.postgres import PASSWORD, PostgresServer, running_postgres
from traider.domain.errors import DatabaseError, DataError
from traider.store.tables import JobTable, downgrade, open_engine, upgrade
from traider.store.tables.databases import Databases
from traider.store.tables.models import LimitRow
from traider.store.tables.server_facts import server_facts
from traider.store.tables.sessions import read_session, write_session


@pytest.fixture
def replica(postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    """A standby that streams from this worker's server."""
    with running_postgres(source=postgres_server) as standby:
        yield standby


def arrived(engine: Engine, count: int) -> int:
    """Wait until ``count`` jobs are there, and return how many are."""
    seen = -1
    until = time.monotonic() + 60.0
    while seen < count and time.monotonic() < until:
        with engine.connect() as connection:
            if connection.execute(text("SELECT to_regclass('jobs')")).scalar_one():
                seen = int(connection.execute(text("SELECT count(*) FROM jobs")).scalar_one())
    return seen


def test_research_reads_the_replica_and_writes_go_to_the_primary(
    postgres_server: PostgresServer, postgres_url: str, replica: PostgresServer
) -> None:
    replica_url = replica.url(postgres_url.rpartition("/")[2])
    with Databases(postgres_url, replica_url) as databases:
        upgrade(databases.write())
        added = JobTable(databases.write()).add("download", {})
        research = databases.research()
        assert arrived(research, 1) == 1
        assert JobTable(research).get(added.id) == added
        with research.connect() as connection:
            port = connection.execute(text("SELECT inet_server_port()")).scalar_one()
        assert port == replica.port != postgres_server.port
        assert server_facts(research).is_replica
        assert not server_facts(databases.write()).is_replica
        with pytest.raises(DatabaseError, match="opened for reading only"):
            JobTable(research).add("download", {})
        assert len(JobTable(databases.write()).list()) == 1


def test_without_a_replica_research_reads_the_same_database(tables_url: str) -> None:
    with Databases(tables_url) as databases:
        added = JobTable(databases.write()).add("download", {})
        research = databases.research()
        assert research is databases.research()
        assert JobTable(research).get(added.id) == added
        with pytest.raises(DatabaseError, match="opened for reading only"):
            JobTable(research).add("download", {})
        with pytest.raises(DatabaseError, match="opened for reading only"):
            downgrade(research, "base")
        databases.close()
        assert JobTable(databases.research()).list() == (added,)


def test_what_is_not_there_is_one_line(postgres_server: PostgresServer, tmp_path: Path) -> None:
    def fault(url: str, *, read_only: bool = False) -> str:
        engine = open_engine(url, read_only=read_only)
        with pytest.raises(DatabaseError) as refused:
            server_facts(engine)
        engine.dispose()
        assert PASSWORD not in refused.value.line()
        return refused.value.line()

    wrong = postgres_server.url().replace(PASSWORD, "wrong")
    assert "the password is wrong" in fault(wrong)
    assert 'database "none" does not exist; make it' in fault(postgres_server.url("none"))
    assert "no server answers there" in fault("postgresql://u:p@127.0.0.1:1/n")
    assert "there is no such host" in fault("postgresql://u:p@no.such.host.invalid/n")
    missing = f"sqlite:///{tmp_path}/none.db"
    assert "the file cannot be opened" in fault(missing, read_only=True)
    (tmp_path / "text.db").write_text("no database at all, but text", encoding="utf-8")
    assert "the file is no SQLite database" in fault(f"sqlite:///{tmp_path}/text.db")
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError, match="the folder cannot be made"):
        open_engine(f"sqlite:///{tmp_path}/file/below/x.db")


def test_a_locked_file_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("traider.store.tables.engines.BUSY_S", 0.05)
    engine = open_engine(f"sqlite:///{tmp_path}/x.db")
    upgrade(engine)
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseError, match="another process is writing, and does not end"):
        JobTable(engine).add("download", {})
    assert JobTable(engine).list() == ()  # who reads need not wait
    other.execute("ROLLBACK")
    other.close()
    JobTable(engine).add("download", {})
    engine.dispose()


def test_sqlite_keeps_what_is_committed(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/x.db")
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
    engine.dispose()
    assert found == wanted


def test_an_error_rolls_back_what_was_written(engine: Engine) -> None:
    def write_and_fail() -> None:
        with write_session(engine) as session:
            session.execute(text("INSERT INTO limits VALUES ('account', 'leverage', '1', 1, 5)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with read_session(engine) as session:
        assert session.execute(text("SELECT count(*) FROM limits")).scalar_one() == 0


def test_a_value_that_does_not_fit_is_told_as_what_it_is(engine: Engine) -> None:
    limit = LimitRow(scope="account", name="x", value=Decimal("1e-19"), revision=1, changed_ns=1)

    def keep() -> None:
        with write_session(engine) as session:
            session.add(limit)

    with pytest.raises(DataError, match="more than 20 digits before the point or 18 after it"):
        keep()
