"""What the databases complain about, as errors of the house: one line, without a password."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from traider.domain.errors import DatabaseError, TraiderError
from traider.store.tables.addresses import DatabaseAddress

_UPGRADE: Final = "run traider db upgrade"

_KNOWN: Final = (
    ("password authentication failed", "the password is wrong", "mend database.url"),
    ("no password supplied", "a password is needed", "put it into database.url"),
    ("does not exist", "", "make it, or mend database.url"),
    ("no such table", "the tables are not there", _UPGRADE),
    ("no such column", "the tables are of another version", _UPGRADE),
    ("connection refused", "no server answers there", "start it, or mend database.url"),
    ("timeout expired", "no server answers there", "start it, or mend database.url"),
    ("could not translate host", "there is no such host", "mend database.url"),
    ("failed to resolve host", "there is no such host", "mend database.url"),
    ("permission denied", "", "grant this user what it needs"),
    ("too many clients", "the server has no connection left", "raise its max_connections"),
    ("too many connections", "the server has no connection left", "raise its max_connections"),
    ("database is locked", "another process is writing, and does not end", "end it"),
    ("unable to open database file", "the file cannot be opened", _UPGRADE),
    ("not a database", "the file is no SQLite database", "name another file"),
    ("read-only transaction", "it is opened for reading only", "write to database.url"),
    ("readonly database", "it is opened for reading only", "write to database.url"),
    ("disk is full", "the disk is full", "make room"),
    ("no space left", "the disk is full", "make room"),
    ("disk image is malformed", "the file is damaged", "restore it from a backup"),
)
"""Part of what the driver says in small letters, what it means (empty: as said), what helps."""


@contextmanager
def database_faults(where: str) -> Iterator[None]:
    """Turn the databases' errors into one ``DatabaseError`` that names ``where``.

    A violated constraint goes through as it is: whoever wrote the rows knows what it means.

    Raises:
        DatabaseError: the database cannot be reached, or refused.
        DataError: a value does not fit into its column.
    """
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as fault:
        raise fault_of_text(str(fault.orig or fault), where) from None
    except PoolTimeoutError:
        raise DatabaseError(
            "every connection of this process is in use", where=where, fix="end what holds them"
        ) from None
    except StatementError as fault:
        # What a column's type refuses comes wrapped; anything else is a mistake of ours.
        if isinstance(fault.orig, TraiderError):
            raise fault.orig from None
        raise


def fault_of_text(said: str, where: str) -> DatabaseError:
    """Return the error of the house for what a driver said."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    first = lines[0] if lines else "the database refused"
    if 'relation "' in said and "does not exist" in said:
        return DatabaseError("the tables are not there", where=where, fix=_UPGRADE)
    for part, meaning, fix in _KNOWN:
        if part in said.lower():
            return DatabaseError(meaning or _after_fatal(first), where=where, fix=fix)
    return DatabaseError(first, where=where, fix="see traider db status")


def _after_fatal(line: str) -> str:
    return line.rpartition("FATAL:")[2].strip()


def place_of(engine: Engine) -> str:
    """Return how errors name the database of ``engine``, without its password."""
    return str(DatabaseAddress(engine.url))
