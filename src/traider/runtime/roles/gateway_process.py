"""The gateway as a process: the venue's key, a feed for its own gate, the socket, the kill file.

    await GatewayProcess(GatewayProcessOrder(folder, config, exchange), seen).run()

It needs the manifest of the run, ``run.json``, and nothing of a trader: it runs before one starts
and after one died, compares the books all the while, and does an emergency stop that lies in the
folder. It ends when it is asked to; when its supervisor is gone, as soon as no trader leads.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from traider.domain.errors import ConfigError, DataError, UsageError, VenueError
from traider.domain.market_health import MarketHealth
from traider.domain.metric_names import GATEWAY_READY, OPEN_ORDERS, UPTIME_SECONDS
from traider.feed.connection import ConnectionState
from traider.feed.feed import Feed
from traider.feed.feed_ports import FeedPorts
from traider.gateway.client_ids import ClientIds
from traider.gateway.frames import Kill as KillFrame
from traider.gateway.gateway_terms import GatewayTerms
from traider.journal.instruments import JournalInstrument
from traider.runtime.beside_file import BesideBody, tell_beside
from traider.runtime.config import Config
from traider.runtime.control.commands import Kill
from traider.runtime.control.dead_man import dead_man_terms, watch_alive
from traider.runtime.control.kill_file import (
    KILL_NAME,
    forget_rearmed,
    rearmed_ns,
    watch_kill,
)
from traider.runtime.journal_instruments import instrument_of
from traider.runtime.kernel_spec import gate_spec
from traider.runtime.live_feed import keep, open_feed
from traider.runtime.observability import RoleObservation
from traider.runtime.parity.recorded_run import SIMULATED
from traider.runtime.recording import clock_from
from traider.runtime.roles.gateway_role import GatewayRole, GatewayRoleParts
from traider.runtime.session.background import Background, first_fault
from traider.runtime.session.history import price_history
from traider.runtime.session.link import VenueLink, open_link
from traider.runtime.session.terms import SessionOrder
from traider.runtime.state_folder import RunManifest, RunPaths, check_instruments, read_manifest
from traider.runtime.status_body import Mode, latency_bodies
from traider.runtime.stream_sources import stream_sources
from traider.runtime.supervision.notices import Notices
from traider.runtime.supervision.role import RoleReport
from traider.runtime.venue_account import ExecutorMaker, VenueDoor, open_session, reconciliation
from traider.venues.coinbase.account_reads import AccountReads
from traider.venues.coinbase.rest_session import RestSession

_PRICES_S: Final = 5.0
"""How long the gate's own feed may take before orders are taken without it."""
_LOOK_S: Final = 0.05
_BEAT_S: Final = 1.0
_PAUSE_S: Final = 0.002
_TRADER_ENDS_S: Final = 120.0
"""How long a trader may take to end when the supervisor of both is gone."""
_NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True)
class GatewayProcessOrder:
    """What a gateway's process is started with."""

    folder: Path
    """The state folder."""
    config: Config
    """Of it what decides nothing counts; the rest is the run's own."""
    exchange: str = ""
    """REST address of the local exchange of the run; empty for a venue."""
    settings: str = ""
    """Digest of the settings as they were given, told to who asks."""


@dataclass(frozen=True)
class _Parts:
    """What is opened."""

    feed: Feed
    role: GatewayRole
    report: RoleReport


@dataclass
class GatewayProcess:
    """One life of it."""

    order: GatewayProcessOrder
    seen: RoleObservation
    notices: Notices = field(default_factory=Notices.of_environment)

    def __post_init__(self) -> None:
        """Make what a stop is asked through."""
        self._stopped = asyncio.Event()
        self._is_orphan = asyncio.Event()

    def stop(self, why: str) -> None:
        """Ask for the end, in order."""
        self.seen.log.info("stopping", why=why)
        self._stopped.set()

    async def run(self) -> None:
        """Run until it is asked to stop.

        Raises:
            UsageError: there is no run, or none with a gateway; another gateway runs.
            ConfigError: there is no key, or it may do what it must not.
            VenueError: the venue cannot be asked.
            DataError: the log is damaged, or cannot be kept.
        """
        loop = asyncio.get_running_loop()

        def orphaned() -> None:
            loop.call_soon_threadsafe(self._is_orphan.set)

        self.notices.watch_supervisor(orphaned)
        manifest = run_with_gateway(self.order.folder)
        async with AsyncExitStack() as closing:
            parts = await self._opened(manifest, closing)
            async with Background() as background:
                background.add(keep(parts.feed, parts.role, _PAUSE_S))
                await self._priced(parts.feed)
                background.add(parts.role.run(parts.report))
                background.add(watch_kill(self.order.folder, self._killer(parts)))
                terms = dead_man_terms(self.order.config.run)
                background.add(watch_alive(self.order.folder, terms, self.seen.alerts))
                background.add(self._watch(parts))
                background.add(tell_beside(self.order.folder, "gateway", self._beside))
                background.add(self._end_with_supervisor(parts.role))
                self.seen.health.set_ready(is_ready=True)
                self.notices.ready()
                self.seen.log.info("the gateway runs", run=manifest.run_id)
                await self._until_stopped(background)
                self.seen.health.set_ready(is_ready=False)

    # --------------------------------------------------------------------------------- its own

    async def _opened(self, manifest: RunManifest, closing: AsyncExitStack) -> _Parts:
        order, seen = self.order, self.seen
        request = manifest.request(order.config)
        link = await open_link(
            SessionOrder(request, order.folder, exchange=order.exchange), seen.clock
        )
        door, paths = _door(link, order.folder), RunPaths(order.folder)
        session = await open_session(door, seen, closing)
        if manifest.mode is Mode.LIVE:
            await check_key(session)
        clock = clock_from(paths.orders, link.clock)
        feed = await open_feed(link.feed, FeedPorts(clock, seen.log, seen.alerts))
        listed = tuple(
            JournalInstrument(each.name, each.symbol, each.tick_size, each.lot_size)
            for each in feed.instruments
        )
        check_instruments(manifest, listed, order.folder)
        instruments = [instrument_of(each) for each in listed]
        config = request.config
        parts = GatewayRoleParts(
            folder=paths.orders,
            socket_path=paths.gateway_socket,
            instruments=instruments,
            run_id=manifest.run_id,
            clock=clock,
            lines=seen.log,
            spec=gate_spec(config, stream_sources(config, listed)),
            terms=GatewayTerms(reconcile_s=config.run.reconcile_s),
            latencies=seen.latency,
            alerts=seen.alerts,
            settings=order.settings,
            rearmed_ns=partial(rearmed_ns, order.folder),
        )
        maker = ExecutorMaker(door, session, ClientIds(manifest.run_id), instruments, seen)
        forget_rearmed(order.folder)
        role = await asyncio.to_thread(
            GatewayRole,
            parts,
            maker,
            lambda gateway, executor: (
                reconciliation(gateway, executor, config, clock, seen).reconcile
            ),
        )
        await self._teach(role, link, feed, config)
        return _Parts(feed, role, RoleReport("gateway", seen.health, seen.metrics))

    async def _teach(self, role: GatewayRole, link: VenueLink, feed: Feed, config: Config) -> None:
        """Let the gate sample the prices from before; without them it opens nothing for a while."""
        try:
            history = await price_history(config, link, feed.instruments)
        except (VenueError, DataError) as fault:
            self.seen.log.warning("no history for the gate", why=fault.what)
            return
        if history.note:
            self.seen.log.warning("no history for the gate", why=history.note)
        role.learn(history.events)

    async def _priced(self, feed: Feed) -> None:
        """Wait until every book is whole, not for long: an emergency needs no price."""
        end = asyncio.get_running_loop().time() + _PRICES_S
        while asyncio.get_running_loop().time() < end and not self._stopped.is_set():
            is_open = all(each.state is ConnectionState.OPEN for each in feed.connections)
            if is_open and all(each.health is MarketHealth.HEALTHY for each in feed.watches):
                return
            await asyncio.sleep(_LOOK_S)

    def _beside(self) -> BesideBody:
        return BesideBody(pid=os.getpid(), latency_us=latency_bodies(self.seen.latency))

    def _killer(self, parts: _Parts) -> Callable[[Kill], None]:
        def kill(command: Kill) -> None:
            # One that lies there still is due, whenever it was asked for.
            is_due = (self.order.folder / KILL_NAME).exists()
            asked_ns = 0 if is_due else command.asked_ns
            parts.role.emergency.stop(
                KillFrame(command.who, command.why, not command.flatten, asked_ns, command.id)
            )

        return kill

    async def _watch(self, parts: _Parts) -> None:
        """Beat, and tell how each part is, until cancelled."""
        seen, gateway = self.seen, parts.role.gateway
        began_ns = seen.clock.monotonic_ns()
        while True:
            seen.health.beat()
            self.notices.beat()
            parts.role.pass_time()
            _tell_feed(seen, parts.feed)
            stance, is_ready = gateway.log.stance, gateway.is_ready
            seen.health.report(
                "venue", is_good=is_ready, detail="" if is_ready else "not reconciled"
            )
            stopped = "everything was stopped" if stance.is_killed else ""
            seen.health.report("emergency", is_good=not stopped, detail=stopped)
            seen.metrics.set(GATEWAY_READY, float(is_ready))
            seen.metrics.set(OPEN_ORDERS, float(len(gateway.lives)))
            uptime_ns = seen.clock.monotonic_ns() - began_ns
            seen.metrics.set(UPTIME_SECONDS, uptime_ns / _NS_PER_S)
            await asyncio.sleep(_BEAT_S)

    async def _end_with_supervisor(self, role: GatewayRole) -> None:
        """Stop when the supervisor is gone and the trader, which needs us for its end, too."""
        await self._is_orphan.wait()
        end = asyncio.get_running_loop().time() + _TRADER_ENDS_S
        # A connection that ends sets no event.
        while role.has_leader and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)
        self.stop("the supervisor is gone")
        await asyncio.Event().wait()

    async def _until_stopped(self, background: Background) -> None:
        """Wait for a stop, or a part that fails; then raise its fault."""
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            done, _ = await asyncio.wait(
                {stopped, *background.tasks}, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            stopped.cancel()
        for task in done - {stopped}:
            fault = first_fault(task.exception())
            if fault is not None:
                raise fault


def run_with_gateway(folder: Path) -> RunManifest:
    """Return the manifest of a run whose orders leave through a gateway.

    Raises:
        UsageError: there is none.
        DataError: the manifest cannot be read.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise UsageError(
            "holds no run",
            where=str(folder),
            fix="name what is traded beside --role gateway, so that a run is begun here",
        )
    check_sends(manifest.mode, folder)
    return manifest


def check_sends(mode: Mode, folder: Path) -> None:
    """Refuse a gateway of a run whose orders leave through none.

    Raises:
        UsageError: the venue of the mode is simulated.
    """
    if mode in SIMULATED:
        raise UsageError(
            f"a run of mode {mode.value} sends no order anywhere",
            where=str(folder),
            fix="leave --role gateway out",
        )


async def check_key(session: RestSession) -> None:
    """Refuse a key that may not trade, or may move money away.

    Raises:
        ConfigError: it may not what it must, or may what it must not.
        VenueError: the venue cannot be asked.
    """
    may = await AccountReads(session).permissions()
    if may.can_view and may.can_trade and not may.can_transfer:
        return
    what = "move money away" if may.can_transfer else "not trade"
    raise ConfigError(
        f"the key may {what}",
        where="key",
        fix="make a key at the venue that may view and trade, and nothing else",
    )


def _door(link: VenueLink, folder: Path) -> VenueDoor:
    if link.door is None:
        raise UsageError("the run has no account", where=str(folder), fix="name its exchange")
    return link.door


def _tell_feed(seen: RoleObservation, feed: Feed) -> None:
    for instrument, watch in zip(feed.instruments, feed.watches, strict=True):
        is_good = watch.health is MarketHealth.HEALTHY
        words = "" if is_good else watch.health.name.lower().replace("_", " ")
        seen.health.report(f"market {instrument.name}", is_good=is_good, detail=words)
    for connection in feed.connections:
        is_open = connection.state is ConnectionState.OPEN
        words = "" if is_open else connection.why or connection.state.value
        seen.health.report(f"connection {connection.stream.name}", is_good=is_open, detail=words)
