"""What charts of performance show of a window: returns by month, rolling Sharpe, distribution.

Returns are time-weighted (``window_performance``), taken between the last rows of periods. A month
is a calendar month in UTC; the first begins where the window does.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.portfolio import ratios
from traider.portfolio.window_performance import (
    PERIODS_NS,
    YEAR_NS,
    NavSeries,
    fitting_period,
    period_ends,
    period_returns,
)
from traider.risk import tail_risk

FloatArray = npt.NDArray[np.float64]

ROLLING_RETURNS: Final = 30
"""Returns that one point of the rolling Sharpe ratio is of."""
BINS_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class MonthReturn:
    """One calendar month of the window."""

    month: str
    """Such as 2024-01."""
    total_return: float
    begin_ns: int
    end_ns: int


@dataclass(frozen=True)
class RollingSharpe:
    """Sharpe ratios over the last returns, one a period from the first that has enough."""

    period: str
    returns: int
    """How many returns each is of."""
    ts_ns: npt.NDArray[np.int64]
    sharpe: FloatArray
    """Mean over deviation of the period's returns, not scaled to a year; NaN without deviation."""


@dataclass(frozen=True)
class ReturnDistribution:
    """How often returns of a period fell between edges; ``edges`` has one more than ``counts``."""

    period: str
    edges: FloatArray
    counts: npt.NDArray[np.int64]
    mean: float
    deviation: float
    skew: float
    excess_kurtosis: float


def monthly_returns(window: NavSeries) -> tuple[MonthReturn, ...]:
    """Return what each calendar month of a window came to, in order."""
    growth = window.growth()
    # The row of a month's very end belongs to it.
    months = (window.ts_ns - 1).astype("datetime64[ns]").astype("datetime64[M]")
    ends = np.flatnonzero(np.append(months[1:] != months[:-1], np.True_))
    begins = np.concatenate(([0], ends[:-1]))
    found = []
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        if end == begin:
            continue
        before = float(growth[begin])
        total = float(growth[end]) / before - 1.0 if before > 0.0 else math.nan
        stamps = int(window.ts_ns[begin]), int(window.ts_ns[end])
        found.append(MonthReturn(str(months[end]), total, *stamps))
    return tuple(found)


def rolling_sharpe(
    window: NavSeries, period: str = "", count: int = ROLLING_RETURNS
) -> RollingSharpe:
    """Return the Sharpe ratio over the last ``count`` returns, at the end of each period."""
    period = period or fitting_period(window.ts_ns)
    ends = period_ends(window.ts_ns, PERIODS_NS[period])
    returns = period_returns(window.growth()[ends])
    if len(returns) < count:
        return RollingSharpe(period, count, np.zeros(0, np.int64), np.zeros(0))
    windows = np.lib.stride_tricks.sliding_window_view(returns, count)
    means, deviations = windows.mean(axis=1), windows.std(axis=1, ddof=1)
    sharpe = np.full(len(means), np.nan)
    np.divide(means, deviations, out=sharpe, where=deviations > 0.0)
    return RollingSharpe(period, count, window.ts_ns[ends[count:]], sharpe)


def return_distribution(window: NavSeries, period: str = "") -> ReturnDistribution:
    """Return how the returns of a window are spread."""
    period = period or fitting_period(window.ts_ns)
    ends = period_ends(window.ts_ns, PERIODS_NS[period])
    returns = period_returns(window.growth()[ends])
    bins = int(min(max(math.isqrt(len(returns)), 1), BINS_MAX))
    counts, edges = np.histogram(returns, bins)
    mean = float(returns.mean()) if len(returns) else math.nan
    deviation = ratios.volatility(returns, 1.0)
    return ReturnDistribution(
        period=period,
        edges=edges,
        counts=counts.astype(np.int64),
        mean=mean,
        deviation=deviation,
        skew=tail_risk.skewness(returns),
        excess_kurtosis=tail_risk.excess_kurtosis(returns),
    )


def annual_factor(period: str) -> float:
    """Return by what a Sharpe ratio of a period's returns is multiplied to be one of a year."""
    return math.sqrt(YEAR_NS / PERIODS_NS[period])
