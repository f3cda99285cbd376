"""The feature tape: a flat array of operations that a compiled loop interprets.

Operations stand in the order of their dependencies, grouped by frame (bar length). Running a
frame's operations after its bar closed brings every feature of that frame up to date.
"""

from numba import int64, void

from traider.kernel.codes import Op
from traider.kernel.compiled import compiled
from traider.kernel.decider.averages import average
from traider.kernel.decider.dispersion import dispersion, vwap_score
from traider.kernel.decider.ranges import true_range_measure
from traider.kernel.numba_types import TAPE
from traider.kernel.records import Tape

CELLS_PER_OPERATION = 8
"""Scalars each operation may keep."""

_LAST_AVERAGE = int(Op.RSI)
_LAST_RANGE = int(Op.ADX)
_VWAP_Z = int(Op.VWAP_Z)


@compiled(void(TAPE, int64, int64, int64), inline=True)
def run_operations(tape: Tape, start: int, stop: int, instrument: int) -> None:
    """Advance operations ``start`` to ``stop`` of one instrument by one bar of their frame."""
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
        else:
            row[op["slot"]] = dispersion(op, row, ring_row, cell_row)
