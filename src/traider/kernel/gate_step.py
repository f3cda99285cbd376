"""The gate alone, stepped as a run steps it: for replay, and for questions about one order."""

from numba import int64, types

from traider.domain.events import Kind
from traider.kernel.codes import Verdict
from traider.kernel.compiled import compiled
from traider.kernel.gate import approve, check_order, observe
from traider.kernel.gate.exposure import ANSWER, Answer
from traider.kernel.numba_types import EVENTS, GATE
from traider.kernel.records import Gate, Records

_APPROVED = int(Verdict.APPROVED)
_ORDER_INTENT = int(Kind.ORDER_INTENT)


@compiled(ANSWER(GATE, EVENTS, int64, types.boolean), python=True)
def gate_step(gate: Gate, events: Records, i: int, keeps: bool) -> Answer:
    """Answer the order that event ``i`` wants, and remember it when approved; observe others.

    Unless it ``keeps``, nothing is remembered: an order is asked about, other events are passed
    over.
    """
    if events[i]["kind"] != _ORDER_INTENT:
        if keeps:
            observe(gate, events[i])
        return _APPROVED, 0.0, 0.0
    code, number, limit = check_order(gate, events[i])
    if keeps and code == _APPROVED:
        approve(gate, events[i])
    return code, number, limit
