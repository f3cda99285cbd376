"""Limits in force and every change of them: who, when, from what, to what, why."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from time import time_ns

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from traider.domain.errors import UsageError
from traider.store.tables.control_rows import LimitChangeRow, LimitRow
from traider.store.tables.sessions import read_session, write_session


@dataclass(frozen=True)
class LimitChange:
    """A change of a limit; ``old`` is None for the first value it ever had."""

    scope: str
    """``account``, ``group:NAME`` or an instrument's name."""
    name: str
    revision: int
    ts_ns: int
    who: str
    old: Decimal | None
    new: Decimal
    why: str


class LimitTable:
    """The tables ``limits`` and ``limit_changes``: a value and its history change together."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int] = time_ns) -> None:
        """Work on ``engine``; ``now_ns`` tells the time, ns UTC."""
        self._engine = engine
        self._now_ns = now_ns

    def values(self) -> dict[tuple[str, str], Decimal]:
        """Return every limit in force, by scope and name."""
        with read_session(self._engine) as session:
            return {(row.scope, row.name): row.value for row in session.scalars(select(LimitRow))}

    def change(
        self,
        limit: tuple[str, str],
        new: Decimal,
        *,
        who: str,
        why: str,
        expected: Decimal | None = None,
    ) -> LimitChange:
        """Set a limit, of a scope and by its name; return the change.

        Args:
            limit: scope and name.
            new: in the limit's own unit, 0 is off.
            who: the person, or the part of the house that decided it.
            why: the reason, in words.
            expected: what the value was when the person looked; None does not mind.

        Raises:
            UsageError: nobody or no reason is named, or the limit is another than expected.
        """
        scope, name = limit
        if not who.strip() or not why.strip():
            raise UsageError("a limit changes by somebody for a reason", fix="say who and why")
        try:
            with write_session(self._engine) as session:
                row = session.get(LimitRow, limit, with_for_update=True)
                old = row.value if row else None
                if expected is not None and old != expected:
                    raise _changed_meanwhile(limit)
                now = self._now_ns()
                if row is None:
                    row = LimitRow(scope=scope, name=name, value=new, revision=1, changed_ns=now)
                    session.add(row)
                else:
                    row.value, row.revision, row.changed_ns = new, row.revision + 1, now
                kept = LimitChangeRow(
                    scope=scope,
                    name=name,
                    revision=row.revision,
                    ts_ns=now,
                    who=who.strip(),
                    old_value=old,
                    new_value=new,
                    why=why.strip(),
                )
                session.add(kept)
                session.flush()
                return _change_of(kept)
        except IntegrityError:
            # Two set a limit for the first time at once: there was no row to hold.
            raise _changed_meanwhile(limit) from None

    def history(self, limit: tuple[str, str] | None = None) -> tuple[LimitChange, ...]:
        """Return the changes of a limit, or of all, oldest first."""
        query = select(LimitChangeRow).order_by(LimitChangeRow.id)
        if limit is not None:
            scope, name = limit
            query = query.where(LimitChangeRow.scope == scope, LimitChangeRow.name == name)
        with read_session(self._engine) as session:
            return tuple(_change_of(row) for row in session.scalars(query))


def _changed_meanwhile(limit: tuple[str, str]) -> UsageError:
    return UsageError(
        f"the limit {' '.join(limit)} was changed meanwhile", fix="look at it again and decide"
    )


def _change_of(row: LimitChangeRow) -> LimitChange:
    return LimitChange(
        row.scope,
        row.name,
        row.revision,
        row.ts_ns,
        row.who,
        row.old_value,
        row.new_value,
        row.why,
    )
