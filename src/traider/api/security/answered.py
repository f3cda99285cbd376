"""Requests that move money, by the key that each was given: asked twice, done once.

The key is taken before anything is done, in a transaction of its own, so that of two that come at
once one does it. An answer is kept for a day.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, delete, select, update
from sqlalchemy.exc import IntegrityError

from traider.api.problems import ConflictError, NotUnderstoodError
from traider.api.security.approvals import AskedRequest
from traider.api.security.terms import DAY_NS
from traider.store.tables.people_rows import IdempotencyRow
from traider.store.tables.sessions import write_session


@dataclass(frozen=True)
class KeptAnswer:
    """What a request was answered the first time."""

    status: int
    body: str
    """JSON."""


class AnsweredTable:
    """The table ``idempotency_keys``."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int]) -> None:
        self._engine = engine
        self._now_ns = now_ns

    def take(self, who: str, key: str, request: AskedRequest) -> KeptAnswer | None:
        """Take a key for a request; return None, or what it was answered before.

        Raises:
            NotUnderstoodError: the key was given to another request.
            ConflictError: the request is being done, or nobody knows how it ended.
        """
        try:
            return self._take(who, key, _digest_of(request))
        except IntegrityError:
            # Another took the key between our look and our write.
            return self._take(who, key, _digest_of(request))

    def answered(self, who: str, key: str, answer: KeptAnswer) -> None:
        """Keep the answer of a request."""
        values = {"status": answer.status, "answer": answer.body}
        with write_session(self._engine) as session:
            session.execute(update(IdempotencyRow).where(*_is(who, key)).values(**values))

    def release(self, who: str, key: str) -> None:
        """Give a key back: its request was refused, and nothing was done."""
        unanswered = IdempotencyRow.status.is_(None)
        with write_session(self._engine) as session:
            session.execute(delete(IdempotencyRow).where(*_is(who, key), unanswered))

    def _take(self, who: str, key: str, digest: str) -> KeptAnswer | None:
        now = self._now_ns()
        with write_session(self._engine) as session:
            old = IdempotencyRow.asked_ns < now - DAY_NS
            session.execute(delete(IdempotencyRow).where(old))
            row = session.scalars(select(IdempotencyRow).where(*_is(who, key))).one_or_none()
            if row is None:
                session.add(IdempotencyRow(who=who, key=key, request_digest=digest, asked_ns=now))
                return None
            if row.request_digest != digest:
                raise NotUnderstoodError(
                    "the key was given to another request",
                    where="Idempotency-Key",
                    fix="give each request a key of its own",
                )
            if row.status is None or row.answer is None:
                raise ConflictError(
                    "the request is being done, or nobody knows how it ended",
                    where="Idempotency-Key",
                    fix="look at the orders before you ask again with another key",
                )
            return KeptAnswer(row.status, row.answer)


def _is(who: str, key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return IdempotencyRow.who == who, IdempotencyRow.key == key


def _digest_of(request: AskedRequest) -> str:
    text = f"{request.method}\n{request.path}\n{request.query}\n{request.body}"
    return hashlib.sha256(text.encode()).hexdigest()
