"""The order log of a paper run, cut short by a crash and completed from the journal."""

import asyncio
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from tests.gateway.desk import UNSYNCED
from tests.parity.small_run import small_run
from tests.ports.clock import FixedClock
from tests.ports.event_sink import MemoryEvents
from tests.ports.log import MemoryLog
from tests.runtime.trading.test_trader import DIGEST, INSTRUMENTS, Desk, dice
from traider.domain.approvals import Approver
from traider.domain.errors import DataError
from traider.domain.events import Kind, empty_events, join_events
from traider.domain.fees import FeeSchedule
from traider.domain.instruments import Instrument, InstrumentName
from traider.gateway.client_ids import ClientIds
from traider.gateway.order_gateway import OrderGateway
from traider.gateway.order_log import OrderLog
from traider.gateway.paper_executor import PaperExecutor
from traider.gateway.reports import count_reports
from traider.gateway.settling import GatewayParts
from traider.journal import JournalReader, JournalWriter
from traider.kernel.live_machine import LiveMachine
from traider.runtime.trading.paper_log import complete_log, open_paper_log


def instruments() -> tuple[Instrument, ...]:
    return tuple(
        Instrument(
            name=InstrumentName.parse(each.name),
            symbol=each.symbol,
            settle="USDT",
            tick_size=each.tick_size,
            lot_size=each.lot_size,
            min_size=Decimal(0),
            fees=FeeSchedule.flat(Decimal("0.001"), Decimal("0.002")),
        )
        for each in INSTRUMENTS
    )


def paper_gateway(log: OrderLog, machine: LiveMachine, reports: MemoryEvents) -> OrderGateway:
    approver = Approver()
    parts = GatewayParts(
        log=log,
        sink=reports,
        instruments=instruments(),
        ids=ClientIds("d41a52c0"),
        approver=approver,
        clock=FixedClock(),
        lines=MemoryLog(),
    )
    return OrderGateway(parts, PaperExecutor(machine, approver.verifier))


@pytest.mark.parametrize("style", ["market", "limit"])
def test_a_log_cut_anywhere_is_completed(tmp_path: Path, style: str) -> None:
    spec, events = small_run(style)
    log = OrderLog.open(tmp_path / "orders", INSTRUMENTS, terms=UNSYNCED)
    reports = MemoryEvents()
    with log, Desk(tmp_path / "journal", spec) as desk:
        gateway = paper_gateway(log, desk.trader.machine, reports)
        desk.trader.connect(gateway)
        desk.trader.begin(DIGEST, 1, empty_events(0))
        asyncio.run(gateway.start(1, desk.trader.standing.reports, desk.trader.standing.unanswered))
        desk.trader.open_for_decisions()
        desk.feed(events, dice(f"paper log {style}"))
        assert log.reports == desk.trader.standing.reports > 0
        living, stance = log.lives.living(), log.stance
    assert len(reports.events) == 0
    journal = JournalReader(tmp_path / "journal")
    whole = join_events(list(JournalReader(tmp_path / "orders").events()))
    for cut in sorted({1, 2, 3, *range(4, len(whole), len(whole) // 40), len(whole)}):
        folder = tmp_path / f"cut-{cut}"
        with OrderLog.open(folder, INSTRUMENTS, terms=UNSYNCED) as short:
            short.append(whole[:cut])
            assert complete_log(short, journal) == len(whole) - cut
            assert short.lives.living() == living
            assert short.stance == stance
        found = join_events(list(JournalReader(folder).events()))
        assert found.tobytes() == whole.tobytes()


def test_a_log_of_another_run_is_refused(tmp_path: Path) -> None:
    spec, events = small_run("market")
    for name, count in (("short", 400), ("long", len(events))):
        log = OrderLog.open(tmp_path / name / "orders", INSTRUMENTS, terms=UNSYNCED)
        with log, Desk(tmp_path / name / "journal", spec) as desk:
            gateway = paper_gateway(log, desk.trader.machine, MemoryEvents())
            desk.trader.connect(gateway)
            desk.trader.begin(DIGEST, 1, empty_events(0))
            desk.trader.open_for_decisions()
            desk.feed(events[:count], dice(name))
    journal = JournalReader(tmp_path / "short" / "journal")
    with (
        OrderLog.open(tmp_path / "long" / "orders", terms=UNSYNCED) as log,
        pytest.raises(DataError, match="more than the journal"),
    ):
        complete_log(log, journal)


@pytest.mark.parametrize("lost", ["reports", "orders"])
def test_a_log_that_is_ahead_of_the_journal_is_made_anew(tmp_path: Path, lost: str) -> None:
    spec, events = small_run("market")
    log = OrderLog.open(tmp_path / "orders", INSTRUMENTS, terms=UNSYNCED)
    with log, Desk(tmp_path / "journal", spec) as desk:
        gateway = paper_gateway(log, desk.trader.machine, MemoryEvents())
        desk.trader.connect(gateway)
        desk.trader.begin(DIGEST, 1, empty_events(0))
        asyncio.run(gateway.start(1, 0, empty_events(0)))
        desk.trader.open_for_decisions()
        desk.feed(events, dice(f"ahead {lost}"))
    whole = join_events(list(JournalReader(tmp_path / "journal").events()))
    places = np.flatnonzero(whole["kind"] == Kind.ORDER_INTENT)
    end = int(places[len(places) // 2])  # before an order: where the power went
    with JournalWriter.open(tmp_path / "kept", INSTRUMENTS, UNSYNCED) as kept:
        kept.append(whole[:end])
    if lost == "orders":
        told = join_events(list(JournalReader(tmp_path / "orders").events()))
        (tmp_path / "orders").rename(tmp_path / "all")
        with OrderLog.open(tmp_path / "orders", INSTRUMENTS, terms=UNSYNCED) as short:
            same = told["order_id"] == whole["order_id"][end]
            short.append(told[: int(np.flatnonzero(same)[0]) + 1])
    journal = JournalReader(tmp_path / "kept")
    made, warnings = open_paper_log(tmp_path / "orders", INSTRUMENTS, journal)
    with made:
        assert lost in warnings[0]
        assert "orders-ahead-1" in warnings[0]
        assert made.reports == count_reports(whole[:end]) > 0
        assert complete_log(made, journal) == 0
    again, warnings = open_paper_log(tmp_path / "orders", INSTRUMENTS, journal)
    again.close()
    assert warnings == ()
    assert (tmp_path / "orders-ahead-1").is_dir()
