"""Runs recorded for tests: the shipped capture through a trader, into a state folder."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tests.golden.runs import FOLDER
from tests.kernel.builders import SAMPLE
from tests.ports.event_sink import MemoryEvents
from tests.ports.log import MemoryLog
from tests.runtime.trading.desk_gateway import FillingGateway
from traider.backtest.captures import CaptureSource, capture_sources, load_capture
from traider.domain.approvals import Approver
from traider.domain.events import EventArray, empty_events, join_events
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
from traider.runtime.books.nav_files import NavWriter
from traider.runtime.config import Config, config_digest, load_config
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.parity.shadow import StateClaim
from traider.runtime.run_request import RunRequest
from traider.runtime.state_folder import RunPaths, StateFolder
from traider.runtime.status_body import Mode
from traider.runtime.trading.paper_log import complete_log
from traider.runtime.trading.recovery import recover
from traider.runtime.trading.second_marks import SecondMarks, second_of
from traider.runtime.trading.snapshots import SnapshotWriter, take_state
from traider.runtime.trading.trader import Trader, TraderParts

CAPTURE: Final = SAMPLE / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
TERMS: Final = JournalTerms(FsyncPolicy.NONE, compress=False)
EVENTS: Final = 60_000
FILL_TICKS: Final = 638_000
"""Near the capture's prices."""


@cache
def capture() -> tuple[CaptureSource, EventArray]:
    """Return the shipped capture: what is known of its instrument, and its first events."""
    (source,) = capture_sources([CAPTURE])
    events = load_capture([CAPTURE])
    end = int(np.argmax(events["ts_recv"] > events["ts_recv"][EVENTS]))
    return source, events[:end].copy()


def settings(name: str = "level2-ladder", *overrides: str) -> Config:
    """Return the settings of a pinned run."""
    return load_config(FOLDER / f"{name}.toml", overrides)


def instruments() -> tuple[JournalInstrument, ...]:
    """Return the capture's instrument as a run knows it."""
    source, _ = capture()
    return (JournalInstrument(source.instrument, "BTCUSDT", source.tick_size, source.lot_size),)


class DataClock:
    """The time of the data that were given: it never tells the same twice."""

    def __init__(self, now_ns: int) -> None:
        self.time_ns = now_ns

    def now_ns(self) -> int:
        self.time_ns += 1
        return self.time_ns

    def monotonic_ns(self) -> int:
        return self.time_ns


@dataclass
class RecordedTrader:
    """A trader at work on a state folder: in simulated time, or at a venue that fills at once."""

    folder: Path
    config: Config = field(default_factory=settings)
    mode: Mode = Mode.PAPER
    venue: str = "binance"
    products: tuple[str, ...] = ("BTCUSDT",)

    def __post_init__(self) -> None:
        """Begin the run, or take it up."""
        request = RunRequest(self.mode, self.venue, self.products, self.config)
        with StateFolder(self.folder) as state:
            if state.take_up(request) is None:
                state.begin(request, instruments(), 1)
        self.journal = JournalWriter.open(RunPaths(self.folder).journal, instruments(), TERMS)
        run = RecordedRun.open(self.folder)
        found = recover(self.journal, run.spec(), simulates=run.simulates)
        self.clock = DataClock(found.standing.passed_ns)
        machine, standing = found.replayer.machine, found.standing
        nav = NavWriter(RunPaths(self.folder).nav, second_of(standing.market_ns))
        marks = SecondMarks(machine, standing, nav.add)
        parts = TraderParts(machine, self.journal, self.clock, marks=marks)
        self.trader = Trader(parts, found.standing)
        self.log = OrderLog.open(RunPaths(self.folder).orders, instruments(), terms=TERMS)
        if run.simulates:
            complete_log(self.log, JournalReader(self.journal.folder))
            self.trader.connect(self._paper_gateway())
        else:
            self.trader.connect(FillingGateway(self.trader, FILL_TICKS))

    def _paper_gateway(self) -> OrderGateway:
        approver = Approver()
        parts = GatewayParts(
            log=self.log,
            sink=MemoryEvents(),
            instruments=[_traded(each) for each in instruments()],
            ids=ClientIds("0123abcd"),
            approver=approver,
            clock=self.clock,
            lines=MemoryLog(),
        )
        return OrderGateway(parts, PaperExecutor(self.trader.machine, approver.verifier))

    def begin(self, now_ns: int) -> None:
        """Start: journal what every start begins with, and let decisions begin."""
        self.clock.time_ns = max(self.clock.time_ns, now_ns)
        epoch = self.trader.standing.epoch + 1
        self.trader.begin(config_digest(self.config), epoch, empty_events(0))
        standing = self.trader.standing
        asyncio.run(self.trader.gateway.start(epoch, standing.reports, standing.unanswered))
        self.trader.open_for_decisions()

    def feed(self, events: EventArray, seed: int = 1, most: int = 60) -> None:
        """Give events as they come, in pieces, and let time pass between them."""
        chance = random.Random(seed)  # noqa: S311 - the same each time
        for piece in pieces(events, chance, most):
            self.clock.time_ns = max(self.clock.time_ns, int(piece["ts_recv"][-1]))
            self.trader.append(piece.copy())
            if chance.random() < 0.3:
                self.trader.pass_time()

    def claim(self) -> StateClaim:
        """Return what it says of its state."""
        taken = take_state(self.trader)
        return StateClaim(taken.sequence, taken.passed_ns, taken.digest)

    def keep(self) -> None:
        """Write a snapshot."""
        writer = SnapshotWriter(self.journal.folder, pytest.fail)
        writer.write(take_state(self.trader))
        writer.close()

    def close(self) -> None:
        """End, as a crash would."""
        self.journal.close()
        self.log.close()


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


def pieces(events: EventArray, chance: random.Random, most: int) -> Iterator[EventArray]:
    """Cut events between times of receipt, at random."""
    ends = (np.flatnonzero(np.diff(events["ts_recv"])) + 1).tolist()
    for begin, end in pairwise(
        [0, *sorted(chance.sample(ends, min(most, len(ends)))), len(events)]
    ):
        yield events[begin:end]


def recorded(
    folder: Path,
    config: Config | None = None,
    controls: Sequence[tuple[int, EventArray]] = (),
    restarts: Sequence[int] = (),
    mode: Mode = Mode.PAPER,
    events: EventArray | None = None,
) -> Path:
    """Record a run on the capture; controls and restarts come before the event at their place."""
    config, events = config or settings(), capture()[1] if events is None else events
    trader = RecordedTrader(folder, config, mode)
    trader.begin(int(events["ts_recv"][0]) - 1_000)
    told = dict(controls)
    done = 0
    for place in sorted({*told, *restarts, len(events)}):
        trader.feed(events[done:place], seed=place)
        done = place
        if place in told:
            trader.trader.tell(told[place])
        if place in restarts:
            trader.close()
            trader = RecordedTrader(folder, config, mode)
            trader.begin(int(events["ts_recv"][place - 1]))
    trader.close()
    return folder


def rewritten(folder: Path, change: Callable[[EventArray], EventArray]) -> Path:
    """Write the journal of a run anew, whole, with changed events."""
    paths = RunPaths(folder)
    held = held_events(paths.journal)
    for path in paths.journal.iterdir():
        if path.is_file():
            path.unlink()
    with JournalWriter.open(paths.journal, instruments(), TERMS) as journal:
        journal.append(change(held.copy()))
    return folder


def held_events(journal: Path) -> EventArray:
    """Return every event of a journal."""
    return join_events([*JournalReader(journal).events(), empty_events(0)])
