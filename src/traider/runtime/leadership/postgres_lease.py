"""The lease of processes of several machines: a row in PostgreSQL, timed by its clock."""

from traider.domain.errors import DatabaseError
from traider.runtime.leadership.holder import Holder
from traider.runtime.leadership.lease import (
    LeaseLostError,
    LeaseTerms,
    Term,
    elapsed_ns,
    next_epoch,
)
from traider.store.tables.addresses import DatabaseAddress
from traider.store.tables.leases import LeaseTable


class PostgresLease:
    """The lease ``name`` of a database; for one thread at a time."""

    def __init__(
        self, address: DatabaseAddress, name: str, terms: LeaseTerms | None = None
    ) -> None:
        """Take the database with the tables; nothing is connected yet.

        Raises:
            UsageError: it is an SQLite file, or PostgreSQL's driver is not installed.
        """
        self._terms = terms or LeaseTerms()
        self._table = LeaseTable(address, self._terms.ttl_s / 2.0)
        self._where = f"{address}, lease {name}"
        self._name = name
        self._holder = Holder.here().text()
        self._epoch = 0

    @property
    def terms(self) -> LeaseTerms:
        """How long it is good for."""
        return self._terms

    @property
    def is_local(self) -> bool:
        """False: a server may be far."""
        return False

    def take(self, floor: int = 0) -> Term | None:
        """Try once to take the lease; None while another holds it.

        Raises:
            EpochsUsedUpError: there is no higher epoch.
            DatabaseError: the server cannot be reached, or has no such table.
        """
        before = self._table.find(self._name)
        if before is not None and not before.is_over:
            return None
        next_epoch(max(before.epoch if before else 0, floor), self._where)
        now = elapsed_ns()
        epoch = self._table.take(self._name, self._holder, self._terms.ttl_ns, floor)
        if epoch is None:
            return None
        self._epoch = epoch
        return Term(epoch, now + self._terms.trust_ns, before.holder if before else "")

    def renew(self) -> int:
        """Keep the lease; return until when the holder may rely on it.

        Raises:
            LeaseLostError: another took it.
            DatabaseError: the server cannot be reached.
        """
        now = elapsed_ns()
        if not self._epoch or not self._table.renew(
            self._name, self._holder, self._terms.ttl_ns, self._epoch
        ):
            raise LeaseLostError(
                f"the lease of epoch {self._epoch} was taken by another",
                where=self._where,
                fix="start again to stand by",
            )
        return now + self._terms.trust_ns

    def release(self) -> None:
        """Let the lease go, so that the next need not wait; it ends by itself otherwise."""
        epoch, self._epoch = self._epoch, 0
        try:
            if epoch:
                self._table.release(self._name, self._holder, epoch)
        except DatabaseError:
            return
        finally:
            self._table.close()
