"""Allocate the kernel's state once, run it over chunks of events, take its bytes and its digest."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

import numpy as np

from traider.domain.errors import KernelError, StrategyError
from traider.domain.events import (
    EVENT,
    FEW,
    EventArray,
    Kind,
    empty_events,
    few_events,
    join_events,
)
from traider.kernel import records as r
from traider.kernel.calling import alpha_table
from traider.kernel.codes import Result
from traider.kernel.compiled import direct, ready_kernel
from traider.kernel.construction import (
    build_decider,
    build_gate,
    build_output,
    build_venue,
    most_intents,
)
from traider.kernel.decider.step import step
from traider.kernel.gate.exposure import Answer
from traider.kernel.gate_step import gate_step
from traider.kernel.run import run
from traider.kernel.specification import KernelSpec

__all__ = ["DeciderMachine", "Drained", "GateMachine", "Machine", "state_hash"]

_KINDS: Final = frozenset(map(int, Kind))
_NO_EVENTS: Final = empty_events(0)
_Rows = TypeVar("_Rows", bound=np.ndarray[Any, Any])
_FAILURES: Final = {
    Result.QUEUE_FULL: "the simulated venue's queue of answers is full",
    Result.UNSORTED: "events are not sorted by ts_recv",
}


@dataclass(frozen=True)
class Drained:
    """What a run wrote since the last one: order events, equity samples, reasons of orders."""

    events: EventArray
    nav: r.Records
    decisions: r.Records
    scores: r.Floats
    features: r.Floats
    """What the alphas read when each order was wanted, in the order of ``alpha_inputs``."""
    rows: r.Records = field(default_factory=lambda: np.zeros(0, r.OBSERVATION))
    """What was wanted of each instrument at each decision, where observed."""
    row_features: r.Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """The observed features behind each of ``rows``."""
    row_scores: r.Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """Score and confidence of each alpha behind each of ``rows``."""
    intents: EventArray = field(default_factory=lambda: empty_events(0))
    """What a gateway outside shall send now; the last of ``events``."""
    answers: EventArray = field(default_factory=lambda: empty_events(0))
    """What the gate says of each, as VERDICT."""


class Machine:
    """Decider, gate and simulated venue over one stream of events.

    With ``each_decision`` outputs are yielded after every step that wanted an order, so that the
    state right after it can be looked at. ``observed`` are the slots of features to be yielded as
    rows, one an instrument and decision, whether or not it led to an order. ``outside`` stops after
    each step that wants orders, for a gateway to send them.
    """

    def __init__(
        self,
        spec: KernelSpec,
        *,
        journal_all: bool = False,
        buffer: int = 65_536,
        each_decision: bool = False,
        observed: Sequence[int] = (),
        outside: bool = False,
    ) -> None:
        ready_kernel()
        self.spec = spec
        self.decider = build_decider(spec)
        self.gate = build_gate(spec)
        self.venue = build_venue(spec)
        self.alphas = alpha_table([alpha.function for alpha in spec.alphas])
        self.out = build_output(
            spec, buffer, each_decision=each_decision, observed=observed, outside=outside
        )
        self.loop = np.zeros(1, r.LOOP)
        self.loop[0]["journal_all"] = int(journal_all)
        self._kernel = r.Kernel(
            self.decider,
            self.gate,
            self.venue,
            self.alphas,
            self.loop,
            self.out,
        )
        self._loop = direct(run)
        self._left = _NO_EVENTS

    def feed(self, events: EventArray, *, final: bool = False) -> Iterator[Drained]:
        """Run over ``events``, sorted, and yield outputs whenever a buffer fills, and at the end.

        ``final`` says that nothing follows, so that the last timers and answers come due. Events
        that wait for their successors are kept and run with the next call.

        Raises:
            KernelError: the kernel stopped with a failure code.
            StrategyError: an alpha raised an exception.
        """
        if len(self._left):
            events = join_events([self._left, events])
        self._check_instruments(events)
        if not (events.flags.writeable and events.flags.c_contiguous):
            events = join_events([events])  # compiled code takes only what it could write to
        loop = self.loop[0]
        loop["cursor"] = 0
        loop["matched"] = 0
        loop["final"] = int(final)
        while True:
            result = self._run(events)
            yield self._drain()
            if result == Result.DONE:
                break
        cursor = int(loop["cursor"])
        self._left = join_events([events[cursor:]]) if cursor < len(events) else _NO_EVENTS
        # Places in a chunk are no part of the state: it must not tell how the events were cut.
        loop["cursor"] = 0
        loop["matched"] = 0
        loop["final"] = 0

    def _check_instruments(self, events: EventArray) -> None:
        """Refuse other records, and an instrument without a row: compiled code does not look."""
        if events.dtype != EVENT:
            raise TypeError(f"the kernel runs over event records, not {events.dtype}")
        count = len(self.spec.markets)
        if len(events) and events["instrument"].max() >= count:
            place = int(np.argmax(events["instrument"] >= count))
            raise KernelError(
                f"event of instrument {int(events['instrument'][place])}, but there are {count}",
                where=f"event {self.sequence + place}",
                fix="number instruments from 0 in the order of the specification",
            )

    def _run(self, events: EventArray) -> Result:
        try:
            code = self._loop(self._kernel, events)
        except (ArithmeticError, IndexError, ValueError, AssertionError, SystemExit) as fault:
            raise StrategyError(
                f"an alpha raised {type(fault).__name__}: {fault}",
                where=f"alphas {', '.join(alpha.name for alpha in self.spec.alphas)}",
                fix="check its indexes and sums; return (0.0, 0.0) where it has no opinion",
            ) from fault
        result = Result(code)
        if result in _FAILURES:
            raise KernelError(
                _FAILURES[result],
                where=f"event {int(self.decider.account[0]['sequence'])}",
                fix="sort the input by ts_recv"
                if result == Result.UNSORTED
                else "send fewer orders",
            )
        return result

    def _drain(self) -> Drained:
        loop, out = self.loop[0], self.out
        decisions, rows, wanted = loop["decision_count"], loop["row_count"], loop["wanted"]
        drained = Drained(
            events=_copied(out.events, loop["out_count"]),
            nav=_copied(out.nav, loop["nav_count"]),
            decisions=_copied(out.decisions, decisions),
            scores=_copied(out.scores, decisions),
            features=_copied(out.features, decisions),
            rows=_copied(out.rows, rows),
            row_features=_copied(out.row_values, rows),
            row_scores=_copied(out.row_scores, rows),
            intents=_copied(out.intents, wanted),
            answers=_copied(out.answers, wanted),
        )
        loop["wanted"] = 0
        loop["out_count"] = 0
        loop["nav_count"] = 0
        loop["decision_count"] = 0
        loop["row_count"] = 0
        return drained

    @property
    def sequence(self) -> int:
        """Events seen so far."""
        return int(self.decider.account[0]["sequence"])

    def _arrays(self) -> list[np.ndarray[Any, Any]]:
        machines = (self.decider, self.gate, self.venue)
        return [*(array for machine in machines for array in arrays_of(machine)), self.loop]

    @property
    def state_bytes(self) -> int:
        """Length of a snapshot."""
        return sum(8 + array.nbytes for array in [*self._arrays(), self._left])

    def copy_state(self, into: bytearray) -> None:
        """Write the snapshot over the first ``state_bytes`` of ``into``.

        Into memory that was used before this takes a fraction of the time that ``snapshot`` takes.
        """
        place = 0
        whole = np.frombuffer(into, np.uint8)
        for array in [*self._arrays(), self._left]:
            end = place + 8 + array.nbytes
            into[place : place + 8] = array.nbytes.to_bytes(8, "little")
            whole[place + 8 : end] = array.reshape(-1).view(np.uint8)
            place = end

    def snapshot(self) -> bytes:
        """Return the whole state, with the events still waiting for their successors, as bytes."""
        state = bytearray(self.state_bytes)
        self.copy_state(state)
        return bytes(state)

    def restore(self, state: bytes) -> None:
        """Set the state to that of ``snapshot`` of a machine built from the same specification.

        Raises:
            KernelError: the bytes do not fit this machine.
        """
        place = 0
        found = []
        for array in self._arrays():
            data, place = _take(state, place)
            if len(data) != array.nbytes:
                raise KernelError(
                    f"the snapshot holds {len(data)} bytes where this kernel has {array.nbytes}",
                    where="snapshot",
                    fix="restore with the configuration and version it was taken with",
                )
            found.append(data)
        data, place = _take(state, place)
        # Only now, lest one that does not fit leave half of itself behind.
        for array, part in zip(self._arrays(), found, strict=True):
            array[...] = np.frombuffer(part, dtype=array.dtype).reshape(array.shape)
        self._left = np.frombuffer(data, dtype=EVENT).copy()

    def state_hash(self) -> str:
        """Return the digest of the whole state."""
        return hashlib.blake2b(self.snapshot(), digest_size=16).hexdigest()


class DeciderMachine:
    """The decider alone: for replay of a journal and for live trading, one event at a time."""

    def __init__(self, spec: KernelSpec) -> None:
        ready_kernel()
        self._instruments = len(spec.markets)
        self.decider = build_decider(spec)
        self.alphas = alpha_table([alpha.function for alpha in spec.alphas])
        self.out = np.zeros(most_intents(spec), EVENT)

    def step(self, events: EventArray, index: int) -> EventArray:
        """Feed one event; return a view of the intents it leads to, valid until the next call.

        Raises:
            KernelError: the event is of an instrument or a kind that the kernel has no row for.
        """
        instrument, kind = events["instrument"][index], events["kind"][index]
        if instrument >= self._instruments or kind not in _KINDS:
            raise KernelError(
                f"event of instrument {instrument} and kind {kind}, "
                f"but there are {self._instruments} instruments",
                where=f"event {int(self.decider.account[0]['sequence'])}",
                fix="number instruments from 0 and use the kinds of traider.domain.events",
            )
        return self.out[: step(self.decider, self.alphas, events, index, self.out)]

    def state_hash(self) -> str:
        """Return the digest of the decider's state."""
        return state_hash(self.decider)


class GateMachine:
    """The gate alone: for replay of a journal, and for questions about one order."""

    def __init__(self, gate: r.Gate) -> None:
        ready_kernel()
        self.gate = gate

    def step(self, events: EventArray, index: int) -> Answer:
        """Show one event; an order is answered with (code, number, limit), and kept if approved."""
        return gate_step(self.gate, events, index, True)

    def ask(self, orders: EventArray, index: int) -> Answer:
        """Return the answer to an order; nothing is kept."""
        return gate_step(self.gate, orders, index, False)


def state_hash(decider: r.Decider) -> str:
    """Return the digest of a decider's state; the gather buffer is no part of it."""
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays_of(decider._replace(scratch=np.zeros(0))):
        digest.update(array.tobytes())
    return digest.hexdigest()


def arrays_of(machine: tuple[Any, ...]) -> Iterator[np.ndarray[Any, Any]]:
    """Yield the arrays of a machine, those of its books in their place."""
    for part in machine:
        if isinstance(part, tuple):
            yield from arrays_of(part)
        else:
            yield part


def _copied(rows: _Rows, count: int) -> _Rows:
    """Return a copy of the first ``count`` rows, where there are any.

    Records are taken as bytes: field by field a copy takes 9 to 55 times as long.
    """
    found = rows[:count]
    if 0 < count <= FEW and rows.dtype.names is not None:
        found = few_events((found,), rows.dtype)
    elif count and rows.dtype.names is not None:
        found = found.view((np.void, rows.dtype.itemsize)).copy().view(rows.dtype)
    elif count:
        found = found.copy()
    return cast("_Rows", found)


def _take(state: bytes, place: int) -> tuple[bytes, int]:
    size = int.from_bytes(state[place : place + 8], "little")
    data = state[place + 8 : place + 8 + size]
    if len(data) != size:
        raise KernelError(
            f"the snapshot ends {size - len(data)} bytes early",
            where="snapshot",
            fix="take it again, or restore an older one",
        )
    return data, place + 8 + size
