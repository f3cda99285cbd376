"""Averages of the feature tape: SMA, EMA and Wilder's RSI.

An operation reads its input slot, keeps scalars in ``cells`` and past inputs in ``rings``, and
returns its value, NaN while warming up. A NaN input is passed on and changes nothing.
"""

import math

from numba import float64

from traider.kernel.codes import Op
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import OPERATION_TYPE, VECTOR
from traider.kernel.records import Floats, Record

_SMA = int(Op.SMA)
_EMA = int(Op.EMA)


@compiled(float64(OPERATION_TYPE, VECTOR, VECTOR, VECTOR), inline=True)
def average(op: Record, values: Floats, rings: Floats, cells: Floats) -> float:
    """Advance one of the averages by one bar and return its value."""
    x = values[op["source"]]
    if math.isnan(x):
        return math.nan
    if op["kind"] == _SMA:
        return simple_average(op, x, rings, cells)
    if op["kind"] == _EMA:
        return _exponential(op, x, cells)
    return _relative_strength(op, x, cells)


@compiled(float64(OPERATION_TYPE, float64, VECTOR, VECTOR), inline=True)
def simple_average(op: Record, x: float, rings: Floats, cells: Floats) -> float:
    """Mean of the last ``window`` inputs; first value after ``window`` bars.

    The running sum is exact for integer inputs (prices in ticks), so equal averages compare
    equal; it is rebuilt at each turn of the ring, which bounds drift for other inputs.
    """
    cell, ring, window = op["cell"], op["ring"], op["window"]
    index = int(cells[cell + 1])
    full = cells[cell] >= window
    total = cells[cell + 2] + x
    if full:
        total -= rings[ring + index]
    else:
        cells[cell] += 1.0
    rings[ring + index] = x
    index += 1
    if index == window:
        index = 0
        total = 0.0
        for j in range(window):
            total += rings[ring + j]
    cells[cell + 1] = index
    cells[cell + 2] = total
    if cells[cell] < window:
        return math.nan
    return float(total / window)


@compiled(float64(OPERATION_TYPE, float64, VECTOR), inline=True)
def _exponential(op: Record, x: float, cells: Floats) -> float:
    """Average e += (x - e) * 2 / (window + 1), seeded with the mean of the first inputs."""
    cell, window = op["cell"], op["window"]
    if cells[cell] < window:
        cells[cell] += 1.0
        cells[cell + 1] += x
        if cells[cell] < window:
            return math.nan
        cells[cell + 1] /= window
    else:
        cells[cell + 1] += (x - cells[cell + 1]) * (2.0 / (window + 1.0))
    return float(cells[cell + 1])


@compiled(float64(OPERATION_TYPE, float64, VECTOR), inline=True)
def _relative_strength(op: Record, x: float, cells: Floats) -> float:
    """Wilder's RSI in [0, 100]: smoothed gains over smoothed gains plus losses.

    Seeded with the means of the first ``window`` changes, then g = (g * (n - 1) + gain) / n.
    A flat history, with neither gain nor loss, reads 50.
    """
    cell, window = op["cell"], op["window"]
    count = cells[cell]
    change = x - cells[cell + 1]
    cells[cell + 1] = x
    cells[cell] = min(count + 1.0, window + 1.0)
    if count == 0.0:
        return math.nan
    gain = max(change, 0.0)
    loss = max(-change, 0.0)
    if count <= window:
        cells[cell + 2] += gain
        cells[cell + 3] += loss
        if count < window:
            return math.nan
        cells[cell + 2] /= window
        cells[cell + 3] /= window
    else:
        cells[cell + 2] = (cells[cell + 2] * (window - 1.0) + gain) / window
        cells[cell + 3] = (cells[cell + 3] * (window - 1.0) + loss) / window
    total = cells[cell + 2] + cells[cell + 3]
    if total <= 0.0:
        return 50.0
    return float(100.0 * cells[cell + 2] / total)
