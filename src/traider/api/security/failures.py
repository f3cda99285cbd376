"""Wrong logins, counted by name and by address; each lock is twice as long as the one before.

A name that nobody has is counted and locked as one that somebody has, so that a lock tells nothing.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from traider.api.addresses import one_asker
from traider.api.problems import TooManyRequestsError
from traider.api.security.terms import AccessTerms
from traider.store.tables.control_rows import UserRow
from traider.store.tables.people_rows import LoginFailureRow
from traider.store.tables.sessions import read_session, write_session

SUBJECTS_MAX: Final = 10_000
"""Names and addresses that are remembered; the oldest are forgotten first."""
_SECOND_NS: Final = 1_000_000_000


class FailureTable:
    """Wrong logins: of known names in ``users``, of the rest in ``login_failures``."""

    def __init__(self, engine: Engine, terms: AccessTerms, now_ns: Callable[[], int]) -> None:
        self._engine = engine
        self._terms = terms
        self._now_ns = now_ns

    def check(self, name: str, address: str) -> None:
        """Return when neither is locked.

        Raises:
            TooManyRequestsError: one is; it says for how long.
        """
        with read_session(self._engine) as session:
            user = session.scalars(select(UserRow).where(UserRow.name == name)).one_or_none()
            untils = [0 if user is None else user.locked_until_ns]
            for subject in (_of_name(name), _of_address(address)):
                row = session.get(LoginFailureRow, subject)
                untils.append(0 if row is None else row.locked_until_ns)
        left_ns = max(untils) - self._now_ns()
        if left_ns > 0:
            raise TooManyRequestsError(
                "too many wrong logins",
                after_s=-(-left_ns // _SECOND_NS),
                fix="wait; or on the machine itself: traider users password NAME",
            )

    def note(self, name: str, address: str) -> int:
        """Count a wrong login; return for how long it locks the name now, 0 for not at all."""
        now = self._now_ns()
        with write_session(self._engine) as session:
            self._forget_old(session, now)
            self._note_subject(
                session, _of_address(address), self._terms.free_address_failures, now
            )
            user = session.scalars(
                select(UserRow).where(UserRow.name == name).with_for_update()
            ).one_or_none()
            if user is None:
                return self._note_subject(session, _of_name(name), self._terms.free_failures, now)
            user.failures += 1
            locked_ns = lock_ns(self._terms, user.failures, self._terms.free_failures)
            user.locked_until_ns = now + locked_ns if locked_ns else user.locked_until_ns
            return locked_ns

    def count(self) -> int:
        """Return how many names and addresses are remembered."""
        with read_session(self._engine) as session:
            return session.scalar(select(func.count()).select_from(LoginFailureRow)) or 0

    def _note_subject(self, session: Session, subject: str, free: int, now: int) -> int:
        row = session.get(LoginFailureRow, subject, with_for_update=True)
        if row is None:
            row = LoginFailureRow(subject=subject, failures=0, last_ns=now, locked_until_ns=0)
            session.add(row)
        row.failures += 1
        row.last_ns = now
        locked_ns = lock_ns(self._terms, row.failures, free)
        row.locked_until_ns = now + locked_ns if locked_ns else row.locked_until_ns
        session.flush()
        return locked_ns

    def _forget_old(self, session: Session, now: int) -> None:
        old = LoginFailureRow.last_ns < now - self._terms.failures_ns
        session.execute(delete(LoginFailureRow).where(old))
        count = session.scalar(select(func.count()).select_from(LoginFailureRow)) or 0
        if count >= SUBJECTS_MAX:
            oldest = select(LoginFailureRow.subject).order_by(LoginFailureRow.last_ns)
            forgotten = oldest.limit(count - SUBJECTS_MAX + 2)
            session.execute(delete(LoginFailureRow).where(LoginFailureRow.subject.in_(forgotten)))


def lock_ns(terms: AccessTerms, failures: int, free: int) -> int:
    """Return how long the last of so many failures locks: doubling, up to the longest."""
    beyond = failures - free
    return 0 if beyond < 0 else min(terms.lock_ns << min(beyond, 32), terms.lock_ns_max)


def _of_name(name: str) -> str:
    return f"name:{name[:64]}"


def _of_address(address: str) -> str:
    return f"address:{one_asker(address[:64])}"
