"""How the trader stands, all of it in one answer."""

from typing import Annotated

from fastapi import APIRouter, Depends

from traider.api.asking import Asker, needs
from traider.api.facts import FactsNow
from traider.api.openapi import problems
from traider.api.rights import Right
from traider.api.shapes.status import TraderStatus, status_shape

router = APIRouter(tags=["status"])


@router.get("/status", summary="How the trader stands", responses=problems(401, 403, 409))
def trader_status(
    facts: FactsNow, asker: Annotated[Asker, Depends(needs(Right.READ))]
) -> TraderStatus:
    """Return mode, account, positions, open orders, health, latency and parity.

    A running trader is asked, at most twice a second however many ask here; of one that does not
    run or does not answer, what it kept last is told with its age.
    """
    del asker
    return status_shape(facts.status())
