"""The feature tape: a flat array of operations that a compiled loop interprets.

Operations stand in the order of their dependencies, grouped by frame (bar length). Running a
frame's operations after its bar closed brings every feature of that frame up to date.
"""

from numba import float64, int64, void

from traider.kernel.codes import Op
from traider.kernel.compiled import compiled
from traider.kernel.decider.averages import average
from traider.kernel.decider.combination import combine
from traider.kernel.decider.dispersion import dispersion, rolling_vwap, vwap_score
from traider.kernel.decider.flows import flow_measure
from traider.kernel.decider.logarithms import logarithmic
from traider.kernel.decider.ranges import directional_line, true_range_measure
from traider.kernel.decider.windows import window_measure
from traider.kernel.numba_types import OPERATION_TYPE, TAPE, VECTOR
from traider.kernel.records import Floats, Record, Tape

CELLS_PER_OPERATION = 8
"""Scalars each operation may keep."""

_LAST_AVERAGE = int(Op.RSI)
_LAST_RANGE = int(Op.ADX)
_VWAP_Z = int(Op.VWAP_Z)
_LAST_DISPERSION = int(Op.LAG)
_LAST_COMBINATION = int(Op.DIVIDE)
_LAST_LINE = int(Op.MINUS_DI)
_LAST_LOGARITHM = int(Op.GARMAN_KLASS)
_VWAP = int(Op.VWAP)
_LAST_WINDOW = int(Op.QUANTILE)


@compiled(void(TAPE, int64, int64, int64), inline=True)
def run_operations(tape: Tape, start: int, stop: int, instrument: int) -> None:
    """Do what ``run_frame`` does, for the bars that arrive: the common kinds without a call."""
    row = tape.values[instrument]
    ring_row = tape.rings[instrument]
    cell_row = tape.cells[instrument]
    for j in range(start, stop):
        op = tape.operations[j]
        kind = op["kind"]
        if kind <= _LAST_AVERAGE:
            row[op["slot"]] = average(op, row, ring_row, cell_row)
        elif kind <= _LAST_RANGE:
            row[op["slot"]] = true_range_measure(op, row, cell_row)
        elif kind == _VWAP_Z:
            row[op["slot"]] = vwap_score(op, row, ring_row, cell_row)
        elif kind <= _LAST_DISPERSION:
            row[op["slot"]] = dispersion(op, row, ring_row, cell_row)
        else:
            run_frame(tape, j, stop, instrument)
            return


@compiled(void(TAPE, int64, int64, int64))
def run_frame(tape: Tape, start: int, stop: int, instrument: int) -> None:
    """Advance operations ``start`` to ``stop`` of one instrument by one bar of their frame."""
    row = tape.values[instrument]
    ring_row = tape.rings[instrument]
    cell_row = tape.cells[instrument]
    for j in range(start, stop):
        op = tape.operations[j]
        kind = op["kind"]
        if kind <= _LAST_AVERAGE:
            value = average(op, row, ring_row, cell_row)
        elif kind <= _LAST_RANGE:
            value = true_range_measure(op, row, cell_row)
        elif kind == _VWAP_Z:
            value = vwap_score(op, row, ring_row, cell_row)
        elif kind <= _LAST_DISPERSION:
            value = dispersion(op, row, ring_row, cell_row)
        else:
            value = _further(op, row, ring_row, cell_row)
        row[op["slot"]] = value


@compiled(float64(OPERATION_TYPE, VECTOR, VECTOR, VECTOR), inline=True)
def _further(op: Record, values: Floats, rings: Floats, cells: Floats) -> float:
    """Advance one of the other operations."""
    kind = op["kind"]
    if kind <= _LAST_COMBINATION:
        return combine(op, values)
    if kind <= _LAST_LINE:
        return directional_line(op, values, cells)
    if kind <= _LAST_LOGARITHM:
        return logarithmic(op, values, rings, cells)
    if kind == _VWAP:
        return rolling_vwap(op, values, rings, cells)
    if kind <= _LAST_WINDOW:
        return window_measure(op, values, rings, cells)
    return flow_measure(op, values, rings, cells)
