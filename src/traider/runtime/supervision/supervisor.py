"""The supervisor: starts roles, starts them again when they fail, and ends all of them in order.

    supervisor = Supervisor(parts)
    supervisor.add(Role("feed", feed.run))
    supervisor.add(Role("trader", trader.run, moves_money=True, ends_all=True))
    with stop_signals(supervisor.ask_stop, reload):
        outcome = await supervisor.run(steps)

It ends when somebody asks, when a role that ends everything is done, when a role that moves money
fails, or when a role fails again and again. The last two are halts: a person is called, and the
front door leaves with the fault.
"""

import asyncio
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from traider.domain.metric_names import RESTARTS_TOTAL
from traider.domain.ports import Alert, AlertChannel, Clock, Log, Metrics, Severity
from traider.ops.health import HealthBoard
from traider.runtime.supervision.restarts import Restarts, RestartTerms
from traider.runtime.supervision.role import Role, RoleReport
from traider.runtime.supervision.shutdown import Step, line_of, take_steps

BEAT_S: Final = 1.0
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


@dataclass(frozen=True)
class Outcome:
    """How it ended."""

    why: str
    fault: BaseException | None = None
    """What halted it; None for an end that was asked for."""
    left: tuple[str, ...] = ()
    """Steps of the end that failed, a line each."""


class Supervisor:
    """Keeps the roles of one process, on its event loop."""

    def __init__(self, parts: SupervisorParts) -> None:
        self._parts = parts
        self._roles: dict[str, Role] = {}
        self._reports: dict[str, RoleReport] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self._all_ready = asyncio.Event()
        self._why = ""
        self._fault: BaseException | None = None

    def add(self, role: Role) -> None:
        """Take a role; they are started in this order, and ended in the opposite one."""
        self._roles[role.name] = role
        self._reports[role.name] = RoleReport(
            role.name, self._parts.board, self._parts.metrics, self._note_readiness
        )

    async def until_ready(self) -> bool:
        """Wait until every role is ready, and return True; False when the end came first."""
        await self._all_ready.wait()
        return not self.is_stopping

    def _note_readiness(self) -> None:
        is_ready = all(report.is_ready for report in self._reports.values())
        self._parts.board.set_ready(is_ready=is_ready and not self.is_stopping)
        if is_ready or self.is_stopping:
            self._all_ready.set()
        else:
            self._all_ready.clear()

    def ask_stop(self, why: str) -> None:
        """Ask for an end in order; the first reason counts."""
        if not self._stopping.is_set():
            self._why = why
            self._parts.log.info("stopping", why=why)
            self._parts.board.set_ready(is_ready=False)
            self._stopping.set()
            self._all_ready.set()

    @property
    def is_stopping(self) -> bool:
        """Whether the end has begun."""
        return self._stopping.is_set()

    def ending(self, name: str) -> Step:
        """Return the step that ends a role, for its place in the order of the end."""
        return Step(f"end {name}", lambda: self._end(name), self._roles[name].stop_s + 1.0)

    async def run(self, steps: Sequence[Step] = ()) -> Outcome:
        """Run until the end; return how it came.

        Args:
            steps: of the ordered end; roles that none of them ends are ended after them.
        """
        beating = asyncio.create_task(self._beat())
        try:
            for name, role in self._roles.items():
                self._tasks[name] = asyncio.create_task(self._keep(role), name=name)
            await self._stopping.wait()
            left = await take_steps(
                [*steps, *(self.ending(name) for name in reversed(self._roles))],
                self._parts.log,
                self._parts.alerts,
            )
        finally:
            beating.cancel()
            for task in self._tasks.values():
                task.cancel()
        return Outcome(self._why, self._fault, left)

    async def _beat(self) -> None:
        """Say that the loop goes round."""
        while True:
            self._parts.board.beat()
            await asyncio.sleep(BEAT_S)

    async def _end(self, name: str) -> None:
        """Cancel a role and wait for its end; one that ended already is fine."""
        task = self._tasks.get(name)
        if task is None or task.done():
            return
        task.cancel()
        await asyncio.wait({task}, timeout=self._roles[name].stop_s)
        if not task.done():
            raise TimeoutError(f"{name} does not end")

    async def _keep(self, role: Role) -> None:
        """Run a role, again and again while that is allowed."""
        report, restarts = self._reports[role.name], Restarts(self._parts.restarts)
        while True:
            begun_s = self._now_s()
            try:
                await role.run(report)
            except Exception as fault:  # noqa: BLE001 - every fault of a role arrives here
                report.bad(line_of(fault))
                pause_s = self._judge(role, fault, restarts, begun_s)
            else:
                report.bad("ended")
                if role.ends_all:
                    self.ask_stop(f"{role.name} is done")
                return
            if pause_s is None:
                return
            await asyncio.sleep(pause_s)

    def _judge(
        self, role: Role, fault: Exception, restarts: Restarts, begun_s: float
    ) -> float | None:
        """Return the pause before a failed role is started again; None when it is not."""
        frames = traceback.extract_tb(fault.__traceback__)
        where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        self._parts.log.error("a role failed", role=role.name, why=line_of(fault), where=where)
        if self.is_stopping:
            return None
        if role.moves_money:
            self._halt(role, fault, "a part that moves money failed")
            return None
        now_s = self._now_s()
        pause_s = restarts.next_s(now_s, now_s - begun_s)
        if pause_s is None:
            self._halt(role, fault, "a part fails again and again")
            return None
        self._parts.metrics.count(RESTARTS_TOTAL, part=role.name)
        self._parts.log.warning("a role is started again", role=role.name, pause_s=pause_s)
        return pause_s

    def _halt(self, role: Role, fault: Exception, title: str) -> None:
        self._fault = self._fault or fault
        key, detail = f"halt:{role.name}", f"{role.name}: {line_of(fault)}"
        self._parts.alerts.send(Alert(key, Severity.CRITICAL, title, detail))
        self.ask_stop(f"{title}: {detail}")

    def _now_s(self) -> float:
        return self._parts.clock.monotonic_ns() / _NS_PER_S


def asks_stop_from_threads(
    supervisor: Supervisor, loop: asyncio.AbstractEventLoop
) -> Callable[[str], None]:
    """Return ``ask_stop`` for threads beside the loop; after the loop's end it does nothing."""

    def ask(why: str) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(supervisor.ask_stop, why)

    return ask
