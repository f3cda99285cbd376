"""Health, for those who watch the process: no right is needed, and no number told."""

from fastapi import APIRouter, Depends, Response

from traider import __version__
from traider.api.asking import anybody
from traider.api.facts import Facts, FactsNow
from traider.api.shapes.health import Live, PartHealth, Ready
from traider.domain.errors import TraiderError
from traider.runtime.status_source import Liveness

router = APIRouter(prefix="/health", tags=["health"], dependencies=[Depends(anybody)])

_UNREADY = 503
_NO_TRADER = {
    Liveness.SILENT: "a trader is there and does not answer",
    Liveness.ENDED: "no trader runs; what it kept last is shown",
    Liveness.NEVER_RAN: "the run was prepared, and nothing was said yet",
}


@router.get("/live", summary="Whether the API lives")
async def health_live() -> Live:
    """Answer at once, whatever the trader does: a process that cannot is to be started again."""
    return Live(version=__version__)


@router.get(
    "/ready",
    summary="Whether the API can answer",
    responses={_UNREADY: {"model": Ready, "description": "A part that is needed is not good."}},
)
def health_ready(facts: FactsNow, response: Response) -> Ready:
    """Say how each part stands that the API reads from.

    A trader that does not run is told and does not make the API unready: what it kept is shown.
    """
    parts = [_run(facts), _tables(facts), _trader(facts)]
    is_ready = all(each.is_good for each in parts if each.is_needed)
    response.status_code = 200 if is_ready else _UNREADY
    return Ready(is_ready=is_ready, parts=parts)


def _run(facts: Facts) -> PartHealth:
    detail = ""
    try:
        _ = facts.manifest
    except TraiderError as fault:
        detail = fault.what
    return PartHealth(part="run", is_good=not detail, is_needed=True, detail=detail)


def _tables(facts: Facts) -> PartHealth:
    """Tables may be switched off, and come a moment after the run began."""
    detail = ""
    try:
        with facts.tables.connect():
            pass
    except TraiderError as fault:
        detail = fault.what
    return PartHealth(part="tables", is_good=not detail, is_needed=False, detail=detail)


def _trader(facts: Facts) -> PartHealth:
    detail = ""
    try:
        detail = _NO_TRADER.get(facts.status().liveness, "")
    except TraiderError as fault:
        detail = fault.what
    return PartHealth(part="trader", is_good=not detail, is_needed=False, detail=detail)
