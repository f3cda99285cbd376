"""What a paper run came to: its days, trades, Sharpe ratio, falls, and limits that were passed.

Everything is of the run's own journal, replayed once: values of the account as the kernel saw
them, fills with their fees. What was warm-up counts for nothing.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.backtest.order_lives import OrderJournal
from traider.backtest.outcome import fills_of
from traider.domain.events import EventArray, Kind
from traider.domain.timeframes import DAY_NS
from traider.domain.units import price_from_ticks
from traider.journal.reader import JournalReader
from traider.kernel.codes import Verdict
from traider.kernel.machine import Drained
from traider.kernel.specification import KernelSpec
from traider.portfolio.performance import daily_returns
from traider.portfolio.ratios import PERIODS_PER_YEAR
from traider.portfolio.sharpe_significance import SharpeSample, sharpe_sample
from traider.portfolio.trades import TradeSummary, summarize_trades, trades_from_fills
from traider.runtime.parity.decisions import DecisionReplay
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.parity.watch import Watch

GAP_NS: Final = 60_000_000_000
"""Silence after which a trader counts as not having traded in between."""
_AT_A_LIMIT: Final = (
    Verdict.DAILY_LOSS,
    Verdict.DRAWDOWN,
    Verdict.DAILY_LOSS_AMOUNT,
    Verdict.DAILY_LOSS_SIGMAS,
)
_LEAST: Final = 2

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PaperResults:
    """What counts of a paper run."""

    traded_ns: int
    """Time in which it decided, gaps left out."""
    trades: TradeSummary
    day_returns: Floats
    """Simple returns of UTC days, the first from the start."""
    worst_day: float
    """Largest fall below a day's start, as a fraction; from every value, not from closes."""
    drawdown: float
    """Largest fall from a peak, as a fraction, from every value."""
    refused_at_limits: int
    """Orders that the gate refused since the daily loss or the drawdown was reached."""
    kills: int
    last_ns: int
    """Time of its last event."""

    @property
    def days(self) -> float:
        """Days of trading."""
        return self.traded_ns / DAY_NS

    @property
    def sharpe(self) -> SharpeSample:
        """Of a day, never scaled."""
        return sharpe_sample(self.day_returns)

    @property
    def sharpe_a_year(self) -> float:
        """The Sharpe ratio a year; NaN where it is undefined."""
        return self.sharpe.sharpe * math.sqrt(PERIODS_PER_YEAR)

    @property
    def sharpe_error(self) -> float:
        """Standard error of ``sharpe_a_year``; see ``SharpeSample.variance_factor``."""
        sample = self.sharpe
        if sample.periods < _LEAST:
            return math.nan
        error = math.sqrt(sample.variance_factor / (sample.periods - 1))
        return error * math.sqrt(PERIODS_PER_YEAR)


@dataclass
class TradedTime:
    """Add up the time between the beginning of decisions and their end, gaps left out."""

    total_ns: int = 0
    begun_ns: int = 0
    """When decisions first began; 0 before."""
    _is_on: bool = False
    _last_ns: int = 0

    def take(self, events: EventArray) -> None:
        """Take the next events of the journal."""
        marks = np.flatnonzero(
            (events["kind"] == Kind.WARMUP_END) | (events["kind"] == Kind.WARMUP_BEGIN)
        ).tolist()
        place = 0
        for end in (*marks, len(events)):
            self._pass(events["ts_recv"][place : end + 1])
            place = end
            if end < len(events):
                self._is_on = events["kind"][end] == Kind.WARMUP_END
                self._last_ns = int(events["ts_recv"][end])
                self.begun_ns = self.begun_ns or (self._last_ns if self._is_on else 0)

    def _pass(self, times: Times) -> None:
        if not (self._is_on and len(times)):
            return
        steps = np.diff(times, prepend=self._last_ns)
        self.total_ns += int(steps[steps <= GAP_NS].sum())
        self._last_ns = int(times[-1])


@dataclass
class _Values:
    """Values of the account, one of each change, from the replay."""

    times: list[Times] = field(default_factory=list)
    values: list[Floats] = field(default_factory=list)
    orders: OrderJournal = field(default_factory=lambda: OrderJournal(every_verdict=False))

    def see(self, drained: Drained) -> None:
        """Take what the replay wrote."""
        if len(drained.nav):
            self.times.append(drained.nav["ts"].copy())
            self.values.append(drained.nav["nav"].copy())
        self.orders.add(drained.events)

    def since(self, begun_ns: int) -> tuple[Times, Floats]:
        """Return times and values from ``begun_ns`` on."""
        times = np.concatenate([np.zeros(0, np.int64), *self.times])
        values = np.concatenate([np.zeros(0), *self.values])
        wanted = times >= begun_ns
        return times[wanted], values[wanted]


def paper_results(run: RecordedRun, watch: Watch) -> PaperResults:
    """Replay the run and return what it came to.

    Raises:
        StrategyError: an alpha of it is not there any more.
        DataError: the journal is damaged.
        Interrupted: it was asked to stop.
    """
    spec = run.spec()
    seen, traded = _Values(), TradedTime()
    replay = DecisionReplay(spec, simulates=run.simulates, watch=seen.see)
    reader = JournalReader(run.paths.journal)
    refused = kills = last_ns = 0
    chunks: Iterable[EventArray] = watch.over(
        reader.events(0, reader.end), reader.end, (0.0, 1.0), "reading the paper run"
    )
    for events in chunks:
        if not len(events):
            continue
        traded.take(events)
        replay.take(events)
        verdicts = events["code"][events["kind"] == Kind.VERDICT]
        refused += int(np.isin(verdicts, _AT_A_LIMIT).sum())
        kills += int((events["kind"] == Kind.KILL).sum())
        last_ns = int(events["ts_recv"][-1])
    replay.finish()
    times, values = seen.since(traded.begun_ns)
    capital = float(run.config.capital)
    return PaperResults(
        traded_ns=traded.total_ns,
        trades=_trades(seen.orders, spec, replay),
        day_returns=daily_returns(times, values, capital)[1],
        worst_day=worst_day(times, values, capital),
        drawdown=deepest_fall(values, capital),
        refused_at_limits=refused,
        kills=kills,
        last_ns=last_ns,
    )


def _trades(orders: OrderJournal, spec: KernelSpec, replay: DecisionReplay) -> TradeSummary:
    rows = zip(spec.markets, replay.machine.decider.markets, strict=True)
    marks = {
        market.name: price_from_ticks(int(row["mark_ticks"]), market.tick_size)
        for market, row in rows
    }
    return summarize_trades(trades_from_fills(fills_of(orders.of("fills"), spec), marks))


def deepest_fall(values: Floats, start: float) -> float:
    """Return the largest fall from a peak as a fraction; 0 without values."""
    whole = np.concatenate(([start], values))
    peaks = np.maximum.accumulate(whole)
    return float(np.max(1.0 - whole / peaks))


def worst_day(times: Times, values: Floats, start: float) -> float:
    """Return the largest fall of a UTC day below the value that it began with, as a fraction."""
    worst, before = 0.0, start
    days = times // DAY_NS
    for day in np.unique(days):
        of_day = values[days == day]
        worst = max(worst, 1.0 - float(of_day.min()) / before)
        before = float(of_day[-1])
    return worst
