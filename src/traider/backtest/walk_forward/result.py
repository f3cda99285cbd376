"""What a walk-forward leaves behind: the windows, and the record out of sample that they make."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.backtest.choosing import can_rank
from traider.backtest.results import Curve
from traider.backtest.walk_forward.windows import Schedule, Window
from traider.domain.timeframes import DAY_NS
from traider.portfolio.performance import ANNUALIZED_DAYS_MIN, PerformanceSummary
from traider.portfolio.trades import Trade, TradeSummary

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.int64]

Value = bool | int | float | Decimal | str
Point = Mapping[str, Value]
"""Values of the settings that a candidate changes, by dotted key; empty for none."""

_YEAR_NS: Final = 365 * DAY_NS
_YEARLY_FROM_NS: Final = ANNUALIZED_DAYS_MIN * DAY_NS
_LOG_MAX: Final = 700.0


@dataclass(frozen=True)
class Piece:
    """What one run over one span earned; ``returns`` are daily, NaN where undefined."""

    length_ns: int
    returns: FloatArray
    total_return: float
    sharpe: float
    max_drawdown: float
    """The worst fall from a peak at any decision, <= 0, a fraction."""
    trades: int
    """Trades closed; out of sample the last positions are closed at the end."""

    @property
    def log_growth(self) -> float:
        """Logarithm of the growth over the span; minus infinity where everything was lost."""
        return math.log1p(self.total_return) if self.total_return > -1.0 else -math.inf

    @property
    def yearly_return(self) -> float:
        """Compound return a year of 365 days; NaN of a span too short to be scaled to one."""
        if self.length_ns < _YEARLY_FROM_NS:
            return math.nan
        return grown(_YEAR_NS / self.length_ns * self.log_growth)


@dataclass(frozen=True)
class WindowResult:
    """A window: what was chosen in its train span, and what it earned there and in its test."""

    window: Window
    chosen: Point
    scores: tuple[float, ...]
    """The metric of every candidate on the train span, in the order of the candidates."""
    deflated_sharpe: float
    """Probability that the chosen one's train Sharpe is above the luck of so many tries."""
    train: Piece
    test: Piece
    fees: Decimal
    """Fees paid in the test."""
    fingerprint: str
    """Digest of the test's decisions, fills and equity."""

    @property
    def is_ranked(self) -> bool:
        """Whether one setting could be told from another: scores are not all NaN or equal."""
        return can_rank(self.scores)

    @property
    def efficiency(self) -> float:
        """Yearly return of the test over that of the train span; NaN unless the latter is > 0."""
        return efficiency_of(self.test.yearly_return, self.train.yearly_return)


@dataclass(frozen=True)
class WalkForwardResult:
    """The windows and the joined record.

    Every test begins with what the one before it left, so the growth of the joined curve is the
    product of the growths of its pieces, and its trades sum to its profit.
    """

    schedule: Schedule
    metric: str
    fill_tier: str
    currency: str
    capital: Decimal
    candidates: tuple[Point, ...]
    windows: tuple[WindowResult, ...]
    planned: int
    """Windows there are; more than ``windows`` when the run was stopped."""
    curve: Curve
    trades: tuple[Trade, ...]
    trade_summary: TradeSummary
    performance: PerformanceSummary
    final_equity: Decimal
    max_drawdown: float
    probabilistic_sharpe: float
    """Probability that the true Sharpe ratio of the joined record is above 0."""
    notes: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every window was run."""
        return len(self.windows) == self.planned

    @property
    def total_return(self) -> float:
        """Growth of the joined curve, less one."""
        return float(self.final_equity / self.capital) - 1.0

    @property
    def efficiency(self) -> float:
        """Yearly growth of the joined tests over that of the train spans; NaN unless that is > 0.

        NaN too where either is too short to be scaled to a year.

        Rates of growth are averaged as logarithms, each window by the length of its test, so that
        a short last test counts for little.
        """
        total_ns = sum(one.test.length_ns for one in self.windows)
        shortest_ns = min((one.train.length_ns for one in self.windows), default=0)
        if min(total_ns, shortest_ns) < _YEARLY_FROM_NS:
            return math.nan
        tested = sum(one.test.log_growth for one in self.windows)
        trained = sum(
            one.train.log_growth * one.test.length_ns / one.train.length_ns for one in self.windows
        )
        rates = (_YEAR_NS / total_ns * growth for growth in (tested, trained))
        return efficiency_of(*(grown(rate) for rate in rates))

    @property
    def unranked(self) -> int:
        """Windows in which there was a choice, and nothing to make it by."""
        return sum(len(one.scores) > 1 and not one.is_ranked for one in self.windows)

    @property
    def winning(self) -> int:
        """Windows whose test earned something."""
        return sum(one.test.total_return > 0.0 for one in self.windows)


def grown(log_growth: float) -> float:
    """Return exp(``log_growth``) - 1; a day's blown up to a year may leave the range of floats."""
    return math.expm1(log_growth) if log_growth < _LOG_MAX else math.inf


def efficiency_of(tested: float, trained: float) -> float:
    """Return how much of a yearly return in sample is left out of sample (Pardo, 2008)."""
    if not (math.isfinite(tested) and math.isfinite(trained)) or trained <= 0.0:
        return math.nan
    return tested / trained
