"""The ways that alerts go to people: seen and tested. What they are set to is in the settings."""

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from traider.api.asking import Asker, HouseNow, needs
from traider.api.facts import FactsNow
from traider.api.openapi import problems
from traider.api.problems import NotFoundError
from traider.api.rights import Right
from traider.api.shapes.notifications import Way as WayShape
from traider.api.shapes.notifications import Ways, WayTest
from traider.runtime.notifications import WAYS, channels_of, send_test

router = APIRouter(prefix="/notifications", tags=["notifications"])

_SOURCE = "traider dashboard"


@router.get("", summary="The ways that alerts go to people", responses=problems(401, 403))
def notification_ways(facts: FactsNow, asker: Annotated[Asker, Depends(needs(Right.READ))]) -> Ways:
    """Return every way and whether it is set; addresses and keys are never told."""
    del asker
    found = {each.name: each.least.value for each in channels_of(facts.settings.notifications)}
    return Ways(
        items=[WayShape(name=way, is_set=way in found, least=found.get(way)) for way in WAYS]
    )


@router.post(
    "/{name}/test", summary="Send a test over one way", responses=problems(401, 403, 404, 422)
)
def notification_test(
    facts: FactsNow,
    house: HouseNow,
    asker: Annotated[Asker, Depends(needs(Right.SETTINGS))],
    name: Annotated[str, Path(max_length=20, description="Name of the way.", examples=["slack"])],
) -> WayTest:
    """Send a test at once and return what the service said of it."""
    for channel in channels_of(facts.settings.notifications):
        if channel.name == name:
            now_ns = time.time_ns()
            sent = send_test(channel, asker.name, _SOURCE, now_ns)
            house.tell(asker.name, "notification-test", f"way:{name}", is_sent=sent.is_done)
            return WayTest(name=name, is_sent=sent.is_done, why=sent.why, at_ns=now_ns)
    raise NotFoundError(
        "this way is not set", where=name, fix="set it in the table [notifications]"
    )
