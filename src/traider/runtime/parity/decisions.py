"""The decisions of a run beside those of its replay, byte for byte."""

from collections.abc import Callable
from typing import Final

import numpy as np

from traider.backtest.collecting import Fingerprint
from traider.domain.errors import TraiderError
from traider.domain.events import EVENT, EventArray, Kind, empty_events, join_events
from traider.kernel.live_machine import LiveMachine, Replayer
from traider.kernel.machine import Drained
from traider.kernel.specification import KernelSpec
from traider.runtime.parity.comparing import Difference, mismatch_line
from traider.runtime.parity.report import ParityCheck
from traider.runtime.trading.watched_machine import WatchedMachine

NAME: Final = "decisions"
FOLLOWING: Final = (Kind.ORDER_INTENT, Kind.BREAKER, Kind.DECISION_CONFIDENCE)
"""What comes out of a machine with the event before it."""


class DecisionReplay:
    """Take a journal in pieces; replay it and compare.

    ``watch`` is given what the replay writes: events, values of the account.
    """

    def __init__(
        self,
        spec: KernelSpec,
        *,
        simulates: bool,
        watch: Callable[[Drained], None] = lambda _drained: None,
    ) -> None:
        self.fingerprint = Fingerprint()
        """Of the replay's decisions, fills and values of the account."""
        self.decisions = 0
        self.fault = ""
        """Why the replay could not go on, in one line."""
        self._replayer = Replayer(spec, simulates=simulates)
        self._replayer.machine = WatchedMachine(spec, self._see, simulates=simulates)
        self._watch = watch
        self._taken = 0
        self._last_step = empty_events(0)
        self._last_ns = 0

    @property
    def machine(self) -> LiveMachine:
        """The machine in the state that the replay led to."""
        return self._replayer.machine

    @property
    def is_sound(self) -> bool:
        """Whether everything so far came out as the journal has it."""
        return not self.fault and self._replayer.mismatch is None

    def take(self, events: EventArray) -> None:
        """Take the next events of the journal."""
        if not (len(events) and self.is_sound):
            return
        self._taken += len(events)
        self._last_ns = int(events["ts_recv"][-1])
        # A step and what it wants come out together, so they must go in together.
        events = join_events([self._last_step, events])
        steps = np.flatnonzero(~np.isin(events["kind"], FOLLOWING))
        whole = int(steps[-1]) if len(steps) else 0
        self._last_step = events[whole:].copy()
        self._replay(events[:whole])

    def _replay(self, events: EventArray) -> None:
        try:
            self._replayer.take(events)
        except TraiderError as fault:
            self.fault = fault.line()

    def settle(self) -> None:
        """Take in what is held back, for a look at the machine as of now.

        The journal was read to its end of the moment: a block holds a step and what it wants
        together, so that nothing which belongs to what is held back can come any more.
        """
        self._replay(self._last_step)
        self._last_step = empty_events(0)

    def finish(self) -> ParityCheck:
        """Say that the journal ends, and return what was found.

        A journal that ends amid a step, as a killed trader leaves it, ends before what comes next.
        """
        self._replay(self._last_step)
        if self.is_sound:
            try:
                self._replayer.pass_time(self._last_ns)
                if len(self._replayer.awaited):
                    # Verdicts of the last instant stand after its end.
                    self._replayer.pass_time(self._last_ns + 1)
            except TraiderError as fault:
                self.fault = fault.line()
        line = self.first_difference or self._left_out()
        return ParityCheck(NAME, not line, self._replayer.compared, line)

    @property
    def first_difference(self) -> str:
        """What differs first so far, in one line, or why it could not go on; empty for nothing."""
        mismatch = self._replayer.mismatch
        if self.fault or mismatch is None:
            return self.fault
        is_end = not mismatch.expected and mismatch.sequence >= self._taken
        return "" if is_end else mismatch_line(mismatch)

    def _left_out(self) -> str:
        """Return what the journal has and the replay did not make; empty for nothing."""
        awaited = self._replayer.awaited
        if self._replayer.mismatch is None and len(awaited):
            first = np.frombuffer(awaited[:1].tobytes(), EVENT)
            return Difference(self._taken - len(awaited), first, None).line
        return ""

    def _see(self, drained: Drained) -> None:
        self.decisions += int((drained.events["kind"] == Kind.ORDER_INTENT).sum())
        self.fingerprint.add(drained)
        self._watch(drained)
