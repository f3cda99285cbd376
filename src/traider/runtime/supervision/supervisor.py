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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from traider.domain.ports import Alert, Severity
from traider.runtime.supervision.keeper import Halt, KeeperHooks, RoleKeeper, SupervisorParts
from traider.runtime.supervision.role import Role, RoleReport
from traider.runtime.supervision.shutdown import Step, line_of, take_steps

__all__ = ["Outcome", "Supervisor", "SupervisorParts", "asks_stop_from_threads"]

BEAT_S: Final = 1.0
_MONEY: Final = "a part that moves money failed"
_LOOP: Final = "a part fails again and again"
_HALTED: Final = "a part failed for good"


@dataclass(frozen=True)
class Outcome:
    """How it ended."""

    why: str
    fault: BaseException | None = None
    """What halted it; None for an end that was asked for."""
    left: tuple[str, ...] = ()
    """Steps of the end that failed, a line each."""
    is_loop: bool = False
    """Whether what halted it came again and again."""


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
        self._is_loop = False

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
        hooks = KeeperHooks(self._stopping.is_set, self._halt, self._done)
        try:
            for name, role in self._roles.items():
                keeper = RoleKeeper(role, self._reports[name], self._parts, hooks)
                self._tasks[name] = asyncio.create_task(keeper.run(), name=name)
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
        return Outcome(self._why, self._fault, left, self._is_loop)

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

    def _halt(self, halt: Halt) -> None:
        self._fault, self._is_loop = self._fault or halt.fault, self._is_loop or halt.is_loop
        title = _LOOP if halt.is_loop else _MONEY if halt.role.moves_money else _HALTED
        key, detail = f"halt:{halt.role.name}", f"{halt.role.name}: {line_of(halt.fault)}"
        self._parts.alerts.send(Alert(key, Severity.CRITICAL, title, detail))
        self.ask_stop(f"{title}: {detail}")

    def _done(self, role: Role) -> None:
        if role.ends_all:
            self.ask_stop(f"{role.name} is done")


def asks_stop_from_threads(
    supervisor: Supervisor, loop: asyncio.AbstractEventLoop
) -> Callable[[str], None]:
    """Return ``ask_stop`` for threads beside the loop; after the loop's end it does nothing."""

    def ask(why: str) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(supervisor.ask_stop, why)

    return ask
