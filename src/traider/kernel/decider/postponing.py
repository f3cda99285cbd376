"""Orders that were refused only because the gateway could not send anything just then.

That says nothing about the order, so it counts as no failure of a plan or a work. Such an order is
wanted again after half a second, after each further refusal twice as long up to 16 s, and at once
when the gateway says that it sends again, or when decisions begin.
"""

from numba import int64, types, void

from traider.domain.events import Kind
from traider.kernel.codes import Verdict
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import DECIDER, EVENT_TYPE
from traider.kernel.records import Decider, Record

PAUSE_NS = 500_000_000
_DOUBLINGS_MAX = 5
_VERDICT = int(Kind.VERDICT)
_FIRST_CODE = int(Verdict.NOT_SENT)
_LAST_CODE = int(Verdict.NOT_READY)
"""NOT_SENT, OLD_EPOCH and NOT_READY follow one another."""


@compiled(types.boolean(EVENT_TYPE), inline=True)
def is_postponed(event: Record) -> bool:
    """Return whether an answer says that the gateway could not send its order just then."""
    return bool(event["kind"] == _VERDICT and _FIRST_CODE <= event["code"] <= _LAST_CODE)


@compiled(int64(int64), inline=True)
def pause_ns(times: int) -> int:
    """Return how long to wait after ``times`` such refusals in a row, at least one."""
    return PAUSE_NS << min(times - 1, _DOUBLINGS_MAX)


@compiled(void(DECIDER))
def resume(decider: Decider) -> None:
    """Let all that was postponed be tried now."""
    now = decider.account[0]["now_ns"]
    for k in range(len(decider.markets)):
        decider.markets[k]["watch_ns"] = now
        decider.plans[k]["postponed"] = 0
        for j in range(decider.slices.shape[1]):
            decider.slices[k, j]["postponed"] = 0
        for s in range(2):
            work = decider.works[k, s]
            if work["postponed"] != 0:
                work["postponed"] = 0
                work["next_ns"] = now
