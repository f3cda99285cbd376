"""Performance of an equity curve: daily returns, their summary, rolling and monthly views.

Statistics are floats; the money behind them is exact in the ledger. Daily returns are simple
returns between the last equity of UTC days, and a year has 365 of them. The formulas are in
``ratios``, ``drawdown``, ``tail_risk`` and ``bootstrap``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.errors import DataError
from traider.domain.timeframes import DAY_NS
from traider.portfolio import ratios
from traider.portfolio.bootstrap import Interval, Resampling, Statistic, bootstrap_intervals
from traider.portfolio.drawdown import max_drawdown
from traider.portfolio.ratios import PERIODS_PER_YEAR
from traider.risk import tail_risk

__all__ = [
    "ANNUALIZED_DAYS_MIN",
    "PERIODS_PER_YEAR",
    "TAIL_DAYS_MIN",
    "Interval",
    "PerformanceSummary",
    "Resampling",
    "aggregate_returns",
    "daily_returns",
    "monthly_returns",
    "rolling",
    "rolling_sharpe",
    "summarize_returns",
    "yearly",
]

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.int64]

ANNUALIZED_DAYS_MIN: Final = 7
"""Of fewer daily returns nothing is scaled to a year: a day's luck would be raised to its 365th."""
TAIL_DAYS_MIN: Final = 20
"""The worst day in twenty needs as many."""

_ANNUALIZED: Final = ("cagr", "volatility", "sharpe", "sortino", "calmar")
_TAIL: Final = ("var_95", "es_95")


@dataclass(frozen=True)
class PerformanceSummary:
    """What a curve of daily returns earned and risked; NaN where undefined or of too few days.

    ``max_drawdown``, ``var_95`` and ``es_95`` (one day, historical) are returns, so <= 0 when they
    hurt. ``intervals`` holds bootstrap intervals by field name.
    """

    days: int
    total_return: float
    cagr: float
    volatility: float
    sharpe: float
    sortino: float
    calmar: float
    max_drawdown: float
    var_95: float
    es_95: float
    skew: float
    excess_kurtosis: float
    best_day: float
    worst_day: float
    intervals: dict[str, Interval] = field(default_factory=dict)


def daily_returns(
    ts_ns: TimeArray, nav: FloatArray, start_nav: float | None = None
) -> tuple[TimeArray, FloatArray]:
    """Return the UTC days (their start, ns) and their simple returns from an equity curve.

    The last equity of a day is its close; a day without points is left out. The first day's return
    counts from ``start_nav`` when given, otherwise the first day is only the base.

    Raises:
        DataError: the arrays differ in length or the times go backwards.
    """
    if len(ts_ns) != len(nav):
        raise DataError(f"{len(ts_ns)} times but {len(nav)} values", fix="give one value a time")
    if len(ts_ns) == 0:
        return np.empty(0, dtype=np.int64), np.empty(0)
    if np.any(np.diff(ts_ns) < 0):
        raise DataError("the equity curve goes back in time", fix="sort it by time")
    days = np.asarray(ts_ns) // DAY_NS
    is_last = np.append(days[1:] != days[:-1], np.True_)
    closes = np.asarray(nav, dtype=np.float64)[is_last]
    starts = days[is_last] * DAY_NS
    if start_nav is None:
        return starts[1:], closes[1:] / closes[:-1] - 1.0
    return starts, closes / np.concatenate(([start_nav], closes[:-1])) - 1.0


def summarize_returns(
    returns: FloatArray,
    periods_per_year: float = PERIODS_PER_YEAR,
    resampling: Resampling | None = None,
) -> PerformanceSummary:
    """Return the summary of daily ``returns``; with ``resampling`` also bootstrap intervals.

    Figures a year are NaN under ``ANNUALIZED_DAYS_MIN`` days, those of the tail under
    ``TAIL_DAYS_MIN``.
    """
    values = np.asarray(returns, dtype=np.float64)
    known = values[~np.isnan(values)]
    left_out = unknown_of(len(values))
    every: dict[str, Statistic] = {
        **_statistics(periods_per_year),
        "calmar": lambda known: ratios.calmar(known, periods_per_year),
        "var_95": tail_risk.historical_var,
        "es_95": tail_risk.historical_es,
    }
    statistics = {
        name: one for name, one in _statistics(periods_per_year).items() if name not in left_out
    }
    intervals = bootstrap_intervals(values, statistics, resampling) if resampling else {}
    numbers = {
        name: float("nan") if name in left_out else statistic(values)
        for name, statistic in every.items()
    }
    return PerformanceSummary(
        days=len(values),
        **numbers,
        skew=tail_risk.skewness(values),
        excess_kurtosis=tail_risk.excess_kurtosis(values),
        best_day=float(known.max()) if known.size else float("nan"),
        worst_day=float(known.min()) if known.size else float("nan"),
        intervals=intervals,
    )


def yearly(statistic: Statistic) -> Statistic:
    """Return ``statistic``, a figure a year, as NaN under ``ANNUALIZED_DAYS_MIN`` daily returns."""

    def measured(returns: FloatArray) -> float:
        return statistic(returns) if len(returns) >= ANNUALIZED_DAYS_MIN else float("nan")

    return measured


def unknown_of(days: int) -> tuple[str, ...]:
    """Return the fields of the summary that so few daily returns cannot tell."""
    found = _ANNUALIZED if days < ANNUALIZED_DAYS_MIN else ()
    return found + (_TAIL if days < TAIL_DAYS_MIN else ())


def span_note(days: int) -> tuple[str, ...]:
    """Return the note that says which figures so few daily returns leave out; none of enough."""
    if days >= TAIL_DAYS_MIN:
        return ()
    tail = f"one-day VaR and ES need {TAIL_DAYS_MIN} daily returns"
    yearly = (
        f"figures a year (CAGR, volatility, Sharpe, Sortino, Calmar, turnover) need "
        f"{ANNUALIZED_DAYS_MIN} daily returns, "
    )
    told = (yearly if days < ANNUALIZED_DAYS_MIN else "") + tail
    return (f"{told}, and there {'is' if days == 1 else 'are'} {days}: they are left out",)


def _statistics(periods_per_year: float) -> dict[str, Statistic]:
    """Return the statistics that get an interval, by the summary's field name."""
    return {
        "total_return": ratios.total_return,
        "cagr": lambda values: ratios.cagr(values, periods_per_year),
        "volatility": lambda values: ratios.volatility(values, periods_per_year),
        "sharpe": lambda values: ratios.sharpe(values, 0.0, periods_per_year),
        "sortino": lambda values: ratios.sortino(values, 0.0, periods_per_year),
        "max_drawdown": max_drawdown,
    }


def rolling(statistic: Callable[..., float], window: int, *series: FloatArray) -> FloatArray:
    """Return ``statistic`` of every ``window`` of the series: n - window + 1 values, or none."""
    count = len(series[0]) - window + 1
    found = [
        statistic(*(values[start : start + window] for values in series))
        for start in range(max(count, 0))
    ]
    return np.array(found, dtype=np.float64)


def rolling_sharpe(
    returns: FloatArray, window: int, periods_per_year: float = PERIODS_PER_YEAR
) -> FloatArray:
    """Return the Sharpe ratio of every window of ``window`` periods, oldest first.

    The value at position i covers returns i to i + window - 1.
    """
    return rolling(lambda values: ratios.sharpe(values, 0.0, periods_per_year), window, returns)


def aggregate_returns(
    ts_ns: TimeArray, returns: FloatArray, unit: str = "M"
) -> tuple[npt.NDArray[np.datetime64], FloatArray]:
    """Return periods and their compound returns; ``unit`` is NumPy's: "M" month, "Y" year.

    Periods without a return are left out; NaN returns count as 0.
    """
    if len(ts_ns) == 0:
        return np.empty(0, dtype=f"datetime64[{unit}]"), np.empty(0)
    periods = np.asarray(ts_ns).astype("datetime64[ns]").astype(f"datetime64[{unit}]")
    starts = np.flatnonzero(np.append(np.True_, periods[1:] != periods[:-1]))
    growth = np.multiply.reduceat(1.0 + np.nan_to_num(returns, nan=0.0), starts)
    return periods[starts], growth - 1.0


def monthly_returns(ts_ns: TimeArray, returns: FloatArray) -> dict[int, dict[int, float]]:
    """Return compound returns by year and month (1-12); months without a return are absent."""
    table: dict[int, dict[int, float]] = {}
    months, found = aggregate_returns(ts_ns, returns, "M")
    for month, value in zip(months, found, strict=True):
        year, number = divmod(int(month.astype(np.int64)), 12)
        table.setdefault(1970 + year, {})[number + 1] = float(value)
    return table
