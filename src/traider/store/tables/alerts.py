"""Alerts as people work through them: raised, counted, acknowledged, resolved."""

from collections.abc import Callable
from dataclasses import dataclass
from time import time_ns

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from traider.domain.errors import UsageError
from traider.domain.ports.alert import Alert, Severity
from traider.store.tables.control_rows import AlertRow
from traider.store.tables.sessions import read_session, write_session


@dataclass(frozen=True)
class KeptAlert:
    """A condition from its beginning to its end; None for what has not happened."""

    id: int
    alert: Alert
    count: int
    first_ns: int
    last_ns: int
    acknowledged_by: int | None
    acknowledged_ns: int | None
    resolved_ns: int | None


class AlertTable:
    """The table ``alerts``: of each condition at most one row is open."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int] = time_ns) -> None:
        """Work on ``engine``; ``now_ns`` tells the time, ns UTC."""
        self._engine = engine
        self._now_ns = now_ns

    def raised(self, alert: Alert) -> KeptAlert:
        """Note an alert: a new row, or once more in the open one of its key.

        The open row takes over the text, and the severity where it is a graver one.
        """
        try:
            return self._raised(alert)
        except IntegrityError:
            # Another process opened the row between our look and our write.
            return self._raised(alert)

    def acknowledge(self, number: int, user_id: int) -> KeptAlert:
        """Note that a person has seen it; the first one counts.

        Raises:
            UsageError: there is no such alert.
        """
        with write_session(self._engine) as session:
            row = _existing(session, number)
            if row.acknowledged_ns is None:
                row.acknowledged_by, row.acknowledged_ns = user_id, self._now_ns()
            session.flush()
            return _kept(row)

    def resolve(self, key: str) -> KeptAlert | None:
        """Note that a condition is over; None when it was not open."""
        with write_session(self._engine) as session:
            row = _open_row(session, key)
            if row is None:
                return None
            row.resolved_ns = self._now_ns()
            session.flush()
            return _kept(row)

    def list(self, *, only_open: bool = False, count: int = 200) -> tuple[KeptAlert, ...]:
        """Return alerts, newest first."""
        query = select(AlertRow).order_by(AlertRow.id.desc()).limit(count)
        if only_open:
            query = query.where(AlertRow.resolved_ns.is_(None))
        with read_session(self._engine) as session:
            return tuple(_kept(row) for row in session.scalars(query))

    def _raised(self, alert: Alert) -> KeptAlert:
        now = self._now_ns()
        with write_session(self._engine) as session:
            row = _open_row(session, alert.key)
            if row is None:
                row = AlertRow(
                    key=alert.key,
                    severity=alert.severity.value,
                    title=alert.title,
                    detail=alert.detail,
                    count=1,
                    first_ns=now,
                    last_ns=now,
                )
                session.add(row)
            else:
                grave = max(Severity(row.severity), alert.severity, key=list(Severity).index)
                row.severity = grave.value
                row.title, row.detail = alert.title, alert.detail
                row.count += 1
                row.last_ns = max(row.last_ns, now)
            session.flush()
            return _kept(row)


def _open_row(session: Session, key: str) -> AlertRow | None:
    query = select(AlertRow).where(AlertRow.key == key, AlertRow.resolved_ns.is_(None))
    return session.scalars(query.with_for_update()).one_or_none()


def _existing(session: Session, number: int) -> AlertRow:
    row = session.get(AlertRow, number, with_for_update=True)
    if row is None:
        raise UsageError(f"there is no alert {number}", fix="list the alerts")
    return row


def _kept(row: AlertRow) -> KeptAlert:
    return KeptAlert(
        id=row.id,
        alert=Alert(row.key, Severity(row.severity), row.title, row.detail),
        count=row.count,
        first_ns=row.first_ns,
        last_ns=row.last_ns,
        acknowledged_by=row.acknowledged_by,
        acknowledged_ns=row.acknowledged_ns,
        resolved_ns=row.resolved_ns,
    )
