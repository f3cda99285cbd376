"""Arithmetic of the feature tape: a feature with a feature, or with a number.

``source`` is the slot of the left side and ``window`` that of the right one; -1 stands for the
number in ``scale``.
"""

import math

from numba import float64

from traider.kernel.codes import Op
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import OPERATION_TYPE, VECTOR
from traider.kernel.records import Floats, Record

NUMBER_SIDE = -1
"""In place of a slot: this side is the operation's own number."""

_ADD = int(Op.ADD)
_SUBTRACT = int(Op.SUBTRACT)
_MULTIPLY = int(Op.MULTIPLY)


@compiled(float64(OPERATION_TYPE, VECTOR), inline=True)
def combine(op: Record, values: Floats) -> float:
    """Return left (+ - * /) right; NaN where a side has none, by zero, and beyond all numbers."""
    kind = op["kind"]
    left = float(values[op["source"]] if op["source"] >= 0 else op["scale"])
    right = float(values[op["window"]] if op["window"] >= 0 else op["scale"])
    result = math.nan
    if kind == _ADD:
        result = left + right
    elif kind == _SUBTRACT:
        result = left - right
    elif kind == _MULTIPLY:
        result = left * right
    elif right != 0.0:
        result = left / right
    # An infinity would stay in the running sums of whatever reads it.
    return result if abs(result) < math.inf else math.nan
