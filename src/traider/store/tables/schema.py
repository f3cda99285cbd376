"""The tables' schema and its versions: make it, take it back, and say where it stands.

Migrations are in the package (``migrations/versions``) and run in one transaction, under a lock, so
two processes that start at once migrate once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from traider.domain.errors import DatabaseError, UsageError
from traider.store.tables.engines import READS_ONLY
from traider.store.tables.faults import database_faults, place_of
from traider.store.tables.models import Base

_SCRIPTS: Final = Path(__file__).parent / "migrations"
# Any number that nobody else locks; PostgreSQL's advisory locks are numbers.
_LOCK: Final = 0x74_72_61_69_64_65_72
_ONE_AT_A_TIME: Final = Lock()


@dataclass(frozen=True)
class SchemaStatus:
    """Where the schema of a database stands."""

    current: str
    """Revision of the database, empty where there are no tables."""
    newest: str
    """Revision that this code works with."""
    pending: tuple[str, ...]
    """Revisions an upgrade would apply, oldest first."""

    @property
    def is_current(self) -> bool:
        """Whether the code can work with the database as it is."""
        return self.current == self.newest


def revisions() -> tuple[str, ...]:
    """Return every revision that this code knows, oldest first."""
    scripts = ScriptDirectory(str(_SCRIPTS))
    return tuple(script.revision for script in reversed(list(scripts.walk_revisions())))


def schema_status(engine: Engine) -> SchemaStatus:
    """Return where the schema of a database stands.

    Raises:
        DatabaseError: it cannot be reached, or its schema is newer than this code.
    """
    reading = engine.execution_options(**{READS_ONLY: True})
    with database_faults(place_of(engine)), reading.connect() as connection:
        return _status(connection, place_of(engine))


def require_schema(engine: Engine) -> None:
    """Return when the schema is the one this code works with.

    Raises:
        DatabaseError: it is older, newer or not there.
    """
    status = schema_status(engine)
    if not status.is_current:
        raise DatabaseError(
            f"the tables are of revision {status.current}, not {status.newest}"
            if status.current
            else "the tables are not there",
            where=place_of(engine),
            fix="run traider db upgrade",
        )


def upgrade(engine: Engine, revision: str = "head") -> tuple[str, ...]:
    """Bring the schema up to ``revision``; return the revisions that were applied.

    Raises:
        UsageError: there is no such revision.
        DatabaseError: the database cannot be reached, or is newer than this code.
    """
    with _migrating(engine) as connection:
        before = _status(connection, place_of(engine))
        _run(command.upgrade, connection, revision)
        after = _status(connection, place_of(engine))
    return tuple(name for name in before.pending if name not in after.pending)


def downgrade(engine: Engine, revision: str) -> tuple[str, ...]:
    """Take the schema back to ``revision`` (``base``: no tables); return what was taken back.

    Rows of tables that go are lost.

    Raises:
        UsageError: there is no such revision below the present one.
        DatabaseError: the database cannot be reached, or is newer than this code.
    """
    with _migrating(engine) as connection:
        before = _status(connection, place_of(engine))
        _run(command.downgrade, connection, revision)
        after = _status(connection, place_of(engine))
    return tuple(name for name in reversed(after.pending) if name not in before.pending)


def schema_differences(engine: Engine) -> tuple[str, ...]:
    """Return what differs between the tables and what the code says they are; nothing is best.

    Raises:
        DatabaseError: the database cannot be reached.
    """
    reading = engine.execution_options(**{READS_ONLY: True})
    with database_faults(place_of(engine)), reading.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _is_ours}
        )
        return tuple(str(difference) for difference in compare_metadata(context, Base.metadata))


def _is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Whether a table of the database is one of the code's: others may live beside them."""
    del parents
    return kind != "table" or name in Base.metadata.tables


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that no other migration runs beside."""
    with database_faults(place_of(engine)), engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # Changing a table means copying it, which must not empty the tables that refer to it.
            _pragma(connection, "foreign_keys=OFF")
        try:
            with connection.begin():
                if not is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                yield connection
                if is_sqlite:
                    _check_references(connection, place_of(engine))
        finally:
            if is_sqlite:
                _pragma(connection, "foreign_keys=ON")


def _pragma(connection: Connection, text_: str) -> None:
    """Set something that SQLite takes outside a transaction only."""
    raw = connection.connection.dbapi_connection
    assert raw is not None  # noqa: S101 - the connection is open
    raw.cursor().execute(f"PRAGMA {text_}")


def _check_references(connection: Connection, where: str) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise DatabaseError(
            f"a row of {broken[0]} would refer to a row of {broken[2]} that is not there",
            where=where,
            fix="nothing was changed; report it",
        )


def _status(connection: Connection, where: str) -> SchemaStatus:
    current = MigrationContext.configure(connection).get_current_revision() or ""
    known = revisions()
    if current and current not in known:
        raise DatabaseError(
            f"the tables are of revision {current}, which this traider does not know",
            where=where,
            fix="use the newer traider that made them",
        )
    begin = known.index(current) + 1 if current else 0
    return SchemaStatus(current, known[-1], known[begin:])


def _run(action: Callable[[Config, str], None], connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        # The library keeps what it works on in names of its modules: one at a time.
        with _ONE_AT_A_TIME:
            action(config, revision)
    except CommandError as fault:
        raise UsageError(
            str(fault), where=revision, fix=f"known: {', '.join(revisions())}"
        ) from None
