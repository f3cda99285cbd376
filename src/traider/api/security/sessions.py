"""Sessions of browsers, kept here and known there by a random name alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Engine, delete, select, update
from sqlalchemy.orm import Session

from traider.api.rights import Role
from traider.api.security.digests import digest_of, new_secret
from traider.api.security.terms import MINUTE_NS, AccessTerms
from traider.store.tables.control_rows import UserRow
from traider.store.tables.people_rows import SessionRow
from traider.store.tables.sessions import read_session, write_session

AGENT_MAX: Final = 200
_SEEN_EVERY_NS: Final = MINUTE_NS
"""A session's use is noted this often, not at every request."""
_GRACE_NS: Final = 10_000_000_000


@dataclass(frozen=True)
class KeptSession:
    """A session that is not over, with whose it is."""

    id: int
    user_id: int
    name: str
    role: Role
    must_change_password: bool
    has_code: bool
    """Whether the person has a second factor."""
    created_ns: int
    seen_ns: int
    until_ns: int
    fresh_ns: int | None
    fresh_way: str | None
    address: str
    agent: str


class SessionTable:
    """The table ``sessions``."""

    def __init__(self, engine: Engine, terms: AccessTerms, now_ns: Callable[[], int]) -> None:
        self._engine = engine
        self._terms = terms
        self._now_ns = now_ns

    def begin(self, user_id: int, address: str, agent: str, fresh_way: str | None) -> str:
        """Begin a session; return its secret, which is not kept.

        ``fresh_way`` says how the person proved to be there just now: a code counts, and for
        somebody without a second factor the password.
        """
        secret = new_secret()
        now = self._now_ns()
        with write_session(self._engine) as session:
            self._forget_old(session, now)
            session.add(
                SessionRow(
                    digest=digest_of(secret),
                    digest_before=None,
                    changed_ns=now,
                    user_id=user_id,
                    created_ns=now,
                    seen_ns=now,
                    until_ns=now + self._terms.session_ns,
                    fresh_ns=None if fresh_way is None else now,
                    fresh_way=fresh_way,
                    address=address,
                    agent=agent[:AGENT_MAX],
                )
            )
        return secret

    def find(self, secret: str, *, only_reads: bool = False) -> KeptSession | None:
        """Return the session of ``secret``, None where it is over or none; note that it is used.

        What only reads may have been under way when the secret changed: for a few seconds the one
        before is good for it.
        """
        now = self._now_ns()
        digest = digest_of(secret)
        is_it = SessionRow.digest == digest
        if only_reads:
            is_young = SessionRow.changed_ns > now - _GRACE_NS
            is_it |= (SessionRow.digest_before == digest) & is_young
        query = select(SessionRow, UserRow).join(UserRow, UserRow.id == SessionRow.user_id)
        with read_session(self._engine) as session:
            found = session.execute(query.where(is_it)).first()
        if found is None:
            return None
        row, user = found
        if user.is_disabled or self._is_over(row, now):
            return None
        if now - row.seen_ns >= _SEEN_EVERY_NS:
            seen = update(SessionRow).where(SessionRow.id == row.id).values(seen_ns=now)
            with write_session(self._engine) as session:
                session.execute(seen)
        return _kept(row, user)

    def of_user(self, user_id: int) -> tuple[KeptSession, ...]:
        """Return the sessions of a person that are not over, the newest first."""
        now = self._now_ns()
        query = select(SessionRow, UserRow).join(UserRow, UserRow.id == SessionRow.user_id)
        query = query.where(UserRow.id == user_id).order_by(SessionRow.id.desc())
        with read_session(self._engine) as session:
            rows = list(session.execute(query))
        return tuple(_kept(row, user) for row, user in rows if not self._is_over(row, now))

    def renew(self, session_id: int, fresh_way: str | None = None) -> str:
        """Give a session another secret, and note how its person has just proved to be there.

        With None they did not, and what they proved before stays.
        """
        secret = new_secret()
        now = self._now_ns()
        values: dict[str, object] = {
            "digest_before": SessionRow.digest,
            "digest": digest_of(secret),
            "changed_ns": now,
        }
        if fresh_way is not None:
            values |= {"fresh_ns": now, "fresh_way": fresh_way}
        with write_session(self._engine) as session:
            session.execute(update(SessionRow).where(SessionRow.id == session_id).values(**values))
        return secret

    def end(self, session_id: int, user_id: int) -> bool:
        """End one session of a person; return whether there was such a one."""
        return self._delete_where(SessionRow.id == session_id, SessionRow.user_id == user_id) > 0

    def end_all(self, user_id: int, but: int | None = None) -> int:
        """End every session of a person, ``but`` one; return how many."""
        return self._delete_where(SessionRow.user_id == user_id, SessionRow.id != (but or 0))

    def _is_over(self, row: SessionRow, now: int) -> bool:
        return now >= row.until_ns or now - row.seen_ns >= self._terms.session_idle_ns

    def _delete_where(self, *conditions: ColumnElement[bool]) -> int:
        with write_session(self._engine) as session:
            gone = session.scalars(delete(SessionRow).where(*conditions).returning(SessionRow.id))
            return len(gone.all())

    def _forget_old(self, session: Session, now: int) -> None:
        idle = now - self._terms.session_idle_ns
        session.execute(
            delete(SessionRow).where((SessionRow.until_ns <= now) | (SessionRow.seen_ns <= idle))
        )


def _kept(row: SessionRow, user: UserRow) -> KeptSession:
    return KeptSession(
        id=row.id,
        user_id=user.id,
        name=user.name,
        role=Role(user.role),
        must_change_password=user.must_change_password,
        has_code=user.totp_secret is not None,
        created_ns=row.created_ns,
        seen_ns=row.seen_ns,
        until_ns=row.until_ns,
        fresh_ns=row.fresh_ns,
        fresh_way=row.fresh_way,
        address=row.address,
        agent=row.agent,
    )
