"""The answers under way: a queue ordered by time and kind, from which they reach the decider.

An answer flagged ``SCHEDULED`` is something still to happen: an order's arrival, an expiry, a
cancel under way. What it says is made good when its time comes.
"""

from numba import int64, void

from traider.domain.events import Kind
from traider.domain.payload_table import PAYLOADS
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import VENUE
from traider.kernel.records import Venue

SCHEDULED = 0x8000

_ACK = int(Kind.ACK)
_FILL = int(Kind.FILL)
_FILL_VERSION = PAYLOADS[Kind.FILL].version


@compiled(int64(VENUE, int64, int64, int64), inline=True)
def push_answer(venue: Venue, ts_event: int, ts_recv: int, kind: int) -> int:
    """Make room for an answer in the queue's order and return its index; the caller fills it.

    Equal times and kinds keep their order of arrival. A full queue sets ``overflow``, which ends
    the run, and hands out the last place.
    """
    setting = venue.venue[0]
    count = setting["queued"]
    if count >= len(venue.queue):
        setting["overflow"] = 1
        return len(venue.queue) - 1
    place = count
    while place > 0:
        other = venue.queue[place - 1]
        if other["ts_recv"] > ts_recv or (other["ts_recv"] == ts_recv and other["kind"] > kind):
            break
        venue.queue[place] = venue.queue[place - 1]
        place -= 1
    answer = venue.queue[place]
    answer["ts_event"] = ts_event
    answer["ts_recv"] = ts_recv
    answer["kind"] = kind
    answer["version"] = _FILL_VERSION if kind == _FILL else 1
    answer["flags"] = 0
    answer["w0"] = 0
    answer["w1"] = 0
    answer["w2"] = 0
    answer["w3"] = 0
    answer["w4"] = 0
    setting["queued"] = count + 1
    return int(place)


@compiled(void(VENUE, int64, int64, int64, int64), inline=True)
def name_order(venue: Venue, place: int, instrument: int, side: int, order_id: int) -> None:
    """Say which order an answer is about."""
    answer = venue.queue[place]
    answer["instrument"] = instrument
    answer["side"] = side
    answer["order_id"] = order_id


@compiled(void(VENUE, int64))
def drop_acknowledgment(venue: Venue, order_id: int) -> None:
    """Take the acknowledgment of an order back: it is refused instead."""
    setting = venue.venue[0]
    for place in range(setting["queued"]):
        answer = venue.queue[place]
        if answer["kind"] == _ACK and answer["order_id"] == order_id:
            for later in range(place, setting["queued"] - 1):
                venue.queue[later] = venue.queue[later + 1]
            setting["queued"] -= 1
            return
