"""The system: its parts, latencies, rates, resources, log, parity, versions."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query

from traider.api.asking import needs
from traider.api.facts import Facts, FactsNow
from traider.api.openapi import problems
from traider.api.paging import Page, PageAskedNow, cursor_of
from traider.api.reading import system
from traider.api.reading.log_tail import LinesAsked, log_lines
from traider.api.reading.looking import WAIT_S
from traider.api.rights import Right
from traider.api.shapes.system import (
    LogLine,
    ParityStatus,
    Rates,
    Resources,
    Roles,
    StageLatencies,
    Versions,
)
from traider.runtime.state_folder import RunManifest, read_manifest

router = APIRouter(
    prefix="/system",
    tags=["system"],
    dependencies=[Depends(needs(Right.READ))],
    responses=problems(401, 403, 409, 422),
)

_SIZES_AGE_S: Final = 10.0
Level = Literal["debug", "info", "warning", "error"]
Process = Literal["trader", "gateway", "supervisor"]


@router.get("/roles", summary="Every part of the system, and how it is")
def system_roles(facts: FactsNow) -> Roles:
    """Return state, restarts and lag of the trader's parts and of the processes beside it."""
    return system.roles(facts.status(), facts.paths, facts.view.wait_until_live(WAIT_S))


@router.get("/latency", summary="How long each stage takes")
def system_latency(facts: FactsNow) -> StageLatencies:
    """Return percentiles of every stage since the trader began, and how they moved."""
    return system.latency(facts.status().body, facts.series.samples())


@router.get("/rates", summary="Events, decisions and orders a second")
def system_rates(facts: FactsNow) -> Rates:
    """Return how often things happen, of the last minute and over time."""
    return system.rates(facts.status().body, facts.series.samples())


@router.get("/resources", summary="Processor, memory and disk of each process")
def system_resources(facts: FactsNow) -> Resources:
    """Return what the run's processes and files take, now and over time."""
    samples = facts.series.samples()
    return facts.cached(
        f"resources {len(samples)}", _SIZES_AGE_S, lambda: system.resources(facts.state, samples)
    )


@router.get("/logs", summary="The end of the log, newest lines first")
def system_logs(
    facts: FactsNow,
    asked: PageAskedNow,
    level: Annotated[Level, Query(description="This level and those above it.")] = "info",
    text: Annotated[str, Query(max_length=200, description="Any part of a line.")] = "",
    process: Annotated[Process, Query(description="Whose log.")] = "trader",
) -> Page[LogLine]:
    """Return lines that fit; a page may hold fewer than asked for, or none, and have a cursor."""
    paths = facts.paths
    path = {
        "trader": paths.log,
        "gateway": paths.gateway_log,
        "supervisor": paths.supervisor_log,
    }[process]
    found = log_lines(path, LinesAsked(level, text, asked.limit, asked.after(int)))
    next_cursor = None if found.next_before is None else cursor_of(found.next_before)
    return Page(items=found.lines, next_cursor=next_cursor)


@router.get("/parity", summary="Whether the run was proved, and when")
def system_parity(facts: FactsNow) -> ParityStatus:
    """Return what the identity check found: the journal replayed, its state compared."""
    return system.parity(facts.status().body, facts.view.wait_until_live(WAIT_S))


@router.get("/version", summary="What runs, and what the run was begun with")
def system_version(facts: FactsNow) -> Versions:
    """Return versions of Traider, of its kernel's sources, and of what they stand on."""
    return facts.cached("versions", _SIZES_AGE_S, lambda: system.versions(_manifest(facts)))


def _manifest(facts: Facts) -> RunManifest | None:
    return read_manifest(facts.state)
