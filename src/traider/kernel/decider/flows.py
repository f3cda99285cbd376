"""Measures of change and season: differences, slope of one input on another, sessions, funding.

The value at a share of the last inputs stands in ``quantiles``.

Sessions and seasons are told by the opening time of the bar, a base slot of each frame.
"""

import math

from numba import float64

from traider.kernel.codes import Op
from traider.kernel.compiled import compiled
from traider.kernel.decider.dispersion import delayed
from traider.kernel.decider.quantiles import quantile_value
from traider.kernel.numba_types import OPERATION_TYPE, VECTOR
from traider.kernel.records import Floats, Record

_CHANGE = int(Op.CHANGE)
_BETA = int(Op.BETA)
_SESSION_VWAP = int(Op.SESSION_VWAP)
_SEASONAL_MEAN = int(Op.SEASONAL_MEAN)
_QUANTILE_VALUE = int(Op.QUANTILE_VALUE)
_TIME_SLOT = 6
_HOUR_S = 3_600.0
_DAY_S = 86_400.0


@compiled(float64(OPERATION_TYPE, VECTOR, VECTOR, VECTOR))
def flow_measure(op: Record, values: Floats, rings: Floats, cells: Floats) -> float:
    """Advance one of the measures by one bar and return its value, NaN while warming up."""
    kind = op["kind"]
    if kind == _SESSION_VWAP:
        return _session_vwap(op, values, cells)
    x = values[op["source"]]
    if math.isnan(x):
        return math.nan
    if kind == _CHANGE:
        return float(x - delayed(op, x, rings, cells))
    if kind == _BETA:
        return _beta(op, x, values[int(op["scale"])], rings, cells)
    if kind == _QUANTILE_VALUE:
        return quantile_value(op, x, rings, cells)
    return _season(op, x, values[op["base"] + _TIME_SLOT], rings, cells)


@compiled(float64(OPERATION_TYPE, float64, float64, VECTOR, VECTOR), inline=True)
def _beta(op: Record, y: float, x: float, rings: Floats, cells: Floats) -> float:
    """Return the least-squares slope of y on x over ``window`` bars; NaN where x never moved.

    sum((x - mx)(y - my)) / sum((x - mx)^2). The sums are taken over the whole window each bar, so
    no rounding piles up; it takes time in proportion to the window.
    """
    if math.isnan(x):
        return math.nan
    cell, ring, window = op["cell"], op["ring"], op["window"]
    index = int(cells[cell + 1])
    rings[ring + index] = y
    rings[ring + window + index] = x
    cells[cell] = min(cells[cell] + 1.0, float(window))
    cells[cell + 1] = index + 1 if index + 1 < window else 0
    if cells[cell] < window:
        return math.nan
    mean_x = 0.0
    mean_y = 0.0
    for j in range(window):
        mean_y += rings[ring + j]
        mean_x += rings[ring + window + j]
    mean_x /= window
    mean_y /= window
    covariance = 0.0
    variance = 0.0
    for j in range(window):
        distance = rings[ring + window + j] - mean_x
        covariance += distance * (rings[ring + j] - mean_y)
        variance += distance * distance
    return float(covariance / variance) if variance > 0.0 else math.nan


@compiled(float64(OPERATION_TYPE, VECTOR, VECTOR), inline=True)
def _session_vwap(op: Record, values: Floats, cells: Floats) -> float:
    """Typical price by volume since the session of ``window`` hours (UTC) began.

    The close until the session has volume.
    """
    base, cell = op["base"], op["cell"]
    session = math.floor(values[base + _TIME_SLOT] / (_HOUR_S * op["window"]))
    if cells[cell] != session:
        cells[cell] = session
        cells[cell + 1] = 0.0
        cells[cell + 2] = 0.0
    close, volume = values[base + 3], values[base + 4]
    cells[cell + 1] += (values[base + 1] + values[base + 2] + close) / 3.0 * volume
    cells[cell + 2] += volume
    return float(cells[cell + 1] / cells[cell + 2]) if cells[cell + 2] > 0.0 else float(close)


@compiled(float64(OPERATION_TYPE, float64, float64, VECTOR, VECTOR), inline=True)
def _season(op: Record, x: float, time_s: float, rings: Floats, cells: Floats) -> float:
    """Mean of the past inputs at this time of day, or x's distance from it in their deviations.

    Of the ``window`` inputs before this one, those within half an hour of the same time of day
    (UTC); at least two are needed. The deviation is the sample's; equal inputs score 0.
    """
    cell, ring, window = op["cell"], op["ring"], op["window"]
    clock = time_s - math.floor(time_s / _DAY_S) * _DAY_S
    held = int(cells[cell])
    count = 0
    total = 0.0
    for j in range(held):
        apart = abs(rings[ring + window + j] - clock)
        if min(apart, _DAY_S - apart) < _HOUR_S / 2.0:
            count += 1
            total += rings[ring + j]
    mean = total / count if count > 1 else math.nan
    squares = 0.0
    for j in range(held):
        apart = abs(rings[ring + window + j] - clock)
        if min(apart, _DAY_S - apart) < _HOUR_S / 2.0:
            squares += (rings[ring + j] - mean) * (rings[ring + j] - mean)
    index = int(cells[cell + 1])
    rings[ring + index] = x
    rings[ring + window + index] = clock
    cells[cell] = min(cells[cell] + 1.0, float(window))
    cells[cell + 1] = index + 1 if index + 1 < window else 0
    if count < 2 or held < window:
        return math.nan
    if op["kind"] == _SEASONAL_MEAN:
        return float(mean)
    deviation = math.sqrt(squares / (count - 1.0))
    return float((x - mean) / deviation) if deviation > 0.0 else 0.0
