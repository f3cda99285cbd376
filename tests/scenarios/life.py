"""One life of a trader: from its start on a state folder to its end, in order or by a crash.

It is the very session that ``traider run --exchange`` runs, in this process. A crash is an
exception that ends the event loop right where it is raised, so nothing after that place is done;
from then on the dead life writes and sends nothing, and its sockets and files are closed. The loop
then goes on for everybody else (``drive``): exchange and test live in it too.

A life dies where code says ``reach``, and wherever it would go on after an ``await`` of the
gateway or of the session: such a place is called ``await`` and the function that waits there.
"""

import asyncio
import contextlib
import gc
import os
import threading
import warnings
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import ExitStack
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final, TypeVar, cast

from tests.ports.alert import MemoryAlerts
from tests.ports.log import MemoryLog
from tests.scenarios.floor import PRODUCT, Floor
from tests.scenarios.trader_setup import Setup
from tests.scenarios.virtual_loop import VirtualLoop
from traider.domain.fault_points import listening
from traider.gateway.latency import LatencyBook, Stage
from traider.gateway.order_gateway import OrderGateway
from traider.ops.alert_book import AlertBook
from traider.ops.faults import LogFaults
from traider.ops.health import HealthBoard
from traider.ops.metrics import ProcessMetrics
from traider.ops.tracing import LogTracer
from traider.runtime.latency_watch import LatencyTerms, LatencyWatch
from traider.runtime.observability import RoleObservation
from traider.runtime.run_request import RunRequest
from traider.runtime.session.beside import supervisor_parts
from traider.runtime.session.parts import SessionParts
from traider.runtime.session.session import Session
from traider.runtime.session.terms import SessionOrder
from traider.runtime.state_folder import read_manifest
from traider.runtime.status_body import Mode
from traider.venues.errors import VenueError

NOBODY: Final = "no run"
"""Of orders of a folder in which no run was begun yet."""
_AGAIN_S: Final = 0.05
_HOUR_S: Final = 3_600.0
_WATCHED: Final = ("/traider/gateway/", "/traider/runtime/session/")
"""Where an await is a place to die at."""

Result = TypeVar("Result")


class Crash(SystemExit):
    """The process is gone; of the kind that ends an event loop at once."""


_LIFE: ContextVar["Life | None"] = ContextVar("life", default=None)


def _reached(name: str) -> None:
    life = _LIFE.get()
    if life is not None:
        life.reached(name)


@dataclass
class Life:
    """A trader on a state folder and an exchange."""

    floor: Floor
    folder: Path
    setup: Setup
    crash_at: Callable[[str], bool] = lambda _: False
    """Told each fault point; says whether the process dies there."""
    lines: MemoryLog = field(default_factory=MemoryLog)
    alerts: MemoryAlerts = field(default_factory=MemoryAlerts)

    def __post_init__(self) -> None:
        self.is_dead = False
        self.died_at = ""
        self.is_over = asyncio.Event()
        """Set when it ended, in order or not."""
        self.session = self._session()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._main: asyncio.Task[None] | None = None
        self.tasks: set[asyncio.Task[Any]] = set()

    @property
    def fault(self) -> BaseException | None:
        """Why it ended by itself, where it did."""
        main = self._main
        is_ours = self.is_dead or main is None or not main.done() or main.cancelled()
        return None if is_ours or main is None else main.exception()

    @property
    def parts(self) -> SessionParts:
        """What it is made of, once it began."""
        assert self.session.parts is not None, self.fault
        return self.session.parts

    @property
    def gateway(self) -> OrderGateway:
        """Its gateway, which is here."""
        found = self.parts.gateway
        assert isinstance(found, OrderGateway)
        return found

    @property
    def is_open(self) -> bool:
        """Whether decisions are on."""
        return self.session.parts is not None and self.session.parts.trader.is_open

    @property
    def run_id(self) -> str:
        """The run's id, which the names of its orders begin with."""
        manifest = read_manifest(self.folder)
        return NOBODY if manifest is None else manifest.run_id

    # ------------------------------------------------------------------------------ fault points

    def reached(self, name: str) -> None:
        """Die here, where that is wanted; who is dead already does nothing more."""
        if not self.is_dead and self.crash_at(name):
            self.died_at = name
            self._die()
        if self.is_dead:
            raise Crash(name)

    def _die(self) -> None:
        self.is_dead = True
        if threading.get_ident() == self._thread:
            self._end_tasks()
        else:
            self._loop.call_soon_threadsafe(self._end_tasks)

    def _end_tasks(self) -> None:
        self.is_over.set()
        for task in tuple(self.tasks):
            task.cancel()

    # ------------------------------------------------------------------------------- its span

    def begin(self) -> None:
        """Start; ``is_open`` or ``is_over`` follows."""
        self._main = self._spawn(self._run())

    def _spawn(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        context = copy_context()
        context.run(_LIFE.set, self)
        return asyncio.get_running_loop().create_task(work, context=context)

    async def do(self, work: Callable[[], Result]) -> Result | None:
        """Do something inside this life; None when it died over it."""

        async def inside() -> Result:
            return work()

        task = self._spawn(inside())
        await asyncio.wait([task])
        return None if self.is_dead else task.result()

    async def crash(self) -> None:
        """Die now."""
        self.died_at = "now"
        self._die()
        await self.let_go()

    async def stop(self) -> None:
        """End in order."""
        assert self._main is not None
        self.session.stop("the test says so")
        await asyncio.wait([self._main])
        if not self.is_dead:
            assert self.fault is None, self.fault

    async def let_go(self) -> None:
        """After a crash: close what the system would close."""
        while waiting := {task for task in self.tasks if not task.done()}:
            await asyncio.wait(waiting, timeout=5.0)
        self._close_files()

    def _close_files(self) -> None:
        """Close what is open below the folder, as the system does when a process ends."""
        for descriptor in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                if descriptor.readlink().is_relative_to(self.folder):
                    os.close(int(descriptor.name))

    async def _run(self) -> None:
        """Run a session; one that found no exchange is begun again, as its supervisor would."""
        try:
            while True:
                try:
                    await self.session.run()
                except VenueError:
                    if self.session.parts is not None:
                        raise
                else:
                    return
                await asyncio.sleep(_AGAIN_S)
                self.session = self._session()
        finally:
            self.is_over.set()

    def _session(self) -> Session:
        """Return the session that a supervisor would run."""
        config, seen = self.setup.config, self._seen()
        request = RunRequest(Mode.DEMO, "coinbase", (PRODUCT,), config)
        order = SessionOrder(request, self.folder, exchange=self.floor.server.url(""))
        return Session(order, seen, supervisor_parts(seen, config.run.restart))

    def _seen(self) -> RoleObservation:
        """Return what the session says of itself, kept in memory."""
        clock, lines = self.floor.machine, self.lines
        metrics, book = ProcessMetrics(), LatencyBook()
        told = AlertBook([self.alerts], metrics, clock)
        stage = book.stages[Stage.SIGNAL_TO_ORDER]
        return RoleObservation(
            clock=clock,
            log=lines,
            metrics=metrics,
            tracer=LogTracer(clock, lines),
            alerts=self.alerts,
            role="trader",
            health=HealthBoard(clock, silent_s=_HOUR_S),
            faults=LogFaults(lines, []),
            told=told,
            latency=book,
            latency_watch=LatencyWatch(stage, told, metrics, clock, LatencyTerms()),
            url="",
            otel=None,
            endpoint=None,
            closing=ExitStack(),
        )


class _Steps(Coroutine[Any, Any, Any]):
    """A coroutine of a life, which may die each time it is to go on."""

    def __init__(self, inner: Coroutine[Any, Any, Any], life: Life) -> None:
        self._inner, self._life = inner, life

    def send(self, value: Any) -> Any:
        """Go on, or die here."""
        name = "" if self._life.is_dead else _waits_at(self._inner)
        if name:
            try:
                self._life.reached(name)
            except Crash as crash:
                return self._inner.throw(crash)
        return self._inner.send(value)

    def throw(self, *fault: Any) -> Any:
        """Go on with a fault."""
        return self._inner.throw(*fault)

    def close(self) -> None:
        """End."""
        self._inner.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._inner.__await__()


def _waits_at(work: Any) -> str:
    """Return the innermost watched function in which a coroutine waits, empty for none."""
    found = ""
    while work is not None:
        frame: FrameType | None = getattr(work, "cr_frame", None)
        waits = getattr(work, "cr_await", None)
        if frame is not None and waits is not None:
            code = frame.f_code
            if any(part in code.co_filename for part in _WATCHED):
                found = f"await {Path(code.co_filename).stem} {code.co_name}"
        work = waits
    return found


@contextlib.contextmanager
def _no_word_of_what_stays_open() -> Iterator[None]:
    """Let Python close without a word what a life that died left open."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


def drive(work: Coroutine[Any, Any, Result]) -> Result:
    """Run ``work`` in a virtual loop that goes on when one life in it crashes."""

    def make(
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[Any, Any, Any],
        context: Context | None = None,
    ) -> asyncio.Task[Any]:
        life = context.get(_LIFE) if context is not None else _LIFE.get()
        if life is None:
            return asyncio.Task(coroutine, loop=loop, context=context)
        task: asyncio.Task[Any] = asyncio.Task(_Steps(coroutine, life), loop=loop, context=context)
        life.tasks.add(task)
        task.add_done_callback(life.tasks.discard)
        if life.is_dead:
            task.cancel()
        return task

    with (
        _no_word_of_what_stays_open(),
        asyncio.Runner(debug=False, loop_factory=VirtualLoop) as runner,
        listening(_reached),
    ):
        loop = runner.get_loop()
        loop.set_task_factory(cast("Any", make))
        loop.set_exception_handler(lambda _loop, _context: None)
        task = loop.create_task(work)
        while True:
            try:
                return loop.run_until_complete(task)
            except Crash:
                continue
