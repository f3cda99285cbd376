"""A paper run beside the back-test of its inputs: every event that came of them, byte for byte.

The simulated venue of a paper run is the one of back-tests, so the journal must be what the
back-test writes when it is fed the journal's own inputs: market events, and what people and the
house told the trader.
"""

from collections.abc import Iterator

from traider.backtest.collecting import Fingerprint
from traider.domain.events import EventArray
from traider.kernel.machine import Drained, Machine
from traider.kernel.specification import KernelSpec
from traider.runtime.parity.comparing import StreamComparison
from traider.runtime.parity.inputs import is_input, time_passed


class PaperComparison:
    """Take a journal in pieces; compare it with what a back-test of its inputs writes."""

    def __init__(self, spec: KernelSpec) -> None:
        self.comparison = StreamComparison()
        self.fingerprint = Fingerprint()
        """Of the back-test's decisions, fills and values of the account."""
        self._machine = Machine(spec, journal_all=True)
        self._last_ns = 0

    def take(self, events: EventArray) -> None:
        """Take the next events of the journal.

        Raises:
            KernelError: the kernel stopped with a failure code.
        """
        if not len(events):
            return
        self._last_ns = int(events["ts_recv"][-1])
        self.comparison.expect(events)
        self._find(self._machine.feed(events[is_input(events)]))

    def finish(self) -> None:
        """Say that the journal ends; what came due by its last event comes out."""
        self._find(self._machine.feed(time_passed(self._last_ns)))
        if self.comparison.awaits:
            # Verdicts of the last instant stand after its end.
            self._find(self._machine.feed(time_passed(self._last_ns + 1)))
        self.comparison.finish()

    def _find(self, parts: Iterator[Drained]) -> None:
        for drained in parts:
            self.fingerprint.add(drained)
            self.comparison.find(drained.events)
