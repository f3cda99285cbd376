"""The kernel as a trader runs it, and as its journal is replayed: the same loop as in a back-test.

    machine = LiveMachine(spec, simulates=True)
    for turn in machine.advance(events, now_ns):
        journal.append(turn.events)                    # inputs, timers, answers, then the intents
        for order, answer in zip(turn.intents, turn.answers): …   # to the gateway

A trader gives its inputs in the order it journals them: market events, commands, and with a real
venue what the gateway reports. ``now_ns`` says that time has passed until then and all before it
was given: timers up to it are made, and what the simulated venue has to answer by then comes.

Laws:
1. However the inputs are cut, the same events come out, in the same order.
2. ``now_ns`` decides when something comes out, never what, if every later input is later than it.
3. In simulated mode the events that come out are those of a back-test of the inputs.
4. ``Replayer`` over the events that came out is in the state of the machine they came from.
"""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from traider.domain.events import EVENT, EventArray, Kind, empty_events, join_events
from traider.kernel import records as r
from traider.kernel.machine import Drained, Machine
from traider.kernel.specification import KernelSpec
from traider.kernel.venue.sending import send_from_outside

_MADE: Final = (Kind.TIMER, Kind.ORDER_INTENT, Kind.BREAKER, Kind.DECISION_CONFIDENCE)
"""What every machine makes itself."""
_MADE_BY_SIMULATION: Final = (
    *_MADE,
    Kind.VERDICT,
    Kind.SENT,
    Kind.ACK,
    Kind.FILL,
    Kind.CANCELLED,
    Kind.REJECTED,
    Kind.EXPIRED,
    Kind.UNKNOWN,
    Kind.TRANSFER,
)
"""What the simulated venue answers, funding among it."""
_BUFFER: Final = 16_384
_TIMER_RECORD: Final = struct.Struct("<qqHxxxxxB40x")
"""Both times, the kind and its version, laid out as ``EVENT``: an array is filled more slowly."""
_BYTES: Final = np.dtype((np.void, EVENT.itemsize))

GateAnswer = tuple[int, float, float]
"""Verdict code, the number that was looked at, its limit."""


@dataclass(frozen=True)
class Turn:
    """What came out of a piece of the inputs, up to a step that wants orders."""

    events: EventArray
    """To be journaled, in order; the intents come last."""
    intents: EventArray
    """Orders and cancels for the gateway, none where no step wanted any."""
    answers: tuple[GateAnswer, ...]
    """What the gate says of each."""
    drained: Drained
    """The same with reasons of orders and samples of equity."""


class LiveMachine:
    """Decider and gate, and in simulated mode the venue, over inputs as they come."""

    def __init__(self, spec: KernelSpec, *, simulates: bool) -> None:
        self.spec = spec
        self.simulates = simulates
        self._machine = Machine(spec, journal_all=True, buffer=_BUFFER, outside=True)

    @property
    def kernel(self) -> Machine:
        """The machine itself, to be read."""
        return self._machine

    @property
    def decider(self) -> r.Decider:
        """The decider's arrays, to be read."""
        return self._machine.decider

    @property
    def gate(self) -> r.Gate:
        """The gate's arrays, to be read."""
        return self._machine.gate

    @property
    def venue(self) -> r.Venue:
        """The simulated venue's arrays, to be read."""
        return self._machine.venue

    @property
    def sequence(self) -> int:
        """Events seen so far: the journal position of the next one."""
        return self._machine.sequence

    @property
    def now_ns(self) -> int:
        """Time of the last event."""
        return int(self.decider.account[0]["now_ns"])

    def advance(self, events: EventArray, now_ns: int = 0) -> Iterator[Turn]:
        """Take inputs, ``ts_recv`` not falling, and yield what comes out; exhaust it.

        Raises:
            KernelError: an input is earlier than what came out already, or of no instrument here.
            StrategyError: an alpha raised an exception.
        """
        if now_ns:
            events = join_events([events, _marker(now_ns)])
        for drained in self._machine.feed(events):
            if len(drained.events):
                yield _turn(drained)

    def submit(self, order: EventArray, answer: GateAnswer) -> None:
        """Do in simulated time what a gateway does with one order: verdict, sent, to the venue."""
        verdict = empty_events(1)
        verdict["code"], verdict["number"], verdict["limit"] = answer
        send_from_outside(self._machine.venue, order.copy(), verdict)

    def snapshot(self) -> bytes:
        """Return the whole state as bytes; see ``Machine.snapshot``."""
        return self._machine.snapshot()

    @property
    def state_bytes(self) -> int:
        """Length of a snapshot."""
        return self._machine.state_bytes

    def copy_state(self, into: bytearray) -> None:
        """Write the snapshot over the first ``state_bytes`` of ``into``; the quick way, again."""
        self._machine.copy_state(into)

    def restore(self, state: bytes) -> None:
        """Set the state to that of a snapshot of the same specification.

        Raises:
            KernelError: the bytes do not fit.
        """
        self._machine.restore(state)

    def state_hash(self) -> str:
        """Return the digest of the whole state."""
        return digest_of(self.snapshot())


def digest_of(snapshot: bytes | memoryview) -> str:
    """Return the digest of a snapshot's bytes."""
    return hashlib.blake2b(snapshot, digest_size=16).hexdigest()


@dataclass(frozen=True)
class Mismatch:
    """The first event that a replay has otherwise than the journal."""

    sequence: int
    expected: bytes
    """The journal's record."""
    found: bytes
    """What the replay made; empty where it made nothing."""


class Replayer:
    """Takes a journal's events, makes everything anew that is not an input, and compares.

    What a replay makes may come with a later event of the journal than the one that stands in its
    place: what is not compared yet is at most what one instant holds.

    Args:
        spec: of the trader that wrote the journal.
        simulates: whether its orders went to the simulated venue.
    """

    def __init__(self, spec: KernelSpec, *, simulates: bool) -> None:
        self.machine = LiveMachine(spec, simulates=simulates)
        self.mismatch: Mismatch | None = None
        self.compared = 0
        """Events that came out as the journal has them."""
        self._made = np.array(_MADE_BY_SIMULATION if simulates else _MADE)
        self._expected = empty_events(0)

    def restore(self, state: bytes) -> None:
        """Begin with a snapshot; the next event taken is the one at its sequence.

        Raises:
            KernelError: the bytes do not fit.
        """
        self.machine.restore(state)
        self._expected = empty_events(0)

    @property
    def awaited(self) -> EventArray:
        """Events of the journal that the replay has yet to make."""
        return self._expected

    def take(self, journaled: EventArray) -> None:
        """Take the next events of the journal; after a mismatch nothing is done any more."""
        if self.mismatch is not None or not len(journaled):
            return
        self._expected = join_events([self._expected, journaled])
        kinds = journaled["kind"]
        inputs = journaled[~np.isin(kinds, self._made) | (kinds == Kind.TIMER)]
        for turn in self.machine.advance(inputs):
            self._compare(turn.events)
            if self.machine.simulates:
                for place in range(len(turn.intents)):
                    self.machine.submit(turn.intents[place : place + 1], turn.answers[place])

    def pass_time(self, now_ns: int) -> EventArray:
        """Let time pass at the journal's end; return what comes out that it does not hold yet."""
        parts = []
        for turn in self.machine.advance(empty_events(0), now_ns):
            more = len(turn.events) - len(self._expected)
            known, fresh = turn.events, empty_events(0)
            if more > 0:
                known, fresh = turn.events[: len(self._expected)], turn.events[-more:]
            self._compare(known)
            parts.append(fresh.copy())
            if self.machine.simulates:
                for place in range(len(turn.intents)):
                    self.machine.submit(turn.intents[place : place + 1], turn.answers[place])
        return join_events(parts)

    def _compare(self, found: EventArray) -> None:
        count = min(len(found), len(self._expected))
        same = found[:count].view(_BYTES) == self._expected[:count].view(_BYTES)
        if self.mismatch is None and (not same.all() or count < len(found)):
            place = count if same.all() else int(np.argmin(same))
            first = self.machine.sequence - len(found)
            self.mismatch = Mismatch(
                first + place,
                self._expected[place : place + 1].tobytes(),
                found[place : place + 1].tobytes(),
            )
        self.compared += count
        self._expected = self._expected[count:].copy()


def _turn(drained: Drained) -> Turn:
    answers = drained.answers
    if not len(answers):
        return Turn(drained.events, drained.intents, (), drained)
    told = zip(
        answers["code"].tolist(),
        answers["number"].tolist(),
        answers["limit"].tolist(),
        strict=True,
    )
    return Turn(drained.events, drained.intents, tuple(told), drained)


def _marker(now_ns: int) -> EventArray:
    """Return a timer: among inputs it only says that time has passed."""
    return np.frombuffer(_TIMER_RECORD.pack(now_ns, now_ns, int(Kind.TIMER), 1), EVENT)
