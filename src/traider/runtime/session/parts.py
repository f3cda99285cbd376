"""Put a session together: from what a person asked for to a trader that can begin."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from traider.domain.ports import Clock
from traider.feed.feed import Feed
from traider.feed.feed_ports import FeedPorts
from traider.gateway.port import RunningGateway
from traider.journal.instruments import JournalInstrument
from traider.journal.writer import JournalWriter
from traider.runtime.auditing.anchors import DailyAnchor, SigningTerms
from traider.runtime.auditing.following import AuditFollower, AuditOrder
from traider.runtime.books.nav_files import NavWriter
from traider.runtime.breaker_watch import BreakerWatch
from traider.runtime.bus import open_bus
from traider.runtime.bus_market import open_market
from traider.runtime.config import Config
from traider.runtime.event_metrics import EventMetrics
from traider.runtime.following_thread import FollowingThread
from traider.runtime.leadership.promotion import Warm, take_up
from traider.runtime.live_feed import feed_terms, names_of, open_feed
from traider.runtime.observability import RoleObservation
from traider.runtime.parity.recorded_run import SIMULATED
from traider.runtime.recording import clock_from
from traider.runtime.session.gateway import GatewayOrder, open_gateway
from traider.runtime.session.link import VenueLink, open_link
from traider.runtime.session.record import SessionRecord
from traider.runtime.session.terms import SessionOrder
from traider.runtime.state_folder import RunManifest, RunPaths, StateFolder, check_instruments
from traider.runtime.status_body import Mode
from traider.runtime.strategy_target import stream_spec
from traider.runtime.stream_sources import stream_sources
from traider.runtime.supervision.threads import begin_thread, until_stopped
from traider.runtime.tables_following import TablesFollower, TablesOrder
from traider.runtime.trading.later_reports import LaterReports
from traider.runtime.trading.recovery import Recovered, recover
from traider.runtime.trading.second_marks import SecondMarks, second_of
from traider.runtime.trading.trader import Trader, TraderParts

Tell = Callable[[str], None]
"""Takes what is being done, in a few words."""


_CLAIM_S: Final = 2.0


@dataclass(frozen=True)
class SessionParts:
    """Everything of a session, connected."""

    config: Config
    """What decides is the run's own, whatever the file says now."""
    manifest: RunManifest
    paths: RunPaths
    link: VenueLink
    clock: Clock
    feed: Feed
    journal: JournalWriter
    recovered: Recovered
    trader: Trader
    gateway: RunningGateway
    reports: LaterReports
    followers: Mapping[str, FollowingThread]
    """What follows the journal beside the trader, by name."""
    record: SessionRecord
    counted: EventMetrics
    first_event: int
    """Sequence of the first event of this session."""


@dataclass(frozen=True)
class Opening:
    """What a session is opened with."""

    order: SessionOrder
    seen: RoleObservation
    closing: AsyncExitStack
    """Ends what was opened, in order."""
    tell: Tell
    stopped: asyncio.Event
    """Set when somebody asks for the end."""
    warm: Warm | None = None
    """A kernel that followed the run of the folder, and the leadership to go on with it."""


async def open_parts(opening: Opening) -> SessionParts:
    """Return the parts of a session.

    Raises:
        UsageError: another process runs in the folder, or something else was asked for there.
        VenueError: the venue cannot be asked.
        DataError: what is in the folder is damaged, or of another version.
    """
    order, seen, closing = opening.order, opening.seen, opening.closing
    # The leader of before let the folder go, or was ended, before anybody took over.
    folder = StateFolder(order.folder, patience_s=0.0 if opening.warm is None else _CLAIM_S)
    closing.callback(folder.close)
    kept = folder.take_up(order.request)
    opening.tell("starting the exchange" if order.starts_exchange else "asking the venue")
    link = await open_link(order, seen.clock)
    closing.callback(link.close)
    clock = clock_from(folder.paths.journal, link.clock)
    feed = await _open_market(opening, link, FeedPorts(clock, seen.log, seen.alerts))
    instruments = tuple(
        JournalInstrument(each.name, each.symbol, each.tick_size, each.lot_size)
        for each in feed.instruments
    )
    manifest = kept or folder.begin(order.request, instruments, clock.now_ns())
    check_instruments(manifest, instruments, order.folder)
    config = manifest.request(order.request.config).config
    journal = JournalWriter.open(folder.paths.journal, instruments)
    closing.callback(journal.close)
    opening.tell("loading the kernel, which is compiled once (a minute or two)")
    loading = begin_thread(lambda: _recovered(config, manifest, journal, opening.warm), "recovery")
    recovered = await until_stopped(loading, opening.stopped, "the kernel was loaded")
    record = SessionRecord(recovered.standing.holdings.by_instrument, clock.now_ns())
    names = [each.name for each in instruments]
    counted, traces = (
        EventMetrics(seen.metrics, names, feed=manifest.venue),
        seen.order_traces(names),
    )
    machine, standing = recovered.replayer.machine, recovered.standing
    nav = NavWriter(folder.paths.nav, second_of(standing.market_ns), _NavFaults(seen).tell)
    trader = Trader(
        TraderParts(
            machine,
            journal,
            clock,
            seen.latency,
            link.speed,
            record.see,
            SecondMarks(machine, standing, nav.add),
        ),
        standing,
        [
            counted,
            BreakerWatch(seen.alerts, seen.metrics, seen.log, names),
            *([] if traces is None else [traces]),
        ],
    )
    reports = LaterReports(trader)
    made_for = GatewayOrder(
        config, manifest, folder.paths, instruments, link, clock, reports, recovered.log_start,
        is_apart=order.is_gateway_apart,
    )  # fmt: skip
    gateway = await open_gateway(made_for, trader, seen, closing)
    return SessionParts(
        config, manifest, folder.paths, link, clock, feed, journal, recovered, trader, gateway,
        reports, dict(_followers(opening, config, manifest, recovered)), record, counted,
        recovered.replayer.machine.sequence,
    )  # fmt: skip


@dataclass(frozen=True)
class _NavFaults:
    """Tells that the NAV series is not kept any more; trading goes on."""

    seen: RoleObservation

    def tell(self, why: str) -> None:
        self.seen.health.report("nav series", is_good=False, detail=why)
        self.seen.log.warning("the NAV series is not kept any more", why=why)


async def _open_market(opening: Opening, link: VenueLink, ports: FeedPorts) -> Feed:
    """Return the feed: of the venue, or over the bus."""
    if not opening.order.takes_bus:
        return await open_feed(link.feed, ports)
    opening.tell("asking the bus")
    bus = open_bus(opening.order.request.config.bus, opening.seen.log)
    names = names_of(link.feed.venue, link.feed.products)
    terms = feed_terms(link.feed.feed, is_timed=link.feed.is_timed)
    return await open_market(bus, names, ports, terms, opening.closing)


def _recovered(
    config: Config, manifest: RunManifest, journal: JournalWriter, warm: Warm | None
) -> Recovered:
    if warm is not None:
        return take_up(warm, journal)
    spec = stream_spec(config, stream_sources(config, journal.instruments))
    return recover(journal, spec, simulates=manifest.mode in SIMULATED)


def _followers(
    opening: Opening, config: Config, manifest: RunManifest, recovered: Recovered
) -> Iterator[tuple[str, FollowingThread]]:
    paths = RunPaths(opening.order.folder)
    if config.run.tables:
        currency = {config.currency: Decimal(config.capital)}
        mode = "live" if manifest.mode is Mode.LIVE else "paper"
        url, name = f"sqlite:///{paths.tables}", f"run-{manifest.run_id}"
        order = TablesOrder(paths.journal, url, name, mode, config.currency, currency)
        yield "tables", TablesFollower(order)
    if opening.order.request.config.audit.enabled:
        # The kernel is loaded already, so its specification need not be made again.
        audit = AuditOrder(paths.folder, recovered.replayer.machine.spec)
        signing = SigningTerms.of(opening.order.request.config.audit)
        look = None if signing is None else DailyAnchor(signing).look
        yield "audit", AuditFollower(audit, look)
