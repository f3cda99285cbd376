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
from traider.api.shapes.notifications import WayResult, Ways, WayTest
from traider.domain.ports import Severity
from traider.ops.notifying import is_at_least
from traider.runtime.notifications import WAYS, channels_of, send_test, server_of
from traider.runtime.notified_file import WayDone, read_notified, read_tests, write_test

router = APIRouter(prefix="/notifications", tags=["notifications"])

_SOURCE = "traider dashboard"


@router.get("", summary="The ways that alerts go to people", responses=problems(401, 403))
def notification_ways(facts: FactsNow, asker: Annotated[Asker, Depends(needs(Right.READ))]) -> Ways:
    """Return every way: whether it is set, what goes there, and what came of it last.

    Addresses of people and keys are never told.
    """
    del asker
    wanted = facts.settings.notifications
    least = {each.name: each.least for each in channels_of(wanted)}
    done, tests = read_notified(facts.state), read_tests(facts.state)
    return Ways(
        items=[
            _way(way, least.get(way), server_of(wanted, way), (done.get(way), tests.get(way)))
            for way in WAYS
        ],
        group_s=wanted.group_s,
        per_minute=wanted.per_minute,
        again_s=facts.settings.observability.alert_again_s,
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
            write_test(facts.state, WayDone(name=name, tried_ns=now_ns, fault=sent.why))
            return WayTest(name=name, is_sent=sent.is_done, why=sent.why, at_ns=now_ns)
    if name not in WAYS:
        raise NotFoundError(
            "there is no such way", where=name, fix=f"name one of {', '.join(WAYS)}"
        )
    raise NotFoundError(
        "this way is not set", where=name, fix="set it in the table [notifications]"
    )


def _way(
    name: str, least: Severity | None, server: str, known: tuple[WayDone | None, WayDone | None]
) -> WayShape:
    done, test = known
    return WayShape(
        name=name,
        is_set=least is not None,
        least=None if least is None else least.value,
        to="" if least is None else server,
        carries=[] if least is None else [s.value for s in Severity if is_at_least(s, least)],
        sent=0 if done is None else done.sent,
        failed=0 if done is None else done.failed,
        waiting=0 if done is None else done.waiting,
        sent_ns=None if done is None or not done.sent_ns else done.sent_ns,
        last=_result(done),
        tested=_result(test),
    )


def _result(done: WayDone | None) -> WayResult | None:
    if done is None or not done.tried_ns:
        return None
    return WayResult(at_ns=done.tried_ns, is_sent=not done.fault, why=done.fault)
