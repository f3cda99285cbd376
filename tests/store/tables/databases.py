"""Databases of one test: each kind that the tables run on, with the schema made."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.servers.postgres import PostgresServer
from traider.store.tables import open_engine, upgrade

KINDS = ("sqlite", "postgresql")


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> Iterator[str]:
    """A database with the tables, to be copied."""
    name = postgres_server.create()
    engine = open_engine(postgres_server.url(name))
    upgrade(engine)
    engine.dispose()
    yield name
    postgres_server.drop(name)


@pytest.fixture(params=KINDS)
def tables_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with the tables, of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/tables.db"
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        yield url
        return
    template = request.getfixturevalue("postgres_template")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create(template)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def engine(tables_url: str) -> Iterator[Engine]:
    """A database with the tables, open."""
    opened = open_engine(tables_url)
    yield opened
    opened.dispose()


@pytest.fixture
def empty_engine(empty_url: str) -> Iterator[Engine]:
    """An empty database, open."""
    opened = open_engine(empty_url)
    yield opened
    opened.dispose()
