"""Risk-adjusted ratios of periodic simple returns.

Conventions are empyrical's: NaN returns are ignored by means and deviations but count in the number
of years; ``periods_per_year`` is 365 for daily returns of markets that never close; a ratio is NaN
where it has no meaning and infinite where its risk is zero. ``risk_free`` and ``required`` are
returns a period, one number or one a period.
"""

import math

import numpy as np
import numpy.typing as npt

from traider.portfolio.drawdown import max_drawdown, wealth

FloatArray = npt.NDArray[np.float64]

PERIODS_PER_YEAR = 365
_TWO = 2


def total_return(returns: FloatArray) -> float:
    """Return the compound return over all periods; NaN without returns."""
    return float(wealth(returns)[-1]) - 1.0 if len(returns) else math.nan


def cagr(returns: FloatArray, periods_per_year: float = PERIODS_PER_YEAR) -> float:
    """Return the compound growth a year: W ** (periods_per_year / n) - 1."""
    if len(returns) == 0:
        return math.nan
    growth = float(wealth(returns)[-1])
    if growth <= 0.0:
        return -1.0
    exponent = periods_per_year / len(returns) * math.log(growth)
    # A day's return blown up to a year may leave the range of floats.
    return math.expm1(exponent) if exponent < 700.0 else math.inf


def volatility(returns: FloatArray, periods_per_year: float = PERIODS_PER_YEAR) -> float:
    """Return the standard deviation (n - 1) times sqrt(periods_per_year)."""
    return _deviation(np.asarray(returns)) * math.sqrt(periods_per_year)


def sharpe(
    returns: FloatArray,
    risk_free: float | FloatArray = 0.0,
    periods_per_year: float = PERIODS_PER_YEAR,
) -> float:
    """Return mean / deviation (n - 1) of the excess returns, times sqrt(periods_per_year).

    Source: Sharpe (1994).
    """
    excess = np.asarray(returns) - risk_free
    if len(excess) < _TWO:
        return math.nan
    return _divide(_mean(excess), _deviation(excess)) * math.sqrt(periods_per_year)


def downside_risk(
    returns: FloatArray,
    required: float | FloatArray = 0.0,
    periods_per_year: float = PERIODS_PER_YEAR,
) -> float:
    """Return sqrt(mean(min(r - required, 0)^2) * periods_per_year), the target semideviation."""
    if len(returns) == 0:
        return math.nan
    below = np.minimum(np.asarray(returns) - required, 0.0)
    return math.sqrt(_mean(below**2)) * math.sqrt(periods_per_year)


def sortino(
    returns: FloatArray,
    required: float | FloatArray = 0.0,
    periods_per_year: float = PERIODS_PER_YEAR,
) -> float:
    """Return mean(r - required) * periods_per_year / downside risk. Source: Sortino (1994)."""
    if len(returns) < _TWO:
        return math.nan
    excess = np.asarray(returns) - required
    risk = downside_risk(returns, required, periods_per_year)
    return _divide(_mean(excess) * periods_per_year, risk)


def calmar(returns: FloatArray, periods_per_year: float = PERIODS_PER_YEAR) -> float:
    """Return growth a year / |maximum drawdown|; NaN without a drawdown. Source: Young (1991)."""
    depth = max_drawdown(returns)
    return cagr(returns, periods_per_year) / -depth if depth < 0.0 else math.nan


def omega(
    returns: FloatArray,
    risk_free: float | FloatArray = 0.0,
    required_a_year: float = 0.0,
    periods_per_year: float = PERIODS_PER_YEAR,
) -> float:
    """Return gains over losses around the threshold (1 + required) ** (1 / periods_per_year) - 1.

    NaN without a loss. Source: Keating and Shadwick (2002).
    """
    if len(returns) < _TWO or required_a_year <= -1.0:
        return math.nan
    threshold = (1.0 + required_a_year) ** (1.0 / periods_per_year) - 1.0
    excess = np.asarray(returns) - risk_free - threshold
    lost = -float(excess[excess < 0.0].sum())
    return float(excess[excess > 0.0].sum()) / lost if lost > 0.0 else math.nan


def tail_ratio(returns: FloatArray) -> float:
    """Return |95th percentile| / |5th percentile|: right tail over left tail."""
    values = np.asarray(returns)[~np.isnan(returns)]
    if values.size == 0:
        return math.nan
    high, low = np.percentile(values, [95.0, 5.0])
    return _divide(abs(float(high)), abs(float(low)))


def stability(returns: FloatArray) -> float:
    """Return R^2 of a straight line through the cumulative log returns; 1 is steady growth."""
    values = np.asarray(returns)[~np.isnan(returns)]
    if values.size < _TWO:
        return math.nan
    curve = np.cumsum(np.log1p(values))
    return correlation(np.arange(values.size, dtype=np.float64), curve) ** 2


def information_ratio(returns: FloatArray, benchmark: float | FloatArray) -> float:
    """Return mean / deviation (n - 1) of the returns over the benchmark, a period."""
    if len(returns) < _TWO:
        return math.nan
    active = np.asarray(returns) - benchmark
    return _divide(_mean(active), _deviation(active))


def beta(returns: FloatArray, benchmark: FloatArray, risk_free: float | FloatArray = 0.0) -> float:
    """Return cov(r, b) / var(b) over the periods that both know."""
    if len(returns) < _TWO or len(benchmark) < _TWO:
        return math.nan
    own, other = np.asarray(returns) - risk_free, np.asarray(benchmark) - risk_free
    known = ~(np.isnan(own) | np.isnan(other))
    own, other = own[known], other[known]
    centered = other - other.mean()
    variance = float(np.mean(centered**2))
    return float(np.mean(centered * (own - own.mean()))) / variance if variance else math.nan


def alpha(
    returns: FloatArray,
    benchmark: FloatArray,
    risk_free: float | FloatArray = 0.0,
    periods_per_year: float = PERIODS_PER_YEAR,
) -> float:
    """Return Jensen's alpha a year: (1 + mean(r - rf - beta (b - rf))) ** periods - 1."""
    slope = beta(returns, benchmark, risk_free)
    if math.isnan(slope):
        return math.nan
    own, other = np.asarray(returns) - risk_free, np.asarray(benchmark) - risk_free
    return float((_mean(own - slope * other) + 1.0) ** periods_per_year) - 1.0


def correlation(first: FloatArray, second: FloatArray) -> float:
    """Return Pearson's correlation over the periods that both know; NaN when one is constant."""
    known = ~(np.isnan(first) | np.isnan(second))
    own, other = np.asarray(first)[known], np.asarray(second)[known]
    if own.size < _TWO or np.ptp(own) == 0.0 or np.ptp(other) == 0.0:
        return math.nan
    return float(np.corrcoef(own, other)[0, 1])


def capture(
    returns: FloatArray, benchmark: FloatArray, periods_per_year: float = PERIODS_PER_YEAR
) -> float:
    """Return the growth a year as a multiple of the benchmark's."""
    own, other = cagr(returns, periods_per_year), cagr(benchmark, periods_per_year)
    return _divide(own, other)


def up_capture(
    returns: FloatArray, benchmark: FloatArray, periods_per_year: float = PERIODS_PER_YEAR
) -> float:
    """Return the capture over the periods in which the benchmark rose."""
    rose = np.asarray(benchmark) > 0.0
    return capture(returns[rose], benchmark[rose], periods_per_year)


def down_capture(
    returns: FloatArray, benchmark: FloatArray, periods_per_year: float = PERIODS_PER_YEAR
) -> float:
    """Return the capture over the periods in which the benchmark fell."""
    fell = np.asarray(benchmark) < 0.0
    return capture(returns[fell], benchmark[fell], periods_per_year)


def _mean(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else math.nan


def _deviation(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    if known.size < _TWO:
        return math.nan
    # Equal values have no deviation; rounding of their mean would say otherwise.
    return 0.0 if np.ptp(known) == 0.0 else float(known.std(ddof=1))


def _divide(top: float, bottom: float) -> float:
    if bottom != 0.0:
        return top / bottom
    return math.nan if top == 0.0 or math.isnan(top) else math.copysign(math.inf, top)
