"""A run beside back-tests of the market alone: which ones there are, and what differs.

The journal is read once more for each thing that has to be known first: when the venue's moments
were received here, what the market's prices were. What is kept grows with the orders of the run.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from traider.domain.errors import DataError, Interrupted, TraiderError
from traider.domain.events import EventArray
from traider.journal.reader import JournalReader
from traider.kernel.specification import KernelSpec
from traider.runtime.event_stream import EventStream
from traider.runtime.parity.accounts import RunAccount
from traider.runtime.parity.attribution import attribute_difference
from traider.runtime.parity.market_backtest import MarketBacktest
from traider.runtime.parity.market_prices import MarketPrices, market_prices, trading_times
from traider.runtime.parity.measured_latency import MeasuredLatency, measured_latency, moments_of
from traider.runtime.parity.order_timing import OrderTiming
from traider.runtime.parity.reception import reception_times
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.parity.report import AssumedVenue, MarketReference
from traider.runtime.parity.watch import Watch

Latency = Literal["measured", "settings"]
"""Which latencies the back-test has: the run's own, or those of its settings."""

_NS_PER_MS: Final = 1_000_000


@dataclass(frozen=True)
class ReferenceTerms:
    """What a run is told beside."""

    record: EventStream | None = None
    """Another record of the same market, for the back-test to run on; else the run's own."""
    latency: Latency = "measured"
    """Of a run whose orders went to a venue; one on paper has those of its settings anyway."""


@dataclass
class MarketComparison:
    """Take a run's journal in pieces; compare what it came to with back-tests of its market."""

    run: RecordedRun
    reader: JournalReader
    """Of its journal, which may grow meanwhile: all is compared up to where this one ends."""
    spec: KernelSpec
    terms: ReferenceTerms
    watch: Watch
    fault: str = ""
    """Why a back-test could not go on, in one line."""
    _timing: OrderTiming = field(default_factory=OrderTiming)

    def __post_init__(self) -> None:
        """Begin the back-test that has the latency of the settings."""
        self._plain = MarketBacktest(self.spec)
        self._is_measured = self.terms.latency == "measured" and not self.run.simulates

    def take(self, events: EventArray) -> None:
        """Take the next events of the journal."""
        if self._is_measured:
            self._timing.take(events)
        if self.terms.record is None:
            self._guarded(self._plain.take, events)

    def finish(self, account: RunAccount) -> MarketReference:
        """Return what the run, whose ``account`` is given, has otherwise.

        Raises:
            DataError: a back-test cannot be run.
            Interrupted: it was asked to stop.
        """
        if self.terms.record is not None:
            for chunk in self.terms.record.chunks():
                self._guarded(self._plain.take, chunk)
        self._raise_fault()
        plain = self._plain.finish()
        measured = self._measured()
        used, backtest = plain, self._plain
        if measured is not None:
            backtest = MarketBacktest(self.spec, measured)
            for chunk in self._market((0.7, 0.85), "running the market with its latency"):
                self._guarded(backtest.take, chunk)
            self._raise_fault()
            used = backtest.finish()
        own, told = self._prices(account, used)
        decision_ns = self.spec.strategy.decision_ns
        return MarketReference(
            difference=attribute_difference(account.priced(own), used.priced(told), decision_ns),
            fingerprint=backtest.fingerprint.hexdigest(),
            capital=self.run.config.capital,
            currency=self.run.config.currency,
            turnover=account.turnover,
            venue=self._venue(measured),
            by_latency=attribute_difference(used, plain, decision_ns) if measured else None,
        )

    def _venue(self, measured: MeasuredLatency | None) -> AssumedVenue:
        config = self.run.config
        is_drawn = config.execution.latency_file is not None
        return AssumedVenue(
            latency_ns=None if is_drawn else config.execution.latency_ms * _NS_PER_MS,
            fill_tier=config.fill_tier,
            maker_fee=config.costs.maker_fee,
            taker_fee=config.costs.taker_fee,
            measured=measured,
        )

    def _measured(self) -> MeasuredLatency | None:
        """Return how long the run's orders took, on the clock of its record."""
        if not self._is_measured:
            return None
        chunks = self._journal((0.6, 0.7), "reading when the market's news came")
        return measured_latency(self._timing, reception_times(chunks, moments_of(self._timing)))

    def _prices(self, run: RunAccount, other: RunAccount) -> tuple[MarketPrices, MarketPrices]:
        """Return the market's prices at the times of trading, as the two records tell them."""
        wanted = [*trading_times(run.orders), *trading_times(other.orders)]
        instruments = self.run.manifest.instruments
        text = "reading the market's prices"
        own = market_prices(self._journal((0.85, 1.0), text), instruments, wanted)
        record = self.terms.record
        if record is None:
            return own, own
        return own, market_prices(record.chunks(), instruments, wanted)

    def _market(self, share: tuple[float, float], text: str) -> Iterator[EventArray]:
        """Return the events that the back-tests run on."""
        if self.terms.record is None:
            return self._journal(share, text)
        return self.watch.over(self.terms.record.chunks(), 0, share, text)

    def _journal(self, share: tuple[float, float], text: str) -> Iterator[EventArray]:
        end = self.reader.end
        return self.watch.over(self.reader.events(0, end), end, share, text)

    def _guarded(self, take: Callable[[EventArray], None], events: EventArray) -> None:
        """Let a back-test take events; where it cannot go on, the other checks do."""
        if self.fault:
            return
        try:
            take(events)
        except Interrupted:
            raise
        except TraiderError as fault:
            self.fault = fault.line()

    def _raise_fault(self) -> None:
        if self.fault:
            raise DataError(
                f"the market's events alone cannot be run: {self.fault}",
                where=str(self.run.paths.folder),
                fix="traider journal verify tells whether the record is whole",
            )
