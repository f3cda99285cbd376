"""Resting orders and the answers under way: submit, cancel, end, and the queue of answers.

Answers wait in a queue ordered by time and kind and reach the decider as events. An answer
flagged ``SCHEDULED`` is a promise (an expiry, a cancel under way) that holds only if the order
still rests when its time comes.
"""

from numba import int64, types, void

from traider.domain.events import Kind, OrderFlag
from traider.kernel.codes import Reject
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, VENUE
from traider.kernel.records import Record, Venue

SCHEDULED = 0x8000

_ACK = int(Kind.ACK)
_CANCELLED = int(Kind.CANCELLED)
_REJECTED = int(Kind.REJECTED)
_EXPIRED = int(Kind.EXPIRED)
_CANCEL = int(OrderFlag.CANCEL)
_CHILD = int(OrderFlag.CHILD)
_QUOTE_SIZED = int(OrderFlag.QUOTE_SIZED)
_PAIR = int(OrderFlag.ONE_CANCELS_OTHER)
_NO_ROOM = int(Reject.NO_ROOM)
_TOO_SMALL = int(Reject.TOO_SMALL)
_BY_REQUEST = int(Reject.BY_REQUEST)
_UNKNOWN_ORDER = int(Reject.UNKNOWN_ORDER)
_ENTRY_GONE = int(Reject.ENTRY_GONE)
_OTHER_LEG = int(Reject.OTHER_LEG_FILLED)


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
    answer["version"] = 1
    answer["flags"] = 0
    answer["w0"] = 0
    answer["w1"] = 0
    answer["w2"] = 0
    answer["w3"] = 0
    answer["w4"] = 0
    setting["queued"] = count + 1
    return int(place)


@compiled(void(VENUE, EVENT_TYPE), inline=True)
def submit(venue: Venue, order: Record) -> None:
    """Take an approved order, or a cancel; the answer comes one latency later."""
    arrival = order["ts_recv"] + venue.venue[0]["latency_ns"]
    if order["flags"] & _CANCEL:
        place = push_answer(venue, arrival, arrival, _CANCELLED)
        _name(venue, place, order["instrument"], order["side"], order["order_id"])
        venue.queue[place]["flags"] = SCHEDULED
        venue.queue[place]["code"] = _BY_REQUEST
        return
    market = venue.markets[order["instrument"]]
    refusal = 0
    if not order["flags"] & _QUOTE_SIZED and order["size"] < market["min_lots"]:
        refusal = _TOO_SMALL
    j = _free_slot(venue)
    if j < 0:
        refusal = _NO_ROOM
    if refusal != 0:
        place = push_answer(venue, arrival, arrival, _REJECTED)
        _name(venue, place, order["instrument"], order["side"], order["order_id"])
        venue.queue[place]["code"] = refusal
        venue.queue[place]["size"] = order["size"]
        if order["flags"] & _PAIR:
            _end_other(venue, order["order_id"], _OTHER_LEG, arrival)
        return
    _rest(venue, j, order)
    place = push_answer(venue, arrival, arrival, _ACK)
    _name(venue, place, order["instrument"], order["side"], order["order_id"])
    venue.queue[place]["price"] = order["price"]
    venue.queue[place]["size"] = order["size"]
    if order["expire"] > 0:
        # One that arrives too late ends then, after its acknowledgment.
        expire = max(order["expire"], arrival)
        place = push_answer(venue, expire, expire, _EXPIRED)
        _name(venue, place, order["instrument"], order["side"], order["order_id"])
        venue.queue[place]["flags"] = SCHEDULED


@compiled(int64(VENUE), inline=True)
def _free_slot(venue: Venue) -> int:
    for j in range(len(venue.orders)):
        if venue.orders[j]["order_id"] == 0:
            return j
    return -1


@compiled(void(VENUE, int64, EVENT_TYPE), inline=True)
def _rest(venue: Venue, j: int, order: Record) -> None:
    slot = venue.orders[j]
    slot["order_id"] = order["order_id"]
    slot["instrument"] = order["instrument"]
    slot["side"] = order["side"]
    slot["flags"] = order["flags"]
    slot["price"] = order["price"]
    slot["trigger"] = order["trigger"]
    slot["size"] = order["size"]
    slot["remaining"] = order["size"]
    slot["expire"] = order["expire"]
    slot["sent_ns"] = order["ts_recv"]
    slot["asleep"] = 1 if order["flags"] & _CHILD else 0
    slot["resting"] = 0
    slot["born_in_bar"] = 0
    venue.venue[0]["open_orders"] += 1
    venue.venue[0]["top"] = max(venue.venue[0]["top"], j + 1)
    venue.markets[order["instrument"]]["open_orders"] += 1


@compiled(void(VENUE, int64, int64, int64, int64), inline=True)
def _name(venue: Venue, place: int, instrument: int, side: int, order_id: int) -> None:
    answer = venue.queue[place]
    answer["instrument"] = instrument
    answer["side"] = side
    answer["order_id"] = order_id


@compiled(void(VENUE, int64), inline=True)
def free_order(venue: Venue, j: int) -> None:
    """Take order ``j`` off the book without an answer."""
    slot = venue.orders[j]
    venue.markets[slot["instrument"]]["open_orders"] -= 1
    setting = venue.venue[0]
    setting["open_orders"] -= 1
    slot["order_id"] = 0
    while setting["top"] > 0 and venue.orders[setting["top"] - 1]["order_id"] == 0:
        setting["top"] -= 1


@compiled(types.boolean(VENUE, int64), inline=True)
def _is_unfilled_entry(venue: Venue, j: int) -> bool:
    slot = venue.orders[j]
    return bool(not slot["flags"] & _CHILD and slot["remaining"] == slot["size"])


@compiled(void(VENUE, int64, int64, int64, int64))
def _answer_end(venue: Venue, j: int, kind: int, code: int, ts: int) -> None:
    slot = venue.orders[j]
    place = push_answer(venue, ts, ts, kind)
    _name(venue, place, slot["instrument"], slot["side"], slot["order_id"])
    venue.queue[place]["code"] = code
    venue.queue[place]["size"] = slot["remaining"]
    free_order(venue, j)


@compiled(void(VENUE, int64, int64, int64, int64))
def end_order(venue: Venue, j: int, kind: int, code: int, ts: int) -> None:
    """End order ``j`` unfilled in part or whole: answer, free it, and settle its bracket."""
    order_id = venue.orders[j]["order_id"]
    is_exit = venue.orders[j]["flags"] & _CHILD
    is_pair = venue.orders[j]["flags"] & _PAIR
    entry_gone = _is_unfilled_entry(venue, j)
    _answer_end(venue, j, kind, code, ts)
    if entry_gone:
        end_children(venue, order_id, _ENTRY_GONE, ts)
    elif is_exit:
        # Nothing is left to reduce: the other exit, and an entry still in part to fill, are done.
        end_other_legs(venue, order_id, ts)
    if is_pair:
        _end_other(venue, order_id, _OTHER_LEG, ts)


@compiled(void(VENUE, int64, int64, int64))
def _end_other(venue: Venue, order_id: int, code: int, ts: int) -> None:
    """Cancel the other of two orders one of which cancels the other, if it is there."""
    for i in range(venue.venue[0]["top"]):
        slot = venue.orders[i]
        if slot["order_id"] == order_id ^ 1 and slot["flags"] & _PAIR:
            _answer_end(venue, i, _CANCELLED, code, ts)


@compiled(void(VENUE, int64, int64, int64))
def shrink_other(venue: Venue, j: int, lots: int, ts: int) -> None:
    """Take the ``lots`` that order ``j`` of a pair filled off the other; without rest it ends."""
    filled = venue.orders[j]
    for i in range(venue.venue[0]["top"]):
        slot = venue.orders[i]
        if slot["order_id"] == filled["order_id"] ^ 1 and slot["flags"] & _PAIR:
            if filled["remaining"] > 0 and slot["remaining"] > lots:
                slot["remaining"] -= lots
            else:
                _answer_end(venue, i, _CANCELLED, _OTHER_LEG, ts)


@compiled(types.boolean(VENUE, int64, int64), inline=True)
def _is_leg_of(venue: Venue, j: int, order_id: int) -> bool:
    """Return whether order ``j`` is an exit leg of the decision that ``order_id`` belongs to."""
    slot = venue.orders[j]
    return bool(
        slot["order_id"] != 0
        and slot["flags"] & _CHILD != 0
        and slot["order_id"] >> 8 == order_id >> 8
    )


@compiled(void(VENUE, int64, int64, int64))
def end_children(venue: Venue, order_id: int, code: int, ts: int) -> None:
    """Cancel the exit legs that belong to the decision of ``order_id``."""
    for j in range(venue.venue[0]["top"]):
        slot = venue.orders[j]
        if slot["order_id"] != order_id and _is_leg_of(venue, j, order_id):
            _answer_end(venue, j, _CANCELLED, code, ts)


@compiled(void(VENUE, int64, int64))
def end_other_legs(venue: Venue, order_id: int, ts: int) -> None:
    """Cancel what is left of the bracket one of whose exits did its work: exit and entry."""
    for j in range(venue.venue[0]["top"]):
        slot = venue.orders[j]
        if slot["order_id"] not in (0, order_id) and slot["order_id"] >> 8 == order_id >> 8:
            _answer_end(venue, j, _CANCELLED, _OTHER_LEG, ts)


@compiled(void(VENUE, int64, int64), inline=True)
def wake_children(venue: Venue, order_id: int, in_bar: int) -> None:
    """Arm the exit legs of an entry that filled, in part or whole."""
    for j in range(venue.venue[0]["top"]):
        slot = venue.orders[j]
        if slot["asleep"] != 0 and _is_leg_of(venue, j, order_id):
            slot["asleep"] = 0
            slot["born_in_bar"] = in_bar


@compiled(types.boolean(VENUE, EVENT_TYPE), inline=True)
def settle_answer(venue: Venue, answer: Record) -> bool:
    """Make good on a scheduled answer; return whether it is to be delivered."""
    if not answer["flags"] & SCHEDULED:
        return True
    answer["flags"] = 0
    for j in range(venue.venue[0]["top"]):
        slot = venue.orders[j]
        if slot["order_id"] == answer["order_id"]:
            answer["size"] = slot["remaining"]
            entry_gone = _is_unfilled_entry(venue, j)
            is_pair = slot["flags"] & _PAIR
            free_order(venue, j)
            if entry_gone:
                end_children(venue, answer["order_id"], _ENTRY_GONE, answer["ts_recv"])
            if is_pair:
                code = _BY_REQUEST if answer["kind"] == _CANCELLED else _OTHER_LEG
                _end_other(venue, answer["order_id"], code, answer["ts_recv"])
            return True
    if answer["kind"] == _CANCELLED:
        answer["kind"] = _REJECTED
        answer["code"] = _UNKNOWN_ORDER
        return True
    return False
