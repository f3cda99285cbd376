"""What the same settings make of the market's events alone: the reference that a run is held to.

No pause, no changed limit, no manual order, no restart, and the simulated venue of the settings
instead of the one that was traded on.
"""

from collections.abc import Iterator

from traider.backtest.collecting import Fingerprint
from traider.domain.events import EventArray
from traider.kernel.machine import Drained, Machine
from traider.kernel.specification import KernelSpec
from traider.runtime.parity.account_book import AccountBook
from traider.runtime.parity.inputs import is_market, time_passed


class MarketBacktest:
    """Take events of any kind in order; run a back-test on those of the market."""

    def __init__(self, spec: KernelSpec) -> None:
        self.machine = Machine(spec)
        self.book = AccountBook(spec)
        self.fingerprint = Fingerprint()
        """Of its decisions, fills and values of the account."""
        self._last_ns = 0

    def take(self, events: EventArray) -> None:
        """Take the next events.

        Raises:
            KernelError: the kernel stopped with a failure code.
        """
        if len(events):
            self._last_ns = int(events["ts_recv"][-1])
            self._gather(self.machine.feed(events[is_market(events)]))

    def finish(self) -> None:
        """Say that nothing follows; what came due by the last event comes out."""
        self._gather(self.machine.feed(time_passed(self._last_ns)))

    def _gather(self, parts: Iterator[Drained]) -> None:
        for drained in parts:
            self.fingerprint.add(drained)
            self.book.add(drained.events)
