"""A run of a process under supervision: sessions one after another, until somebody ends it.

    run = SupervisedRun(order, seen)
    running = asyncio.create_task(run.run())
    run.stop("SIGTERM")
    end = await running                 # of the whole process, however many sessions it took

A session that a fault ended is begun anew from its journal after a pause, where that can help
(``after_fault``); one that fails again and again halts. At the start a fault is told at once,
unless a run on a venue's market goes on: then nobody may be there to start it again, and it is
retried.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Final

import msgspec

from traider.domain.errors import Interrupted, TraiderError
from traider.domain.ports import Alert, Severity
from traider.runtime.control.dead_man import dead_man_terms, watch_alive
from traider.runtime.control.server import ControlServer
from traider.runtime.observability import RoleObservation
from traider.runtime.session.after_fault import after_fault
from traider.runtime.session.background import Background
from traider.runtime.session.beside import EndpointRole, supervisor_parts
from traider.runtime.session.between import DeskBetween
from traider.runtime.session.closing import end_between
from traider.runtime.session.front_door import FrontDoor
from traider.runtime.session.session import Session
from traider.runtime.session.terms import ParityOutcome, SessionEnd, SessionOrder
from traider.runtime.state_folder import RunPaths, read_manifest
from traider.runtime.status_body import Mode, StatusBody, restart_bodies
from traider.runtime.status_file import write_status
from traider.runtime.supervision.role import AfterFault, Role, RoleReport
from traider.runtime.supervision.shutdown import line_of
from traider.runtime.supervision.supervisor import Outcome, Supervisor
from traider.runtime.unforeseen import telling_unforeseen

SESSION: Final = "session"
_SOON_S: Final = 0.01


class RestartLoopError(TraiderError):
    """A part that trading needs fails again and again."""


class SupervisedRun:
    """What ``traider run`` runs."""

    def __init__(self, order: SessionOrder, seen: RoleObservation) -> None:
        self.order = order
        self._seen = seen
        self._parts = supervisor_parts(seen, order.request.config.run.restart)
        self._supervisor = Supervisor(self._parts)
        judged = Role(SESSION, self._run_session, ends_all=True, judged=self._judge)
        self._supervisor.add(judged)
        if order.request.config.run.alive_within_s and not order.is_gateway_apart:
            self._supervisor.add(Role("dead-man", self._watch_alive, is_vital=False))
        if seen.endpoint is not None:
            role = EndpointRole(seen.endpoint)
            self._supervisor.add(Role("endpoint", role.run, is_vital=False))
        self._door: FrontDoor | None = None
        if order.front_door is not None:
            self._door = FrontDoor(order.front_door, self._parts)
        self._session = Session(order, seen, self._parts)
        self._is_open = False
        """Whether a session runs just now."""
        self._has_begun = False
        self._is_asked = False
        self._until_s: float | None = None
        self._between: ControlServer | None = None
        self._leaving: asyncio.Task[None] | None = None
        self._body: StatusBody | None = None
        self._parity = ParityOutcome(ok=True, checks=0)
        self._end: SessionEnd | None = None
        self._left: TraiderError | None = None
        """Why it did not begin."""
        self._notes: list[str] = []

    @property
    def stage(self) -> str:
        """What is being done, or waited for."""
        if self._is_open or not self._notes:
            return self._session.stage
        return f"beginning again soon: {self._notes[-1]}"

    @property
    def notes(self) -> list[str]:
        """What is told to people beside the status."""
        return [*self._notes, *self._session.notes]

    def take_lines(self) -> list[str]:
        """Return what the API has to say to a person, each line once."""
        lines = [] if self._door is None else list(self._door.lines)
        if self._door is not None:
            self._door.lines.clear()
        return lines

    def status(self) -> StatusBody | None:
        """Return how it stands; None before there is anything to tell."""
        return self._session.status() if self._is_open else self._body

    def stop(self, why: str) -> None:
        """Ask for the end, in order; the first reason counts."""
        self._is_asked = True
        if self._is_open:
            self._session.stop(why)
        else:
            self._supervisor.ask_stop(why)

    def reload(self) -> None:
        """Have the configuration read again."""
        self._session.reload()

    async def run(self) -> SessionEnd:
        """Run from the beginning to the end.

        Raises:
            RestartLoopError: it failed again and again.
            Interrupted: it was stopped before it had begun.
            TraiderError: a fault that no new beginning mends.
        """
        seen = self._seen
        with telling_unforeseen(seen.log, seen.faults, seen.alerts):
            async with Background() as beside:
                if self._door is not None:
                    beside.add(self._door.keep())
                outcome = await self._supervisor.run()
        await self._leave_between()
        if outcome.fault is not None:
            raise self._told(outcome)
        if self._end is not None:
            return self._whole(self._end)
        if self._body is not None:
            end = partial(end_between, self.order, self._body, self._seen.latency)
            return self._whole(await asyncio.to_thread(end))
        raise self._left or Interrupted("stopped before it began")

    async def _watch_alive(self, report: RoleReport) -> None:
        """Keep the dead-man timer, where no gateway of another process does."""
        report.ready()
        terms = dead_man_terms(self.order.request.config.run)
        await watch_alive(self.order.folder, terms, self._seen.alerts)

    # -------------------------------------------------------------------------------- sessions

    async def _run_session(self, report: RoleReport) -> None:
        """Run one session; its fault is judged by the supervisor."""
        order = replace(self.order, seconds=self._rest_s())
        session = Session(order, self._seen, self._parts, partial(self._note_trading, report))
        self._session, self._is_open = session, True
        report.bad("starting")
        async with AsyncExitStack() as closing:
            closing.push_async_exit(self._note_end)
            self._end = await session.run()

    async def _note_end(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Keep what a session ended with; what keeps it from beginning is told at once."""
        del kind, trace
        self._is_open = False
        if isinstance(fault, Interrupted) or (
            isinstance(fault, TraiderError) and self._is_refused()
        ):
            self._left = fault
            return True
        if isinstance(fault, Exception):
            await self._pause(self._session, fault)
        return False

    def _is_refused(self) -> bool:
        """Whether what came is told at once: nothing has begun, and nobody is left alone."""
        has_begun = self._has_begun or self._session.has_begun
        return not has_begun and not self._retries_start()

    def _rest_s(self) -> float:
        """Return how long a session may still trade; 0 is without end."""
        if self._until_s is None:
            return self.order.seconds
        return max(self._until_s - asyncio.get_running_loop().time(), _SOON_S)

    def _note_trading(self, report: RoleReport) -> None:
        report.ready()
        if self._door is not None:
            self._door.note_trading()
        if self._until_s is None and self.order.seconds:
            self._until_s = asyncio.get_running_loop().time() + self.order.seconds
        if self._notes:
            told = Alert("session:fault", Severity.INFO, "the trader trades again")
            self._parts.alerts.send(told)
        # The session's own desk has the path by now.
        self._leaving = asyncio.create_task(self._leave_between())

    async def _pause(self, session: Session, fault: Exception) -> None:
        """Keep what a session that failed has to say, and answer in its place."""
        self._notes.append(f"a session ended by a fault: {line_of(fault)}")
        body = session.status()
        if body is not None:
            self._body = body
            self._parity = _both(self._parity, ParityOutcome(body.parity.ok, body.parity.checks))
        self._has_begun = self._has_begun or session.has_begun
        await self._leave_between()
        if self._is_asked or self._body is None:
            return
        desk = DeskBetween(
            self._body, self._seen, lambda: restart_bodies(self._parts.book), self.stop
        )
        paths = RunPaths(self.order.folder)
        server = ControlServer(paths.socket, desk, self._seen.log, self._seen.metrics)
        try:
            await server.start()
            write_status(paths.folder, desk.status())
        except (OSError, TraiderError) as refusal:
            self._seen.log.warning("nobody answers until the next session", why=line_of(refusal))
        self._between = server
        if self._until_s is not None:
            asyncio.get_running_loop().call_later(self._rest_s(), self._end_of_time)

    def _end_of_time(self) -> None:
        if not self._is_open:
            self._supervisor.ask_stop("the time is up")

    async def _leave_between(self) -> None:
        between, self._between = self._between, None
        if between is not None:
            await between.close()

    def _judge(self, fault: Exception) -> AfterFault:
        """Return what a session's fault leads to."""
        if self._is_asked:
            return AfterFault.HALT
        if not self._has_begun and not self._retries_start():
            return AfterFault.HALT
        may_wait = not self._session.has_begun and self.order.request.mode is not Mode.DEMO
        return after_fault(fault, is_opening=may_wait)

    def _retries_start(self) -> bool:
        """Whether a run goes on here that nobody may be there to start again."""
        if self.order.request.mode is Mode.DEMO:
            return False
        try:
            return read_manifest(self.order.folder) is not None
        except TraiderError:
            return False

    # ------------------------------------------------------------------------------- the end

    def _told(self, outcome: Outcome) -> BaseException:
        """Return what a halt is told as."""
        fault = outcome.fault
        if outcome.is_loop and fault is not None:
            terms = self._parts.restarts
            told = RestartLoopError(
                f"the {SESSION} failed more than {terms.most} times in {terms.within_s:g} s: "
                f"{line_of(fault)}",
                where=str(self.order.folder),
                fix="see log.jsonl there; the same command goes on where it was",
            )
            told.__cause__ = fault
            return told
        if isinstance(fault, TraiderError):
            return fault
        told_as = TraiderError(
            line_of(fault) if fault is not None else outcome.why,
            where=str(self.order.folder),
            fix="see log.jsonl there, and tell it to whoever mends it",
        )
        told_as.__cause__ = fault
        return told_as

    def _whole(self, end: SessionEnd) -> SessionEnd:
        """Return the end of a session as that of the process."""
        parity = _both(self._parity, end.outcome.parity)
        outcome = msgspec.structs.replace(end.outcome, parity=parity)
        return replace(end, outcome=outcome, notes=(*self._notes, *end.notes))


def _both(one: ParityOutcome, other: ParityOutcome) -> ParityOutcome:
    return ParityOutcome(one.ok and other.ok, one.checks + other.checks)
