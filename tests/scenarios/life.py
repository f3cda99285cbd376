"""One life of a trader: from its start on a state folder to its end, in order or by a crash.

A crash is an exception that ends the event loop right where it is raised, so nothing after that
place is done; from then on the dead life writes and sends nothing, and its sockets are closed. The
loop then goes on for everybody else (``drive``): exchange and test live in it too.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from tests.ports.alert import MemoryAlerts
from tests.ports.log import MemoryLog
from tests.ports.metrics import MemoryMetrics
from tests.scenarios.floor import PRODUCT, Floor
from tests.scenarios.trader_setup import Setup
from traider.domain.approvals import Approver
from traider.domain.errors import VenueError
from traider.domain.events import EventArray, empty_events
from traider.domain.fault_points import listening
from traider.feed.feed import Feed
from traider.feed.feed_ports import FeedPorts
from traider.gateway.client_ids import ClientIds
from traider.gateway.coinbase_executor import CoinbaseAccess, CoinbaseExecutor, CoinbaseTerms
from traider.gateway.coinbase_hearing import HearingTerms
from traider.gateway.coinbase_sending import SendingTerms
from traider.gateway.gateway_terms import GatewayTerms
from traider.gateway.order_gateway import OrderGateway
from traider.gateway.order_log import OrderLog
from traider.gateway.reconciliation import ReconcileParts, ReconcileTerms, Reconciliation
from traider.gateway.settling import GatewayParts
from traider.journal import FsyncPolicy, JournalTerms, JournalWriter
from traider.ops.clock import SystemClock
from traider.runtime.config import config_digest
from traider.runtime.journal_tables import instrument_of
from traider.runtime.live_feed import LiveFeedRequest, keep, open_feed
from traider.runtime.recording import NotBefore
from traider.runtime.trading.recovery import Recovered, recover
from traider.runtime.trading.trader import Trader, TraderParts
from traider.venues.backoff import BackoffTerms
from traider.venues.coinbase.rest_session import RestSession, RestTerms
from traider.venues.coinbase.user_feed import UserFeedTerms

RUN_ID: Final = "5ce7a210"
UNSYNCED: Final = JournalTerms(FsyncPolicy.NONE)
"""A process that dies keeps what it wrote; only the machine would not."""
_PATIENT: Final = GatewayTerms(
    answer_s=1.0,
    arrival_s=0.3,
    ask_pause_s=0.02,
    ask_pause_s_max=0.2,
    reconcile_s=0.5,
    orders_per_s=1_000.0,
)
_PAUSES: Final = BackoffTerms(first_s=0.02, longest_s=0.1, stable_s=60.0)
_TIME_S: Final = 0.004

Result = TypeVar("Result")


class Crash(SystemExit):
    """The process is gone; of the kind that ends an event loop at once."""


_LIFE: ContextVar["Life | None"] = ContextVar("life", default=None)


def _reached(name: str) -> None:
    life = _LIFE.get()
    if life is not None:
        life.reached(name)


class _Reports:
    """Hand the gateway's reports to the trader."""

    def __init__(self, trader: Trader) -> None:
        self._trader = trader

    def append(self, events: EventArray) -> None:
        self._trader.report(events)


@dataclass(frozen=True)
class Parts:
    """A trader that is wired."""

    journal: JournalWriter
    recovered: Recovered
    trader: Trader
    gateway: OrderGateway
    executor: CoinbaseExecutor
    feed: Feed


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
        self.is_open = asyncio.Event()
        """Set when decisions are on."""
        self.is_over = asyncio.Event()
        self._parts: Parts | None = None
        self._log: OrderLog | None = None
        self._journal: JournalWriter | None = None
        self._session: RestSession | None = None
        self._main: asyncio.Task[None] | None = None
        self.tasks: set[asyncio.Task[Any]] = set()

    @property
    def fault(self) -> BaseException | None:
        """Why it ended by itself, where it did."""
        main = self._main
        is_ours = self.is_dead or main is None or not main.done() or main.cancelled()
        return None if is_ours or main is None else main.exception()

    @property
    def parts(self) -> Parts:
        """What it is made of, once it began."""
        assert self._parts is not None, self.fault
        return self._parts

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
        self._main.cancel()
        await asyncio.wait([self._main])
        self.is_over.set()
        if self._log is not None and not self.is_dead:
            self._log.close()
        if self._journal is not None and not self.is_dead:
            self._journal.close()
        await self._close_sockets()

    async def let_go(self) -> None:
        """After a crash: close what the system would close."""
        while waiting := {task for task in self.tasks if not task.done()}:
            await asyncio.wait(waiting, timeout=5.0)
        await self._close_sockets()
        self._close_files()

    def _close_files(self) -> None:
        """Close what is open below the folder, as the system does when a process ends."""
        for descriptor in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                if descriptor.readlink().is_relative_to(self.folder):
                    os.close(int(descriptor.name))

    async def _close_sockets(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._begin(tasks)
        finally:
            self.is_over.set()

    async def _begin(self, tasks: asyncio.TaskGroup) -> None:
        parts = await self._open()
        trader, standing = parts.trader, parts.recovered.standing
        epoch = max(standing.epoch, parts.gateway.log.stance.epoch) + 1
        trader.begin(config_digest(self.setup.config), epoch, empty_events(0))
        tasks.create_task(keep(parts.feed, trader, 0.001))
        while not trader.standing.books.numbers:  # noqa: ASYNC110 - what comes tells nobody
            await asyncio.sleep(0.002)
        tasks.create_task(parts.gateway.run())
        await parts.gateway.start(epoch, standing.reports, standing.unanswered)
        trader.open_for_decisions()
        self.is_open.set()
        while True:
            trader.pass_time()
            await asyncio.sleep(_TIME_S)

    async def _open(self) -> Parts:
        clock = SystemClock()
        self._session = session = RestSession(
            clock,
            self.floor.key,
            RestTerms(
                base_url=self.floor.server.url(""),
                timeout_s=1.0,
                private_per_second=1e6,
                public_per_second=1e6,
                first_pause_s=0.02,
                longest_pause_s=0.2,
            ),
        )
        journal = self._journal = JournalWriter.open(
            self.folder / "journal", self.setup.instruments, UNSYNCED
        )
        recovered = recover(journal, self.setup.spec, simulates=False)
        time = NotBefore(self.floor.clock, recovered.standing.passed_ns)
        feed = await self._feed(FeedPorts(time, self.lines, self.alerts))
        trader = Trader(TraderParts(recovered.replayer.machine, journal, time), recovered.standing)
        log = self._log = OrderLog.open(
            self.folder / "orders", self.setup.instruments, terms=UNSYNCED
        )
        approver, listed = Approver(), [instrument_of(each) for each in self.setup.instruments]
        ids = ClientIds(RUN_ID)
        gateway_parts = GatewayParts(
            log=log,
            sink=_Reports(trader),
            instruments=listed,
            ids=ids,
            approver=approver,
            clock=time,
            lines=self.lines,
        )
        feed_terms = UserFeedTerms(
            self.floor.server.url("/ws/user", "ws"), patience_s=0.5, silence_s=2.0, backoff=_PAUSES
        )
        executor = CoinbaseExecutor(
            CoinbaseAccess(session, clock, self.lines),
            ids,
            listed,
            approver.verifier,
            CoinbaseTerms(
                feed=feed_terms,
                sending=SendingTerms(cancel_pause_s=0.05),
                hearing=HearingTerms(longest_pause_s=0.2),
            ),
        )
        gateway = OrderGateway(gateway_parts, executor, _PATIENT)
        reconciliation = Reconciliation(
            gateway,
            executor,
            ReconcileParts(time, self.lines, self.alerts, MemoryMetrics()),
            ReconcileTerms(
                capital={self.setup.config.currency: self.setup.config.capital}, confirm_s=0.05
            ),
        )
        gateway.reconcile = reconciliation.reconcile
        trader.connect(gateway)
        self._parts = Parts(journal, recovered, trader, gateway, executor, feed)
        return self._parts

    async def _feed(self, ports: FeedPorts) -> Feed:
        """Ask for the products until there is an answer, as a supervisor would."""
        config = self.setup.config
        coinbase = config.venues.coinbase.model_copy(
            update={
                "rest_url": self.floor.server.url(""),
                "stream_url": self.floor.server.url("/ws", "ws"),
            }
        )
        venues = config.venues.model_copy(update={"coinbase": coinbase})
        request = LiveFeedRequest("coinbase", (PRODUCT,), venues, config.feed, is_timed=False)
        while True:
            with contextlib.suppress(VenueError):
                return await open_feed(request, ports)
            await asyncio.sleep(0.05)


def drive(work: Coroutine[Any, Any, Result]) -> Result:
    """Run ``work`` in a loop that goes on when one life in it crashes."""

    def make(
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[Any, Any, Any],
        context: Context | None = None,
    ) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coroutine, loop=loop, context=context)
        life = context.get(_LIFE) if context is not None else _LIFE.get()
        if life is not None:
            life.tasks.add(task)
            task.add_done_callback(life.tasks.discard)
            if life.is_dead:
                task.cancel()
        return task

    with asyncio.Runner(debug=False) as runner, listening(_reached):
        loop = runner.get_loop()
        loop.set_task_factory(cast("Any", make))
        loop.set_exception_handler(lambda _loop, _context: None)
        task = loop.create_task(work)
        while True:
            try:
                return loop.run_until_complete(task)
            except Crash:
                continue
