"""What the page's charts draw, thinned and rounded, as plain lists ready for JSON.

Times are whole seconds UTC. A missing value is ``None``; a hole in the data is a point of ``None``
so that the line breaks there instead of bridging it.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from traider.backtest.report.check_text import quote_of
from traider.backtest.report.number_text import NS_PER_SECOND
from traider.backtest.results import Curve, FloatArray, PriceSeries, RollingSharpe, TimeArray
from traider.domain.fills import Fill

IndexArray = npt.NDArray[np.intp]
Column = list[float | None]
ChartData = dict[str, object]

GAP_SPACINGS = 3.0
"""Points further apart than this many usual spacings have a gap between them."""

REGULAR_SHARE = 0.5
"""Where fewer spacings than this equal the median, as of trades, points come when they come."""
IRREGULAR_RANK = 0.99
"""The usual spacing of such points: all but the longest hundredth are shorter."""

LIQUIDATIONS_MAX = 500

FIGURES = 7
"""Significant figures of a drawn value; a screen shows fewer."""


def bucket_starts(count: int, points_max: int) -> IndexArray:
    """Return the first index of each of at most ``points_max`` even buckets over ``count`` rows."""
    buckets = min(count, max(1, points_max))
    return (np.arange(buckets) * count // max(1, buckets)).astype(np.intp)


def bucket_ends(starts: IndexArray, count: int) -> IndexArray:
    """Return the last index of each bucket."""
    return np.append(starts[1:], count)[: starts.size].astype(np.intp) - 1


def rounded(values: FloatArray, figures: int = FIGURES) -> Column:
    """Round each value to significant figures; anything not finite becomes ``None``."""
    out: Column = []
    for value in values.tolist():
        finite = value == value and abs(value) != float("inf")  # noqa: PLR0124 - NaN test
        out.append(float(f"{value:.{figures}g}") if finite else None)
    return out


def seconds(ts_ns: TimeArray) -> list[int]:
    """Return whole seconds since the epoch."""
    return [int(second) for second in ts_ns // NS_PER_SECOND]


def gap_positions(ts_ns: TimeArray) -> IndexArray:
    """Return the indices of points that come after a hole of several usual spacings."""
    spacing_ns = np.diff(ts_ns)
    if spacing_ns.size == 0:
        return np.empty(0, np.intp)
    usual_ns = float(np.median(spacing_ns))
    if np.mean(np.abs(spacing_ns - usual_ns) <= usual_ns / 2.0) < REGULAR_SHARE:
        usual_ns = float(np.quantile(spacing_ns, IRREGULAR_RANK))
    return np.flatnonzero(spacing_ns > GAP_SPACINGS * usual_ns) + 1


def with_gaps(ts_ns: TimeArray, columns: list[FloatArray]) -> tuple[TimeArray, list[FloatArray]]:
    """Insert a point of NaN one nanosecond after the last point before each hole."""
    at = gap_positions(ts_ns)
    if at.size == 0:
        return ts_ns, columns
    holed = [np.insert(column, at, np.nan) for column in columns]
    return np.insert(ts_ns, at, ts_ns[at - 1] + 1), holed


def value_at(ts_ns: TimeArray, values: FloatArray, at_ns: TimeArray) -> FloatArray:
    """Return the last value known at each time; NaN before the first."""
    if ts_ns.size == 0:
        return np.full(at_ns.shape, np.nan)
    index = np.searchsorted(ts_ns, at_ns, side="right") - 1
    known = values[np.maximum(index, 0)].astype(np.float64)
    return np.where(index >= 0, known, np.nan)


def equity_data(curve: Curve, benchmark: Curve, points_max: int) -> ChartData:
    """Return equity, buy and hold, both drawdowns and exposure on one time axis.

    A thinned point holds the bucket's last value, for drawdown its worst.
    """
    count = curve.ts_ns.size
    starts = bucket_starts(count, points_max)
    ends = bucket_ends(starts, count)
    ts_ns = curve.ts_ns[ends]
    worst = np.minimum.reduceat(curve.drawdown, starts) if count else curve.drawdown
    columns = [
        curve.nav[ends],
        value_at(benchmark.ts_ns, benchmark.nav, ts_ns),
        worst,
        value_at(benchmark.ts_ns, benchmark.drawdown, ts_ns),
        curve.gross[ends],
        curve.net[ends],
    ]
    ts_ns, columns = with_gaps(ts_ns, columns)
    names = ("nav", "hold", "drawdown", "holdDrawdown", "gross", "net")
    figures = (FIGURES, FIGURES, 4, 4, 4, 4)
    data: ChartData = {"t": seconds(ts_ns)}
    for name, column, digits in zip(names, columns, figures, strict=True):
        data[name] = rounded(column, digits)
    return data


def liquidation_marks(fills: Iterable[Fill]) -> list[list[object]]:
    """Return when the venue closed a position by force, in seconds, and whose; each once."""
    forced = [fill for fill in fills if fill.is_liquidation]
    marks = dict.fromkeys((fill.ts_ns // NS_PER_SECOND, fill.instrument) for fill in forced)
    return [[second, name] for second, name in list(marks)[:LIQUIDATIONS_MAX]]


def rolling_data(rolling: RollingSharpe, points_max: int) -> ChartData:
    """Return the rolling Sharpe ratio; a thinned point holds its bucket's last value."""
    count = rolling.ts_ns.size
    ends = bucket_ends(bucket_starts(count, points_max), count)
    ts_ns, columns = with_gaps(rolling.ts_ns[ends], [rolling.values[ends]])
    return {"days": rolling.window_days, "t": seconds(ts_ns), "sharpe": rounded(columns[0], 4)}


def price_data(series: PriceSeries, points_max: int) -> ChartData:
    """Return one instrument's bars, merged into at most ``points_max``."""
    count = series.ts_ns.size
    starts = bucket_starts(count, points_max)
    ends = bucket_ends(starts, count)
    high, low = series.high, series.low
    if count:
        high, low = np.maximum.reduceat(high, starts), np.minimum.reduceat(low, starts)
    columns = [series.open[starts], high, low, series.close[ends]]
    ts_ns, columns = with_gaps(series.ts_ns[starts], columns)
    name = series.instrument
    data: ChartData = {"name": name, "quote": quote_of(name), "t": seconds(ts_ns)}
    for name, column in zip(("open", "high", "low", "close"), columns, strict=True):
        data[name] = rounded(column)
    return data
