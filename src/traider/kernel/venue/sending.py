"""From the gate's answer to the venue: what a gateway does with an order, in simulated time."""

from numba import float64, int64, void

from traider.domain.events import Kind
from traider.kernel.codes import Verdict
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, EVENTS, VENUE
from traider.kernel.records import Record, Records, Venue
from traider.kernel.venue.answers import push_answer
from traider.kernel.venue.orders import submit

_VERDICT = int(Kind.VERDICT)
_SENT = int(Kind.SENT)
_APPROVED = int(Verdict.APPROVED)


@compiled(void(VENUE, EVENT_TYPE, int64, float64, float64))
def send_order(venue: Venue, intent: Record, code: int, number: float, limit: float) -> None:
    """Answer an intent with its verdict and, approved, send it to the simulated venue."""
    now = intent["ts_recv"]
    place = push_answer(venue, now, now, _VERDICT)
    verdict = venue.queue[place]
    verdict["instrument"] = intent["instrument"]
    verdict["side"] = intent["side"]
    verdict["code"] = code
    verdict["number"] = number
    verdict["limit"] = limit
    verdict["order_id"] = intent["order_id"]
    if code != _APPROVED:
        return
    place = push_answer(venue, now, now, _SENT)
    venue.queue[place]["instrument"] = intent["instrument"]
    venue.queue[place]["side"] = intent["side"]
    venue.queue[place]["order_id"] = intent["order_id"]
    submit(venue, intent)


@compiled(void(VENUE, EVENTS, EVENTS), python=True)
def send_from_outside(venue: Venue, orders: Records, verdicts: Records) -> None:
    """Do the same for the first of ``orders``, whose verdict a gateway outside the loop has."""
    verdict = verdicts[0]
    send_order(venue, orders[0], verdict["code"], verdict["number"], verdict["limit"])
