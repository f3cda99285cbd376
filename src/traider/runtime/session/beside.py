"""Parts beside the trader, each a role of its own: one that fails is begun again alone.

No order depends on them, so trading goes on meanwhile; the board of health tells of them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from traider.ops.endpoint import Endpoint
from traider.runtime.config_run import RestartConfig
from traider.runtime.observability import RoleObservation
from traider.runtime.supervision.keeper import KeeperHooks, RoleKeeper, SupervisorParts
from traider.runtime.supervision.processes import ChildEndedError
from traider.runtime.supervision.restarts import RestartTerms
from traider.runtime.supervision.role import Role, RoleReport
from traider.venues.backoff import BackoffTerms

_HELD_S: Final = 60.0
"""A part that ran so long begins with short pauses again."""
_LOOK_S: Final = 1.0


def supervisor_parts(seen: RoleObservation, restart: RestartConfig) -> SupervisorParts:
    """Return what the supervisors of a process speak through."""
    pauses = BackoffTerms(restart.first_s, restart.longest_s, _HELD_S)
    terms = RestartTerms(pauses, restart.attempts, restart.within_s)
    return SupervisorParts(
        seen.health, seen.clock, seen.log, seen.metrics, seen.alerts, terms, faults=seen.faults
    )


def kept_beside(
    name: str, run: Callable[[RoleReport], Awaitable[None]], parts: SupervisorParts
) -> Coroutine[Any, Any, None]:
    """Return what keeps a part running until it is cancelled."""
    report = RoleReport(name, parts.board, parts.metrics)
    return RoleKeeper(Role(name, run, is_vital=False), report, parts, KeeperHooks()).run()


class EndpointRole:
    """The address of metrics and health, opened again when its thread ends."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def run(self, report: RoleReport) -> None:
        """Look after it until cancelled.

        Raises:
            UsageError: it cannot be opened again.
            ChildEndedError: its thread ended.
        """
        if not self._endpoint.is_running:
            await asyncio.to_thread(self._endpoint.start)
        report.ready()
        while self._endpoint.is_running:  # noqa: ASYNC110 - a thread that ends sets no event
            await asyncio.sleep(_LOOK_S)
        raise ChildEndedError("the address of metrics and health is not served any more")
