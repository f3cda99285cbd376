"""Back-tests: run, watch, read, compare; and the run beside a back-test of itself."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from traider.api.asking import Asker, HouseNow, needs
from traider.api.backtest_shapes import comparison, preset_shapes, result_shape, trades_of
from traider.api.facts import FactsNow
from traider.api.job_shapes import backtest_shape, job_of_kind, want
from traider.api.openapi import problems
from traider.api.paging import Page, PageAskedNow, cursor_of, keyed_page
from traider.api.problems import NotUnderstoodError
from traider.api.rights import Right
from traider.api.routes.jobs import JobNumber, States
from traider.api.shapes.jobs import (
    BacktestAsked,
    BacktestResultShape,
    BacktestShape,
    BacktestTradeShape,
    Comparison,
    Presets,
    Tier,
)
from traider.api.spans import instant_asked
from traider.api.workshop import WorkshopNow
from traider.runtime.backtest_choice import BacktestChoice, BacktestPlaces, chosen_config
from traider.runtime.jobs import result_folder
from traider.runtime.jobs_backtest import BACKTEST, BacktestRequest, request_json
from traider.store.tables import Wanted

router = APIRouter(prefix="/backtest", tags=["backtest"])

Reader = Annotated[Asker, Depends(needs(Right.READ))]
Worker = Annotated[Asker, Depends(needs(Right.JOBS))]

_LISTS = problems(401, 403, 409, 422, 503)
_READS = problems(401, 403, 404, 409, 422, 503)


@router.post("", summary="Run a back-test", status_code=202, responses=_LISTS)
def start_backtest(
    asked: BacktestAsked, asker: Worker, workshop: WorkshopNow, facts: FactsNow, house: HouseNow
) -> BacktestShape:
    """Queue a back-test; its settings are checked before. A worker runs it at low priority."""
    if asked.start and instant_asked(asked.start, "body.start") >= house.now_ns():
        raise NotUnderstoodError(
            f"{asked.start} is in the future", where="body.start", fix="begin with data there are"
        )
    choice = BacktestChoice(
        preset=asked.preset,
        source=asked.source,
        instruments=tuple(asked.instruments),
        bars=asked.bars,
        start=asked.start,
        end=asked.end,
        fill_tier=asked.fill_tier or "",
        seed=asked.seed,
        settings=asked.settings,
    )
    config = chosen_config(choice, BacktestPlaces(facts.state, workshop.lake))
    request = BacktestRequest(
        config,
        result_folder(workshop.results, BACKTEST),
        title=asked.title,
        preset=asked.preset,
        who=asker.name,
    )
    house.tell(asker.name, "backtest", "jobs", preset=asked.preset, title=asked.title)
    job = workshop.desk.start(BACKTEST, request_json(request))
    workshop.look()
    return backtest_shape(job)


@router.get("", summary="List back-tests", responses=_LISTS)
def list_backtests(
    asker: Reader, workshop: WorkshopNow, asked: PageAskedNow, state: States = None
) -> Page[BacktestShape]:
    """Return back-tests, the newest first."""
    del asker
    found = workshop.desk.table.list(
        kinds=[BACKTEST], states=state or (), before=asked.after(int), count=asked.limit + 1
    )
    page = keyed_page(found, asked, lambda job: job.id)
    return Page(items=[backtest_shape(job) for job in page.items], next_cursor=page.next_cursor)


@router.get("/presets", summary="What a back-test can begin with", responses=problems(401, 403))
def list_presets(asker: Reader, facts: FactsNow) -> Presets:
    """Return the shipped examples, and the settings of the run."""
    del asker
    return Presets(items=preset_shapes(facts))


@router.get("/compare", summary="Back-tests beside one another", responses=_READS)
def compare_backtests(
    asker: Reader,
    workshop: WorkshopNow,
    ids: Annotated[
        str,
        Query(
            pattern=r"^[0-9]{1,15}(,[0-9]{1,15}){0,9}$",
            description="Numbers of up to ten, with commas between.",
            examples=["17,18"],
        ),
    ],
) -> Comparison:
    """Return the figures of each, and their curves on one axis of time, each begun at 1."""
    del asker
    return comparison(workshop, ids.split(","))


@router.get("/{job_id}", summary="One back-test", responses=_READS)
def get_backtest(job_id: JobNumber, asker: Reader, workshop: WorkshopNow) -> BacktestShape:
    """Return how a back-test stands."""
    del asker
    return backtest_shape(job_of_kind(workshop, job_id, BACKTEST))


@router.get("/{job_id}/result", summary="What a back-test came to", responses=_READS)
def get_backtest_result(
    job_id: JobNumber,
    asker: Reader,
    workshop: WorkshopNow,
    tier: Annotated[
        Tier | None,
        Query(
            description="Whose equity; that of the back-test if not said.", examples=["pessimistic"]
        ),
    ] = None,
) -> BacktestResultShape:
    """Return figures under each fill tier, costs, equity, notes and findings."""
    del asker
    return result_shape(job_of_kind(workshop, job_id, BACKTEST), tier or "")


@router.get("/{job_id}/trades", summary="Trades of a back-test", responses=_READS)
def get_backtest_trades(
    job_id: JobNumber,
    asker: Reader,
    workshop: WorkshopNow,
    asked: PageAskedNow,
    instrument: Annotated[str, Query(max_length=64, description="Only of this one.")] = "",
) -> Page[BacktestTradeShape]:
    """Return the trades in the report's numbering, under the fill tier of the back-test."""
    del asker
    job = job_of_kind(workshop, job_id, BACKTEST)
    _, trades = trades_of(job, asked.after(int) or 0, asked.limit + 1, instrument)
    items = trades[: asked.limit]
    has_more = len(trades) > len(items)
    return Page(items=items, next_cursor=cursor_of(items[-1].number) if has_more else None)


@router.post("/{job_id}/cancel", summary="Cancel a back-test", responses=_READS)
def cancel_backtest(job_id: JobNumber, asker: Worker, workshop: WorkshopNow) -> BacktestShape:
    """End a back-test; nothing of it is kept."""
    job = job_of_kind(workshop, job_id, BACKTEST)
    return backtest_shape(want(workshop, job, Wanted.CANCEL, asker))
