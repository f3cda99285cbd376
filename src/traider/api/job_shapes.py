"""Jobs as the front door shows them, and the work that is done with any of them."""

from typing import Any, TypeVar

from traider.api.asking import Asker
from traider.api.problems import ConflictError, NotFoundError
from traider.api.shapes.jobs import BackfillShape, BacktestShape, JobShape
from traider.api.workshop import Workshop
from traider.domain.errors import UsageError
from traider.runtime.jobs_backtest import BACKTEST, done_in, request_of
from traider.runtime.jobs_download import DOWNLOAD
from traider.runtime.presets import instrument_of_file
from traider.store.tables import Job, Wanted

Made = TypeVar("Made", bound=JobShape)


def job_shape(job: Job) -> JobShape:
    """Return how a job of any kind is told."""
    return JobShape(**_fields(job))


def backfill_shape(job: Job, *, is_new: bool = False) -> BackfillShape:
    """Return how a download is told."""
    asked = job.request
    return BackfillShape(
        **_fields(job),
        venue=str(asked["venue"]),
        symbols=list(asked["symbols"]),
        what=list(asked["what"]),
        timeframes=list(asked["timeframes"]),
        since=str(asked["since"]),
        until=str(asked["until"]),
        is_new=is_new,
    )


def backtest_shape(job: Job) -> BacktestShape:
    """Return how a back-test is told.

    Raises:
        UsageError: its settings are those of another version.
    """
    asked = request_of(job.request)
    done = done_in(asked.folder)
    data = asked.config.data
    named = (instrument_of_file(path) for path in data.files)
    return BacktestShape(
        **_fields(job),
        preset=asked.preset,
        instruments=[name for name in named if name],
        start=data.start,
        end=data.end,
        fill_tier=asked.config.fill_tier,
        fingerprint="" if done is None else done.fingerprint,
        has_result=done is not None,
    )


def job_of_kind(workshop: Workshop, job_id: str, kind: str = "") -> Job:
    """Return a job.

    Raises:
        NotFoundError: there is none of this number and kind.
    """
    try:
        job = workshop.desk.table.get(int(job_id))
    except (UsageError, ValueError):
        raise _absent(job_id, kind) from None
    if kind and job.kind != kind:
        raise _absent(job_id, kind)
    return job


def want(workshop: Workshop, job: Job, wanted: Wanted, asker: Asker) -> Job:
    """Want a job to run again, to pause or to be cancelled; return it as it stands then.

    Raises:
        ConflictError: it is over.
    """
    if asker.house is not None:
        asker.house.tell(asker.name, f"job-{wanted.value}", f"job:{job.id}", kind=job.kind)
    try:
        found = workshop.desk.ask(job.id, wanted)
    except UsageError as fault:
        raise ConflictError(fault.what, where=str(job.id), fix=fault.fix) from None
    if wanted is Wanted.RUN:
        workshop.look()
    return found


def _fields(job: Job) -> dict[str, Any]:
    return {
        "id": str(job.id),
        "kind": job.kind,
        "state": job.state,
        "wanted": job.wanted,
        "title": _title(job),
        "who": str(job.request.get("who") or ""),
        "progress": min(job.done / job.total, 1.0) if job.total else 0.0,
        "note": job.note,
        "error": job.error,
        "attempt": job.attempt,
        "created_ns": job.created_ns,
        "started_ns": job.started_ns,
        "ended_ns": job.ended_ns,
        "heartbeat_ns": job.heartbeat_ns,
    }


def _title(job: Job) -> str:
    asked = job.request
    if job.kind == DOWNLOAD:
        what = ", ".join([*asked["what"], *asked["timeframes"]])
        return f"{asked['venue']} {', '.join(asked['symbols'])}: {what}"
    if job.kind == BACKTEST:
        return str(asked.get("title") or asked.get("preset") or "back-test")
    return f"{job.kind} of {asked.get('state', '')}"


def _absent(job_id: str, kind: str) -> NotFoundError:
    return NotFoundError(
        f"there is no {kind or 'job'} {job_id}", where=job_id, fix="see GET /api/v1/jobs"
    )
