"""Features of the tape that take a logarithm: log return, Parkinson and Garman-Klass volatility.

They are kept apart because IEEE 754 does not fix the last bit of ``log``: another C library may
give another last bit, while everything else on the tape is the same on every processor.
"""

import math

from numba import float64

from traider.kernel.codes import Op
from traider.kernel.compiled import compiled
from traider.kernel.decider.averages import simple_average
from traider.kernel.decider.dispersion import delayed
from traider.kernel.numba_types import OPERATION_TYPE, VECTOR
from traider.kernel.records import Floats, Record

_LOG_RETURN = int(Op.LOG_RETURN)
_PARKINSON = int(Op.PARKINSON)
_LOG_2 = math.log(2.0)


@compiled(float64(OPERATION_TYPE, VECTOR, VECTOR, VECTOR), inline=True)
def logarithmic(op: Record, values: Floats, rings: Floats, cells: Floats) -> float:
    """Advance one of the measures by one bar and return its value, NaN while warming up.

    Log return: log(x / x[window bars ago]), NaN where the quotient is not above zero.
    """
    if op["kind"] != _LOG_RETURN:
        return _range_volatility(op, values, rings, cells)
    x = values[op["source"]]
    if math.isnan(x):
        return math.nan
    past = delayed(op, x, rings, cells)
    quotient = x / past if past != 0.0 else 0.0
    return math.log(quotient) if quotient > 0.0 else math.nan


@compiled(float64(OPERATION_TYPE, VECTOR, VECTOR, VECTOR), inline=True)
def _range_volatility(op: Record, values: Floats, rings: Floats, cells: Floats) -> float:
    """Return the root of the mean variance of ``window`` bars times ``scale`` (bars a year).

    A bar's variance is log(high / low)^2 / (4 log 2) (Parkinson 1980), or
    log(high / low)^2 / 2 - (2 log 2 - 1) log(close / open)^2 (Garman and Klass 1980). Both take
    the drift as zero. A bar with a price not above zero is passed over.
    """
    base, cell = op["base"], op["cell"]
    opened, high, low, close = (
        values[base], values[base + 1], values[base + 2], values[base + 3],
    )  # fmt: skip
    if min(opened, low, close) <= 0.0:
        return math.nan
    reach = math.log(high / low)
    if op["kind"] == _PARKINSON:
        variance = reach * reach / (4.0 * _LOG_2)
    else:
        change = math.log(close / opened)
        variance = reach * reach / 2.0 - (2.0 * _LOG_2 - 1.0) * change * change
    mean = simple_average(op, variance, rings, cells)
    # Running sums keep a trace of what left the window; bars that did not move must read zero.
    cells[cell + 3] = 0.0 if variance > 0.0 else cells[cell + 3] + 1.0
    if math.isnan(mean):
        return math.nan
    if cells[cell + 3] >= op["window"] or mean <= 0.0:
        return 0.0
    return float(math.sqrt(mean) * op["scale"])
