"""Databases of one test: each kind that the tables run on, with the schema made."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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
    _make_tables(postgres_server.url(name))
    yield name
    postgres_server.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    _make_tables(f"sqlite:///{file}")
    return file


@pytest.fixture(params=KINDS)
def tables_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with the tables, of each kind."""
    with tables_of(request, tmp_path) as url:
        yield url


@pytest.fixture(scope="module", params=KINDS)
def shared_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A database with the tables for tests of a module that leave nothing in it, of each kind."""
    with tables_of(request, tmp_path_factory.mktemp("shared")) as url:
        opened = open_engine(url)
        yield opened
        opened.dispose()


@contextmanager
def tables_of(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Yield a copy of the template of the kind that is asked for."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "tables.db")
        yield f"sqlite:///{folder}/tables.db"
        return
    template = request.getfixturevalue("postgres_template")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create(template)
    yield server.url(name)
    server.drop(name)


def _make_tables(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()


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
