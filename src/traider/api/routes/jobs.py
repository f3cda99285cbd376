"""Long work of every kind: list, look, pause, resume, cancel."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from traider.api.asking import Asker, needs
from traider.api.job_shapes import job_of_kind, job_shape, want
from traider.api.openapi import problems
from traider.api.paging import Page, PageAskedNow, keyed_page
from traider.api.rights import Right
from traider.api.shapes.jobs import JobShape
from traider.api.workshop import WorkshopNow
from traider.store.tables import JobState, Wanted

router = APIRouter(prefix="/jobs", tags=["jobs"])

Reader = Annotated[Asker, Depends(needs(Right.READ))]
Worker = Annotated[Asker, Depends(needs(Right.JOBS))]
JobNumber = Annotated[
    str, Path(pattern=r"^[0-9]{1,15}$", description="Number of the job.", examples=["17"])
]
States = Annotated[
    list[JobState] | None, Query(description="Only those in these states.", examples=[["running"]])
]

_READS = problems(401, 403, 404, 409, 422, 503)


@router.get("", summary="List long work", responses=problems(401, 403, 409, 422, 503))
def list_jobs(
    asker: Reader,
    workshop: WorkshopNow,
    asked: PageAskedNow,
    state: States = None,
) -> Page[JobShape]:
    """Return jobs of every kind, the newest first."""
    del asker
    found = workshop.desk.table.list(
        states=state or (), before=asked.after(int), count=asked.limit + 1
    )
    page = keyed_page(found, asked, lambda job: job.id)
    return Page(items=[job_shape(job) for job in page.items], next_cursor=page.next_cursor)


@router.get("/{job_id}", summary="One job", responses=_READS)
def get_job(job_id: JobNumber, asker: Reader, workshop: WorkshopNow) -> JobShape:
    """Return how a job stands."""
    del asker
    return job_shape(job_of_kind(workshop, job_id))


@router.post("/{job_id}/pause", summary="Pause a job", responses=_READS)
def pause_job(job_id: JobNumber, asker: Worker, workshop: WorkshopNow) -> JobShape:
    """Have a job stop after the piece in work; a back-test begins anew when it is resumed."""
    job = job_of_kind(workshop, job_id)
    return job_shape(want(workshop, job, Wanted.PAUSE, asker))


@router.post("/{job_id}/resume", summary="Resume a job", responses=_READS)
def resume_job(job_id: JobNumber, asker: Worker, workshop: WorkshopNow) -> JobShape:
    """Let a job go on; one that failed or was cancelled begins again where it was."""
    job = job_of_kind(workshop, job_id)
    return job_shape(want(workshop, job, Wanted.RUN, asker))


@router.post("/{job_id}/cancel", summary="Cancel a job", responses=_READS)
def cancel_job(job_id: JobNumber, asker: Worker, workshop: WorkshopNow) -> JobShape:
    """End a job; what a download brought stays."""
    job = job_of_kind(workshop, job_id)
    return job_shape(want(workshop, job, Wanted.CANCEL, asker))
