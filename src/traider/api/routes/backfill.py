"""Downloads of history, what the lake holds of each day, and what is wrong with it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from traider.api.asking import Asker, HouseNow, needs
from traider.api.facts import FactsNow
from traider.api.job_shapes import backfill_shape, job_of_kind, want
from traider.api.lake_coverage import series_coverage, series_findings
from traider.api.openapi import problems
from traider.api.paging import Page, PageAskedNow, keyed_page, page_of
from traider.api.problems import ConflictError, NotUnderstoodError, ProblemError
from traider.api.rights import Right
from traider.api.routes.jobs import JobNumber, States
from traider.api.shapes.jobs import (
    BackfillAsked,
    BackfillShape,
    FindingsShape,
    SeriesCoverage,
)
from traider.api.spans import instant_asked
from traider.api.workshop import WorkshopNow
from traider.domain.errors import UsageError
from traider.feed.download import DownloadRequest, Place
from traider.runtime.jobs_download import DOWNLOAD
from traider.store.tables import Wanted

router = APIRouter(prefix="/backfill", tags=["backfill"])

Reader = Annotated[Asker, Depends(needs(Right.READ))]
Worker = Annotated[Asker, Depends(needs(Right.JOBS))]
Instrument = Annotated[str, Query(max_length=64, description="Only this instrument.")]
Kind = Annotated[
    str, Query(max_length=64, description="Only this kind of data, ``bars-1h`` for example.")
]

Span = tuple[int | None, int | None]


def _span(
    since: Annotated[str, Query(max_length=40, description="First day told; empty for all.")] = "",
    until: Annotated[
        str, Query(max_length=40, description="First day not told any more; empty for all.")
    ] = "",
) -> Span:
    return (
        instant_asked(since, "query.since") if since else None,
        instant_asked(until, "query.until") if until else None,
    )


_READS = problems(401, 403, 404, 409, 422, 503)


@router.post(
    "", summary="Start a download", status_code=202, responses=problems(401, 403, 409, 422, 503)
)
def start_backfill(
    asked: BackfillAsked, asker: Worker, workshop: WorkshopNow, facts: FactsNow, house: HouseNow
) -> BackfillShape:
    """Queue a download into the lake; one that is under way already is joined."""
    request = DownloadRequest(
        place=Place(asked.venue.lower(), facts.settings.jobs.download_url),
        symbols=tuple(asked.symbols),
        lake=workshop.lake,
        since_ns=instant_asked(asked.since, "body.since"),
        until_ns=instant_asked(asked.until, "body.until") if asked.until else 0,
        what=tuple(asked.what),
        timeframes=tuple(asked.timeframes),
        verify=asked.verify,
        is_repairing=asked.repair,
    )
    try:
        job, is_new = workshop.desk.start_download(request, who=asker.name)
    except UsageError as fault:
        raise _as_asked(fault) from None
    house.tell(asker.name, "backfill", "jobs", venue=asked.venue, symbols=asked.symbols)
    workshop.look()
    return backfill_shape(job, is_new=is_new)


def _as_asked(fault: UsageError) -> ProblemError:
    """Return a refusal in the words of the request: the desk has those of the command line."""
    option = fault.where.removeprefix("--")
    if option == "background":
        fix = "wait for it, or cancel it: POST /api/v1/backfill/{job_id}/cancel"
        return ConflictError(fault.what, where="body", fix=fix)
    if option == fault.where:  # nothing of the request: a package is not installed
        return ConflictError(fault.what, where=fault.where, fix=fault.fix)
    name = {"symbol": "symbols", "timeframe": "timeframes"}.get(option, option)
    fix = fault.fix.replace("add --symbol ", "name one: ").replace("add --timeframe ", "name one: ")
    return NotUnderstoodError(fault.what, where=f"body.{name}", fix=fix.replace("--", ""))


@router.get("", summary="List downloads", responses=problems(401, 403, 409, 422, 503))
def list_backfills(
    asker: Reader, workshop: WorkshopNow, asked: PageAskedNow, state: States = None
) -> Page[BackfillShape]:
    """Return downloads, the newest first, those of the command line among them."""
    del asker
    found = workshop.desk.table.list(
        kinds=[DOWNLOAD], states=state or (), before=asked.after(int), count=asked.limit + 1
    )
    page = keyed_page(found, asked, lambda job: job.id)
    return Page(items=[backfill_shape(job) for job in page.items], next_cursor=page.next_cursor)


@router.get(
    "/coverage",
    summary="What the lake holds of each day",
    responses=problems(401, 403, 409, 422),
)
def lake_coverage(
    asker: Reader,
    workshop: WorkshopNow,
    asked: PageAskedNow,
    span: Annotated[Span, Depends(_span)],
    instrument: Instrument = "",
    kind: Kind = "",
) -> Page[SeriesCoverage]:
    """Return the series of the lake by name, with the rows and the completeness of each day."""
    del asker
    found = series_coverage(workshop.lake, instrument, kind)
    page = page_of(found, asked)
    return Page(items=[each.told(*span) for each in page.items], next_cursor=page.next_cursor)


@router.get(
    "/findings",
    summary="What is wrong with a series of the lake",
    responses=problems(401, 403, 404, 409, 422),
)
def lake_findings(
    asker: Reader,
    workshop: WorkshopNow,
    facts: FactsNow,
    instrument: Annotated[
        str,
        Query(
            min_length=1, max_length=64, description="Whose series.", examples=["BINANCE:BTC-USDT"]
        ),
    ],
    kind: Annotated[
        str, Query(min_length=1, max_length=64, description="Its kind.", examples=["bars-1h"])
    ],
) -> FindingsShape:
    """Check every row of a series; a check is shared for a minute by all who ask for it."""
    del asker
    lake = workshop.lake
    return facts.cached(
        f"findings {instrument} {kind}", 60.0, lambda: series_findings(lake, instrument, kind)
    )


@router.get("/{job_id}", summary="One download", responses=_READS)
def get_backfill(job_id: JobNumber, asker: Reader, workshop: WorkshopNow) -> BackfillShape:
    """Return how a download stands."""
    del asker
    return backfill_shape(job_of_kind(workshop, job_id, DOWNLOAD))


@router.post("/{job_id}/pause", summary="Pause a download", responses=_READS)
def pause_backfill(job_id: JobNumber, asker: Worker, workshop: WorkshopNow) -> BackfillShape:
    """Have a download stop after the page in work."""
    job = job_of_kind(workshop, job_id, DOWNLOAD)
    return backfill_shape(want(workshop, job, Wanted.PAUSE, asker))


@router.post("/{job_id}/resume", summary="Resume a download", responses=_READS)
def resume_backfill(job_id: JobNumber, asker: Worker, workshop: WorkshopNow) -> BackfillShape:
    """Let a download go on where it was."""
    job = job_of_kind(workshop, job_id, DOWNLOAD)
    return backfill_shape(want(workshop, job, Wanted.RUN, asker))


@router.post("/{job_id}/cancel", summary="Cancel a download", responses=_READS)
def cancel_backfill(job_id: JobNumber, asker: Worker, workshop: WorkshopNow) -> BackfillShape:
    """End a download; what it brought stays."""
    job = job_of_kind(workshop, job_id, DOWNLOAD)
    return backfill_shape(want(workshop, job, Wanted.CANCEL, asker))
