"""A whole trader on a local exchange, wired as ``traider run`` does it, for measuring.

Feed, journal, kernel, gateway with its log of orders, executor over REST with a signed token for
each request: everything an order passes, and nothing beside it (no tables, no checks, no page of
metrics).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from benchmarks.live.address import REPOSITORY, Address
from traider.domain.approvals import ApprovedOrder, Approver
from traider.domain.events import EventArray, empty_events
from traider.domain.ports import Alert, Clock, Field
from traider.feed.feed import Feed
from traider.feed.feed_ports import FeedPorts
from traider.gateway.client_ids import ClientIds
from traider.gateway.coinbase_executor import CoinbaseAccess, CoinbaseExecutor, CoinbaseTerms
from traider.gateway.gateway_terms import GatewayTerms
from traider.gateway.order_gateway import OrderGateway
from traider.gateway.order_log import OrderLog
from traider.gateway.port import GateAnswer
from traider.gateway.reconciliation import ReconcileParts, ReconcileTerms, Reconciliation
from traider.gateway.settling import GatewayParts
from traider.journal import JournalInstrument, JournalWriter
from traider.kernel.compiled import ready_kernel
from traider.kernel.specification import KernelSpec
from traider.ops.clock import SystemClock
from traider.ops.metrics import ProcessMetrics
from traider.runtime.config import Config, load_config
from traider.runtime.config_venues import CoinbaseConfig, FeedConfig, VenuesConfig
from traider.runtime.exchange_clock import clock_of
from traider.runtime.journal_instruments import instrument_of
from traider.runtime.live_feed import LiveFeedRequest, open_feed
from traider.runtime.recording import clock_from
from traider.runtime.session.link import at_speed
from traider.runtime.session.pauses import short_pauses
from traider.runtime.strategy_target import stream_spec
from traider.runtime.stream_sources import stream_sources
from traider.runtime.trading.later_reports import LaterReports
from traider.runtime.trading.recovery import Recovered, recover
from traider.runtime.trading.trader import Trader, TraderParts
from traider.venues.coinbase.rest_session import RestSession, RestTerms
from traider.venues.coinbase.token import ApiKey
from traider.venues.coinbase.user_feed import UserFeedTerms

RUN: Final = "b5e00c4e"
_WITHOUT_LIMIT: Final = 1e6
_LOOK_S: Final = 0.01
_CAPITAL: Final = {"USD": Decimal(1_000_000)}
_SETTINGS: Final = REPOSITORY / "benchmarks" / "live" / "live.toml"


class Quiet:
    """A log and an alert channel: keeps warnings and errors, to be looked at."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def debug(self, message: str, /, **fields: Field) -> None:
        """Drop a line."""

    info = debug

    def warning(self, message: str, /, **fields: Field) -> None:
        """Keep a line."""
        self.lines.append(f"{message} {fields}")

    error = warning

    def bind(self, **fields: Field) -> "Quiet":
        """Return itself."""
        del fields
        return self

    def send(self, alert: Alert) -> None:
        """Keep an alert."""
        self.lines.append(f"{alert.title} {alert.detail}")


@dataclass(frozen=True)
class LiveTerms:
    """Where a trader trades, and where it keeps what it knows."""

    address: Address
    folder: Path
    products: tuple[str, ...]
    speed: float = 1.0
    """Seconds of the exchange in one of the machine: what is late there takes longer."""
    has_limits: bool = False
    """Whether it asks no more often than the venue allows."""
    told: Callable[[str], None] = lambda _: None
    """Hears what has just been done on the way to the first decision."""


@dataclass
class LiveTrader:
    """One that trades."""

    trader: Trader
    gateway: OrderGateway
    feed: Feed
    clock: Clock
    quiet: Quiet
    recovered: Recovered
    way: "WayStamps"
    reports: LaterReports
    executor: CoinbaseExecutor

    @property
    def mark_ticks(self) -> int:
        """What the first instrument is worth; 0 before it is known."""
        return int(self.trader.machine.decider.markets["mark_ticks"][0])

    async def priced(self) -> None:
        """Return when the first instrument has a price."""
        while not self.mark_ticks:  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(_LOOK_S)


class WayStamps:
    """When an order was handed to the gateway, and by it to the executor; ns, monotonic."""

    def __init__(self) -> None:
        self.submitted: dict[int, int] = {}
        self.sent: dict[int, int] = {}
        self.newest_id = 0

    def forget(self) -> None:
        """Let go of what was noted."""
        self.submitted.clear()
        self.sent.clear()


class _StampedGateway(OrderGateway):
    """Notes when it is asked."""

    way: WayStamps

    def submit(
        self,
        intents: EventArray,
        answers: Sequence[GateAnswer],
        person: tuple[str, str] | None = None,
    ) -> None:
        """Note, and go on."""
        now_ns = time.monotonic_ns()
        for order_id in intents["order_id"].tolist():
            self.way.submitted[order_id] = now_ns
            self.way.newest_id = order_id
        super().submit(intents, answers, person)


class _StampedExecutor(CoinbaseExecutor):
    """Notes when it is asked."""

    way: WayStamps

    def send(self, orders: Sequence[ApprovedOrder]) -> None:
        """Note, and go on."""
        now_ns = time.monotonic_ns()
        for order in orders:
            self.way.sent[order.order_id] = now_ns
        super().send(orders)


def live_config(address: Address) -> Config:
    """Return settings of a plain strategy, with the venue at ``address``."""
    coinbase = CoinbaseConfig(
        rest_url=address.rest,
        stream_url=address.websocket,
        connections_per_second=0,
        messages_per_second=0,
    )
    return load_config(_SETTINGS).model_copy(update={"venues": VenuesConfig(coinbase=coinbase)})


@asynccontextmanager
async def live_trader(terms: LiveTerms) -> AsyncIterator[LiveTrader]:
    """Give a trader that is reconciled and may decide; end it when the context is left.

    Its feed is there and does not run: whoever measures runs it (``runtime.live_feed.keep``).
    """
    quiet, wall = Quiet(), SystemClock()
    config = live_config(terms.address)
    of_venue = await clock_of(terms.address.rest, wall)
    clock = clock_from(terms.folder / "journal", of_venue or wall)
    patience = at_speed(FeedConfig(), terms.speed)
    request = LiveFeedRequest("coinbase", terms.products, config.venues, patience)
    feed = await open_feed(request, FeedPorts(clock, quiet, quiet))
    terms.told("exchange asked for its time and its products")
    instruments = tuple(
        JournalInstrument(each.name, each.symbol, each.tick_size, each.lot_size)
        for each in feed.instruments
    )
    spec = stream_spec(config, stream_sources(config, instruments))
    ready_kernel()
    terms.told("kernel loaded")
    key = ApiKey.read(terms.address.key_name, terms.address.private_key)
    rest = RestTerms(base_url=terms.address.rest)
    if not terms.has_limits:
        rest = replace(rest, private_per_second=_WITHOUT_LIMIT)
    with (
        JournalWriter.open(terms.folder / "journal", instruments) as journal,
        OrderLog.open(terms.folder / "orders", instruments, clock) as log,
    ):
        async with RestSession(wall, key, rest) as session:
            terms.told("journal and log of orders opened")
            made = _connected(_Wanted(terms, spec, clock, quiet, feed), journal, log, session)
            terms.told("snapshot read, journal after it replayed")
            running = asyncio.gather(made.gateway.run(), made.reports.run())
            try:
                standing = made.recovered.standing
                made.trader.begin(bytes(32), standing.epoch + 1, empty_events(0))
                await made.gateway.start(standing.epoch, standing.reports, standing.unanswered)
                made.reports.flush()
                terms.told("reconciled with the exchange")
                made.trader.open_for_decisions()
                with short_pauses():
                    yield made
            finally:
                made.trader.end()
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running


@dataclass(frozen=True)
class _Wanted:
    terms: LiveTerms
    spec: KernelSpec
    clock: Clock
    quiet: Quiet
    feed: Feed


def _connected(
    wanted: _Wanted, journal: JournalWriter, log: OrderLog, session: RestSession
) -> LiveTrader:
    clock, quiet, wall, way = wanted.clock, wanted.quiet, SystemClock(), WayStamps()
    recovered = recover(journal, wanted.spec, simulates=False)
    trader = Trader(TraderParts(recovered.replayer.machine, journal, clock), recovered.standing)
    reports = LaterReports(trader)
    approver, listed = Approver(), [instrument_of(each) for each in journal.instruments]
    ids = ClientIds(RUN)
    executor = _StampedExecutor(
        CoinbaseAccess(session, wall, quiet),
        ids,
        listed,
        approver.verifier,
        CoinbaseTerms(feed=UserFeedTerms(url=wanted.terms.address.websocket_user)),
    )
    parts = GatewayParts(
        log=log,
        sink=reports,
        instruments=listed,
        ids=ids,
        approver=approver,
        clock=clock,
        lines=quiet,
    )
    gateway = _StampedGateway(
        parts, executor, GatewayTerms(orders_per_s=10_000.0, orders_at_once=10_000)
    )
    executor.way = gateway.way = way
    reconciliation = Reconciliation(
        gateway,
        executor,
        ReconcileParts(clock, quiet, quiet, ProcessMetrics()),
        ReconcileTerms(capital=_CAPITAL),
    )
    gateway.reconcile = reconciliation.reconcile
    trader.connect(gateway)
    return LiveTrader(trader, gateway, wanted.feed, clock, quiet, recovered, way, reports, executor)
