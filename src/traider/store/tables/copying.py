"""Move every row of one database into another that has none: SQLite to PostgreSQL, or back."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, Engine, Integer, Table, func, insert, select, text

from traider.domain.errors import DatabaseError
from traider.store.tables.engines import READS_ONLY
from traider.store.tables.faults import database_faults, place_of
from traider.store.tables.models import Base
from traider.store.tables.schema import require_schema

BATCH_ROWS: Final = 2_000


def copy_tables(
    source: Engine, target: Engine, told: Callable[[str, int], None] = lambda _name, _rows: None
) -> dict[str, int]:
    """Copy every row, in one transaction; return how many rows each table got.

    ``told`` is called after each batch with the table and its rows so far.

    Raises:
        DatabaseError: a schema is not up to date, the target has rows, or a database refused.
    """
    for engine in (source, target):
        require_schema(engine)
    reading = source.execution_options(**{READS_ONLY: True})
    copied: dict[str, int] = {}
    with (
        database_faults(place_of(source)),
        reading.connect() as rows,
        database_faults(place_of(target)),
        target.begin() as connection,
    ):
        if rows.dialect.name != "sqlite":
            # One view of all tables; a transaction of SQLite has it anyway.
            rows.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        for table in Base.metadata.sorted_tables:
            _refuse_rows(connection, table, place_of(target))
        for table in Base.metadata.sorted_tables:
            copied[table.name] = _copy(rows, connection, table, told)
            _count_on(connection, table)
    return copied


def _refuse_rows(connection: Connection, table: Table, where: str) -> None:
    if connection.execute(select(table).limit(1)).first() is not None:
        raise DatabaseError(
            f"the table {table.name} has rows already",
            where=where,
            fix="copy into a database that was only just made",
        )


def _copy(
    rows: Connection, connection: Connection, table: Table, told: Callable[[str, int], None]
) -> int:
    count = 0
    found = rows.execution_options(yield_per=BATCH_ROWS).execute(select(table))
    for part in found.mappings().partitions():
        connection.execute(insert(table), [dict(row) for row in part])
        count += len(part)
        told(table.name, count)
    return count


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number further rows after those that came with a number."""
    if connection.dialect.name != "postgresql" or table.autoincrement_column is None:
        return
    column = table.autoincrement_column
    assert isinstance(column.type, Integer)  # noqa: S101 - what else could count
    highest = connection.scalar(select(func.max(column)))
    if highest is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(sequence, highest)))
