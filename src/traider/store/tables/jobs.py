"""The queue of long work: jobs are rows, so that any process can start, watch and stop them.

A worker claims a job, reports while it works, and finishes it. Claiming is free of races: on
PostgreSQL by SKIP LOCKED, on SQLite since a writing transaction begins with the write lock. A
worker that stops reporting loses its job to the next that claims; what it then reports or finishes
is not taken, which it is told by None or False. A worker writes its own checkpoint, so a job that
is claimed again goes on where it was.
"""

from collections.abc import Callable, Sequence
from time import time_ns
from typing import Final

from sqlalchemy import ColumnElement, Engine, and_, or_, select, update
from sqlalchemy.orm import Session

from traider.domain.errors import UsageError
from traider.store.tables.base import JsonObject
from traider.store.tables.job_rows import Job, JobRow, JobState, Wanted, job_of
from traider.store.tables.sessions import read_session, write_session

STALE_NS: Final = 30_000_000_000
"""A job whose worker has not reported for so long is another's to take."""
LOSSES_MAX: Final = 5
"""A job that so many workers in a row died of is not given to another."""
_LISTED: Final = 200

__all__ = ["LOSSES_MAX", "STALE_NS", "Job", "JobState", "JobTable", "Wanted"]


class JobTable:
    """The table ``jobs`` of a database whose schema is up to date."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int] = time_ns) -> None:
        """Work on ``engine``; ``now_ns`` tells the time, ns UTC, the same for every worker."""
        self._engine = engine
        self._now_ns = now_ns

    def add(self, kind: str, request: JsonObject) -> Job:
        """Queue a job: ``kind`` says what does it, ``request`` (JSON) what is to be done."""
        row = JobRow(kind=kind, request=request, created_ns=self._now_ns())
        with write_session(self._engine) as session:
            session.add(row)
            session.flush()
            return job_of(row)

    def get(self, number: int) -> Job:
        """Return a job.

        Raises:
            UsageError: there is no such job.
        """
        with read_session(self._engine) as session:
            return job_of(_existing(session, number))

    def list(
        self,
        *,
        kinds: Sequence[str] = (),
        states: Sequence[JobState] = (),
        before: int | None = None,
        count: int = _LISTED,
    ) -> tuple[Job, ...]:
        """Return jobs, newest first; of these kinds and states, none named means all.

        ``before`` is the number of the last job seen: the next page begins after it.
        """
        query = select(JobRow).order_by(JobRow.id.desc()).limit(count)
        if kinds:
            query = query.where(JobRow.kind.in_(kinds))
        if states:
            query = query.where(JobRow.state.in_([state.value for state in states]))
        if before is not None:
            query = query.where(JobRow.id < before)
        with read_session(self._engine) as session:
            return tuple(job_of(row) for row in session.scalars(query))

    def claim(
        self, worker: str, kinds: Sequence[str] = (), *, stale_ns: int = STALE_NS
    ) -> Job | None:
        """Take the oldest job that waits, or that its worker left; None when there is none.

        Args:
            worker: who takes it, for people to read.
            kinds: what this worker can do; none named means everything.
            stale_ns: how long a silent worker keeps its job.
        """
        now = self._now_ns()
        left = and_(JobRow.state == JobState.RUNNING.value, JobRow.heartbeat_ns <= now - stale_ns)
        waits = and_(JobRow.state == JobState.QUEUED.value, JobRow.wanted == Wanted.RUN.value)
        query = select(JobRow).where(or_(waits, left)).order_by(JobRow.id).limit(1)
        if kinds:
            query = query.where(JobRow.kind.in_(kinds))
        with write_session(self._engine) as session:
            while True:
                row = session.scalars(query.with_for_update(skip_locked=True)).first()
                if row is None:
                    return None
                if _is_runnable(row, now):
                    break
                session.flush()  # it was settled instead, so look for another
            row.state = JobState.RUNNING.value
            row.worker = worker
            row.attempt += 1
            row.error = ""
            row.started_ns = row.started_ns or now
            row.heartbeat_ns = now
            session.flush()
            return job_of(row)

    def report(
        self, job: Job, *, done: int | None = None, total: int | None = None, note: str = ""
    ) -> Wanted | None:
        """Say how far ``job`` is, and that its worker lives; return what a person wants of it.

        None: another worker has the job now, so stop without finishing it.
        """
        change: dict[str, int | str] = {"heartbeat_ns": self._now_ns()}
        if done is not None:
            change["done"] = done
        if total is not None:
            change["total"] = total
        if note:
            change["note"] = note
        statement = update(JobRow).where(*_held(job)).values(change).returning(JobRow.wanted)
        with write_session(self._engine) as session:
            wanted = session.scalars(statement).first()
        return None if wanted is None else Wanted(wanted)

    def finish(self, job: Job, state: JobState, error: str = "") -> bool:
        """Let go of ``job``: done, failed, cancelled, paused, or queued again.

        A pause that was taken back meanwhile queues the job. False: another worker has it now.

        Raises:
            UsageError: ``state`` is running.
        """
        if state is JobState.RUNNING:
            raise UsageError("a job that is let go of is not running", fix="name another state")
        with write_session(self._engine) as session:
            query = select(JobRow).where(*_held(job)).with_for_update()
            row = session.scalars(query).first()
            if row is None:
                return False
            if state is JobState.PAUSED and row.wanted == Wanted.RUN:
                state = JobState.QUEUED
            _settle(row, state, self._now_ns(), error)
            return True

    def ask(self, number: int, wanted: Wanted) -> Job:
        """Want a job to run (again), to pause or to be cancelled; return it as it is then.

        A running job does so at its next report. What failed or was cancelled can be run again and
        goes on from its checkpoint.

        Raises:
            UsageError: there is no such job, or it is over and cannot be paused or cancelled.
        """
        with write_session(self._engine) as session:
            row = _existing(session, number, lock=True)
            state = JobState(row.state)
            again = wanted is Wanted.RUN and state in {JobState.FAILED, JobState.CANCELLED}
            if state.is_final and not again:
                raise UsageError(f"job {number} is {state}", fix="start a new one")
            row.wanted = wanted.value
            now = self._now_ns()
            if again or (state is JobState.PAUSED and wanted is Wanted.RUN):
                _settle(row, JobState.QUEUED, now)
            elif state is not JobState.RUNNING and wanted is Wanted.CANCEL:
                _settle(row, JobState.CANCELLED, now)
            elif state is JobState.QUEUED and wanted is Wanted.PAUSE:
                _settle(row, JobState.PAUSED, now)
            session.flush()
            return job_of(row)


def _existing(session: Session, number: int, *, lock: bool = False) -> JobRow:
    row = session.get(JobRow, number, with_for_update=True if lock else None)
    if row is None:
        raise UsageError(f"there is no job {number}", fix="list the jobs")
    return row


def _held(job: Job) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which ``job`` is still its worker's."""
    return (
        JobRow.id == job.id,
        JobRow.state == JobState.RUNNING.value,
        JobRow.attempt == job.attempt,
    )


def _is_runnable(row: JobRow, now: int) -> bool:
    """Settle what a worker left that nobody wants to go on, and say whether it can go on."""
    if row.state == JobState.QUEUED:
        return True
    row.losses += 1
    if row.wanted == Wanted.CANCEL:
        _settle(row, JobState.CANCELLED, now)
    elif row.wanted == Wanted.PAUSE:
        _settle(row, JobState.PAUSED, now)
    elif row.losses >= LOSSES_MAX:
        _settle(row, JobState.FAILED, now, f"its worker died {row.losses} times")
    else:
        return True
    return False


def _settle(row: JobRow, state: JobState, now: int, error: str = "") -> None:
    row.state = state.value
    row.error = error
    row.worker = ""
    row.losses = 0
    row.ended_ns = now if state.is_final else None
