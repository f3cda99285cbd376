"""Leases in PostgreSQL: one statement each, timed by the server's own clock.

A process that is cut off from the server must learn it soon, so these connections wait briefly for
everything: a connection, a statement, an answer to what was sent.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, create_engine, text

from traider.domain.errors import UsageError
from traider.store.tables.addresses import DatabaseAddress
from traider.store.tables.faults import database_faults, place_of
from traider.store.tables.lease_rows import EPOCH_MAX

_NOW: Final = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000"
_TAKE: Final = text(
    f"""
    INSERT INTO leases AS held (name, epoch, holder, taken_ns, until_ns)
    VALUES (:name, :floor + 1, :holder, {_NOW}, {_NOW} + :ttl_ns)
    ON CONFLICT (name) DO UPDATE SET
        epoch = greatest(held.epoch, :floor) + 1, holder = excluded.holder,
        taken_ns = excluded.taken_ns, until_ns = excluded.until_ns
    WHERE held.until_ns < {_NOW} AND greatest(held.epoch, :floor) < {EPOCH_MAX}
    RETURNING epoch
    """  # noqa: S608 - constants of this module
)
_RENEW: Final = text(
    f"""
    UPDATE leases SET until_ns = {_NOW} + :ttl_ns
    WHERE name = :name AND epoch = :epoch AND holder = :holder
    """  # noqa: S608 - constants of this module
)
_RELEASE: Final = text(
    "UPDATE leases SET until_ns = 0 WHERE name = :name AND epoch = :epoch AND holder = :holder"
)
_FIND: Final = text(
    f"SELECT epoch, holder, until_ns < {_NOW} FROM leases WHERE name = :name"  # noqa: S608 - as above
)


@dataclass(frozen=True)
class HeldLease:
    """A lease as the table has it."""

    epoch: int
    holder: str
    is_over: bool


class LeaseTable:
    """The table ``leases`` of a PostgreSQL server; for one thread at a time."""

    def __init__(self, address: DatabaseAddress, patience_s: float) -> None:
        """Work at ``address``; nothing is connected yet.

        Args:
            address: of a database with the tables.
            patience_s: seconds to wait for the server to do one thing.

        Raises:
            UsageError: it is an SQLite file, or PostgreSQL's driver is not installed.
        """
        if address.is_sqlite:
            raise UsageError(
                "a lease over several machines needs PostgreSQL",
                where=str(address),
                fix="name a server as database.url, or let files decide",
            )
        self._engine = _opened(address, patience_s)

    def take(self, name: str, holder: str, ttl_ns: int, floor: int) -> int | None:
        """Take a lease that is over, or is not there; return its epoch, None if it is another's.

        Raises:
            DatabaseError: the server cannot be reached, or has no such table.
        """
        if floor >= EPOCH_MAX:
            return None
        values = {"name": name, "holder": holder, "ttl_ns": ttl_ns, "floor": floor}
        with database_faults(place_of(self._engine)), self._engine.connect() as connection:
            row = connection.execute(_TAKE, values).first()
        return None if row is None else int(row[0])

    def renew(self, name: str, holder: str, ttl_ns: int, epoch: int) -> bool:
        """Keep a lease that is still ours; return whether it is.

        Raises:
            DatabaseError: the server cannot be reached.
        """
        values = {"name": name, "holder": holder, "ttl_ns": ttl_ns, "epoch": epoch}
        with database_faults(place_of(self._engine)), self._engine.connect() as connection:
            return connection.execute(_RENEW, values).rowcount == 1

    def release(self, name: str, holder: str, epoch: int) -> None:
        """End a lease that is still ours.

        Raises:
            DatabaseError: the server cannot be reached; the lease then ends by itself.
        """
        values = {"name": name, "holder": holder, "epoch": epoch}
        with database_faults(place_of(self._engine)), self._engine.connect() as connection:
            connection.execute(_RELEASE, values)

    def find(self, name: str) -> HeldLease | None:
        """Return a lease as it stands, None where it was never taken.

        Raises:
            DatabaseError: the server cannot be reached.
        """
        with database_faults(place_of(self._engine)), self._engine.connect() as connection:
            row = connection.execute(_FIND, {"name": name}).first()
        return None if row is None else HeldLease(int(row[0]), str(row[1]), bool(row[2]))

    def close(self) -> None:
        """End the connection."""
        self._engine.dispose()


def _opened(address: DatabaseAddress, patience_s: float) -> Engine:
    patience_ms = max(round(patience_s * 1000), 100)
    try:
        return create_engine(
            address.url,
            connect_args={
                "application_name": "traider lease",
                # The driver takes whole seconds, and no less than two.
                "connect_timeout": max(round(patience_s), 2),
                "tcp_user_timeout": patience_ms,
                "options": f"-c timezone=UTC -c statement_timeout={patience_ms}",
            },
            isolation_level="AUTOCOMMIT",
            pool_size=1,
            max_overflow=0,
            pool_timeout=patience_s,
        )
    except ModuleNotFoundError:
        raise UsageError(
            "PostgreSQL needs the package psycopg",
            where=str(address),
            fix="pip install 'traider[scale]'",
        ) from None
