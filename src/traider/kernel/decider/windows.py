"""Measures over the last inputs: deviation and z-score, extremes, slope, autocorrelation, rank.

Each keeps the inputs of its window in a ring, whatever came before is forgotten. Running sums are
taken from an anchor near the inputs and rebuilt at each turn of the ring, so that rounding neither
grows with the level of a price nor piles up. A NaN input is passed on and changes nothing.
"""

import math

from numba import float64

from traider.kernel.codes import Op
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import OPERATION_TYPE, VECTOR
from traider.kernel.records import Floats, Record

_STDEV = int(Op.STDEV)
_ZSCORE = int(Op.ZSCORE)
_HIGHEST = int(Op.HIGHEST)
_LOWEST = int(Op.LOWEST)
_SLOPE = int(Op.SLOPE)
_QUANTILE = int(Op.QUANTILE)


@compiled(float64(OPERATION_TYPE, VECTOR, VECTOR, VECTOR), inline=True)
def window_measure(op: Record, values: Floats, rings: Floats, cells: Floats) -> float:
    """Advance one of the measures by one bar and return its value, NaN while warming up."""
    kind = op["kind"]
    x = values[op["source"]]
    if math.isnan(x):
        return math.nan
    if kind == _STDEV or kind == _ZSCORE:
        return _deviation(op, x, rings, cells)
    if kind == _HIGHEST or kind == _LOWEST:
        return _extreme(op, x, rings, cells)
    if kind == _SLOPE:
        return _slope(op, x, rings, cells)
    if kind == _QUANTILE:
        return _rank(op, x, rings, cells)
    return _autocorrelation(op, x, rings, cells)


@compiled(float64(OPERATION_TYPE, float64, VECTOR, VECTOR), inline=True)
def _deviation(op: Record, x: float, rings: Floats, cells: Floats) -> float:
    """Return the population deviation of the window, or x's distance from its mean in those.

    Inputs that are all equal have a deviation, and a score, of exactly zero.
    """
    cell, ring, window = op["cell"], op["ring"], op["window"]
    if cells[cell] == 0.0:
        cells[cell + 4] = x
    index, anchor = int(cells[cell + 1]), cells[cell + 4]
    total = cells[cell + 2] + (x - anchor)
    squares = cells[cell + 3] + (x - anchor) * (x - anchor)
    if cells[cell] >= window:
        old = rings[ring + index] - anchor
        total -= old
        squares -= old * old
    else:
        cells[cell] += 1.0
    cells[cell + 5] = cells[cell + 5] + 1.0 if x == cells[cell + 6] else 1.0
    cells[cell + 6] = x
    rings[ring + index] = x
    index += 1
    if index == window:
        index, anchor, total, squares = 0, x, 0.0, 0.0
        for j in range(window):
            past = rings[ring + j] - anchor
            total += past
            squares += past * past
    cells[cell + 1], cells[cell + 2], cells[cell + 3], cells[cell + 4] = (
        index, total, squares, anchor,
    )  # fmt: skip
    if cells[cell] < window:
        return math.nan
    mean = total / window
    variance = squares / window - mean * mean
    if variance <= 0.0 or cells[cell + 5] >= window:
        return 0.0
    deviation = math.sqrt(variance)
    return deviation if op["kind"] == _STDEV else float((x - anchor - mean) / deviation)


@compiled(float64(OPERATION_TYPE, float64, VECTOR, VECTOR), inline=True)
def _extreme(op: Record, x: float, rings: Floats, cells: Floats) -> float:
    """Return the highest (lowest) input of the window; first value after ``window`` bars.

    The ring holds only inputs that may yet become the extreme, each with its number, from the
    extreme itself on: an input drives out what it reaches or passes. Constant time on average.
    """
    cell, ring, window = op["cell"], op["ring"], op["window"]
    numbers = ring + window
    sign = 1.0 if op["kind"] == _HIGHEST else -1.0
    count, head, length = cells[cell], int(cells[cell + 1]), int(cells[cell + 2])
    if length > 0 and rings[numbers + head] <= count - window:
        head = (head + 1) % window
        length -= 1
    while length > 0 and rings[ring + (head + length - 1) % window] * sign <= x * sign:
        length -= 1
    place = (head + length) % window
    rings[ring + place] = x
    rings[numbers + place] = count
    cells[cell] = count + 1.0
    cells[cell + 1] = head
    cells[cell + 2] = length + 1
    if count + 1.0 < window:
        return math.nan
    return float(rings[ring + head])


@compiled(float64(OPERATION_TYPE, float64, VECTOR, VECTOR), inline=True)
def _slope(op: Record, x: float, rings: Floats, cells: Floats) -> float:
    """Return the slope a bar of the least-squares line through the window.

    12 * sum((i - (n - 1) / 2) * x_i) / (n * (n^2 - 1)), i from 0 for the oldest; as one leaves, the
    numbers of the others fall by one, and so does their weighted sum by their plain one.
    """
    cell, ring, window = op["cell"], op["ring"], op["window"]
    if cells[cell] == 0.0:
        cells[cell + 4] = x
    count, index, anchor = cells[cell], int(cells[cell + 1]), cells[cell + 4]
    total, weighted = cells[cell + 2], cells[cell + 3]
    if count >= window:
        total -= rings[ring + index] - anchor
        weighted -= total
        count -= 1.0
    total += x - anchor
    weighted += count * (x - anchor)
    cells[cell] = count + 1.0
    rings[ring + index] = x
    index += 1
    if index == window:
        index, anchor, total, weighted = 0, x, 0.0, 0.0
        for j in range(window):
            total += rings[ring + j] - anchor
            weighted += j * (rings[ring + j] - anchor)
    cells[cell + 1], cells[cell + 2], cells[cell + 3], cells[cell + 4] = (
        index, total, weighted, anchor,
    )  # fmt: skip
    if cells[cell] < window:
        return math.nan
    size = float(window)
    centered = weighted - (size - 1.0) / 2.0 * total
    return float(12.0 * centered / (size * (size * size - 1.0)))


@compiled(float64(OPERATION_TYPE, float64, VECTOR, VECTOR), inline=True)
def _rank(op: Record, x: float, rings: Floats, cells: Floats) -> float:
    """Return the share of the window's other inputs below x, equal ones counted half.

    0 is the lowest of the window, 1 the highest. Reads the whole window each bar.
    """
    cell, ring, window = op["cell"], op["ring"], op["window"]
    index = int(cells[cell + 1])
    rings[ring + index] = x
    cells[cell] = min(cells[cell] + 1.0, float(window))
    cells[cell + 1] = index + 1 if index + 1 < window else 0
    if cells[cell] < window:
        return math.nan
    below = 0.0
    for j in range(window):
        past = rings[ring + j]
        below += 1.0 if past < x else (0.5 if past == x else 0.0)
    return float((below - 0.5) / (window - 1.0))


@compiled(float64(OPERATION_TYPE, float64, VECTOR, VECTOR), inline=True)
def _autocorrelation(op: Record, x: float, rings: Floats, cells: Floats) -> float:
    """Return the autocorrelation at lag 1 of the last ``window`` one-bar simple returns.

    sum((r_i - m) * (r_(i-1) - m)) / sum((r_i - m)^2) with m the mean of all of them. Returns that
    are all equal read 0. First value after window + 1 bars. After an input of 0 there is no return.
    """
    cell, ring, window = op["cell"], op["ring"], op["window"]
    past = cells[cell]
    cells[cell] = x
    if past == 0.0:
        return math.nan
    change = x / past - 1.0
    index, last = int(cells[cell + 2]), cells[cell + 7]
    total, squares, products = cells[cell + 3], cells[cell + 4], cells[cell + 5]
    if cells[cell + 1] >= window:
        old = rings[ring + index]
        total -= old
        squares -= old * old
        products -= old * rings[ring + (index + 1) % window]
    if cells[cell + 1] > 0.0:
        products += last * change
    total += change
    squares += change * change
    cells[cell + 1] = min(cells[cell + 1] + 1.0, float(window))
    cells[cell + 6] = cells[cell + 6] + 1.0 if change == last else 1.0
    cells[cell + 7] = change
    rings[ring + index] = change
    index += 1
    if index == window:
        index, total, squares, products = 0, 0.0, 0.0, 0.0
        for j in range(window):
            total += rings[ring + j]
            squares += rings[ring + j] * rings[ring + j]
            products += rings[ring + j - 1] * rings[ring + j] if j > 0 else 0.0
    cells[cell + 2], cells[cell + 3], cells[cell + 4], cells[cell + 5] = (
        index, total, squares, products,
    )  # fmt: skip
    variance = squares - total * total / window
    if cells[cell + 1] < window:
        return math.nan
    if variance <= 0.0 or cells[cell + 6] >= window:
        return 0.0
    mean = total / window
    ends = rings[ring + index] + change
    covariance = products - mean * (2.0 * total - ends) + (window - 1.0) * mean * mean
    return float(covariance / variance)
