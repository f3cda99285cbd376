"""Dangerous requests that wait for a second person, kept as they were asked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session, aliased

from traider.api.problems import ConflictError, NotAllowedError, NotFoundError
from traider.api.security.terms import AccessTerms
from traider.store.tables.control_rows import UserRow
from traider.store.tables.people_rows import ApprovalRow
from traider.store.tables.sessions import read_session, write_session

APPROVED: Final = "traider.approved"
"""Key of a request's scope, which no client can set: the user whose request was approved."""
WAITING_MAX: Final = 100
"""Requests that may wait at a time."""
BODY_MAX: Final = 16 * 1024

_ASKER: Final = aliased(UserRow)
_DECIDER: Final = aliased(UserRow)
_QUERY: Final = (
    select(ApprovalRow, _ASKER.name, _DECIDER.name)
    .join(_ASKER, _ASKER.id == ApprovalRow.asked_by)
    .outerjoin(_DECIDER, _DECIDER.id == ApprovalRow.decided_by)
)


@dataclass(frozen=True)
class AskedRequest:
    """A request as it came."""

    method: str
    path: str
    query: str
    body: str
    idempotency_key: str


@dataclass(frozen=True)
class Approval:
    """A request that waits, or what was decided of it."""

    id: int
    right: str
    what: str
    request: AskedRequest
    asked_by_id: int
    asked_by: str
    asked_ns: int
    until_ns: int
    state: str
    decided_by: str | None
    decided_ns: int | None
    answer_status: int | None


class ApprovalTable:
    """The table ``approvals``."""

    def __init__(self, engine: Engine, terms: AccessTerms, now_ns: Callable[[], int]) -> None:
        self._engine = engine
        self._terms = terms
        self._now_ns = now_ns

    def ask(self, user_id: int, right: str, request: AskedRequest, what: str) -> Approval:
        """Keep a request until a second person decides; asked again while it waits, it is the same.

        Raises:
            ConflictError: too many wait, or its body is too long to keep.
        """
        if len(request.body) > BODY_MAX:
            raise ConflictError("the request is too long to wait", fix="ask for less at a time")
        now = self._now_ns()
        with write_session(self._engine) as session:
            self._expire(session, now)
            same = select(ApprovalRow).where(
                ApprovalRow.state == "waiting",
                ApprovalRow.asked_by == user_id,
                ApprovalRow.method == request.method,
                ApprovalRow.path == request.path,
                ApprovalRow.query == request.query,
                ApprovalRow.body == request.body,
            )
            row = session.scalars(same).first()
            if row is None:
                waiting = select(func.count()).where(ApprovalRow.state == "waiting")
                if (session.scalar(waiting.select_from(ApprovalRow)) or 0) >= WAITING_MAX:
                    raise ConflictError(f"{WAITING_MAX} requests wait already", fix="decide them")
                row = self._row(user_id, right, request, what)
                session.add(row)
                session.flush()
            number = row.id
        return self.get(number)

    def get(self, number: int) -> Approval:
        """Return a request as it stands.

        Raises:
            NotFoundError: there is no such request.
        """
        with read_session(self._engine) as session:
            found = session.execute(_QUERY.where(ApprovalRow.id == number)).first()
        if found is None:
            raise NotFoundError("there is no such request", where=str(number))
        return self._approval(*found)

    def list(self, *, only_waiting: bool = False, limit: int = 200) -> tuple[Approval, ...]:
        """Return requests, the newest first."""
        query = _QUERY.order_by(ApprovalRow.id.desc()).limit(limit)
        if only_waiting:
            query = query.where(
                ApprovalRow.state == "waiting", ApprovalRow.until_ns > self._now_ns()
            )
        with read_session(self._engine) as session:
            return tuple(self._approval(*found) for found in session.execute(query))

    def decide(self, number: int, user_id: int, *, is_approved: bool) -> Approval:
        """Note what a second person decided; a request is decided once.

        Raises:
            NotFoundError: there is no such request.
            NotAllowedError: it is the person's own, and they approve it.
            ConflictError: it was decided already, or waited too long.
        """
        with write_session(self._engine) as session:
            self._expire(session, self._now_ns())
            row = session.get(ApprovalRow, number, with_for_update=True)
            if row is None:
                raise NotFoundError("there is no such request", where=str(number))
            state = row.state
            if state == "waiting":
                self._note(row, user_id, is_approved=is_approved)
        if state != "waiting":
            raise ConflictError(f"the request is {state} already", where=str(number))
        return self.get(number)

    def answered(self, number: int, status: int) -> None:
        """Note how an approved request was answered."""
        with write_session(self._engine) as session:
            session.execute(
                update(ApprovalRow).where(ApprovalRow.id == number).values(answer_status=status)
            )

    def _note(self, row: ApprovalRow, user_id: int, *, is_approved: bool) -> None:
        """Note a decision; whoever asked may take a request back, and not let it through."""
        if is_approved and row.asked_by == user_id:
            raise NotAllowedError(
                "nobody approves what they asked for themselves", fix="ask a second person"
            )
        row.state = "approved" if is_approved else "refused"
        row.decided_by = None if row.asked_by == user_id else user_id
        row.decided_ns = self._now_ns()

    def _row(self, user_id: int, right: str, request: AskedRequest, what: str) -> ApprovalRow:
        now = self._now_ns()
        return ApprovalRow(
            right=right,
            what=what,
            method=request.method,
            path=request.path,
            query=request.query,
            body=request.body,
            idempotency_key=request.idempotency_key,
            asked_by=user_id,
            asked_ns=now,
            until_ns=now + self._terms.approval_ns,
            state="waiting",
        )

    def _approval(self, row: ApprovalRow, asked_by: str, decided_by: str | None) -> Approval:
        is_over = row.state == "waiting" and self._now_ns() >= row.until_ns
        return Approval(
            id=row.id,
            right=row.right,
            what=row.what,
            request=AskedRequest(row.method, row.path, row.query, row.body, row.idempotency_key),
            asked_by_id=row.asked_by,
            asked_by=asked_by,
            asked_ns=row.asked_ns,
            until_ns=row.until_ns,
            state="expired" if is_over else row.state,
            decided_by=decided_by,
            decided_ns=row.decided_ns,
            answer_status=row.answer_status,
        )

    @staticmethod
    def _expire(session: Session, now: int) -> None:
        waited = (ApprovalRow.state == "waiting") & (ApprovalRow.until_ns <= now)
        session.execute(update(ApprovalRow).where(waited).values(state="expired"))
