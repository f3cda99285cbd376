"""A database without market data for each test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from traider.store.postgres import PostgresStore
from traider.store.tables import open_engine


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    """A database of this test alone, open."""
    opened = open_engine(postgres_url)
    yield opened
    opened.dispose()


@pytest.fixture
def store(engine: Engine) -> PostgresStore:
    """An empty store."""
    return PostgresStore(engine)
