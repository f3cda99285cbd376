"""The trader: everything that happens enters here in one order, is journaled, decided on and sent.

    trader.begin(digest, epoch, history)   # what a run opens with; decisions are off
    await gateway.start(epoch, trader.standing.reports, trader.standing.unanswered)
    trader.open_for_decisions()
    …                                       # append (the feed), report (the gateway), tell (people)
    trader.pass_time()                      # some times a second, so that timers come

One thread calls it. The journal has what comes out of the kernel before any of it is sent, so what
was sent can always be derived again. An input is never earlier than time that has passed: if its
stamp is, it is raised to then, and so journaled. When journal, kernel or gateway fail, the fault is
raised to whoever gave the input, and the trader takes nothing more: kernel and journal may have
parted, and only a new start brings them together.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np

from traider.domain.errors import KernelError
from traider.domain.events import (
    EventArray,
    Kind,
    OrderFlag,
    empty_events,
    join_events,
    sort_events,
)
from traider.domain.fault_points import reach
from traider.domain.payload_table import PAYLOADS
from traider.domain.payloads import config_digest_event
from traider.domain.ports import Clock, EventSink
from traider.gateway.latency import LatencyBook, Stage
from traider.gateway.order_groups import group_key
from traider.gateway.port import TradingGateway
from traider.journal.writer import JournalWriter
from traider.kernel.breaker_records import Breaker
from traider.kernel.codes import Verdict
from traider.kernel.decider.expiring import RULES
from traider.kernel.live_machine import LiveMachine, Turn
from traider.runtime.broken_books import BrokenBooks
from traider.runtime.trading.latency_estimates import LatencyEstimates
from traider.runtime.trading.standing import Standing

_LEGS: Final = int(OrderFlag.CHILD | OrderFlag.ONE_CANCELS_OTHER)
_BY_PEOPLE: Final = (Kind.MANUAL_ORDER, Kind.KILL)
ROUNDS_MAX: Final = 10_000
"""Answers may lead to orders, and these to answers at once; so often in a row they never do."""


class Marks(Protocol):
    """What marks the account at the ends of seconds (``second_marks``)."""

    @property
    def recent(self) -> Collection[tuple[int, int]]:
        """Time and NAV, in units of 1e-8, of the last marks."""

    def next_ns(self, inputs: EventArray, end_ns: int) -> int:
        """Return the first second to be marked before ``end_ns``, given what comes in; or 0."""

    def mark(self, due_ns: int) -> None:
        """Mark a second: every event up to its end was seen, and none after it."""

    def finish(self) -> None:
        """Mark the account as it is, nothing more coming."""


@dataclass(frozen=True)
class TraderParts:
    """What a trader is made of."""

    machine: LiveMachine
    journal: JournalWriter
    clock: Clock
    """Never tells the same time twice (``runtime.recording.NotBefore``)."""
    latencies: LatencyBook = field(default_factory=LatencyBook)
    speed: float = 1.0
    """Seconds of the clock in one of the machine: latencies are told in the machine's time."""
    on_turn: Callable[[Turn], None] = lambda _: None
    """Shown what came out of the kernel, reasons and samples included, once it is journaled."""
    marks: Marks | None = None
    """Marks the account each second; None where nobody asks for it."""


class Trader:
    """The sequencer; see above. An ``EventSink`` for the feed."""

    def __init__(
        self, parts: TraderParts, standing: Standing, listeners: Sequence[EventSink] = ()
    ) -> None:
        self.machine = parts.machine
        self.journal = parts.journal
        self.standing = standing
        self.latencies = parts.latencies
        self.is_open = False
        """Whether decisions are on."""
        self.is_broken = False
        """Whether an input was not worked off: see above."""
        self._clock = parts.clock
        self._on_turn = parts.on_turn
        self._marks = parts.marks
        self._speed = parts.speed
        self._listeners = list(listeners)
        self._gateway: TradingGateway | None = None
        self._broken = BrokenBooks(
            standing.books.numbers, standing.passed_ns, standing.books.gapped
        )
        self._waiting: list[EventArray] = []
        self._is_turning = False
        self._is_ended = False
        self._person: tuple[str, str] | None = None
        self._reported_ns = 0
        self._estimates = LatencyEstimates(parts.latencies.stages[Stage.SIGNAL_TO_ORDER])
        spec = parts.machine.spec
        watched = [each.breaker for each in spec.breakers]
        self._tells_latency = spec.strategy.latency_moves > 0.0 or Breaker.LATENCY in watched
        self._unready_ns = 0
        """Since when the gateway is seen not to send, 0 it does."""

    def connect(self, gateway: TradingGateway) -> None:
        """Take the gateway, which has this trader's ``report`` as its sink."""
        self._gateway = gateway

    def listen(self, listener: EventSink) -> None:
        """Show everything that is journaled from now on to ``listener`` too."""
        self._listeners.append(listener)

    @property
    def marked(self) -> Collection[tuple[int, int]]:
        """Time and NAV, in units of 1e-8, of the last seconds that were marked."""
        return () if self._marks is None else self._marks.recent

    @property
    def gateway(self) -> TradingGateway:
        """The way out.

        Raises:
            KernelError: none was connected.
        """
        if self._gateway is None:
            raise KernelError("a trader without a gateway", where="trader", fix="connect one")
        return self._gateway

    # ------------------------------------------------------------------------ what comes in

    def begin(self, digest: bytes, epoch: int, history: EventArray) -> None:
        """Open a run: its settings, its leader, what the stop broke, and history.

        ``history`` are bars, earlier than now and later than the journal's last event.
        """
        now_ns = int(history["ts_recv"][0]) if len(history) else self._clock.now_ns()
        now_ns = max(now_ns, self.standing.passed_ns + 1)
        first = [
            config_digest_event(digest, now_ns),
            _event(Kind.LEADER_EPOCH, now_ns, w0=epoch, w1=self.machine.sequence, w3=RULES),
            self._broken.begin(now_ns),
        ]
        self.is_open = False
        # Decisions are off before the timers of the time in which nobody traded come.
        off_ns = self.standing.passed_ns + 1 if self.standing.events else now_ns
        first = [_event(Kind.WARMUP_BEGIN, off_ns), *first]
        bars = history[history["kind"] == Kind.BAR]
        # Reports of what plans take back meanwhile wait until history is in: they are later.
        self._is_turning = True
        try:
            self._take(join_events([sort_events(join_events(first)), bars]), 0)
        finally:
            self._is_turning = False
        if self._waiting:
            self._give(empty_events(0))

    def open_for_decisions(self) -> None:
        """Say that history and reconciliation are complete: decisions are on."""
        self.tell(_event(Kind.WARMUP_END, 0))
        self.is_open = True

    def append(self, events: EventArray) -> None:
        """Take what the feed brings.

        Raises:
            DataError: the journal cannot be written.
            KernelError, StrategyError: the kernel cannot go on.
        """
        if self._is_ended or not len(events):
            return
        handed_ns = self._clock.now_ns()
        self._give(self._broken.mend(events))
        self._note_age(events, handed_ns)

    def report(self, events: EventArray) -> None:
        """Take what the gateway reports, in the order of its log; also while it is being asked.

        Their times are made to rise, so that no order of kinds puts one before another: the n-th
        report of the log is the n-th of the journal, wherever a crash cuts both.
        """
        if not len(events):
            return
        events = events.copy()
        steps = np.arange(len(events))
        first_ns = max(self._reported_ns, self.standing.passed_ns) + 1
        stamps = np.maximum(events["ts_recv"], first_ns) - steps
        events["ts_recv"] = np.maximum.accumulate(stamps) + steps
        self._reported_ns = int(events["ts_recv"][-1])
        self._give(events)

    def tell(
        self,
        events: EventArray,
        facts: Sequence[tuple[str, bytes]] = (),
        person: tuple[str, str] | None = None,
    ) -> None:
        """Take what people or other parts say: stamped now, with facts beside it.

        A fact holds what does not fit an event, such as who and why. It is kept first, at the
        position of the event before. ``person``, who and why, goes to the gateway with the orders
        that the events lead to at once.
        """
        for kind, body in facts:
            self.journal.append_fact(kind, body)
        events = events.copy()
        events["ts_event"] = events["ts_recv"] = self._clock.now_ns()
        self._person = person
        try:
            self._give(events)
        finally:
            self._person = None

    def pass_time(self) -> None:
        """Let timers and answers come that are due by now; note what the kernel is to be told."""
        if not self._is_ended and self.standing.events:
            self._watch_gateway()
            self._tell_latency()
            self._give(empty_events(0))

    def _watch_gateway(self) -> None:
        """Tell the kernel that the gateway is ready again: what it could not send is due."""
        if not self.gateway.is_ready:
            self._unready_ns = self._unready_ns or self._clock.now_ns()
        elif self._unready_ns:
            since_ns, self._unready_ns = self._unready_ns, 0
            self.tell(_event(Kind.GATEWAY_READY, 0, w0=since_ns))

    def _tell_latency(self) -> None:
        """Tell the kernel each minute how long orders take, where prices or a breaker ask it."""
        if self.is_open and self._tells_latency:
            estimate = self._estimates.due(self.standing.passed_ns)
            if estimate is not None:
                self.tell(estimate)

    def end(self) -> None:
        """Take nothing more; what comes of our own parting is no fact about the market."""
        self._is_ended = True
        if self._marks is not None and not self.is_broken:
            self._marks.finish()
        self.journal.sync()

    # ------------------------------------------------------------------------ the way through

    def _give(self, events: EventArray) -> None:
        """Queue inputs and work the queue off, unless that is being done already."""
        if self.is_broken and not self._is_turning:
            raise KernelError(
                "the trader broke off midway", where="trader", fix="start it again: it recovers"
            )
        self._waiting.append(events)
        if self._is_turning:
            return
        self._is_turning = self.is_broken = True
        try:
            for _ in range(ROUNDS_MAX):
                waiting, self._waiting = self._waiting, []
                if not waiting:
                    self.is_broken = False
                    return
                inputs = join_events(waiting)
                if not _are_in_order(inputs):
                    inputs = sort_events(inputs)
                self._take(inputs, self._clock.now_ns())
            raise KernelError(
                f"orders led to answers and these to orders {ROUNDS_MAX} times at one instant",
                where=f"event {self.machine.sequence}",
                fix="look at the last orders of the journal",
            )
        finally:
            self._is_turning = False

    def _take(self, inputs: EventArray, now_ns: int) -> None:
        """Run inputs through the kernel: journal what comes out, and send what is wanted."""
        floor_ns = self.standing.passed_ns + 1
        if len(inputs) and inputs["ts_recv"][0] < floor_ns:
            inputs["ts_recv"] = np.maximum(inputs["ts_recv"], floor_ns)
        if now_ns:
            now_ns = max(now_ns, floor_ns)
            if len(inputs):
                now_ns = max(now_ns, int(inputs["ts_recv"][-1]))
        if self._marks is not None:
            end_ns = now_ns or (int(inputs["ts_recv"][-1]) if len(inputs) else 0)
            inputs = self._mark_seconds(self._marks, inputs, end_ns)
        self._advance(inputs, now_ns)

    def _mark_seconds(self, marks: Marks, inputs: EventArray, end_ns: int) -> EventArray:
        """Mark the seconds that are over by ``end_ns``; return the inputs that come after them."""
        while due_ns := marks.next_ns(inputs, end_ns):
            count = int(np.searchsorted(inputs["ts_recv"], due_ns, side="right"))
            self._advance(inputs[:count], due_ns)
            marks.mark(due_ns)
            inputs = inputs[count:]
        return inputs

    def _advance(self, inputs: EventArray, now_ns: int) -> None:
        """Run inputs through the kernel; with ``now_ns``, all came that is not later.

        The kernel takes the legs of a person's bracket one by one. A venue takes them as one order,
        so they are handed over together; the simulated one, which is a part of the kernel, is told
        each at its place in the journal.
        """
        started_ns = self._clock.monotonic_ns()
        legs: list[Turn] = []
        for turn in self.machine.advance(inputs, now_ns):
            decided_ns = self._clock.monotonic_ns()
            self.latencies.record(Stage.DECIDE, decided_ns - started_ns)
            self._keep(turn)
            group = self._group_by_hand(turn, inputs)
            if legs and group != self._group_by_hand(legs[0], inputs):
                self._hand_over(legs)
                legs = []
            if group is None:
                self._hand_over([turn])
            else:
                legs.append(turn)
            started_ns = self._clock.monotonic_ns()
        if legs:
            self._hand_over(legs)
        self.standing.passed_ns = max(self.standing.passed_ns, now_ns)

    def _group_by_hand(self, turn: Turn, inputs: EventArray) -> tuple[int, int] | None:
        """Return what the legs of a person's order share where a venue outside takes them.

        An order alone waits for nothing: where no leg is among the inputs, there is nothing.
        """
        if self.machine.simulates or _cause(turn) != Kind.MANUAL_ORDER or not _have_legs(inputs):
            return None
        intent = turn.intents[-1]
        return group_key(int(intent["order_id"]), int(intent["flags"]))

    def _hand_over(self, turns: Sequence[Turn]) -> None:
        """Give the gateway what one decision wants; then show everyone else what came out."""
        intents, answers = turns[0].intents, turns[0].answers
        if len(turns) > 1:
            intents = join_events([turn.intents for turn in turns])
            answers = tuple(answer for turn in turns for answer in turn.answers)
        if len(intents):
            self.gateway.submit(intents, answers, self._person_behind(turns[0]))
        for turn in turns:
            self._note_reaction(turn)
            self._show(turn)

    def _keep(self, turn: Turn) -> None:
        """Journal what came out; the gateway sees commands before orders."""
        started_ns = self._clock.monotonic_ns()
        reach("trader-before-journal")
        self.journal.append(turn.events)
        reach("trader-journaled")
        self.latencies.record(Stage.JOURNAL, self._clock.monotonic_ns() - started_ns)
        self.gateway.observe(turn.events)

    def _show(self, turn: Turn) -> None:
        """Show everyone else what came out, when its orders are on their way."""
        self.standing.append(turn.events)
        self._on_turn(turn)
        for listener in self._listeners:
            listener.append(turn.events)

    def _person_behind(self, turn: Turn) -> tuple[str, str] | None:
        """Return who wanted the orders of a turn, where it was no decision of the kernel's."""
        return self._person if _cause(turn) in _BY_PEOPLE else None

    def _note_age(self, events: EventArray, handed_ns: int) -> None:
        """Measure how long the newest market event was on its way, and in our own hands.

        An order that it leads to need not wait for that.
        """
        last = events[-1]
        received_ns = int(last["ts_recv"])
        wire_ns = received_ns - int(last["ts_event"])
        if int(last["kind"]) >= Kind.DEPTH_SNAPSHOT and wire_ns >= 0:
            self._record(Stage.WIRE, wire_ns)
        self._record(Stage.DECODE, max(handed_ns - received_ns, 0))

    def _note_reaction(self, turn: Turn) -> None:
        """Measure how long after what they react to orders have left; cancels are none."""
        if not len(turn.intents):
            return
        are_orders = (turn.intents["flags"] & int(OrderFlag.CANCEL)) == 0
        are_sent = [answer[0] == Verdict.APPROVED for answer in turn.answers]
        if (are_orders & are_sent).any():
            reacted_ns = self._clock.now_ns() - int(turn.intents["ts_recv"][0])
            self._record(Stage.SIGNAL_TO_ORDER, reacted_ns)

    def _record(self, stage: Stage, clock_ns: int) -> None:
        """Record a duration between two times of the clock."""
        self.latencies.record(stage, round(clock_ns / self._speed))


def _cause(turn: Turn) -> int:
    """Return the kind of what a turn's orders answer to; below 0 where it wants none."""
    count = len(turn.intents)
    return int(turn.events["kind"][len(turn.events) - count - 1]) if count else -1


def _have_legs(inputs: EventArray) -> bool:
    """Return whether a person's orders among ``inputs`` are legs of brackets or pairs."""
    flags = inputs["flags"][inputs["kind"] == int(Kind.MANUAL_ORDER)]
    return bool((flags & _LEGS).any())


def _are_in_order(events: EventArray) -> bool:
    """Return whether later events have later times: what is so, as mostly, need not be sorted."""
    if len(events) < 2:
        return True
    stamps = events["ts_recv"]
    return bool((stamps[1:] > stamps[:-1]).all())


def _event(kind: Kind, now_ns: int, **words: int) -> EventArray:
    event = empty_events(1)
    event["kind"], event["version"] = kind, PAYLOADS[kind].version
    event["ts_event"] = event["ts_recv"] = now_ns
    for name, value in words.items():
        event[name] = value
    return event
