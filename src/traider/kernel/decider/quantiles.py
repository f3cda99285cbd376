"""The value below which a given share of the last inputs lies."""

import math

from numba import float64, int64

from traider.kernel.compiled import compiled
from traider.kernel.numba_types import OPERATION_TYPE, VECTOR
from traider.kernel.records import Floats, Record


@compiled(float64(OPERATION_TYPE, float64, VECTOR, VECTOR))
def quantile_value(op: Record, x: float, rings: Floats, cells: Floats) -> float:
    """Advance by one bar; return the quantile of the window, first after ``window`` bars.

    Linear between the two nearest of the sorted inputs, at place share * (n - 1), to the bits of
    NumPy's. The first half of the ring holds the inputs as they came, the second sorted: the new
    one takes the place of the oldest and moves to its own.
    """
    cell, ring, window = op["cell"], op["ring"], op["window"]
    count, index = int(cells[cell]), int(cells[cell + 1])
    ordered = ring + window
    place = count
    if count == window:
        place = _place_of(rings, ordered, count, rings[ring + index])
    else:
        count += 1
    while place > 0 and rings[ordered + place - 1] > x:
        rings[ordered + place] = rings[ordered + place - 1]
        place -= 1
    while place + 1 < count and rings[ordered + place + 1] < x:
        rings[ordered + place] = rings[ordered + place + 1]
        place += 1
    rings[ordered + place] = x
    rings[ring + index] = x
    cells[cell] = count
    cells[cell + 1] = index + 1 if index + 1 < window else 0
    if count < window:
        return math.nan
    return _between(rings, ordered, window, (window - 1.0) * op["scale"])


@compiled(int64(VECTOR, int64, int64, float64), inline=True)
def _place_of(rings: Floats, ordered: int, count: int, wanted: float) -> int:
    """Return the first place of the sorted inputs that holds ``wanted``, which is among them."""
    low, high = 0, count - 1
    while low < high:
        middle = (low + high) // 2
        if rings[ordered + middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@compiled(float64(VECTOR, int64, int64, float64), inline=True)
def _between(rings: Floats, ordered: int, window: int, place: float) -> float:
    """Return what lies at ``place`` of the sorted inputs, reckoned from the nearer of the two."""
    low = int(place)
    below = rings[ordered + low]
    above = rings[ordered + min(low + 1, window - 1)]
    part = place - low
    if part < 0.5:
        return float(below + (above - below) * part)
    return float(above - (above - below) * (1.0 - part))
