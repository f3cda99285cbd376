"""Orders at the venue: their places, their ends, and the ties that make one end another.

A bracket's exits sleep until its entry fills; two orders of a pair, and the two exits of a
bracket, stand over the same lots: what one fills the other loses.
"""

from numba import int64, types, void

from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.codes import Reject
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, VENUE
from traider.kernel.records import Record, Venue
from traider.kernel.venue.answers import (
    SCHEDULED,
    drop_acknowledgment,
    name_order,
    push_answer,
)
from traider.kernel.venue.latency import arrival_ns

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
_ENTRY_GONE = int(Reject.ENTRY_GONE)
_OTHER_LEG = int(Reject.OTHER_LEG_FILLED)
_TYPE_MASK = int(OrderFlag.TYPE_MASK)
_LIMIT = int(OrderType.LIMIT)
_STOP = int(OrderType.STOP)

NO_QUEUE = 2**62
"""Ahead of an order that rests where no book says who stands there: only a trade through fills."""
NOWHERE = 2**62
"""A price no market reaches."""


@compiled(void(VENUE, EVENT_TYPE))
def submit(venue: Venue, order: Record) -> None:
    """Take an approved order, or a cancel; it arrives, and is answered, one latency later."""
    is_cancel = 1 if order["flags"] & _CANCEL else 0
    arrival = arrival_ns(venue, order, is_cancel)
    if is_cancel != 0:
        place = push_answer(venue, arrival, arrival, _CANCELLED)
        name_order(venue, place, order["instrument"], order["side"], order["order_id"])
        venue.queue[place]["flags"] = SCHEDULED
        venue.queue[place]["code"] = _BY_REQUEST
        return
    refusal = 0
    least = venue.markets[order["instrument"]]["min_lots"]
    if not order["flags"] & _QUOTE_SIZED and order["size"] < least:
        refusal = _TOO_SMALL
    j = _free_slot(venue)
    if j < 0:
        refusal = _NO_ROOM
    if refusal != 0:
        place = push_answer(venue, arrival, arrival, _REJECTED)
        name_order(venue, place, order["instrument"], order["side"], order["order_id"])
        venue.queue[place]["code"] = refusal
        venue.queue[place]["size"] = order["size"]
        if order["flags"] & _PAIR:
            _end_other(venue, order["order_id"], _OTHER_LEG, arrival)
        return
    _keep(venue, j, order, arrival)
    place = push_answer(venue, arrival, arrival, _ACK)
    name_order(venue, place, order["instrument"], order["side"], order["order_id"])
    venue.queue[place]["flags"] = SCHEDULED
    venue.queue[place]["price"] = order["price"]
    venue.queue[place]["size"] = order["size"]
    if order["expire"] > 0:
        # One that arrives too late ends then, after its acknowledgment.
        expire = max(order["expire"], arrival)
        place = push_answer(venue, expire, expire, _EXPIRED)
        name_order(venue, place, order["instrument"], order["side"], order["order_id"])
        venue.queue[place]["flags"] = SCHEDULED


@compiled(int64(VENUE), inline=True)
def _free_slot(venue: Venue) -> int:
    for j in range(len(venue.orders)):
        if venue.orders[j]["order_id"] == 0:
            return j
    return -1


@compiled(void(VENUE, int64, EVENT_TYPE, int64), inline=True)
def _keep(venue: Venue, j: int, order: Record, arrival: int) -> None:
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
    slot["arrive_ns"] = arrival
    slot["arrived"] = 0
    slot["asleep"] = 1 if order["flags"] & _CHILD else 0
    slot["armed"] = 0
    slot["resting"] = 0
    slot["born_in_bar"] = 0
    venue.venue[0]["open_orders"] += 1
    venue.venue[0]["top"] = max(venue.venue[0]["top"], j + 1)
    venue.markets[order["instrument"]]["open_orders"] += 1


@compiled(int64(VENUE, int64))
def find_order(venue: Venue, order_id: int) -> int:
    """Return the place of an order, -1 when it is not, or no longer, here."""
    for j in range(venue.venue[0]["top"]):
        if venue.orders[j]["order_id"] == order_id:
            return j
    return -1


@compiled(void(VENUE, int64))
def watch_prices(venue: Venue, k: int) -> None:
    """Note at which prices resting orders of instrument ``k`` are concerned."""
    market = venue.markets[k]
    bid_low, bid_high, ask_low, ask_high, fall_to, rise_to = NOWHERE, 0, NOWHERE, 0, 0, NOWHERE
    for j in range(venue.venue[0]["top"]):
        slot = venue.orders[j]
        if slot["order_id"] == 0 or slot["instrument"] != k or slot["resting"] == 0:
            continue
        kind = slot["flags"] & _TYPE_MASK
        price = int(slot["price"] if kind == _LIMIT else slot["trigger"])
        if (slot["side"] > 0) == (kind == _LIMIT):
            fall_to = max(fall_to, price)
        else:
            rise_to = min(rise_to, price)
        if kind == _LIMIT and slot["side"] > 0:
            bid_low, bid_high = min(bid_low, price), max(bid_high, price)
        elif kind == _LIMIT:
            ask_low, ask_high = min(ask_low, price), max(ask_high, price)
    market["bid_low"] = bid_low
    market["bid_high"] = bid_high
    market["ask_low"] = ask_low
    market["ask_high"] = ask_high
    market["fall_to"] = fall_to
    market["rise_to"] = rise_to


@compiled(void(VENUE, int64), inline=True)
def free_order(venue: Venue, j: int) -> None:
    """Take order ``j`` off the book without an answer."""
    slot = venue.orders[j]
    venue.markets[slot["instrument"]]["open_orders"] -= 1
    setting = venue.venue[0]
    setting["open_orders"] -= 1
    slot["order_id"] = 0
    if venue.markets[slot["instrument"]]["live"] != 0:
        watch_prices(venue, slot["instrument"])
    while setting["top"] > 0 and venue.orders[setting["top"] - 1]["order_id"] == 0:
        setting["top"] -= 1


@compiled(void(VENUE, int64, int64, int64, int64))
def answer_end(venue: Venue, j: int, kind: int, code: int, ts: int) -> None:
    """Answer that order ``j`` ended, after its acknowledgment, and free its place."""
    slot = venue.orders[j]
    when = max(ts, slot["arrive_ns"])
    place = push_answer(venue, when, when, kind)
    name_order(venue, place, slot["instrument"], slot["side"], slot["order_id"])
    venue.queue[place]["code"] = code
    venue.queue[place]["size"] = slot["remaining"]
    free_order(venue, j)


@compiled(void(VENUE, int64, int64, int64, int64))
def end_order(venue: Venue, j: int, kind: int, code: int, ts: int) -> None:
    """End order ``j`` unfilled in part or whole, and with it what hangs on it."""
    slot = venue.orders[j]
    order_id, flags = slot["order_id"], slot["flags"]
    entry_gone = not flags & _CHILD and slot["remaining"] == slot["size"]
    answer_end(venue, j, kind, code, ts)
    if entry_gone:
        end_children(venue, order_id, ts)
    elif flags & _CHILD:
        # Nothing is left to reduce: the other exit, and an entry still in part to fill, are done.
        end_other_legs(venue, order_id, ts)
    if flags & _PAIR:
        _end_other(venue, order_id, _OTHER_LEG, ts)


@compiled(void(VENUE, int64, int64, int64))
def refuse(venue: Venue, j: int, code: int, ts: int) -> None:
    """End an order the venue does not take: rejected, or cancelled once it was acknowledged."""
    slot = venue.orders[j]
    kind = _CANCELLED if slot["arrived"] == 1 else _REJECTED
    if slot["arrived"] == 0:
        drop_acknowledgment(venue, slot["order_id"])
    venue.venue[0]["refused"] = slot["order_id"]
    end_order(venue, j, kind, code, ts)


@compiled(void(VENUE, int64, int64))
def take_back(venue: Venue, j: int, kind: int) -> None:
    """Take order ``j`` off the book because it was cancelled or ran out of time; its answer waits.

    The other exit of a bracket stays; the other order of a pair goes too.
    """
    slot = venue.orders[j]
    order_id, flags, ts = slot["order_id"], slot["flags"], venue.venue[0]["seen_ns"]
    entry_gone = not flags & _CHILD and slot["remaining"] == slot["size"]
    free_order(venue, j)
    if entry_gone:
        end_children(venue, order_id, ts)
    if flags & _PAIR:
        _end_other(venue, order_id, _BY_REQUEST if kind == _CANCELLED else _OTHER_LEG, ts)


@compiled(void(VENUE, int64, int64, int64), inline=True)
def _end_other(venue: Venue, order_id: int, code: int, ts: int) -> None:
    """Cancel the other order of a pair, if it is there."""
    for i in range(venue.venue[0]["top"]):
        slot = venue.orders[i]
        if slot["order_id"] == order_id ^ 1 and slot["flags"] & _PAIR:
            answer_end(venue, i, _CANCELLED, code, ts)


@compiled(types.boolean(VENUE, int64, int64), inline=True)
def is_tied(venue: Venue, i: int, j: int) -> bool:
    """Return whether two orders stand over the same lots: a pair, or the exits of a bracket."""
    one, other = venue.orders[i], venue.orders[j]
    both = one["flags"] & other["flags"]
    if i == j or other["order_id"] == 0 or both & (_PAIR | _CHILD) == 0:
        return False
    if both & _PAIR and one["order_id"] ^ 1 == other["order_id"]:
        return True
    return bool(both & _CHILD != 0 and one["order_id"] >> 8 == other["order_id"] >> 8)


@compiled(void(VENUE, int64, int64, int64))
def settle_ties(venue: Venue, j: int, lots: int, ts: int) -> None:
    """After order ``j`` filled ``lots``: take them off the orders over the same lots."""
    filled = venue.orders[j]
    for i in range(venue.venue[0]["top"]):
        if is_tied(venue, j, i):
            slot = venue.orders[i]
            slot["armed"] = max(slot["armed"] - lots, 0)
            if filled["remaining"] > 0 and slot["remaining"] > lots:
                slot["remaining"] -= lots
            else:
                answer_end(venue, i, _CANCELLED, _OTHER_LEG, ts)
    if filled["flags"] & _CHILD:
        filled["armed"] = max(filled["armed"] - lots, 0)
        if filled["remaining"] == 0:
            end_other_legs(venue, filled["order_id"], ts)


@compiled(types.boolean(VENUE, int64, int64), inline=True)
def _is_leg_of(venue: Venue, j: int, order_id: int) -> bool:
    """Return whether order ``j`` is an exit leg of the decision that ``order_id`` belongs to."""
    slot = venue.orders[j]
    return bool(
        slot["order_id"] != 0
        and slot["flags"] & _CHILD != 0
        and slot["order_id"] >> 8 == order_id >> 8
    )


@compiled(void(VENUE, int64, int64))
def end_children(venue: Venue, order_id: int, ts: int) -> None:
    """Cancel the exit legs of an entry that ended unfilled."""
    for j in range(venue.venue[0]["top"]):
        if venue.orders[j]["order_id"] != order_id and _is_leg_of(venue, j, order_id):
            answer_end(venue, j, _CANCELLED, _ENTRY_GONE, ts)


@compiled(void(VENUE, int64, int64))
def end_other_legs(venue: Venue, order_id: int, ts: int) -> None:
    """Cancel what is left of the bracket one of whose exits did its work: exit and entry."""
    for j in range(venue.venue[0]["top"]):
        slot = venue.orders[j]
        if slot["order_id"] not in (0, order_id) and slot["order_id"] >> 8 == order_id >> 8:
            answer_end(venue, j, _CANCELLED, _OTHER_LEG, ts)


@compiled(void(VENUE, int64, int64, int64))
def wake_children(venue: Venue, order_id: int, lots: int, in_bar: int) -> None:
    """Arm the exit legs of an entry that filled ``lots`` more."""
    for j in range(venue.venue[0]["top"]):
        slot = venue.orders[j]
        if _is_leg_of(venue, j, order_id):
            slot["armed"] += lots
            if slot["asleep"] != 0:
                slot["asleep"] = 0
                slot["born_in_bar"] = in_bar
                venue.venue[0]["waiting"] = 1
