"""Live operations: features of the book and of the flow of trades, brought up to date at once.

They run at each whole message of the book (``flow`` 0) and at each trade (``flow`` its size in
lots, positive when a buyer took). Operations of bars read their slots when a bar closes; totals
only grow, so a difference of two closes is what happened between them.
"""

from numba import int64, void

from traider.kernel.compiled import compiled
from traider.kernel.numba_types import DECIDER
from traider.kernel.records import Decider


@compiled(void(DECIDER, int64, int64, int64))
def run_live(decider: Decider, frame: int, k: int, flow: int) -> None:
    """Advance the operations of the live ``frame`` for instrument ``k``."""
