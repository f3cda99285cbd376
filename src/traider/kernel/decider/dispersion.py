"""Changes and dispersion of the feature tape: returns, volatilities, price-VWAP z-score, lag.

Only sums, products, quotients and square roots, all exactly rounded by IEEE 754: the values are
the same on every processor, compiled or interpreted.
"""

import math

from numba import float64

from traider.kernel.codes import Op
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import OPERATION_TYPE, VECTOR
from traider.kernel.records import Floats, Record

_RETURN = int(Op.RETURN)
_ROLLING = int(Op.ROLLING_VOLATILITY)
_EWM = int(Op.EWM_VOLATILITY)
_LAG = int(Op.LAG)


@compiled(float64(OPERATION_TYPE, VECTOR, VECTOR, VECTOR), inline=True)
def dispersion(op: Record, values: Floats, rings: Floats, cells: Floats) -> float:
    """Advance one of the measures by one bar and return its value, NaN while warming up."""
    kind = op["kind"]
    x = values[op["source"]]
    if math.isnan(x):
        return math.nan
    if kind == _LAG or kind == _RETURN:
        past = delayed(op, x, rings, cells)
        if kind == _LAG:
            return float(past)
        return float(x / past - 1.0) if past != 0.0 else math.nan
    cell = op["cell"]
    past = cells[cell]
    cells[cell] = x
    if past == 0.0:
        return math.nan
    change = x / past - 1.0
    if kind == _EWM:
        return _exponential_volatility(op, change, cells)
    deviation = rolling_deviation(cells, cell + 1, rings, op["ring"], op["window"], change)
    return float(deviation * op["scale"])


@compiled(float64(OPERATION_TYPE, float64, VECTOR, VECTOR), inline=True)
def delayed(op: Record, x: float, rings: Floats, cells: Floats) -> float:
    """Return the input of ``window`` bars ago and remember the present one."""
    cell, window = op["cell"], op["window"]
    index = int(cells[cell + 1])
    place = op["ring"] + index
    past = rings[place] if cells[cell] >= window else math.nan
    rings[place] = x
    cells[cell] = min(cells[cell] + 1.0, float(window))
    cells[cell + 1] = index + 1 if index + 1 < window else 0
    return float(past)


@compiled(float64(OPERATION_TYPE, float64, VECTOR), inline=True)
def _exponential_volatility(op: Record, change: float, cells: Floats) -> float:
    """Return sqrt(v), v = d * v + (1 - d) * r * r with d = 1 - 2 / (window + 1).

    RiskMetrics (1996); the mean return is taken as zero. Seeded with the mean square of the first
    ``window`` returns; multiplied by ``scale`` (square root of bars a year).
    """
    cell, window = op["cell"] + 1, op["window"]
    square = change * change
    if cells[cell] < window:
        cells[cell] += 1.0
        cells[cell + 1] += square / window
        if cells[cell] < window:
            return math.nan
    else:
        decay = 1.0 - 2.0 / (window + 1.0)
        cells[cell + 1] = decay * cells[cell + 1] + (1.0 - decay) * square
    return float(math.sqrt(cells[cell + 1]) * op["scale"])


@compiled("float64(float64[::1], int64, float64[::1], int64, int64, float64)", inline=True)
def rolling_deviation(
    cells: Floats, cell: int, rings: Floats, ring: int, window: int, x: float
) -> float:
    """Return the sample standard deviation (n - 1) of the last ``window`` inputs.

    Running sums, rebuilt at each turn of the ring so that rounding cannot pile up.
    """
    index = int(cells[cell + 1])
    total = cells[cell + 2] + x
    squares = cells[cell + 3] + x * x
    if cells[cell] >= window:
        old = rings[ring + index]
        total -= old
        squares -= old * old
    else:
        cells[cell] += 1.0
    rings[ring + index] = x
    index += 1
    if index == window:
        index = 0
        total = 0.0
        squares = 0.0
        for j in range(window):
            past = rings[ring + j]
            total += past
            squares += past * past
    cells[cell + 1] = index
    cells[cell + 2] = total
    cells[cell + 3] = squares
    if cells[cell] < window:
        return math.nan
    variance = (squares - total * total / window) / (window - 1.0)
    return math.sqrt(variance) if variance > 0.0 else 0.0


@compiled(float64(OPERATION_TYPE, VECTOR, VECTOR, VECTOR), inline=True)
def vwap_score(op: Record, values: Floats, rings: Floats, cells: Floats) -> float:
    """Gap between close and rolling VWAP, in standard deviations of that gap.

    VWAP weighs the typical price (high + low + close) / 3 by volume over ``window`` bars; the gap's
    deviation is taken over ``window`` bars as well, so the first value needs 2 * window - 1 bars.
    A window without volume has a gap of zero; a gap that never moves scores zero.
    """
    average = rolling_vwap(op, values, rings, cells)
    if math.isnan(average):
        return math.nan
    gap = values[op["base"] + 3] - average
    ring, window = op["ring"] + 2 * op["window"], op["window"]
    deviation = rolling_deviation(cells, op["cell"] + 4, rings, ring, window, gap)
    if math.isnan(deviation):
        return math.nan
    return gap / deviation if deviation > 0.0 else 0.0


@compiled(float64(OPERATION_TYPE, VECTOR, VECTOR, VECTOR), inline=True)
def rolling_vwap(op: Record, values: Floats, rings: Floats, cells: Floats) -> float:
    """Sum of typical price x volume over sum of volume, of the last ``window`` bars.

    The typical price is (high + low + close) / 3. First value after ``window`` bars; the close
    where the window holds no volume. The sums are rebuilt at each turn of the ring.
    """
    base, cell, ring, window = op["base"], op["cell"], op["ring"], op["window"]
    close = values[base + 3]
    volume = values[base + 4]
    amount = (values[base + 1] + values[base + 2] + close) / 3.0 * volume
    index = int(cells[cell + 1])
    amounts = cells[cell + 2] + amount
    volumes = cells[cell + 3] + volume
    if cells[cell] >= window:
        amounts -= rings[ring + index]
        volumes -= rings[ring + window + index]
    else:
        cells[cell] += 1.0
    rings[ring + index] = amount
    rings[ring + window + index] = volume
    index += 1
    if index == window:
        index = 0
        amounts = 0.0
        volumes = 0.0
        for j in range(window):
            amounts += rings[ring + j]
            volumes += rings[ring + window + j]
    cells[cell + 1] = index
    cells[cell + 2] = amounts
    cells[cell + 3] = volumes
    if cells[cell] < window:
        return math.nan
    return float(amounts / volumes) if volumes > 0.0 else float(close)
