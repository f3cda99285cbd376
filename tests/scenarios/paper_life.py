"""One life of a paper trader: the live loop over the kernel's simulated venue, on scripted time.

Nothing here waits and no socket is open: the script says what the market does and how late it is. A
crash is an exception at a fault point; what was written until then is what the next life finds.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from tests.ports.event_sink import MemoryEvents
from tests.ports.log import MemoryLog
from tests.runtime.parity.recorded_runs import DataClock
from tests.scenarios.trader_setup import HERE, SETTINGS
from traider.domain.approvals import Approver
from traider.domain.events import EventArray, empty_events
from traider.domain.fault_points import listening
from traider.domain.fees import FeeSchedule
from traider.domain.instruments import Instrument, InstrumentName
from traider.gateway.client_ids import ClientIds
from traider.gateway.order_gateway import OrderGateway
from traider.gateway.order_log import OrderLog
from traider.gateway.paper_executor import PaperExecutor
from traider.gateway.settling import GatewayParts
from traider.journal import (
    FsyncPolicy,
    JournalInstrument,
    JournalReader,
    JournalTerms,
    JournalWriter,
)
from traider.kernel.specification import KernelSpec
from traider.runtime.config import Config, config_digest, load_config
from traider.runtime.strategy_target import stream_spec
from traider.runtime.stream_sources import stream_sources
from traider.runtime.trading.paper_log import complete_log
from traider.runtime.trading.recovery import recover
from traider.runtime.trading.trader import Trader, TraderParts

PERPETUAL: Final = JournalInstrument(
    "BINANCE:BTC-USDT-PERP", "BTCUSDT", Decimal("0.1"), Decimal("0.001")
)
UNSYNCED: Final = JournalTerms(FsyncPolicy.NONE)
"""A process that dies keeps what it wrote; only the machine would not."""
_PAPER: Final = ("currency=USDT", "costs.maker_fee=0.0002", "costs.taker_fee=0.0005")
START_NS: Final = 1_767_225_600_000_000_000
"""2026-01-01T00:00:00Z."""


class Crash(BaseException):
    """The process is gone."""


@dataclass(frozen=True)
class PaperSetup:
    """A trader to be."""

    config: Config
    spec: KernelSpec
    instruments: tuple[JournalInstrument, ...] = (PERPETUAL,)


@cache
def paper_setup(settings: tuple[str, ...]) -> PaperSetup:
    """Return the trader of ``trader.toml`` on a perpetual, with some settings changed."""
    steering = f'strategy.alphas=[{{name="steered", file="{HERE / "steering.py"}"}}]'
    config = load_config(SETTINGS, (steering, *_PAPER, *settings))
    spec = stream_spec(config, stream_sources(config, (PERPETUAL,)))
    return PaperSetup(config, spec)


@dataclass
class PaperLife:
    """A trader on a state folder, from ``begin`` until ``leave``."""

    folder: Path
    setup: PaperSetup
    crash_at: Callable[[str], bool] = field(default=lambda _: False)
    """Told each fault point; says whether the process dies there."""

    def __post_init__(self) -> None:
        """Take up what the last life left."""
        self.is_dead = False
        self.journal = JournalWriter.open(self.folder / "journal", self.setup.instruments, UNSYNCED)
        found = recover(self.journal, self.setup.spec, simulates=True)
        self.clock = DataClock(max(found.standing.passed_ns, START_NS))
        machine = found.replayer.machine
        self.trader = Trader(TraderParts(machine, self.journal, self.clock), found.standing)
        self.log = OrderLog.open(self.folder / "orders", self.setup.instruments, terms=UNSYNCED)
        complete_log(self.log, JournalReader(self.journal.folder), found.log_start)
        approver = Approver()
        parts = GatewayParts(
            log=self.log,
            sink=MemoryEvents(),
            instruments=[_traded(each) for each in self.setup.instruments],
            ids=ClientIds("0123abcd"),
            approver=approver,
            clock=self.clock,
            lines=MemoryLog(),
        )
        self.gateway = OrderGateway(parts, PaperExecutor(machine, approver.verifier))
        self.trader.connect(self.gateway)

    def begin(self, now_ns: int) -> None:
        """Start: journal what every start begins with, and let decisions begin."""
        self.clock.time_ns = max(self.clock.time_ns, now_ns)
        standing = self.trader.standing
        epoch = standing.epoch + 1
        self.trader.begin(config_digest(self.setup.config), epoch, empty_events(0))
        asyncio.run(self.gateway.start(epoch, standing.reports, standing.unanswered))
        self.trader.open_for_decisions()

    def do(self, work: Callable[[], None]) -> bool:
        """Do something inside this life; return whether it lived to the end of it."""

        def reached(name: str) -> None:
            if self.crash_at(name):
                raise Crash(name)

        try:
            with listening(reached):
                work()
        except Crash:
            self.leave()
        return not self.is_dead

    def give(self, events: EventArray, now_ns: int) -> bool:
        """Let the feed bring events, and let time pass until then; return whether it lived."""

        def work() -> None:
            self.clock.time_ns = max(self.clock.time_ns, now_ns)
            self.trader.append(events.copy())
            self.trader.pass_time()

        return self.do(work)

    def leave(self) -> None:
        """Let go of the files as a process that died does."""
        self.is_dead = True
        self.journal._let_go()
        self.log._journal._let_go()


def _traded(each: JournalInstrument) -> Instrument:
    """Return what the gateway of a paper run knows: it trades by numbers and grids alone."""
    return Instrument(
        name=InstrumentName.parse(each.name.removesuffix("-PERP")),
        symbol=each.symbol,
        settle="USDT",
        tick_size=each.tick_size,
        lot_size=each.lot_size,
        min_size=Decimal(0),
        fees=FeeSchedule.flat(Decimal("0.0002"), Decimal("0.0005")),
    )
