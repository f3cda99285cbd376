"""The stores that keep the contract, each made empty for a test.

A store joins with a fixture ``<name>_store`` and its name in ``STORES``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, text

from tests.servers.postgres import PostgresServer
from traider.store.market_store import MarketStore
from traider.store.parquet_lake import ParquetLake
from traider.store.postgres import PostgresStore
from traider.store.postgres.layouts import SCHEMA
from traider.store.tables import open_engine

STORES: Final = ("lake", "postgres")


@pytest.fixture
def lake_store(tmp_path: Path) -> MarketStore:
    return ParquetLake(tmp_path / "lake")


@pytest.fixture(scope="module")
def postgres_engine(postgres_server: PostgresServer) -> Iterator[Engine]:
    """A database for the tests of a module; each finds it without market data."""
    name = postgres_server.create()
    engine = open_engine(postgres_server.url(name))
    yield engine
    engine.dispose()
    postgres_server.drop(name)


@pytest.fixture
def postgres_store(postgres_engine: Engine) -> Iterator[MarketStore]:
    yield PostgresStore(postgres_engine)
    with postgres_engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> MarketStore:
    """An empty store of each kind in turn."""
    made: MarketStore = request.getfixturevalue(f"{request.param}_store")
    return made
