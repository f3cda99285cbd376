"""Replay a journal, and keep why each of its steps wanted orders.

A step and what it wants come out of a machine together, so they go in together: what the journal
ends amid waits for the rest. Where the replay makes something else than the journal has, no reasons
are told any more, and why is.
"""

from collections.abc import Callable, Iterator

import numpy as np

from traider.backtest.gate_views import approvals_of
from traider.domain.errors import TraiderError
from traider.domain.events import EventArray, empty_events, join_events
from traider.kernel.live_machine import LiveMachine, Replayer, Turn
from traider.kernel.specification import KernelSpec
from traider.runtime.auditing.reasons import Reason, ReasonTeller
from traider.runtime.parity.comparing import mismatch_line
from traider.runtime.parity.decisions import FOLLOWING


class _StoppingMachine(LiveMachine):
    """Shows each step that wanted orders right after it, before its orders go anywhere."""

    def __init__(
        self, spec: KernelSpec, see: Callable[[LiveMachine, Turn], None], *, simulates: bool
    ) -> None:
        super().__init__(spec, simulates=simulates)
        self._see = see

    def advance(self, events: EventArray, now_ns: int = 0) -> Iterator[Turn]:
        """Take inputs and yield what comes out."""
        for turn in super().advance(events, now_ns):
            if len(turn.intents):
                self._see(self, turn)
            yield turn


class ReasonReplay:
    """Takes a journal's events; reasons by the position of the event that was decided on."""

    def __init__(self, spec: KernelSpec, teller: ReasonTeller, *, simulates: bool) -> None:
        self.reasons: dict[int, Reason] = {}
        self.fault = ""
        """Why no reasons are told any more, in one line."""
        self._replayer = Replayer(spec, simulates=simulates)
        self._replayer.machine = _StoppingMachine(spec, self._see, simulates=simulates)
        self._teller = teller
        self._wanted: Callable[[int], bool] = lambda _position: True
        self._taken = 0
        self._rest = empty_events(0)
        self._approvals = approvals_of(self._replayer.machine.gate)

    def restore(self, sequence: int, state: bytes) -> None:
        """Begin with a state after ``sequence`` events.

        Raises:
            KernelError: the bytes do not fit.
        """
        self._replayer.restore(state)
        self._taken = sequence
        self._approvals = approvals_of(self._replayer.machine.gate)

    def tell_from(self, position: int) -> None:
        """Tell only what was decided at ``position`` or later; before, the gate is not asked."""
        self._wanted = lambda each: each >= position

    @property
    def settled(self) -> int:
        """The position up to which all reasons are known."""
        return self._taken + len(self._rest) if self.fault else self._replayer.machine.sequence

    @property
    def state(self) -> tuple[int, bytes] | None:
        """The machine's state and the events that it knows; None amid a step or after a fault."""
        if self.fault or len(self._rest) or len(self._replayer.awaited):
            return None
        return self._taken, self._replayer.machine.snapshot()

    def take(self, events: EventArray) -> None:
        """Take the next events of the journal."""
        events = join_events([self._rest, events])
        if self.fault or not len(events):
            self._taken += len(events)
            self._rest = empty_events(0)
            return
        steps = np.flatnonzero(~np.isin(events["kind"], FOLLOWING))
        whole = int(steps[-1]) if len(steps) else 0
        self._rest = events[whole:].copy()
        self._replay(events[:whole])

    def finish(self) -> None:
        """Say that the journal ends here, and let the step that it ends with come."""
        rest, self._rest = self._rest, empty_events(0)
        if self.fault or not len(rest):
            return
        last_ns = int(rest["ts_recv"][-1])
        self._replay(rest)
        # Verdicts of the last instant stand after its end.
        for now_ns in (last_ns, last_ns + 1):
            if self._awaits():
                self._pass_time(now_ns)

    def _awaits(self) -> bool:
        """Whether the journal has events that the replay has yet to make."""
        return not self.fault and len(self._replayer.awaited) > 0

    def _pass_time(self, now_ns: int) -> None:
        try:
            self._replayer.pass_time(now_ns)
        except TraiderError as fault:
            self.fault = fault.line()

    def _replay(self, events: EventArray) -> None:
        self._taken += len(events)
        try:
            self._replayer.take(events)
        except TraiderError as fault:
            self.fault = fault.line()
            return
        mismatch = self._replayer.mismatch
        if mismatch is not None:
            self.fault = mismatch_line(mismatch)

    def _see(self, machine: LiveMachine, turn: Turn) -> None:
        position = machine.sequence - len(turn.intents) - 1
        before, self._approvals = self._approvals, approvals_of(machine.gate)
        if self._wanted(position):
            self._teller.expect(before)
            self.reasons[position] = self._teller.reason(machine, turn)
