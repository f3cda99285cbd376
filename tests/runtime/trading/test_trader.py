"""The trader over a simulated venue and over one outside: its journal, and what a crash leaves.

Laws:
1. The journal of a paper run is the back-test of its inputs, byte for byte.
2. Wherever the journal ends, recovery leads to a state that goes on to the same journal.
3. What goes in late is raised to the time that has passed, never put before it.
"""

import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from tests.kernel.builders import finish, record
from tests.parity.small_run import FIRST_NS, small_run
from tests.runtime.trading.desk_gateway import FillingGateway, PassingGateway
from traider.domain.errors import DataError, KernelError
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.gateway.latency import LatencyBook, Stage
from traider.gateway.port import GateAnswer
from traider.gateway.reports import count_reports
from traider.journal import JournalInstrument, JournalReader, JournalWriter
from traider.kernel.breaker_records import Action, Breaker, BreakerSpec
from traider.kernel.live_machine import LiveMachine, Replayer
from traider.kernel.specification import KernelSpec
from traider.runtime.trading.recovery import recover
from traider.runtime.trading.snapshots import SnapshotWriter, take_state
from traider.runtime.trading.standing import Standing
from traider.runtime.trading.trader import Trader, TraderParts

DIGEST = bytes(range(32))
INSTRUMENTS = [
    JournalInstrument(f"BINANCE:{name}-USDT", f"{name}USDT", Decimal("0.01"), Decimal("1e-8"))
    for name in ("BTC", "ETH")
]


class StreamClock:
    """The time of the events that are given: it never tells the same twice."""

    def __init__(self) -> None:
        self.time_ns = 0
        self.count = 0

    def now_ns(self) -> int:
        self.time_ns += 1
        return self.time_ns

    def monotonic_ns(self) -> int:
        self.count += 1
        return self.count


class Desk:
    """A trader at work on a folder."""

    def __init__(self, folder: Path, spec: KernelSpec, *, outside: bool = False) -> None:
        self.clock = StreamClock()
        self.journal = JournalWriter.open(folder, INSTRUMENTS)
        self.recovered = recover(self.journal, spec, simulates=not outside)
        parts = TraderParts(self.recovered.replayer.machine, self.journal, self.clock)
        self.trader = Trader(parts, self.recovered.standing)
        self.clock.time_ns = max(self.trader.standing.passed_ns, FIRST_NS)
        self.gateway = PassingGateway(self.trader.machine)
        self.trader.connect(FillingGateway(self.trader, 900) if outside else self.gateway)

    def feed(self, events: EventArray, chance: random.Random) -> None:
        """Give events as they come, and let time pass between them."""
        place = 0
        while place < len(events):
            end = min(place + chance.randint(1, 40), len(events))
            while end < len(events) and events["ts_recv"][end] == events["ts_recv"][end - 1]:
                end += 1
            self.clock.time_ns = max(self.clock.time_ns, int(events["ts_recv"][end - 1]))
            self.trader.append(events[place:end].copy())
            if chance.random() < 0.3:
                self.trader.pass_time()
            place = end

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.journal.close()


def dice(name: str) -> random.Random:
    return random.Random(name)  # noqa: S311 - the same each time


def whole(folder: Path) -> EventArray:
    return join_events(list(JournalReader(folder).events()))


def machine_of(spec: KernelSpec, journal: EventArray, *, simulates: bool) -> LiveMachine:
    replayer = Replayer(spec, simulates=simulates)
    replayer.take(journal)
    assert replayer.mismatch is None
    return replayer.machine


@pytest.mark.parametrize("style", ["market", "limit"])
def test_a_paper_run_is_the_back_test_of_its_inputs(tmp_path: Path, style: str) -> None:
    spec, events = small_run(style)
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events, dice(style))
        journal, counts = whole(tmp_path), desk.trader.standing.counts()
        reactions = desk.trader.latencies.percentiles(Stage.SIGNAL_TO_ORDER).count
    made = (Kind.TIMER, *range(Kind.ACK, Kind.TRANSFER), Kind.ORDER_INTENT, Kind.VERDICT, Kind.SENT)
    inputs = journal[~np.isin(journal["kind"], made)]
    tested = finish(spec, inputs).journal
    assert journal.tobytes() == tested[: len(journal)].tobytes()
    assert counts.events == len(journal)
    assert counts.fills == np.count_nonzero(journal["kind"] == Kind.FILL) > 0
    assert counts.orders_sent + counts.orders_refused > 0
    assert 0 < reactions <= counts.orders_sent


@pytest.mark.parametrize("outside", [False, True])
def test_recovery_goes_on_wherever_the_journal_ends(tmp_path: Path, outside: bool) -> None:
    spec, events = small_run("market")
    half = len(events) // 2
    with Desk(tmp_path / "run", spec, outside=outside) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events[:half], dice("first"))
    journal = whole(tmp_path / "run")
    is_intent = journal["kind"] == Kind.ORDER_INTENT
    # A step and what it wants is one block of the journal: it is there whole or not at all.
    steps = np.flatnonzero(is_intent[:-1] & ~is_intent[1:]) + 1
    ends = {len(journal), 1, 3, *(int(steps[place]) for place in (0, 3, len(steps) // 2))}
    ends |= {int(place) for place in np.flatnonzero(journal["kind"] == Kind.VERDICT)[2:4]}
    for end in sorted(ends):
        folder = tmp_path / f"cut-{end}"
        with JournalWriter.open(folder, INSTRUMENTS) as cut:
            cut.append(journal[:end])
        with Desk(folder, spec, outside=outside) as desk:
            assert whole(folder)[:end].tobytes() == journal[:end].tobytes()
            assert desk.trader.standing.epoch == (1 if end > 1 else 0)
            desk.trader.begin(DIGEST, 2, empty_events(0))
            desk.trader.open_for_decisions()
            desk.feed(events[half : half + 60], dice(f"then {end}"))
            state = desk.trader.machine.state_hash()
            passed_ns = desk.trader.standing.passed_ns
            held = whole(folder)
        replayer = Replayer(spec, simulates=not outside)
        replayer.take(held)
        replayer.pass_time(passed_ns)
        assert replayer.mismatch is None
        assert replayer.machine.state_hash() == state
        assert (held["kind"] == Kind.LEADER_EPOCH).sum() == (2 if end > 1 else 1)


def test_a_start_takes_up_the_newest_snapshot(tmp_path: Path) -> None:
    spec, events = small_run("limit")
    half = len(events) // 2
    faults: list[str] = []
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events[:half], dice("before"))
        writer = SnapshotWriter(tmp_path, faults.append)
        taken = take_state(desk.trader)
        assert writer.write(taken)
        writer.close()
        desk.feed(events[half:], dice("after"))
        state, counts = desk.trader.machine.state_hash(), desk.trader.standing.counts()
        reports, passed_ns = desk.trader.standing.reports, desk.trader.standing.passed_ns
    with Desk(tmp_path, spec) as desk:
        assert desk.recovered.snapshot == taken.sequence > 0
        assert desk.recovered.replayed == desk.journal.sequence - taken.sequence
        before = join_events(list(JournalReader(tmp_path).events(0, taken.sequence)))
        assert desk.recovered.log_start == (taken.sequence, count_reports(before))
        assert desk.trader.machine.state_hash() == state
        assert desk.trader.standing.counts() == counts
        assert desk.trader.standing.reports == reports > 0
        assert desk.trader.standing.passed_ns <= passed_ns
    snapshots = sorted((tmp_path / "snapshots").iterdir())
    snapshots[-1].write_bytes(snapshots[-1].read_bytes()[:-1])
    with Desk(tmp_path, spec) as desk:
        assert desk.recovered.snapshot == 0
        assert "damaged" in desk.recovered.warnings[0]
        assert desk.trader.machine.state_hash() == state
    assert not faults


def test_a_state_of_events_that_a_power_loss_took_is_never_taken_up(tmp_path: Path) -> None:
    spec, events = small_run("limit")
    third, folder, kept = len(events) // 3, tmp_path / "run", tmp_path / "kept"
    with Desk(folder, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events[:third], dice("kept"))
    shutil.copytree(folder, kept)
    with Desk(folder, spec) as desk:
        desk.trader.begin(DIGEST, 2, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events[third : third + 60], dice("lost"))
        writer = SnapshotWriter(folder, pytest.fail)
        lost = take_state(desk.trader)
        assert writer.write(lost)
        writer.close()
    # The machine's end takes the last events, and leaves the state, which was forced onto the disk.
    shutil.copytree(folder / "snapshots", kept / "snapshots")
    with Desk(kept, spec) as desk:
        assert desk.journal.sequence < lost.sequence
        assert "lost" in desk.recovered.warnings[0]
        desk.trader.begin(DIGEST, 3, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events[third + 30 : third + 200], dice("other"))
        assert desk.journal.sequence > lost.sequence
        state, standing = desk.trader.machine.state_hash(), desk.trader.standing
    with Desk(kept, spec) as desk:
        assert desk.recovered.snapshot == 0
        assert desk.trader.machine.state_hash() == state
        assert desk.trader.standing.reports == standing.reports


def test_a_journal_of_another_kernel_is_refused(tmp_path: Path) -> None:
    spec, events = small_run("market")
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events, dice("whole"))
    other, _ = small_run("fixed")
    with pytest.raises(DataError, match="does not make of the journal what it has"):
        Desk(tmp_path, other)


def test_what_comes_late_is_raised_to_the_time_that_passed(tmp_path: Path) -> None:
    spec, events = small_run("market")
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.feed(events[:50], dice("some"))
        desk.trader.pass_time()
        passed_ns = desk.trader.standing.passed_ns
        late = events[49:50].copy()
        late["ts_recv"] = passed_ns - 5
        desk.trader.append(late)
        journal = whole(tmp_path)
    assert journal["ts_recv"][-1] >= passed_ns + 1
    assert (np.diff(journal["ts_recv"]) >= 0).all()


def test_before_it_is_open_nothing_is_wanted(tmp_path: Path) -> None:
    spec, events = small_run("market")
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, events[events["kind"] == Kind.BAR][:200])
        assert desk.trader.standing.orders_sent == 0
        assert not desk.trader.is_open
        assert desk.trader.standing.decisions > 0
        journal = whole(tmp_path)
        assert not (journal["kind"] == Kind.ORDER_INTENT).any()
        assert (journal["kind"] == Kind.BAR).sum() == 200


def test_a_stop_is_gone_on_with_when_decisions_are_on(tmp_path: Path) -> None:
    spec, events = small_run("market")
    half = len(events) // 2
    with Desk(tmp_path, spec, outside=True) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events[:half], dice("first"))
        refusing = FillingGateway(desk.trader, 900)
        refusing.refuses = True
        desk.trader.connect(refusing)
        desk.trader.tell(record(Kind.KILL, 0))  # positions stay to be closed
    with Desk(tmp_path, spec, outside=True) as desk:
        gateway = FillingGateway(desk.trader, 900)
        gateway.refuses = True
        desk.trader.connect(gateway)
        later = events[half:]
        history = later[later["kind"] == Kind.BAR][:100]
        desk.clock.time_ns = int(history["ts_recv"][-1])
        desk.trader.begin(DIGEST, 2, history)
        assert gateway.asked == 0  # history is no market to close positions at
        desk.trader.open_for_decisions()
        desk.trader.append(later[len(history) :][:40].copy())
        assert gateway.asked > 0
        journal = whole(tmp_path)
    assert (np.diff(journal["ts_recv"]) >= 0).all()
    machine_of(spec, journal, simulates=False)


def test_a_word_of_a_person_has_its_reason_beside_it(tmp_path: Path) -> None:
    spec, events = small_run("market")
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.feed(events[:50], dice("person"))
        before = desk.journal.sequence
        desk.trader.tell(record(Kind.PAUSE, 0), [("control", b'{"who": "ana"}')])
        facts = list(JournalReader(tmp_path).facts("control"))
        journal = whole(tmp_path)
    assert [fact.body for fact in facts] == [b'{"who": "ana"}']
    assert facts[0].sequence == before - 1
    assert (journal["kind"][before:] == Kind.PAUSE).any()


def test_the_gateway_hears_who_wanted_an_order(tmp_path: Path) -> None:
    spec, events = small_run("market")
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events[: len(events) // 2], dice("people"))
        wanted = record(Kind.MANUAL_ORDER, 0, 1, side=1, size=10_000_000, flags=1)
        before = len(desk.gateway.people)
        desk.trader.tell(wanted, person=("ana", "a test"))
        assert desk.gateway.people[before:] == [("ana", "a test")]
        desk.feed(events[len(events) // 2 :], dice("later"))
        assert set(desk.gateway.people[before + 1 :]) == {None}


def test_the_kernel_hears_once_that_the_gateway_sends_again(tmp_path: Path) -> None:
    spec, events = small_run("market")
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events[:50], dice("gateway"))
        desk.trader.pass_time()
        desk.gateway.is_ready = False
        desk.trader.pass_time()
        lost_ns = desk.clock.time_ns
        desk.feed(events[50:100], dice("away"))
        desk.gateway.is_ready = True
        for _ in range(3):
            desk.trader.pass_time()
        journal = whole(tmp_path)
    (back,) = journal[journal["kind"] == Kind.GATEWAY_READY]
    assert 0 < lost_ns - back["w0"] < 10
    assert back["ts_recv"] > events["ts_recv"][99]
    machine_of(spec, journal, simulates=True)


@pytest.mark.parametrize("by_breaker", [False, True])
def test_measured_latencies_reach_the_kernel_each_minute_as_events(
    tmp_path: Path, *, by_breaker: bool
) -> None:
    quiet, events = small_run("limit")
    spec = replace(quiet, strategy=replace(quiet.strategy, latency_moves=2.0))
    if by_breaker:
        spec = replace(quiet, breakers=(BreakerSpec(Breaker.LATENCY, Action.ALERT, 60.0),))
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        book = desk.trader.latencies
        for duration_ns in (1_000_000, 3_000_000, 9_000_000):
            book.record(Stage.SIGNAL_TO_ORDER, duration_ns)
        for part in (events[:40], events[40:41], events[41:80]):
            desk.clock.time_ns = int(part["ts_recv"][-1])
            desk.trader.append(part.copy())
            desk.trader.pass_time()
        latency_ns = int(desk.trader.machine.decider.account[0]["latency_ns"])
        journal = whole(tmp_path)
    told = journal[journal["kind"] == Kind.LATENCY_ESTIMATE]
    assert len(told) >= 1
    assert 9_000_000 <= told["w1"][0] <= 9_100_000
    assert (told["w2"][0], told["w3"][0]) == (3, 4)
    assert latency_ns == told["w1"][-1]
    assert (np.diff(told["ts_recv"]) >= 60 * 10**9).all()
    machine_of(spec, journal, simulates=True)


def test_latencies_are_told_in_the_machines_time(tmp_path: Path) -> None:
    spec, events = small_run("market")
    bar = events[:1].copy()
    for speed in (1.0, 50.0):
        with Desk(tmp_path / str(speed), spec) as desk:
            book = LatencyBook()
            machine = desk.trader.machine
            parts = TraderParts(machine, desk.journal, desk.clock, book, speed)
            trader = Trader(parts, Standing())
            trader.connect(desk.gateway)
            desk.clock.time_ns = int(bar["ts_recv"][0]) + 999_999
            trader.append(bar.copy())
        found = book.percentiles(Stage.DECODE).max_ns
        assert found == round(1_000_000 / speed)


def test_reports_stay_in_the_order_of_the_log(tmp_path: Path) -> None:
    """A verdict, the order sent, a verdict, an order sent: all at one time, in one report."""
    spec, events = small_run("market")
    kinds = [Kind.VERDICT, Kind.SENT, Kind.VERDICT, Kind.SENT, Kind.ACK, Kind.FILL, Kind.ACK]
    with Desk(tmp_path, spec, outside=True) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.feed(events[:60], dice("order"))
        told = join_events([record(kind, desk.clock.time_ns, w3=n) for n, kind in enumerate(kinds)])
        told["code"] = 1  # nothing of it becomes an order of this run
        before = desk.journal.sequence
        desk.trader.report(told[:3])
        desk.trader.report(told[3:])
        found = whole(tmp_path)[before:]
    found = found[found["kind"] != Kind.TIMER]
    assert found["kind"].tolist() == kinds
    assert found["order_id"].tolist() == list(range(len(kinds)))
    assert (np.diff(found["ts_recv"]) > 0).all()


def test_timers_of_a_stop_decide_nothing(tmp_path: Path) -> None:
    """The decisions of the time in which nobody traded are not made up for at the start."""
    spec, events = small_run("market")
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        # A bar that is fresh when the run ends: the next timer would decide on it.
        desk.clock.time_ns = int(events["ts_recv"][300]) - 5
        desk.trader.append(events[:300].copy())
    with Desk(tmp_path, spec) as desk:
        held = desk.journal.sequence
        desk.clock.time_ns += 50 * 3_600 * 10**9
        desk.trader.begin(DIGEST, 2, empty_events(0))
        found = whole(tmp_path)[held:]
    kinds = found["kind"].tolist()
    assert kinds.index(Kind.WARMUP_BEGIN) < kinds.index(Kind.TIMER)
    assert kinds.count(Kind.TIMER) >= 40
    assert Kind.ORDER_INTENT not in kinds


class FaultyGateway(PassingGateway):
    """Fails at the first order."""

    def submit(
        self,
        intents: EventArray,  # noqa: ARG002 - the port's, as are the others
        answers: Sequence[GateAnswer],  # noqa: ARG002
        person: tuple[str, str] | None = None,  # noqa: ARG002
    ) -> None:
        raise DataError("the disk is full", fix="make room")


def test_after_a_fault_nothing_more_is_taken(tmp_path: Path) -> None:
    spec, events = small_run("market")
    with Desk(tmp_path, spec) as desk:
        desk.trader.connect(FaultyGateway(desk.trader.machine))
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        with pytest.raises(DataError, match="disk is full"):
            desk.feed(events, dice("fault"))
        held = len(whole(tmp_path))
        for again in (desk.trader.pass_time, lambda: desk.trader.append(events[-1:].copy())):
            with pytest.raises(KernelError, match="broke off midway"):
                again()
        assert len(whole(tmp_path)) == held
    with Desk(tmp_path, spec) as desk:
        assert not desk.trader.is_broken
        assert len(desk.trader.standing.unanswered) > 0


def test_standing_is_kept_whole() -> None:
    standing = Standing()
    standing.append(record(Kind.LEADER_EPOCH, 5, w0=3))
    intents = [record(Kind.ORDER_INTENT, 6, order_id=number, flags=1) for number in (7, 8)]
    standing.append(join_events([record(Kind.DEPTH_SNAPSHOT, 6, 2), *intents]))
    standing.append(record(Kind.VERDICT, 7, order_id=7))
    again = Standing.from_bytes(standing.to_bytes())
    assert again.to_bytes() == standing.to_bytes()
    assert again.unanswered["order_id"].tolist() == [8]
    assert (again.epoch, again.orders_sent, again.books.numbers) == (3, 1, (2,))
