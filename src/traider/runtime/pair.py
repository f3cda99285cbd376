"""Trader and gateway as two processes under one supervisor, which itself trades nothing.

    outcome = await keep_pair(PairOrder(trader, gateway), seen, stop)

The gateway is started first and ended last: the trader needs it to take its orders back. Each is
started again when it dies, after a pause; a trader that is done ends both. The venue's keys are in
the gateway's environment and are taken out of the trader's. When this process is killed both
children notice, by the end of their standard input, and end in order.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from traider.domain.errors import UsageError, VenueError
from traider.domain.ports import Log
from traider.ops.clock import SystemClock
from traider.runtime.beside_file import BesideBody, tell_beside
from traider.runtime.observability import RoleObservation
from traider.runtime.session.background import Background
from traider.runtime.status_body import restart_bodies
from traider.runtime.supervision.processes import ChildEndedError, ChildProcess, ChildTerms
from traider.runtime.supervision.role import AfterFault, Role, RoleReport
from traider.runtime.supervision.supervisor import Outcome, Supervisor, SupervisorParts
from traider.runtime.venue_keys import KEY_VARIABLES

TRADER: Final = "trader"
READY_S: Final = 600.0
"""With a kernel that is compiled for the first time."""
SILENT_S: Final = 30.0
"""A process that says nothing for so long is frozen: it is killed, and started again."""
_TRADER_STOP_S: Final = 120.0
_GATEWAY_STOP_S: Final = 15.0
_KILLED_S: Final = 5.0


@dataclass(frozen=True)
class PairOrder:
    """What is started."""

    trader: tuple[str, ...]
    """Its command line."""
    gateway: tuple[str, ...] = ()
    """Likewise; empty where a gateway runs already."""
    environment: tuple[tuple[str, str], ...] = ()
    """Of both, beside ours; the trader's is without the keys."""
    folder: Path | None = None
    """State folder, where it is told what was begun again."""
    output: Path | None = None
    """File of what the last trader printed; None where it prints itself."""


def pair_children(order: PairOrder) -> tuple[ChildTerms, ...]:
    """Return what is started, in order."""
    trader = ChildTerms(
        TRADER,
        order.trader,
        dict(order.environment),
        READY_S,
        SILENT_S,
        _TRADER_STOP_S,
        frozenset(KEY_VARIABLES),
        output=order.output,
    )
    gateway = replace(
        trader,
        name="gateway",
        command=order.gateway,
        without=frozenset(),
        output=None,
        stop_s=_GATEWAY_STOP_S,
    )
    return (gateway, trader) if order.gateway else (trader,)


async def keep_pair(
    order: PairOrder,
    seen: RoleObservation,
    beside: tuple[Role, ...] = (),
    on_supervisor: Callable[[Supervisor], None] = lambda _: None,
) -> Outcome:
    """Keep both running until somebody asks for the end, or neither can be kept.

    Args:
        order: what is started.
        seen: log, metrics and alerts of this process.
        beside: roles of this process itself, started first and ended last.
        on_supervisor: takes the supervisor, to ask it for the end.
    """
    parts = SupervisorParts(seen.health, SystemClock(), seen.log, seen.metrics, seen.alerts)
    supervisor = Supervisor(parts)
    for role in beside:
        supervisor.add(role)
    for terms in pair_children(order):
        child, is_trader = _Child(terms, seen.log), terms.name == TRADER
        stop_s = terms.stop_s + _KILLED_S
        supervisor.add(
            Role(terms.name, child.run, ends_all=is_trader, stop_s=stop_s, judged=child.judge)
        )
    on_supervisor(supervisor)

    def body() -> BesideBody:
        return BesideBody(pid=os.getpid(), restarts=restart_bodies(parts.book))

    async with Background() as background:
        if order.folder is not None:
            background.add(tell_beside(order.folder, "supervisor", body))
        return await supervisor.run()


class _Child:
    """A child that is kept: what no restart can mend ends all."""

    def __init__(self, terms: ChildTerms, log: Log) -> None:
        self._terms, self._log = terms, log
        self._was_ready = False

    async def run(self, report: RoleReport) -> None:
        """Run it once.

        Raises:
            ChildEndedError: it ended otherwise than a trader that is done.
        """
        try:
            await ChildProcess(self._terms, self._log).run(report)
        finally:
            self._was_ready = self._was_ready or report.is_ready
        if self._terms.name != TRADER:
            raise ChildEndedError(f"{self._terms.name} ended by itself")

    def judge(self, fault: Exception) -> AfterFault:
        """Return what a fault leads to.

        What refuses at its very start will refuse again; a venue that does not answer later on is
        waited for.
        """
        code = fault.child_code if isinstance(fault, ChildEndedError) else 0
        if code in (UsageError.exit_code, VenueError.exit_code) and not self._was_ready:
            return AfterFault.HALT
        return AfterFault.WAIT if code == VenueError.exit_code else AfterFault.AGAIN
