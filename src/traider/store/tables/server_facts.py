"""What a database is: its product and version, whether it follows another, TimescaleDB."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from traider.store.tables.engines import READS_ONLY
from traider.store.tables.faults import database_faults, place_of


@dataclass(frozen=True)
class ServerFacts:
    """A database as it answers."""

    product: str
    """SQLite or PostgreSQL."""
    version: str
    is_replica: bool
    """It follows another server and takes no changes."""
    timescale: str
    """Version of TimescaleDB that is installed in this database, empty for none."""
    timescale_offered: str
    """Version that the server could install, empty for none."""
    bytes: int
    """On the disk."""


def server_facts(engine: Engine) -> ServerFacts:
    """Ask a database what it is.

    Raises:
        DatabaseError: it cannot be reached.
    """
    reading = engine.execution_options(**{READS_ONLY: True})
    with database_faults(place_of(engine)), reading.connect() as connection:
        if connection.dialect.name == "sqlite":
            return _sqlite_facts(connection)
        return _postgres_facts(connection)


def _sqlite_facts(connection: Connection) -> ServerFacts:
    version = str(connection.execute(text("SELECT sqlite_version()")).scalar_one())
    pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    size = int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
    return ServerFacts("SQLite", version, False, "", "", pages * size)  # noqa: FBT003 - a field


def _postgres_facts(connection: Connection) -> ServerFacts:
    version, is_replica, size = connection.execute(
        text(
            "SELECT current_setting('server_version'), pg_is_in_recovery(),"
            " pg_database_size(current_database())"
        )
    ).one()
    offered = connection.execute(
        text(
            "SELECT installed_version, default_version FROM pg_available_extensions"
            " WHERE name = 'timescaledb'"
        )
    ).one_or_none()
    installed, default = offered or ("", "")
    return ServerFacts(
        "PostgreSQL",
        str(version).split()[0],
        bool(is_replica),
        installed or "",
        default or "",
        int(size),
    )
