"""Keep one role running: begun anew when it fails, as long as that is allowed.

What a fault leads to is the role's own judgment: begin again, wait for what is outside, or halt. A
role that fails again and again halts everything, or, where the rest can do without it, is tried at
the longest pause until it holds, while a person is told.
"""

import asyncio
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from traider.domain.errors import TraiderError
from traider.domain.metric_names import RESTARTS_TOTAL
from traider.domain.ports import Alert, AlertChannel, Clock, FaultReports, Log, Metrics, Severity
from traider.ops.health import HealthBoard
from traider.runtime.supervision.restart_book import RestartBook
from traider.runtime.supervision.restarts import Restarts, RestartTerms
from traider.runtime.supervision.role import AfterFault, Role, RoleReport
from traider.runtime.supervision.shutdown import line_of

_NS_PER_S: Final = 1e9


@dataclass(frozen=True)
class SupervisorParts:
    """What a supervisor speaks through."""

    board: HealthBoard
    clock: Clock
    """Of the machine."""
    log: Log
    metrics: Metrics
    alerts: AlertChannel
    restarts: RestartTerms = field(default_factory=RestartTerms)
    book: RestartBook = field(default_factory=RestartBook)
    """Where restarts are noted."""
    faults: FaultReports | None = None
    """Told what nobody foresaw."""


@dataclass(frozen=True)
class Halt:
    """A fault after which a role is not begun again."""

    role: Role
    fault: Exception
    is_loop: bool = False
    """Whether it came again and again."""


@dataclass(frozen=True)
class KeeperHooks:
    """Who is asked and told; a keeper without anybody halts nothing."""

    is_stopping: Callable[[], bool] = lambda: False
    halt: Callable[[Halt], None] = lambda _: None
    """Told when the role is not begun again."""
    done: Callable[[Role], None] = lambda _: None
    """Told when the role ended by itself."""


class RoleKeeper:
    """Keeps one role running."""

    def __init__(
        self, role: Role, report: RoleReport, parts: SupervisorParts, hooks: KeeperHooks
    ) -> None:
        self._role, self._report, self._parts, self._hooks = role, report, parts, hooks
        self._restarts = Restarts(parts.restarts)

    async def run(self) -> None:
        """Run the role again and again while that is allowed."""
        role, report = self._role, self._report
        while True:
            begun_s = self._now_s()
            try:
                await role.run(report)
            except Exception as fault:  # noqa: BLE001 - every fault of a role arrives here
                report.bad(line_of(fault))
                pause_s = self._judge(fault, self._now_s() - begun_s)
            else:
                report.bad("ended")
                self._hooks.done(role)
                return
            if pause_s is None:
                return
            await asyncio.sleep(pause_s)

    def _judge(self, fault: Exception, held_s: float) -> float | None:
        """Return the pause before the role is begun again; None when it is not."""
        role, parts, line = self._role, self._parts, line_of(fault)
        frames = traceback.extract_tb(fault.__traceback__)
        where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        parts.log.error("a role failed", role=role.name, why=line, where=where)
        if parts.faults is not None and not isinstance(fault, TraiderError):
            parts.faults.report(fault, part=role.name)
        if self._hooks.is_stopping():
            return None
        after = role.judge(fault)
        if after is AfterFault.HALT:
            self._hooks.halt(Halt(role, fault))
            return None
        pause_s = self._pause_s(after, held_s)
        if pause_s is None and role.is_vital:
            self._hooks.halt(Halt(role, fault, is_loop=True))
            return None
        if pause_s is None:
            pause_s = parts.restarts.pauses.longest_s
            title = "a part fails again and again"
            parts.alerts.send(
                Alert(f"part:{role.name}", Severity.CRITICAL, title, f"{role.name}: {line}")
            )
        if after is AfterFault.WAIT:
            title = "a part waits for what does not answer"
            parts.alerts.send(
                Alert(f"part:{role.name}", Severity.WARNING, title, f"{role.name}: {line}")
            )
        parts.metrics.count(RESTARTS_TOTAL, part=role.name)
        parts.book.note(role.name, line, parts.clock.now_ns())
        parts.log.warning("a role is started again", role=role.name, pause_s=pause_s)
        return pause_s

    def _pause_s(self, after: AfterFault, held_s: float) -> float | None:
        if after is AfterFault.WAIT:
            return self._restarts.wait_s(held_s)
        return self._restarts.next_s(self._now_s(), held_s)

    def _now_s(self) -> float:
        return self._parts.clock.monotonic_ns() / _NS_PER_S
