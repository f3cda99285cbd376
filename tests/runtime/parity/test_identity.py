"""The identity check: a state that is the replay's is confirmed, one changed byte is found.

The process beside the trader is real, and so are its journal, snapshots and state folder.
"""

import os
import signal
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.ports.alert import MemoryAlerts
from tests.ports.clock import FixedClock
from tests.ports.metrics import MemoryMetrics
from tests.runtime.parity.recorded_runs import RecordedTrader, capture, rewritten
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind
from traider.domain.metric_names import PARITY_CHECKS_TOTAL, PARITY_MISMATCHES_TOTAL
from traider.domain.ports import Severity
from traider.runtime.control.commands import ControlCommand, Pause, Reason
from traider.runtime.parity.identity import IdentityCheck
from traider.runtime.parity.identity_gate import IdentityGate, IdentityReporting, IdentityTerms
from traider.runtime.parity.recorded_run import recorded_follower
from traider.runtime.parity.shadow import IdentityResult, JournalShadow, StateClaim
from traider.runtime.state_folder import RunPaths
from traider.runtime.trading.snapshots import Taken, take_state

THIRD = 20_000
WAIT_S = 240.0


@pytest.fixture
def trader(tmp_path: Path) -> RecordedTrader:
    """A trader that has begun."""
    made = RecordedTrader(tmp_path)
    made.begin(int(capture()[1]["ts_recv"][0]) - 1_000)
    return made


def shadow_of(folder: Path) -> JournalShadow:
    return JournalShadow(partial(recorded_follower, folder), RunPaths(folder).journal)


def test_each_claim_of_a_sound_trader_is_confirmed(trader: RecordedTrader) -> None:
    events, shadow = capture()[1], shadow_of(trader.folder)
    for third in range(3):
        trader.feed(events[third * THIRD : (third + 1) * THIRD], seed=third)
        claim = trader.claim()
        found = shadow.check(claim)
        assert (found.ok, found.sequence) == (True, claim.sequence), found.line
        # It goes on from where it was: only what is new is replayed.
        assert found.events < 1.2 * THIRD
    assert (trader.trader.standing.fills, trader.trader.standing.orders_sent) > (0, 0)


def test_a_check_begins_with_the_newest_snapshot(trader: RecordedTrader) -> None:
    events = capture()[1]
    trader.feed(events[:THIRD])
    trader.keep()
    known = trader.journal.sequence
    trader.feed(events[THIRD : 2 * THIRD])
    claim = trader.claim()
    found = shadow_of(trader.folder).check(claim)
    assert (found.ok, found.events) == (True, claim.sequence - known), found.line


@pytest.mark.parametrize("room", ["decider", "gate", "venue"])
def test_one_changed_byte_of_the_state_is_found(trader: RecordedTrader, room: str) -> None:
    trader.feed(capture()[1][:THIRD])
    shadow = shadow_of(trader.folder)
    assert shadow.check(trader.claim()).ok
    arrays = {
        "decider": trader.trader.machine.decider.markets,
        "gate": trader.trader.machine.gate.account,
        "venue": trader.trader.machine.venue.venue,
    }
    raw = arrays[room].view(np.uint8).reshape(-1)
    raw[len(raw) // 2] ^= 1
    found = shadow.check(trader.claim())
    assert not found.ok
    assert not found.is_fault
    assert "the trader's state is" in found.line


def test_a_decision_that_the_replay_does_not_make_is_named(trader: RecordedTrader) -> None:
    trader.feed(capture()[1])
    claim = trader.claim()
    trader.close()

    def changed(events: EventArray) -> EventArray:
        events["size"][np.flatnonzero(events["kind"] == Kind.ORDER_INTENT)[2]] += 1
        return events

    found = shadow_of(rewritten(trader.folder, changed)).check(claim)
    assert not found.ok
    assert "ORDER_INTENT of instrument 0: size" in found.line


def test_a_claim_beyond_the_journal_is_a_fault(trader: RecordedTrader) -> None:
    claim = replace(trader.claim(), sequence=trader.journal.sequence + 1)
    with pytest.raises(DataError, match="the trader is at"):
        shadow_of(trader.folder).check(claim)


def waited(check: IdentityCheck) -> IdentityResult:
    """Return the result of the claim under way."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        found = check.result()
        if found is not None:
            return found
        time.sleep(0.01)
    raise TimeoutError("the check did not answer")


@pytest.mark.slow
def test_the_check_runs_in_a_process_that_ends_with_it(trader: RecordedTrader) -> None:
    check = IdentityCheck(partial(recorded_follower, trader.folder), trader.journal.folder)
    trader.feed(capture()[1][:THIRD])
    assert check.begin(trader.claim())
    assert check.pid not in (0, os.getpid())
    # A person's Ctrl-C reaches the worker too, whatever it is at; the trader decides what it means.
    os.kill(check.pid, signal.SIGINT)
    # The trader's loop went on while the check was at work: it is under way still.
    assert not check.begin(trader.claim())
    assert check.skipped == 1
    assert waited(check).ok
    wrong = replace(trader.claim(), state_hash="0" * 32)
    assert check.begin(wrong)
    assert not waited(check).ok
    assert check.begin(trader.claim())
    assert waited(check).ok
    os.kill(check.pid, signal.SIGKILL)
    check.begin(trader.claim())
    died = waited(check)
    assert died.is_fault
    assert "the process ended with -9" in died.line
    assert check.begin(trader.claim())
    assert waited(check).ok
    pid = check.pid
    check.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_state_keeps_its_memory_while_somebody_has_it(trader: RecordedTrader) -> None:
    first = take_state(trader.trader)
    digest = first.digest
    trader.feed(capture()[1][:THIRD])
    second = take_state(trader.trader)
    assert (first.digest, second.digest) == (digest, trader.trader.machine.state_hash())
    memory = id(first.state.obj)
    del first
    assert id(take_state(trader.trader).state.obj) == memory


@pytest.mark.slow
def test_a_gate_has_a_trader_checked(trader: RecordedTrader) -> None:
    check = IdentityCheck(partial(recorded_follower, trader.folder), trader.journal.folder)
    reporting = IdentityReporting(MemoryMetrics(), MemoryAlerts(), FixedClock(), str)
    gate = IdentityGate(check, reporting, IdentityTerms())
    trader.feed(capture()[1][:THIRD])
    gate.claim(take_state(trader.trader))
    end, found = time.monotonic() + WAIT_S, None
    while found is None and time.monotonic() < end:
        assert not gate.is_due()
        found = gate.look()
        time.sleep(0.01)
    gate.close()
    assert found is not None
    assert found.ok, found.line
    assert (gate.body.ok, gate.body.checks) == (True, 1)


class PlannedCheck(IdentityCheck):
    """A check that answers each claim with the next of some results."""

    def __init__(self, results: list[IdentityResult]) -> None:
        super().__init__(partial(recorded_follower, Path()), Path())
        self.results = results

    def begin(self, claim: StateClaim) -> bool:
        del claim
        return True

    def result(self) -> IdentityResult | None:
        return self.results.pop(0) if self.results else None


SOUND = IdentityResult(7, ok=True, line="the same")
WRONG = IdentityResult(8, ok=False, line="another state")
BROKEN = IdentityResult(9, ok=False, line="no journal", is_fault=True)


@pytest.mark.parametrize(("policy", "halts"), [("alert", 0), ("halt", 1)])
def test_a_mismatch_alerts_and_by_policy_pauses(policy: str, halts: int) -> None:
    metrics, alerts, commands = MemoryMetrics(), MemoryAlerts(), list[ControlCommand]()

    def command(asked: ControlCommand) -> str:
        commands.append(asked)
        return "paused"

    reporting = IdentityReporting(metrics, alerts, FixedClock(), command)
    terms = IdentityTerms(on_mismatch="halt" if policy == "halt" else "alert")
    gate = IdentityGate(PlannedCheck([SOUND, WRONG, SOUND, BROKEN]), reporting, terms)
    assert (gate.body.ok, gate.body.checks) == (True, 0)
    gate.look()
    assert (gate.body.ok, gate.body.checks, alerts.sent) == (True, 1, [])
    for _ in range(3):
        gate.look()
    assert gate.look() is None
    # A difference stays one, whatever the next check finds; a fault proves nothing.
    assert (gate.body.ok, gate.body.checks) == (False, 3)
    assert [alert.severity for alert in alerts.sent] == [Severity.CRITICAL, Severity.WARNING]
    counted = [write.name for write in metrics.writes]
    assert counted.count(PARITY_CHECKS_TOTAL) == 3
    assert counted.count(PARITY_MISMATCHES_TOTAL) == 1
    assert len(commands) == halts
    for each in commands:
        assert isinstance(each, Pause)
        assert (each.reason, each.why) == (Reason.PARITY, "another state")


def test_a_claim_is_due_each_minute() -> None:
    clock = FixedClock()
    reporting = IdentityReporting(MemoryMetrics(), MemoryAlerts(), clock, str)
    gate = IdentityGate(PlannedCheck([]), reporting, IdentityTerms(every_s=60.0))
    due = []
    for _ in range(150):
        clock.advance(1_000_000_000)
        due.append(gate.is_due())
        if due[-1]:
            gate.claim(Taken(1, b"", memoryview(b"state"), 1))
            gate.close()
    assert [place + 1 for place, is_due in enumerate(due) if is_due] == [60, 120]
    never = IdentityGate(PlannedCheck([]), reporting, IdentityTerms(every_s=0.0))
    assert not never.is_due()
