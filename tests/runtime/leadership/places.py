"""Places for leases: a folder, and a database behind a wire that can be cut."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.runtime.leadership.leading import lease_at
from tests.servers.postgres import PostgresServer
from tests.servers.wire import CutWire
from traider.runtime.leadership.lease import Lease
from traider.store.tables import open_engine, upgrade

KINDS = ("file", "postgresql")


@dataclass(frozen=True)
class Place:
    """Where the leases of a test are kept."""

    kind: str
    at: str
    made: list[Lease] = field(default_factory=list)

    def lease(self, ttl_s: float) -> Lease:
        """Return a lease of its own process, as it were."""
        self.made.append(lease_at(self.kind, self.at, ttl_s))
        return self.made[-1]

    def close(self) -> None:
        """Let go of every lease that was made."""
        for lease in self.made:
            lease.release()

    def use_up(self) -> None:
        """Make the last epoch the highest there is."""
        if self.kind == "file":
            lease = self.lease(0.2)
            lease.take(floor=2046)
            lease.release()
            return
        engine = open_engine(self.at)
        with engine.begin() as connection:
            connection.execute(
                text("INSERT INTO leases VALUES ('trader test', 2047, 'somebody', 0, 0)")
            )
        engine.dispose()


@pytest.fixture(scope="session")
def lease_database(postgres_server: PostgresServer) -> Iterator[str]:
    """A database with the tables, to be copied."""
    name = postgres_server.create()
    engine = open_engine(postgres_server.url(name))
    upgrade(engine)
    engine.dispose()
    yield name
    postgres_server.drop(name)


@contextmanager
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Yield the address of a database with the tables, of this test alone."""
    template = request.getfixturevalue("lease_database")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create(template)
    yield server.url(name)
    server.drop(name)


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A place of each kind."""
    with ExitStack() as stack:
        is_file = request.param == "file"
        at = str(tmp_path) if is_file else stack.enter_context(database(request))
        made = Place(request.param, at)
        stack.callback(made.close)
        yield made


@pytest.fixture
def cut_place(request: pytest.FixtureRequest) -> Iterator[tuple[Place, Place, CutWire]]:
    """Two ways to one database, the first behind a wire that can be cut."""
    with database(request) as url:
        port = int(url.rpartition(":")[2].partition("/")[0])
        with CutWire.to(port) as wire:
            cut = url.replace(f":{port}/", f":{wire.port}/")
            ways = Place("postgresql", cut), Place("postgresql", url)
            yield *ways, wire
            for way in ways:
                way.close()
