"""Open a database so that what is committed is kept.

SQLite: write-ahead log, every commit flushed to the disk, foreign keys enforced, and each writing
transaction takes the write lock when it begins (BEGIN IMMEDIATE): two writers wait for each other
instead of failing half-way. PostgreSQL: as the server is set up, with a short time to connect.
A read-only engine keeps mistakes out, not a statement that means to write: SQLite opens the file
for reading, but ATTACH opens it again; PostgreSQL begins each transaction read-only
(``default_transaction_read_only``), until a statement sets READ WRITE. What a user may never change
is for the server to refuse, which grants SELECT alone, or for the rights of the file.
"""

import sqlite3
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event

from traider.domain.errors import DatabaseError, UsageError
from traider.store.tables.addresses import DatabaseAddress
from traider.store.tables.exact_decimal import register_exact_sum

BUSY_S: Final = 10.0
CONNECT_S: Final = 5
READS_ONLY: Final = "traider_reads_only"
"""Execution option of a connection: its transactions only read, so SQLite needs no write lock."""


def open_engine(url: str | DatabaseAddress, *, read_only: bool = False) -> Engine:
    """Return an engine for the database at ``url``; nothing is connected yet.

    Args:
        url: an address, or the text of one.
        read_only: whether the database shall refuse changes, as far as said above.

    Raises:
        UsageError: the address is none, or PostgreSQL's driver is not installed.
        DatabaseError: the folder of an SQLite file cannot be made.
    """
    address = url if isinstance(url, DatabaseAddress) else DatabaseAddress.parse(url)
    if address.is_sqlite:
        return _sqlite_engine(address, read_only=read_only)
    options = " -c default_transaction_read_only=on" if read_only else ""
    try:
        return create_engine(
            address.url,
            connect_args={
                "application_name": "traider",
                "connect_timeout": CONNECT_S,
                "options": f"-c timezone=UTC{options}",
            },
            pool_pre_ping=True,
        )
    except ModuleNotFoundError:
        raise UsageError(
            "PostgreSQL needs the package psycopg",
            where=str(address),
            fix="pip install 'traider[scale]'",
        ) from None


def _sqlite_engine(address: DatabaseAddress, *, read_only: bool) -> Engine:
    file = address.file.absolute()
    if not read_only:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise DatabaseError(
                f"the folder cannot be made: {fault.strerror}",
                where=str(address),
                fix="choose another file",
            ) from fault
    mode = "ro" if read_only else "rwc"

    def connected() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(file))}?mode={mode}",
            uri=True,
            timeout=BUSY_S,
            isolation_level=None,
            check_same_thread=False,
        )
        _prepare(connection, read_only=read_only)
        return connection

    engine = create_engine(address.url, creator=connected)
    event.listen(engine, "begin", _begin_reading if read_only else _begin)
    return engine


def _prepare(connection: sqlite3.Connection, *, read_only: bool) -> None:
    connection.execute("PRAGMA foreign_keys=ON")
    if not read_only:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    register_exact_sum(connection)


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get(READS_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
