"""Jobs as rows and as values: long work that is started, watched, paused and taken over."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from traider.store.tables.base import Base, JsonObject, RowNumber, one_of


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


class Wanted(StrEnum):
    """What a person wants of a job; its worker looks at each report."""

    RUN = "run"
    PAUSE = "pause"
    CANCEL = "cancel"


class JobRow(Base):
    """A row of ``jobs``."""

    __tablename__ = "jobs"

    id: Mapped[RowNumber]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=JobState.QUEUED.value)
    wanted: Mapped[str] = mapped_column(default=Wanted.RUN.value)
    request: Mapped[JsonObject]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")
    error: Mapped[str] = mapped_column(default="")
    worker: Mapped[str] = mapped_column(default="")
    attempt: Mapped[int] = mapped_column(default=0)
    losses: Mapped[int] = mapped_column(default=0)
    created_ns: Mapped[int]
    started_ns: Mapped[int | None]
    ended_ns: Mapped[int | None]
    heartbeat_ns: Mapped[int | None]

    __table_args__ = (
        one_of("state", JobState),
        one_of("wanted", Wanted),
        CheckConstraint("done >= 0 AND total >= 0 AND attempt >= 0 AND losses >= 0", name="counts"),
        CheckConstraint("state <> 'running' OR heartbeat_ns IS NOT NULL", name="running_beats"),
        Index(None, "state", "kind", "id"),
    )


@dataclass(frozen=True)
class Job:
    """A job as it was when it was read; times are ns UTC, None for what has not happened."""

    id: int
    kind: str
    state: JobState
    wanted: Wanted
    request: JsonObject
    done: int
    total: int
    """0 while it is not known."""
    note: str
    error: str
    worker: str
    attempt: int
    """How often it was claimed; a report of an earlier attempt counts no more."""
    created_ns: int
    started_ns: int | None
    ended_ns: int | None
    heartbeat_ns: int | None


def job_of(row: JobRow) -> Job:
    """Return the value of a row."""
    return Job(
        id=row.id,
        kind=row.kind,
        state=JobState(row.state),
        wanted=Wanted(row.wanted),
        request=row.request,
        done=row.done,
        total=row.total,
        note=row.note,
        error=row.error,
        worker=row.worker,
        attempt=row.attempt,
        created_ns=row.created_ns,
        started_ns=row.started_ns,
        ended_ns=row.ended_ns,
        heartbeat_ns=row.heartbeat_ns,
    )
