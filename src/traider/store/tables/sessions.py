"""Transactions: what is done inside is kept as a whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from traider.store.tables.engines import READS_ONLY
from traider.store.tables.faults import database_faults, place_of


@contextmanager
def write_session(engine: Engine) -> Iterator[Session]:
    """Yield a session of one transaction; it is committed at the end, rolled back on an error.

    Raises:
        DatabaseError: the database cannot be reached, is locked, or refused.
    """
    with (
        database_faults(place_of(engine)),
        Session(engine, expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session


@contextmanager
def read_session(engine: Engine) -> Iterator[Session]:
    """Yield a session that only reads; nothing it does is kept.

    Raises:
        DatabaseError: the database cannot be reached, or has no such tables.
    """
    reading = engine.execution_options(**{READS_ONLY: True})
    with database_faults(place_of(engine)), Session(reading) as session:
        yield session
