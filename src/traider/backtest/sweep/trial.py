"""One trial: a machine of its own over the shared events, and the few numbers it leaves.

Everything is measured while the outputs stream, so a trial holds no more than a buffer and its
fills. The figures are those of a back-test of the same settings under the same fill tier.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.backtest.outcome import account_equity
from traider.backtest.sweep.grid import Point
from traider.backtest.sweep.history import History, TimeArray
from traider.domain.events import EventArray, Kind
from traider.domain.timeframes import DAY_NS
from traider.domain.units import amount_from_units
from traider.kernel.arithmetic import MONEY
from traider.kernel.codes import Verdict
from traider.kernel.machine import Machine
from traider.kernel.records import Records
from traider.kernel.specification import KernelSpec
from traider.portfolio import ratios
from traider.portfolio.performance import ANNUALIZED_DAYS_MIN, yearly

FloatArray = npt.NDArray[np.float64]

BUFFER: Final = 16_384
"""Records of an output buffer: small enough to stay in the processor's cache."""

_YEAR_NS: Final = 365 * DAY_NS
_YEARS_MIN: Final = ANNUALIZED_DAYS_MIN * DAY_NS / _YEAR_NS


@dataclass(frozen=True)
class Measured:
    """What a trial left behind; ``returns`` are daily, one for each day of the history.

    Figures a year are NaN of fewer than ``ANNUALIZED_DAYS_MIN`` days.
    """

    final_equity: Decimal
    max_drawdown: float
    """The worst fall from a peak at any decision, <= 0, a fraction."""
    trades: int
    """Trades closed."""
    turnover: float
    """Traded notional a year divided by mean equity; NaN without equity."""
    fees: Decimal
    refused: int
    """Orders the gate refused."""
    alpha_fault: str
    """The last alpha that was switched off for answering out of range, or nothing."""
    returns: FloatArray

    @cached_property
    def total_return(self) -> float:
        """Compound return."""
        return ratios.total_return(self.returns)

    @cached_property
    def sharpe(self) -> float:
        """Sharpe ratio a year."""
        return yearly(ratios.sharpe)(self.returns)

    @cached_property
    def sortino(self) -> float:
        """Sortino ratio a year."""
        return yearly(ratios.sortino)(self.returns)

    @cached_property
    def calmar(self) -> float:
        """Growth a year over the worst drawdown of daily closes."""
        return yearly(ratios.calmar)(self.returns)


@dataclass(frozen=True)
class Trial:
    """A point of the grid, the digest of its configuration, and what came of it."""

    number: int
    values: Point
    digest: str
    measured: Measured


@dataclass(frozen=True)
class Failure:
    """A point whose strategy stopped with an error, and what it said."""

    number: int
    values: Point
    digest: str
    reason: str


def run_trial(spec: KernelSpec, history: History, stop: Callable[[], bool]) -> Measured | None:
    """Run ``spec`` over the whole history; None when ``stop`` answered with yes on the way.

    Raises:
        StrategyError: an alpha raised an exception.
        KernelError: the kernel stopped with a failure code.
    """
    machine = Machine(spec, buffer=BUFFER)
    equity = EquityRecorder(history.day_ends_ns, spec.capital_units / MONEY)
    orders = OrderCounter(len(spec.markets))
    for drained in machine.feed(history.events, final=True):
        if stop():
            return None
        equity.add(drained.nav)
        orders.add(drained.events)
    fault = int(machine.decider.account[0]["alpha_fault"])
    costs = machine.venue.markets
    return Measured(
        final_equity=account_equity(machine),
        max_drawdown=equity.worst,
        trades=orders.closed,
        turnover=_turnover(machine, history, equity.mean),
        fees=amount_from_units(int(costs["maker_fees"].sum() + costs["taker_fees"].sum()))
        + _fees_in_other(machine),
        refused=orders.refused,
        alpha_fault=spec.alphas[fault - 1].name if fault else "",
        returns=equity.returns(),
    )


class EquityRecorder:
    """Take in samples of equity and keep the day closes, the worst fall and the mean."""

    def __init__(self, day_ends_ns: TimeArray, capital: float) -> None:
        self._ends = day_ends_ns
        self._closes = np.empty(len(day_ends_ns))
        self._closed = 0
        self._capital = capital
        self._last = capital
        self._peak = 0.0
        self._total = 0.0
        self._count = 0
        self.worst = 0.0

    def add(self, samples: Records) -> None:
        """Take in samples, in time order."""
        if not len(samples):
            return
        times = np.ascontiguousarray(samples["ts"])
        nav = np.ascontiguousarray(samples["nav"])
        closed = int(np.searchsorted(self._ends, times[-1], "left"))
        places = np.searchsorted(times, self._ends[self._closed : closed], "right")
        before = np.where(places > 0, nav[places - 1], self._last)
        self._closes[self._closed : closed] = before
        self._closed = closed
        self._last = float(nav[-1])
        peaks = nav.copy()
        peaks[0] = max(peaks[0], self._peak)
        np.maximum.accumulate(peaks, out=peaks)
        self._peak = float(peaks[-1])
        known = int(np.searchsorted(peaks, 0.0, "right"))  # from here on there is a peak above 0
        if known < len(nav):
            falls = nav[known:] / peaks[known:]
            self.worst = min(self.worst, float(falls.min()) - 1.0)
        self._total += float(nav.sum())
        self._count += len(nav)

    @property
    def mean(self) -> float:
        """Mean of the samples; 0 without any."""
        return self._total / self._count if self._count else 0.0

    def returns(self) -> FloatArray:
        """Return the simple return of each day, the first from the capital.

        A day without a sample keeps the last equity. Where nothing is left to earn with, the
        return is 0.
        """
        self._closes[self._closed :] = self._last
        before = np.concatenate(([self._capital], self._closes[:-1]))
        gains = np.divide(self._closes, before, out=np.ones(len(before)), where=before > 0.0)
        return np.asarray(gains - 1.0)


class OrderCounter:
    """Count the trades that fills close and the orders the gate refused."""

    def __init__(self, instruments: int) -> None:
        self._held = [0] * instruments
        self.closed = 0
        self.refused = 0

    def add(self, events: EventArray) -> None:
        """Take in order events, in time order.

        A trade closes where its position ends at flat, or where it flips. Columns are cut out one
        by one: picking whole records costs numpy some ten times as much.
        """
        kinds = events["kind"]
        verdicts = events["code"][kinds == Kind.VERDICT]
        self.refused += int((verdicts != Verdict.APPROVED).sum())
        fills = kinds == Kind.FILL
        moves = events["side"][fills].astype(np.int64) * events["size"][fills]
        instruments = events["instrument"][fills]
        for k, held in enumerate(self._held):
            mine = moves[instruments == k]
            if not len(mine):
                continue
            after = held + np.cumsum(mine)
            before = after - mine
            self.closed += int(((before != 0) & (np.sign(before) != np.sign(after))).sum())
            self._held[k] = int(after[-1])


def _fees_in_other(machine: Machine) -> Decimal:
    """Return what the fees taken from the fee balance were worth: what its value fell by."""
    fees = machine.spec.fees
    if fees is None:
        return Decimal(0)
    left = int(machine.venue.venue[0]["fee_balance"])
    return amount_from_units(fees.balance_value_units - fees.value_units(left))


def _turnover(machine: Machine, history: History, mean: float) -> float:
    first_ns = int(history.events[0]["ts_recv"])
    years = (int(machine.decider.account[0]["now_ns"]) - first_ns) / _YEAR_NS
    traded = float(machine.decider.markets["traded_units"].sum()) / MONEY
    return traded / years / mean if years >= _YEARS_MIN and mean > 0.0 else float("nan")


def returns_matrix(trials: Sequence[Trial]) -> FloatArray:
    """Return the daily returns of ``trials``, a column each."""
    return np.column_stack([trial.measured.returns for trial in trials])
