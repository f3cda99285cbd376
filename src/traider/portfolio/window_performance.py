"""Performance over any window of a NAV series: return, risk, costs, and beside a benchmark.

Money is exact; statistics are floats. Capital that comes in or goes out is no return: growth is
chained over the rows, W_t = W_(t-1) * (NAV_t - paid in since) / NAV_(t-1) (time-weighted). Returns
are taken between the last rows of periods (a day, an hour, a minute, a second); a period without a
row is left out. The row of a period's very end belongs to it.

Volatility, Sharpe, Sortino, Calmar, growth a year, alpha, information ratio, tracking error and
turnover a year are scaled by the periods of a year of 365 days, and left out (NaN) of windows under
seven days: a day's luck would be raised to its 365th. Formulas are those of ``ratios``. The deepest
fall is that of the rows themselves, whatever the period.
"""

import math
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.errors import DataError
from traider.domain.timeframes import DAY_NS, SECOND_NS
from traider.domain.units import amount_from_units
from traider.portfolio import ratios
from traider.portfolio.drawdown import worst_drawdowns
from traider.portfolio.performance import ANNUALIZED_DAYS_MIN
from traider.portfolio.trades import TradeSummary

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.int64]

PERIODS_NS: Final = {
    "1d": DAY_NS,
    "1h": 3_600 * SECOND_NS,
    "1m": 60 * SECOND_NS,
    "1s": SECOND_NS,
}
_RETURNS_MIN: Final = 7
"""The period is the longest that a window has so many returns of."""
YEAR_NS: Final = 365 * DAY_NS


@dataclass(frozen=True)
class NavSeries:
    """Rows in time order; money in units of 1e-8. All but ``nav`` are sums since the beginning."""

    ts_ns: TimeArray
    nav: TimeArray
    paid_in: TimeArray
    fees: TimeArray
    funding: TimeArray
    traded: TimeArray

    def between(self, start_ns: int | None, end_ns: int | None) -> "NavSeries":
        """Return the rows of a window, and the last one before it, from which it begins.

        Raises:
            DataError: the window has fewer than two of them.
        """
        begin = 0 if start_ns is None else int(np.searchsorted(self.ts_ns, start_ns, side="right"))
        end = (
            len(self.ts_ns) if end_ns is None else int(np.searchsorted(self.ts_ns, end_ns, "right"))
        )
        begin = begin if start_ns is None else max(begin - 1, 0)
        if end - begin < 2:
            raise DataError(
                "the window has fewer than two rows of the NAV series",
                fix="widen it, or leave --from and --to out",
            )
        return NavSeries(*(getattr(self, name)[begin:end] for name in self.__dataclass_fields__))

    def growth(self) -> FloatArray:
        """Return what 1 at the first row is worth at each row, capital moves taken out."""
        nav = self.nav.astype(np.float64)
        before = np.where(nav[:-1] > 0.0, nav[:-1], np.nan)
        steps = (nav[1:] - np.diff(self.paid_in)) / before
        return np.concatenate((np.ones(1), np.cumprod(np.nan_to_num(steps, nan=1.0))))


@dataclass(frozen=True)
class Benchmark:
    """Prices of something else, in time order."""

    name: str
    ts_ns: TimeArray
    prices: FloatArray

    def at(self, ts_ns: TimeArray) -> FloatArray:
        """Return the last price at or before each time; NaN before the first."""
        places = np.searchsorted(self.ts_ns, ts_ns, side="right") - 1
        known = np.concatenate(([np.nan], self.prices))
        return np.asarray(known[places + 1], dtype=np.float64)


@dataclass(frozen=True)
class BenchmarkFigures:
    """A window beside its benchmark, over the periods that both know."""

    name: str
    periods: int
    total_return: float
    """Of the benchmark."""
    excess_return: float
    """The window's less the benchmark's."""
    alpha: float
    """Jensen's, a year."""
    beta: float
    correlation: float
    information_ratio: float
    """Mean over deviation of the difference of returns, a year."""
    tracking_error: float
    """Deviation of that difference, a year."""
    up_capture: float
    down_capture: float


@dataclass(frozen=True)
class WindowPerformance:
    """What a window came to; figures a year are NaN where it is too short for them."""

    begin_ns: int
    end_ns: int
    rows: int
    period: str
    returns: int
    """How many returns of the period."""
    nav_begin: Decimal
    nav_end: Decimal
    paid_in: Decimal
    pnl: Decimal
    """NAV at the end less NAV at the beginning and what was paid in between."""
    total_return: float
    growth_a_year: float
    volatility: float
    period_volatility: float
    """Standard deviation of the period's returns, not scaled."""
    sharpe: float
    sortino: float
    calmar: float
    max_drawdown: float
    """Deepest fall of the rows from their peak, <= 0."""
    peak_ns: int
    """The last row before that fall; 0 without one,"""
    trough_ns: int
    """its lowest one,"""
    recovered_ns: int
    """and the first at or above the peak again; 0 while it is not."""
    drawdown_end: float
    """Fall from the peak at the window's end, <= 0."""
    best_period: float
    worst_period: float
    traded: Decimal
    turnover: float
    """Money traded over the mean NAV,"""
    turnover_a_year: float
    fees: Decimal
    funding: Decimal
    cost_bps: float
    """Fees and funding in 1/10,000 of the money traded."""
    trades: TradeSummary | None = None
    """Of those that were closed in the window."""
    benchmark: BenchmarkFigures | None = None
    notes: tuple[str, ...] = field(default=())


def measure_window(
    window: NavSeries,
    period: str = "",
    benchmark: Benchmark | None = None,
    trades: TradeSummary | None = None,
) -> WindowPerformance:
    """Measure a window (``NavSeries.between``).

    Args:
        window: its rows, at least two.
        period: a name of ``PERIODS_NS``; empty for the longest that gives seven returns.
        benchmark: what it is measured against.
        trades: statistics of the trades closed in it.
    """
    growth = window.growth()
    period = period or fitting_period(window.ts_ns)
    ends = period_ends(window.ts_ns, PERIODS_NS[period])
    returns = period_returns(growth[ends])
    a_year = YEAR_NS / PERIODS_NS[period]
    span_ns = int(window.ts_ns[-1] - window.ts_ns[0])
    is_long = span_ns >= ANNUALIZED_DAYS_MIN * DAY_NS
    (deepest,) = worst_drawdowns(period_returns(growth), 1) or (None,)
    traded, turnover = _turnover(window)
    fees, funding = _sum(window.fees), _sum(window.funding)
    return WindowPerformance(
        begin_ns=int(window.ts_ns[0]),
        end_ns=int(window.ts_ns[-1]),
        rows=len(window.ts_ns),
        period=period,
        returns=len(returns),
        nav_begin=amount_from_units(int(window.nav[0])),
        nav_end=amount_from_units(int(window.nav[-1])),
        paid_in=_sum(window.paid_in),
        pnl=_sum(window.nav) - _sum(window.paid_in),
        total_return=float(growth[-1]) - 1.0,
        growth_a_year=_growth_a_year(growth, span_ns) if is_long else math.nan,
        volatility=ratios.volatility(returns, a_year) if is_long else math.nan,
        period_volatility=ratios.volatility(returns, 1.0),
        sharpe=ratios.sharpe(returns, 0.0, a_year) if is_long else math.nan,
        sortino=ratios.sortino(returns, 0.0, a_year) if is_long else math.nan,
        calmar=_calmar(growth, span_ns, deepest.depth) if is_long and deepest else math.nan,
        max_drawdown=deepest.depth if deepest else 0.0,
        peak_ns=int(window.ts_ns[deepest.peak]) if deepest else 0,
        trough_ns=int(window.ts_ns[deepest.trough]) if deepest else 0,
        recovered_ns=(
            int(window.ts_ns[deepest.recovery]) if deepest and deepest.recovery >= 0 else 0
        ),
        drawdown_end=float(growth[-1] / growth.max()) - 1.0,
        best_period=float(returns.max()) if len(returns) else math.nan,
        worst_period=float(returns.min()) if len(returns) else math.nan,
        traded=traded,
        turnover=turnover,
        turnover_a_year=turnover * YEAR_NS / span_ns if is_long else math.nan,
        fees=fees,
        funding=funding,
        cost_bps=float((fees + funding) / traded) * 1e4 if traded else math.nan,
        trades=trades,
        benchmark=(
            _against(benchmark, window.ts_ns[ends], returns, a_year if is_long else math.nan)
            if benchmark
            else None
        ),
        notes=_notes(is_long=is_long),
    )


def fitting_period(ts_ns: TimeArray) -> str:
    """Return the longest period that the rows have enough returns of."""
    for name, length in PERIODS_NS.items():
        if len(period_ends(ts_ns, length)) > _RETURNS_MIN:
            return name
    return "1s"


def period_ends(ts_ns: TimeArray, period_ns: int) -> TimeArray:
    """Return the places of the first row, and of the last row of each period after it."""
    periods = (ts_ns - 1) // period_ns
    ends = np.flatnonzero(np.append(periods[1:] != periods[:-1], np.True_))
    # The first row is where the window begins; its period may go on after it.
    return ends if ends[0] == 0 else np.concatenate(([0], ends))


def period_returns(growth: FloatArray) -> FloatArray:
    """Return the returns between neighbors; none where nothing was left."""
    before = growth[:-1]
    grown = np.divide(growth[1:], before, out=np.ones(len(before)), where=before > 0.0)
    return np.asarray(grown - 1.0, dtype=np.float64)


def _growth_a_year(growth: FloatArray, span_ns: int) -> float:
    last = float(growth[-1])
    return math.expm1(YEAR_NS / span_ns * math.log(last)) if last > 0.0 else -1.0


def _calmar(growth: FloatArray, span_ns: int, depth: float) -> float:
    return _growth_a_year(growth, span_ns) / -depth if depth < 0.0 else math.nan


def _sum(column: TimeArray) -> Decimal:
    """Return what a running sum grew by over the window."""
    return amount_from_units(int(column[-1]) - int(column[0]))


def _turnover(window: NavSeries) -> tuple[Decimal, float]:
    traded, mean = _sum(window.traded), float(window.nav.mean()) / 1e8
    return traded, float(traded) / mean if mean > 0.0 else math.nan


def _against(
    benchmark: Benchmark, ends_ns: TimeArray, returns: FloatArray, a_year: float
) -> BenchmarkFigures:
    prices = benchmark.at(ends_ns)
    other = prices[1:] / prices[:-1] - 1.0
    known = ~np.isnan(other)
    if not known.any():
        raise DataError(
            f"{benchmark.name} has no prices in the window", fix="name one that covers it"
        )
    own, other = returns[known], other[known]
    active = own - other
    scale = math.sqrt(a_year)
    total = ratios.total_return(other)
    return BenchmarkFigures(
        name=benchmark.name,
        periods=len(own),
        total_return=total,
        excess_return=ratios.total_return(own) - total,
        alpha=ratios.alpha(own, other, 0.0, a_year) if a_year > 0.0 else math.nan,
        beta=ratios.beta(own, other),
        correlation=ratios.correlation(own, other),
        information_ratio=ratios.information_ratio(own, other) * scale,
        tracking_error=ratios.volatility(active, 1.0) * scale,
        up_capture=_capture(own, other, other > 0.0),
        down_capture=_capture(own, other, other < 0.0),
    )


def _capture(own: FloatArray, other: FloatArray, chosen: npt.NDArray[np.bool_]) -> float:
    """Return the mean return of chosen periods as a multiple of the benchmark's."""
    if not chosen.any():
        return math.nan
    return float(own[chosen].mean() / other[chosen].mean())


def _notes(*, is_long: bool) -> tuple[str, ...]:
    if is_long:
        return ()
    line = f"figures a year need {ANNUALIZED_DAYS_MIN} days, and the window is shorter"
    return (f"{line}: they are left out",)
