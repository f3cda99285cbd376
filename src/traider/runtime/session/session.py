"""A session: opened, run until somebody stops it, closed in order.

    session = Session(order, seen, parts)
    running = asyncio.create_task(session.run())
    session.stop("SIGTERM")              # from wherever; the first one counts
    end = await running

Start: the state is recovered, history enters, the feed runs until every book is whole, the gateway
reconciles, then decisions begin. End: decisions are off, orders that would open or change a
position are taken back (``run.on_stop``), what is on its way is waited for, the state is proved and
kept. What trading needs ends the session when it fails, and its fault is raised when all is closed;
whether another session follows is for ``supervised`` to say. Parts beside the trader (tables,
status, upkeep) are begun again alone.
"""

import asyncio
import math
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from types import TracebackType
from typing import Final

from traider.domain.errors import Interrupted, TraiderError, UsageError
from traider.domain.fault_points import listen_as_asked
from traider.domain.ports import Alert, Severity
from traider.runtime.auditing.journal_audit import PROGRAM_FACT, program_body
from traider.runtime.config import config_digest
from traider.runtime.control.commands import CancelOrder, Kill, Reload, Stop
from traider.runtime.control.front_desk import FrontDesk
from traider.runtime.control.kill_file import found_kill, watch_kill
from traider.runtime.control.reloading import ConfigReload
from traider.runtime.control.server import ControlServer
from traider.runtime.leadership.choosing import lead, lease_of
from traider.runtime.leadership.leadership import Leadership
from traider.runtime.leadership.lease import LeaseLostError
from traider.runtime.leadership.led_gateway import LedGateway
from traider.runtime.leadership.promotion import StandbyHooks, StandbyOrder, Warm, stand_by
from traider.runtime.live_feed import keep
from traider.runtime.observability import RoleObservation
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.run_request import check_same
from traider.runtime.session.background import Background, first_fault
from traider.runtime.session.beside import kept_beside
from traider.runtime.session.closing import decisions_off, has_opening_orders, session_end
from traider.runtime.session.desk import desk_context
from traider.runtime.session.history import read_history
from traider.runtime.session.lost_stop import lost_stop
from traider.runtime.session.measuring import risk_watch
from traider.runtime.session.parts import Opening, SessionParts, open_parts
from traider.runtime.session.pauses import short_pauses
from traider.runtime.session.people_told import PeopleTold
from traider.runtime.session.settings import keep_settings, last_settings
from traider.runtime.session.terms import SessionEnd, SessionOrder
from traider.runtime.session.upkeep import KeepingTerms, Upkeep, pass_time, until_gone
from traider.runtime.session.watch import SessionWatch, WatchedParts
from traider.runtime.standby_file import StandbyFile
from traider.runtime.state_folder import RUN_LOCK
from traider.runtime.status_body import Phase, RestartBody, StatusBody, restart_bodies
from traider.runtime.status_file import write_status
from traider.runtime.status_watch import Beside, StatusWatch
from traider.runtime.supervision.keeper import SupervisorParts
from traider.runtime.supervision.shutdown import line_of
from traider.runtime.supervision.threads import begin_thread, until_stopped
from traider.runtime.trading.trader_desk import DeskHooks, TraderDesk

_BOOKS_S: Final = 20.0
"""How long books may take to become whole before decisions begin without them."""
_SETTLE_S: Final = 5.0
"""How long orders that are taken back may take to end."""
_LOOK_S: Final = 0.05
_BEGINS_S: Final = 10.0
"""How long a standby waits for a run that begins at the same moment."""


class Session:
    """One session of a trader in this process."""

    def __init__(
        self,
        order: SessionOrder,
        seen: RoleObservation,
        supervision: SupervisorParts,
        trades: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare a session; ``trades`` is told when decisions begin."""
        self.order = order
        self.stage = "starting"
        """What is being done before there is a status."""
        self.notes: list[str] = []
        self.parts: SessionParts | None = None
        """What it is made of, once that is put together."""
        self._seen = seen
        self._stopped = asyncio.Event()
        self._stop: Stop | None = None
        self._desk: TraderDesk | None = None
        self._front: FrontDesk | None = None
        self._loss: Exception | None = None
        self._supervision = supervision
        self._trades = trades
        self.has_begun = False
        """Whether it took up the run, so that what ends it now came while it ran."""

    def stop(self, why: str, *, who: str = "person") -> None:
        """Ask for the end, in order."""
        self._take_stop(Stop(who=who, why=why))

    @property
    def _is_stopped(self) -> bool:
        return self._stopped.is_set()

    def reload(self) -> None:
        """Have the configuration read again, as SIGHUP asks."""
        if self._front is None:
            return
        try:
            told = self._front.command(Reload(who="SIGHUP", why="a signal asked for it"))
        except TraiderError as fault:
            self._seen.log.warning("not read again", why=fault.line())
        else:
            self._seen.log.info("read again", done=told)

    def restarts(self) -> tuple[RestartBody, ...]:
        """Return the parts that this process began again."""
        return restart_bodies(self._supervision.book)

    def status(self) -> StatusBody | None:
        """Return how it stands; None before there is anything to tell."""
        return None if self._desk is None else self._desk.status()

    async def run(self) -> SessionEnd:
        """Run from the beginning to the end.

        Raises:
            TraiderError: it cannot begin, or a part of it failed; what was done is kept.
        """
        listen_as_asked()
        async with AsyncExitStack() as closing:
            closing.push(self._tell_loss)
            warm = await self._stand_by() if self.order.is_standby else None
            if self.order.is_standby and warm is None:
                raise Interrupted("stopped while standing by")
            leading = ExitStack()
            # Last of all: who takes over kills whoever still writes when the lease is free.
            closing.callback(leading.close)
            if warm is not None:
                leading.callback(warm.leadership.end)
            opening = Opening(self.order, self._seen, closing, self._tell, self._stopped, warm)
            parts = await open_parts(opening)
            self.parts = parts
            leadership = warm.leadership if warm is not None else await self._lead(parts)
            if warm is None:
                leading.callback(leadership.end)
            self._seen.note(epoch=leadership.epoch)
            parts.trader.connect(LedGateway(parts.gateway, leadership))
            return await self._lead_run(parts, leadership, closing)

    def _tell_loss(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Raise why it ended: what fails while all is closed, on a full disk say, is not that."""
        del kind, trace
        if self._loss is not None and fault is not self._loss:
            raise self._loss from fault

    # ----------------------------------------------------------------------------- the way there

    async def _stand_by(self) -> Warm | None:
        """Follow the run of the folder with a warm kernel until the leader is gone.

        Raises:
            UsageError: there is no run, or it was begun with something else.
        """
        folder, run = self.order.folder, await self._run_to_follow()
        check_same(folder, run.manifest.request(self.order.request.config), self.order.request)
        self._tell("standing by")
        order = StandbyOrder(
            run.paths.journal,
            lambda _: run.spec(),
            run.simulates,
            # A gateway apart keeps its log; it is told who leads.
            (folder / RUN_LOCK, *(() if self.order.is_gateway_apart else (run.paths.orders,))),
        )
        lease = lease_of(self.order.request.config, folder, run.manifest.run_id)
        told = StandbyFile(folder, self._tell_standing_by)
        hooks = StandbyHooks(self._seen.log, self._stopped.is_set, self._lost(), told.watch)
        following = begin_thread(lambda: stand_by(order, lease, hooks), "stand-by")
        async with Background() as beside:
            beside.add(told.run())
            return await until_stopped(following, self._stopped, "standing by")

    async def _run_to_follow(self) -> RecordedRun:
        """Return the run of the folder; one that its leader may just be beginning is waited for.

        Raises:
            UsageError: there is none.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + _BEGINS_S
        while True:
            try:
                return RecordedRun.open(self.order.folder)
            except UsageError:
                if self._is_stopped:
                    raise Interrupted("stopped while standing by") from None
                if loop.time() > until:
                    raise
            self._tell_standing_by("there is no run yet")
            await asyncio.sleep(_LOOK_S)

    def _tell_standing_by(self, words: str) -> None:
        self.stage = f"standing by, {words}"

    async def _lead(self, parts: SessionParts) -> Leadership:
        """Take the lease, with an epoch above all of the journal."""
        lease = lease_of(parts.config, self.order.folder, parts.manifest.run_id)
        floor = parts.recovered.standing.epoch
        return await asyncio.to_thread(lead, lease, floor, self._seen.log, self._lost())

    def _lost(self) -> Callable[[LeaseLostError], None]:
        """Return what is told, from another thread, that the leadership is lost."""
        loop = asyncio.get_running_loop()

        def lost(loss: LeaseLostError) -> None:
            loop.call_soon_threadsafe(self._fail, loss)

        return lost

    async def _lead_run(
        self, parts: SessionParts, leadership: Leadership, closing: AsyncExitStack
    ) -> SessionEnd:
        """Run as the leader."""
        watch = self._watch(parts)
        desk = self._open_desk(parts, watch)
        front = FrontDesk(
            desk,
            self.order.folder,
            self._reloading(parts),
            lambda: leadership.is_held and parts.gateway.holds_commands,
        )
        self._front = front
        server = ControlServer(parts.paths.socket, front, self._seen.log, self._seen.metrics)
        await server.start()
        closing.push_async_callback(server.close)
        for follower in parts.followers.values():
            closing.callback(follower.close)
        upkeep = Upkeep(self._keeping(parts), parts.trader, front, self._seen)
        watch.checks = lambda: upkeep.checked
        closing.callback(upkeep.close)
        # However it is left, by an opening that fails say, the desk takes nothing from then on.
        async with Background() as background, front:
            self._add_beside(parts, desk, background, leadership.epoch)
            background.add(front.keep())
            await self._begin(parts, leadership, watch, background)
            closing.enter_context(short_pauses())
            for name, follower in parts.followers.items():
                background.add(kept_beside(name, follower.run, self._supervision))
            background.add(server.watch())
            background.add(pass_time(parts.trader))
            if parts.link.exchange is not None:
                background.add(until_gone(parts.link.exchange))
            background.add(kept_beside("upkeep", upkeep.run, self._supervision))
            background.add(
                # The front desk removes the file when the gateway has the stop, and not before.
                watch_kill(self.order.folder, lambda kill: self._kill(front, kill))
            )
            await self._until_stopped(background)
            await self._wind_down(parts, desk, background)
            front.end()
            if self._loss is None:
                parts.reports.flush()
            # Before connections are closed, which would count as a fault of the data.
            parts.trader.end()
            watch.health()
            watch.is_over = True
        await asyncio.to_thread(self._close_books, parts, upkeep, watch)
        desk.phase = Phase.STOPPED
        if self._loss is not None:
            raise self._loss
        write_status(self.order.folder, desk.status())
        self._tell("writing what it came to")
        end = await asyncio.to_thread(
            session_end, self.order, parts, desk.status(), tuple(self.notes)
        )
        self._tell("closing connections")
        return end

    def _add_beside(
        self, parts: SessionParts, desk: TraderDesk, background: Background, epoch: int
    ) -> None:
        """Begin what is kept beside the trader."""
        queues = {"feed": parts.feed.queue}
        beside = Beside(self.order.folder, parts.counted, queues, epoch)
        watch = StatusWatch(self._seen, desk.status, beside)
        background.add(kept_beside("status", watch.keep, self._supervision))
        background.add(kept_beside("risk", risk_watch(parts, self._seen).keep, self._supervision))

    async def _begin(
        self,
        parts: SessionParts,
        leadership: Leadership,
        watch: SessionWatch,
        background: Background,
    ) -> None:
        """Begin the run, or go on with it, up to its first decision."""
        desk, trader, standing = self._desk_here(), parts.trader, parts.recovered.standing
        self._tell("reading history")
        desk.phase = Phase.WARMING
        since_ns = standing.passed_ns if standing.events else 0
        history = await read_history(parts.config, parts.link, parts.feed.instruments, since_ns)
        if history.note:
            self.notes.append(history.note)
        known = trader.machine.sequence
        parts.journal.append_fact(PROGRAM_FACT, program_body(config_digest(parts.config)))
        trader.begin(config_digest(parts.config), leadership.epoch, history.events)
        self.has_begun = True
        self._seen.log.info(
            "run begins", run=parts.manifest.run_id, epoch=leadership.epoch, events=known
        )
        background.add(keep(parts.feed, trader))
        count = len(parts.feed.instruments)
        # Books that stood when the run was stopped are broken: these are told in this session.
        await self._wait(
            lambda: (
                self._is_stopped or (len(trader.standing.books.numbers) == count and watch.is_fed())
            ),
            _BOOKS_S,
            background,
        )
        desk.phase = Phase.RECONCILING
        background.add(parts.reports.run())
        background.add(parts.gateway.run())
        await parts.gateway.start(leadership.epoch, standing.reports, standing.unanswered)
        # It goes on trying: before the books agree nothing is decided.
        await self._wait(lambda: self._is_stopped or parts.gateway.is_ready, math.inf, background)
        if self._is_stopped or not parts.gateway.is_ready:
            return
        parts.reports.flush()
        left = found_kill(self.order.folder) or lost_stop(trader, parts.gateway)
        if left is not None and self._front is not None:
            self._kill(self._front, left)
        if self._front is not None and self.order.read_config is not None:
            self._read_settings(self._front)
        trader.open_for_decisions()
        desk.phase = Phase.TRADING
        self._tell("trading")
        self._trades()

    def _read_settings(self, front: FrontDesk) -> None:
        """Take what the settings say now; what is refused is told, and never ends a run."""
        changed = Reload(who="start", why="the settings changed while the run was stopped")
        try:
            self._seen.log.info("settings read", done=front.command(changed))
        except UsageError as fault:
            self._seen.log.warning("settings not taken", why=fault.line())
            title = "the settings were not taken at the start"
            self._seen.alerts.send(Alert("settings", Severity.WARNING, title, fault.line()))

    # ------------------------------------------------------------------------------- the way out

    async def _until_stopped(self, background: Background) -> None:
        """Wait for a stop, the end of the time, or a part that fails."""
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            done, _ = await asyncio.wait(
                {stopped, *background.tasks},
                timeout=self.order.seconds or None,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            stopped.cancel()
        for task in done - {stopped}:
            fault = first_fault(task.exception())
            if isinstance(fault, Exception):
                self._fail(fault)
            elif fault is not None:
                raise fault

    async def _wind_down(
        self, parts: SessionParts, desk: TraderDesk, background: Background
    ) -> None:
        """Decide nothing more, and take back what the policy says."""
        desk.phase = Phase.STOPPING
        self._tell("stopping")
        if self._loss is not None or background.has_ended:
            return
        parts.trader.tell(decisions_off())
        asked = self._stop.cancel_orders if self._stop is not None else None
        cancels = parts.config.run.on_stop == "cancel" if asked is None else asked
        if cancels:
            self._tell("waiting for the end of the orders that are taken back")
            for life in parts.gateway.lives.living():
                if not parts.gateway.lives.guards(life):
                    desk.command(
                        CancelOrder(who="session", why="the run stops", order_id=life.order_id)
                    )
        await self._wait(
            lambda: not has_opening_orders(parts), _SETTLE_S if cancels else 0.0, background
        )

    def _close_books(self, parts: SessionParts, upkeep: Upkeep, watch: SessionWatch) -> None:
        """Prove the state at the end, keep it, and let the tables catch up."""
        if not parts.trader.is_broken:
            self._tell("proving the state against the journal")
            upkeep.finish(watch)
        for name, follower in parts.followers.items():
            self._tell(f"letting the {name} catch up")
            follower.close()

    # --------------------------------------------------------------------------------- the parts

    def _watch(self, parts: SessionParts) -> SessionWatch:
        exchange = parts.link.exchange
        runs = (lambda: True) if exchange is None else (lambda: exchange.is_running)
        watched = WatchedParts(parts.feed, parts.gateway, runs)
        return SessionWatch(watched, self._seen, parts.record)

    def _open_desk(self, parts: SessionParts, watch: SessionWatch) -> TraderDesk:
        context = desk_context(parts, self.order.folder)
        lives, told = parts.gateway.lives, PeopleTold(self._seen.log, self._seen.alerts)
        hooks = DeskHooks(
            lives.living, self._take_stop, lives.guards, self.restarts, told.widened, told.held,
            lambda: parts.gateway.stand,
        )  # fmt: skip
        self._desk = TraderDesk(parts.trader, context, watch, hooks, parts.clock)
        return self._desk

    def _desk_here(self) -> TraderDesk:
        assert self._desk is not None  # noqa: S101 - opened before anything begins
        return self._desk

    def _reloading(self, parts: SessionParts) -> ConfigReload | None:
        read, folder = self.order.read_config, self.order.folder
        if read is None:
            return None
        last = last_settings(folder, parts.config)
        return ConfigReload(last, read, partial(keep_settings, folder))

    def _keeping(self, parts: SessionParts) -> KeepingTerms:
        run = parts.config.run
        return KeepingTerms(
            folder=self.order.folder,
            journal=parts.paths.journal,
            snapshot_s=run.snapshot_s,
            parity_s=run.parity_s,
            on_mismatch=run.on_mismatch,
        )

    def _take_stop(self, stop: Stop) -> None:
        if self._stop is None:
            self._stop = stop
        self._stopped.set()

    def _fail(self, fault: Exception) -> None:
        """End the session because of a fault."""
        if self._loss is None:
            line = line_of(fault)
            self._seen.log.error("the session ends because of a fault", fault=line)
            title = "the session ends because of a fault"
            self._seen.alerts.send(Alert("session:fault", Severity.CRITICAL, title, line))
        self._loss = self._loss or fault
        self._stopped.set()

    def _kill(self, desk: FrontDesk, kill: Kill) -> None:
        """Do an emergency stop; when that fails, end: the file stays for the next start."""
        try:
            desk.command(kill)
        except TraiderError as fault:
            self._fail(fault)

    def _tell(self, stage: str) -> None:
        self.stage = stage
        self._seen.log.info(stage)

    async def _wait(self, until: Callable[[], bool], seconds: float, tasks: Background) -> None:
        """Wait until something is so, for so long at most, and no longer than every part runs."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not until() and loop.time() < end and not tasks.has_ended:  # noqa: ASYNC110 - see
            await asyncio.sleep(_LOOK_S)  # below: what is waited for knows no event
