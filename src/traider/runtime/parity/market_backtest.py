"""What the same settings make of the market's events alone: the reference that a run is held to.

No pause, no changed limit, no manual order, no second start, and the simulated venue of the
settings instead of the one that was traded on. What the market did while the trader stood is not
there: its record tells a gap.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from traider.backtest.collecting import Fingerprint
from traider.domain.events import EventArray, Kind
from traider.kernel.machine import Drained, Machine
from traider.kernel.specification import KernelSpec
from traider.runtime.parity.account_book import AccountBook
from traider.runtime.parity.accounts import RunAccount
from traider.runtime.parity.inputs import is_foreign, is_market, silenced, time_passed
from traider.runtime.parity.measured_latency import MeasuredLatency
from traider.runtime.parity.measured_machine import MeasuredMachine

_WARM_UP: Final = (Kind.WARMUP_BEGIN, Kind.WARMUP_END)


class MarketBacktest:
    """Take events of any kind in order; run a back-test on those of the market.

    With ``latency`` its orders take as long as that says, without it as long as in the settings.
    """

    def __init__(self, spec: KernelSpec, latency: MeasuredLatency | None = None) -> None:
        self.machine = Machine(spec) if latency is None else MeasuredMachine(spec, latency)
        self.book = AccountBook(spec)
        self.fingerprint = Fingerprint()
        """Of its decisions, fills and values of the account."""
        self._last_ns = 0
        self._is_warm = False

    def take(self, events: EventArray) -> None:
        """Take the next events.

        Raises:
            KernelError: the kernel stopped with a failure code.
        """
        if len(events):
            self._last_ns = int(events["ts_recv"][-1])
            self._gather(self.machine.feed(self._of_market(events)))

    def finish(self) -> RunAccount:
        """Say that nothing follows, and return what it came to by the last event."""
        self._gather(self.machine.feed(time_passed(self._last_ns)))
        return self.book.account(self.machine)

    def _of_market(self, events: EventArray) -> EventArray:
        """Return the events of the market; people are silent, and later starts need no warm-up."""
        quiet = is_foreign(events)
        ends = np.flatnonzero(events["kind"] == Kind.WARMUP_END)
        if self._is_warm or len(ends):
            later = 0 if self._is_warm else int(ends[0]) + 1
            quiet[later:] |= np.isin(events["kind"][later:], _WARM_UP)
            self._is_warm = True
        return silenced(events, quiet)[is_market(events) | quiet]

    def _gather(self, parts: Iterator[Drained]) -> None:
        for drained in parts:
            self.fingerprint.add(drained)
            self.book.add(drained.events)
