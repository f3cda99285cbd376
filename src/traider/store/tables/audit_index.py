"""The audit's index: where each fact stands in the hash chain, found by kind, person and subject.

The facts themselves are in the companion log of a journal; the index only leads to them, and can be
made again from it. It grows at its end alone, without a hole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, func, select

from traider.domain.errors import DataError
from traider.store.tables.control_rows import AuditRow
from traider.store.tables.sessions import read_session, write_session

_LISTED: Final = 200
# Any number that nobody else locks.
_LOCK: Final = 0x6175646974


@dataclass(frozen=True)
class AuditEntry:
    """Where a fact of the audit stands, and what it is about."""

    position: int
    digest: str
    """Of the fact and the digest before it, 64 hexadecimal digits."""
    kind: str
    who: str
    subject: str
    ts_ns: int


@dataclass(frozen=True)
class AuditQuery:
    """What is looked for; empty fields and None do not mind."""

    kind: str = ""
    who: str = ""
    subject: str = ""
    from_ns: int | None = None
    until_ns: int | None = None
    before: int | None = None
    """The position of the last entry seen: the next page begins after it."""


class AuditIndex:
    """The table ``audit_index``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, entries: Sequence[AuditEntry]) -> int:
        """Add entries in the order of the chain; return how many were new.

        Entries that are there already are passed over, so a part may come again.

        Raises:
            DataError: one is missing before them, or another fact stands at its position.
        """
        new = 0
        with write_session(self._engine) as session:
            if self._engine.dialect.name == "postgresql":
                # Two that add at once take turns; SQLite's writers do so anyway.
                session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            end = _end(session.scalar(select(func.max(AuditRow.position))))
            for entry in entries:
                if entry.position > end:
                    raise DataError(
                        f"entries {end} to {entry.position - 1} are missing",
                        where="audit index",
                        fix="add them from the log first",
                    )
                if entry.position == end:
                    session.add(AuditRow(**vars(entry)))
                    end, new = end + 1, new + 1
                    continue
                session.flush()
                held = session.get(AuditRow, entry.position)
                if held is None or held.digest != entry.digest:
                    raise DataError(
                        f"another fact stands at {entry.position}",
                        where="audit index",
                        fix="verify the log, then make the index again from it",
                    )
        return new

    def end(self) -> int:
        """Return the position of the next entry."""
        with read_session(self._engine) as session:
            return _end(session.scalar(select(func.max(AuditRow.position))))

    def find(self, query: AuditQuery, count: int = _LISTED) -> tuple[AuditEntry, ...]:
        """Return what is looked for, newest first."""
        wanted = select(AuditRow).order_by(AuditRow.position.desc()).limit(count)
        for column, value in (
            (AuditRow.kind, query.kind),
            (AuditRow.who, query.who),
            (AuditRow.subject, query.subject),
        ):
            if value:
                wanted = wanted.where(column == value)
        if query.from_ns is not None:
            wanted = wanted.where(AuditRow.ts_ns >= query.from_ns)
        if query.until_ns is not None:
            wanted = wanted.where(AuditRow.ts_ns < query.until_ns)
        if query.before is not None:
            wanted = wanted.where(AuditRow.position < query.before)
        with read_session(self._engine) as session:
            return tuple(
                AuditEntry(row.position, row.digest, row.kind, row.who, row.subject, row.ts_ns)
                for row in session.scalars(wanted)
            )


def _end(highest: int | None) -> int:
    return 0 if highest is None else highest + 1
