"""The run proved, and told beside a back-test of its market: where the difference comes from."""

from typing import Annotated

from fastapi import APIRouter, Depends

from traider.api.asking import Asker, HouseNow, needs
from traider.api.facts import FactsNow
from traider.api.job_shapes import job_shape
from traider.api.openapi import problems
from traider.api.rights import Right
from traider.api.shapes.jobs import JobShape, ParityAsked, ParityShape
from traider.api.workshop import WorkshopNow
from traider.runtime.jobs import OPEN, result_folder
from traider.runtime.jobs_parity import PARITY, folder_of, parity_request, report_in
from traider.store.tables import JobState

router = APIRouter(prefix="/parity", tags=["backtest"])

Reader = Annotated[Asker, Depends(needs(Right.READ))]
Worker = Annotated[Asker, Depends(needs(Right.JOBS))]


@router.post(
    "", summary="Prove the run", status_code=202, responses=problems(401, 403, 409, 422, 503)
)
def start_parity(
    asked: ParityAsked, asker: Worker, workshop: WorkshopNow, facts: FactsNow, house: HouseNow
) -> JobShape:
    """Queue a check of the run as ``traider parity`` does it; one under way is joined."""
    _ = facts.manifest  # a folder without a run has nothing to prove
    folder = result_folder(workshop.results, PARITY)
    body = parity_request(facts.state, folder, asked.latency, asker.name)
    for job in workshop.desk.table.list(kinds=[PARITY], states=OPEN):
        if (job.request["state"], job.request["latency"]) == (body["state"], asked.latency):
            return job_shape(job)
    house.tell(asker.name, "parity", "jobs", latency=asked.latency)
    job = workshop.desk.start(PARITY, body)
    workshop.look()
    return job_shape(job)


@router.get("/report", summary="What the last check found", responses=problems(401, 403, 409, 503))
def get_parity_report(asker: Reader, workshop: WorkshopNow, facts: FactsNow) -> ParityShape:
    """Return the newest check that is done, with the difference to a back-test by its causes."""
    del asker
    state = str(facts.state.absolute())
    for job in workshop.desk.table.list(kinds=[PARITY], states=[JobState.DONE]):
        report = report_in(folder_of(job.request)) if job.request["state"] == state else None
        if report is not None:
            return ParityShape(job=job_shape(job), report=report)
    return ParityShape(job=None, report=None)
