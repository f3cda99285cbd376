"""The live loop against the back-test, and a journal's replay against the machine that wrote it.

Laws of ``traider.kernel.live_machine``:
1. However the inputs are cut, the same events come out, in the same order.
2. When time is told to have passed decides when something comes out, never what.
3. In simulated mode the events that come out are those of a back-test of the inputs.
4. A replay over the events that came out is in the state of the machine they came from.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tests.kernel.builders import finish, record
from tests.parity.small_run import RUNS, small_run
from traider.domain.errors import KernelError
from traider.domain.events import EventArray, Kind, OrderFlag, empty_events, join_events
from traider.domain.payload_table import PAYLOADS
from traider.kernel.codes import Verdict
from traider.kernel.live_machine import LiveMachine, Replayer, Turn
from traider.kernel.machine import Machine
from traider.kernel.specification import KernelSpec

SNAPSHOT_AT = 0.6


def dice(name: str) -> random.Random:
    """Return chance that is the same each time."""
    return random.Random(name)  # noqa: S311 - no secret is made of it


def instants(events: EventArray, chance: random.Random, most: int) -> Iterator[EventArray]:
    """Cut ``events`` between times of receipt, at random."""
    ends = np.flatnonzero(np.diff(events["ts_recv"])) + 1
    chosen = sorted(chance.sample(ends.tolist(), min(most, len(ends))))
    for begin, end in pairwise([0, *chosen, len(events)]):
        yield events[begin:end]


def trade_on_paper(
    machine: LiveMachine, events: EventArray, chance: random.Random, most: int = 60
) -> list[Turn]:
    """Run as a trader does: pieces of the input, and between them what time brings."""
    turns = []
    for piece in instants(events, chance, most):
        now_ns = int(piece["ts_recv"][-1]) if chance.random() < 0.7 else 0
        for turn in machine.advance(piece, now_ns):
            turns.append(turn)
            send(machine, turn)
    return turns


def send(machine: LiveMachine, turn: Turn) -> None:
    """Send what a turn wants to the simulated venue."""
    for place in range(len(turn.intents)):
        machine.submit(turn.intents[place : place + 1], turn.answers[place])


def journal_of(turns: Sequence[Turn]) -> EventArray:
    return join_events([turn.events for turn in turns])


@pytest.mark.parametrize("style", RUNS)
def test_a_paper_run_is_the_back_test_of_its_inputs(style: str) -> None:
    spec, events = small_run(style)
    whole = finish(spec, events).journal
    machine = LiveMachine(spec, simulates=True)
    turns = trade_on_paper(machine, events, dice(style))
    found = journal_of(turns)
    assert len(found) >= len(events)
    assert (found["kind"] == Kind.ORDER_INTENT).any()
    assert found.tobytes() == whole[: len(found)].tobytes()
    for turn in turns:
        assert turn.events[len(turn.events) - len(turn.intents) :].tobytes() == (
            turn.intents.tobytes()
        )


@pytest.mark.parametrize("style", RUNS)
def test_a_replay_ends_in_the_state_of_the_run(style: str) -> None:
    spec, events = small_run(style)
    chance = dice(f"replay {style}")
    machine = LiveMachine(spec, simulates=True)
    parts, half = [], int(len(events) * SNAPSHOT_AT)
    half += int(np.flatnonzero(np.diff(events["ts_recv"][half:]))[0]) + 1
    parts += trade_on_paper(machine, events[:half], chance)
    parts += finish_time(machine, half_ns := int(events["ts_recv"][half]) - 1)
    snapshot, held = machine.snapshot(), journal_of(parts)
    assert machine.sequence == len(held)
    parts += trade_on_paper(machine, events[half:], chance)
    parts += finish_time(machine, end_ns := int(events["ts_recv"][-1]) + 1)
    journal = journal_of(parts)
    assert machine.sequence == len(journal)

    replayer = Replayer(spec, simulates=True)
    for piece in instants(journal, chance, 40):
        replayer.take(piece)
    assert len(replayer.pass_time(end_ns)) == 0
    assert replayer.mismatch is None
    assert replayer.compared == len(journal)
    assert replayer.machine.state_hash() == machine.state_hash()

    later = Replayer(spec, simulates=True)
    later.restore(snapshot)
    assert len(later.pass_time(half_ns)) == 0
    later.take(journal[len(held) :])
    assert len(later.pass_time(end_ns)) == 0
    assert later.mismatch is None
    assert later.machine.state_hash() == machine.state_hash()


def finish_time(machine: LiveMachine, now_ns: int) -> list[Turn]:
    """Let time pass, and send what is still wanted."""
    turns = []
    for turn in machine.advance(empty_events(0), now_ns):
        turns.append(turn)
        send(machine, turn)
    return turns


def test_a_journal_that_ends_early_is_gone_on_with() -> None:
    """What the run made and did not journal before it died comes out of the replay."""
    spec, events = small_run("market")
    machine = LiveMachine(spec, simulates=True)
    turns = trade_on_paper(machine, events, dice("early"))
    end_ns = int(events["ts_recv"][-1]) + 1
    turns += finish_time(machine, end_ns)
    journal = journal_of(turns)
    replayer = Replayer(spec, simulates=True)
    last_input = int(np.flatnonzero(journal["kind"] == Kind.BAR)[-1])
    replayer.take(journal[: last_input + 1])
    rest = replayer.pass_time(end_ns)
    assert replayer.mismatch is None
    assert rest.tobytes() == journal[last_input + 1 :].tobytes()
    assert replayer.machine.state_hash() == machine.state_hash()


def test_a_changed_decision_is_named() -> None:
    spec, events = small_run("market")
    machine = LiveMachine(spec, simulates=True)
    journal = journal_of(trade_on_paper(machine, events, dice("changed")))
    place = int(np.flatnonzero(journal["kind"] == Kind.ORDER_INTENT)[3])
    truth = journal[place : place + 1].tobytes()
    journal["size"][place] += 1
    replayer = Replayer(spec, simulates=True)
    replayer.take(journal)
    assert replayer.mismatch is not None
    assert replayer.mismatch.sequence == place
    assert replayer.mismatch.found == truth
    assert replayer.mismatch.expected == journal[place : place + 1].tobytes()


class Outside:
    """A venue outside the kernel: it takes, refuses and fills, and its answers come late."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.waiting: list[EventArray] = []

    def take(self, turn: Turn, mark: int) -> None:
        """Answer the intents of a turn, each with what a gateway reports."""
        for place, (code, number, limit) in enumerate(turn.answers):
            intent = turn.intents[place : place + 1]
            names = {
                "instrument": int(intent["instrument"][0]),
                "side": int(intent["side"][0]),
                "order_id": int(intent["order_id"][0]),
            }
            if code == 0 and self.chance.random() < 0.1:
                code = int(Verdict.NOT_READY)  # noqa: PLW2901 - the gateway's word counts
            verdict = record(Kind.VERDICT, 0, **names)
            verdict["code"], verdict["number"], verdict["limit"] = code, number, limit
            self.waiting.append(verdict)
            if code != 0:
                continue
            self.waiting.append(record(Kind.SENT, 0, **names))
            if int(intent["flags"][0]) & OrderFlag.CANCEL:
                self.waiting.append(record(Kind.CANCELLED, 0, code=7, **names))
                continue
            size = int(intent["size"][0])
            self.waiting.append(record(Kind.ACK, 0, size=size, **names))
            fill = record(Kind.FILL, 0, price=mark, size=max(size // 2, 1), fee=3, **names)
            fill["version"] = PAYLOADS[Kind.FILL].version
            if size < 1_000 * 10**8:  # what is sized in money has no lots
                self.waiting.append(fill)
            self.waiting.append(record(Kind.EXPIRED, 0, code=1, **names))

    def reports(self, now_ns: int) -> EventArray:
        """Return the answers that came by now."""
        count = self.chance.randint(0, len(self.waiting))
        due, self.waiting = self.waiting[:count], self.waiting[count:]
        found = join_events(due)
        found["ts_event"] = found["ts_recv"] = now_ns
        return found


def trade_outside(spec: KernelSpec, events: EventArray, chance: random.Random) -> EventArray:
    """Run with a venue outside; return the journal and compare the replay's state."""
    machine, venue, parts = LiveMachine(spec, simulates=False), Outside(chance), []
    now_ns = 0
    for piece in instants(events, chance, 120):
        now_ns = int(piece["ts_recv"][-1])
        for turn in machine.advance(join_events([piece, venue.reports(now_ns)]), now_ns):
            parts.append(turn.events)
            venue.take(turn, 500)
    journal = join_events(parts)
    replayer = Replayer(spec, simulates=False)
    for piece in instants(journal, chance, 30):
        replayer.take(piece)
    replayer.pass_time(now_ns)
    assert replayer.mismatch is None
    assert replayer.compared == len(journal)
    assert replayer.machine.state_hash() == machine.state_hash()
    return journal


@pytest.mark.parametrize("style", RUNS)
def test_a_run_on_a_venue_outside_is_replayed(style: str) -> None:
    spec, events = small_run(style)
    journal = trade_outside(spec, events, dice(f"outside {style}"))
    assert (journal["kind"] == Kind.FILL).any()


def test_what_the_gateway_refused_counts_as_open_no_more() -> None:
    spec, events = small_run("limit")
    machine = LiveMachine(spec, simulates=False)
    turn = next(
        turn
        for turn in machine.advance(events)
        if len(turn.intents) and turn.answers[0][0] == Verdict.APPROVED
    )
    k = int(turn.intents["instrument"][0])
    name = "open_buy_lots" if turn.intents["side"][0] > 0 else "open_sell_lots"
    assert machine.gate.markets[k][name] == turn.intents["size"][0]
    refused = record(Kind.VERDICT, machine.now_ns, k, order_id=int(turn.intents["order_id"][0]))
    refused["code"] = Verdict.NOT_READY
    # The rest of the inputs is not run: the machine only has to hear of the refusal.
    for _ in machine.advance(refused):
        pass
    assert machine.gate.markets[k][name] == 0
    assert machine.decider.markets[k]["open_orders"] == 0


def test_the_books_of_the_venue_are_taken_over() -> None:
    spec, events = small_run("market")
    machine = LiveMachine(spec, simulates=False)
    first = events[:40]
    for _ in machine.advance(first):
        pass
    now_ns = int(first["ts_recv"][-1])
    cash = int(machine.decider.account[0]["cash_units"])
    held = int(machine.decider.markets[1]["position_lots"])
    change = record(Kind.RECONCILE_ADJUSTMENT, now_ns, 1, code=1, size=-7, w2=1_234)
    for _ in machine.advance(change):
        pass
    assert machine.decider.markets[1]["position_lots"] == held - 7
    assert machine.gate.markets[1]["position_lots"] == held - 7
    assert machine.decider.account[0]["cash_units"] == cash + 1_234
    assert machine.gate.account[0]["cash_units"] == cash + 1_234


def test_a_snapshot_that_does_not_fit_leaves_nothing_of_itself_behind() -> None:
    spec, events = small_run("risk")
    machine, other = Machine(spec), Machine(replace(spec, markets=spec.markets[:1]))
    list(other.feed(events[events["instrument"] == 0][:200]))
    before = machine.state_hash()
    with pytest.raises(KernelError, match="the snapshot holds"):
        machine.restore(other.snapshot())
    assert machine.state_hash() == before
