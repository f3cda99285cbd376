"""Range measures of the feature tape: true range, its average, ADX and directional indicators.

Wilder, New Concepts in Technical Trading Systems (1978), with TA-Lib's seeding so that the first
value falls on the same bar. All read high, low and close of their own frame, in ticks.
"""

import math

from numba import float64, void

from traider.kernel.codes import Op
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import OPERATION_TYPE, VECTOR
from traider.kernel.records import Floats, Record

_ATR = int(Op.ATR)
_TRUE_RANGE = int(Op.TRUE_RANGE)
_PLUS_DI = int(Op.PLUS_DI)


@compiled(float64(OPERATION_TYPE, VECTOR, VECTOR), inline=True)
def true_range_measure(op: Record, values: Floats, cells: Floats) -> float:
    """Advance ATR or ADX by one bar and return its value, NaN while warming up."""
    base, cell = op["base"], op["cell"]
    high, low, close = values[base + 1], values[base + 2], values[base + 3]
    count = cells[cell]
    last_high, last_low, last_close = cells[cell + 1], cells[cell + 2], cells[cell + 3]
    cells[cell] = count + 1.0
    cells[cell + 1], cells[cell + 2], cells[cell + 3] = high, low, close
    if count == 0.0:
        return math.nan
    spread = max(high - low, abs(high - last_close), abs(low - last_close))
    if op["kind"] == _ATR:
        return _average_range(op, count, spread, cells)
    return _directional_index(op, count, spread, high - last_high, last_low - low, cells)


@compiled(float64(OPERATION_TYPE, float64, float64, VECTOR), inline=True)
def _average_range(op: Record, count: float, spread: float, cells: Floats) -> float:
    """Average a = (a * (n - 1) + range) / n, seeded with the mean of the first n true ranges."""
    cell, window = op["cell"] + 4, op["window"]
    if count <= window:
        cells[cell] += spread
        if count < window:
            return math.nan
        cells[cell] /= window
    else:
        cells[cell] = (cells[cell] * (window - 1.0) + spread) / window
    return float(cells[cell])


@compiled(
    void(OPERATION_TYPE, float64, float64, float64, float64, VECTOR),
    inline=True,
)
def _smooth_movements(
    op: Record, count: float, spread: float, up: float, down: float, cells: Floats
) -> None:
    """Sum movements and ranges over the first n - 1 bars, then s = s - s / n + new."""
    cell, window = op["cell"] + 4, op["window"]
    plus = up if up > 0.0 and up > down else 0.0
    minus = down if down > 0.0 and down > up else 0.0
    if count < window:
        cells[cell] += plus
        cells[cell + 1] += minus
        cells[cell + 2] += spread
    else:
        cells[cell] += plus - cells[cell] / window
        cells[cell + 1] += minus - cells[cell + 1] / window
        cells[cell + 2] += spread - cells[cell + 2] / window


@compiled(
    float64(OPERATION_TYPE, float64, float64, float64, float64, VECTOR),
    inline=True,
)
def _directional_index(
    op: Record, count: float, spread: float, up: float, down: float, cells: Floats
) -> float:
    """Wilder's ADX in [0, 100]; first value after 2n - 1 bars follow the first.

    Directional movements and ranges are summed over n - 1 bars, then s = s - s / n + new; the
    index is the mean of the first n readings of DX, then x = (x * (n - 1) + DX) / n.
    """
    cell, window = op["cell"] + 4, op["window"]
    _smooth_movements(op, count, spread, up, down, cells)
    if count < window:
        return math.nan
    total = cells[cell] + cells[cell + 1]
    moved = cells[cell + 2] > 0.0 and total > 0.0
    index = 100.0 * abs(cells[cell] - cells[cell + 1]) / total if moved else 0.0
    if count < 2.0 * window:
        cells[cell + 3] += index
        if count < 2.0 * window - 1.0:
            return math.nan
        cells[cell + 3] /= window
    elif moved:
        cells[cell + 3] = (cells[cell + 3] * (window - 1.0) + index) / window
    return float(cells[cell + 3])


@compiled(float64(OPERATION_TYPE, VECTOR, VECTOR), inline=True)
def directional_line(op: Record, values: Floats, cells: Floats) -> float:
    """Advance true range, +DI or -DI by one bar and return its value, NaN while warming up.

    The true range max(high - low, |high - last close|, |low - last close|) needs a bar before it.
    The indicators, 0 to 100, are 100 times the smoothed movement up (down) over the smoothed true
    range, from the sums that ADX is built on; first value after window + 1 bars. Bars that
    never move read 0.
    """
    base, cell = op["base"], op["cell"]
    high, low, close = values[base + 1], values[base + 2], values[base + 3]
    count = cells[cell]
    up, down, last_close = high - cells[cell + 1], cells[cell + 2] - low, cells[cell + 3]
    cells[cell] = count + 1.0
    cells[cell + 1], cells[cell + 2], cells[cell + 3] = high, low, close
    if count == 0.0:
        return math.nan
    spread = max(high - low, abs(high - last_close), abs(low - last_close))
    if op["kind"] == _TRUE_RANGE:
        return float(spread)
    _smooth_movements(op, count, spread, up, down, cells)
    if count < op["window"]:
        return math.nan
    ranges = cells[cell + 6]
    moved = cells[cell + 4] if op["kind"] == _PLUS_DI else cells[cell + 5]
    return float(100.0 * moved / ranges) if ranges > 0.0 else 0.0
