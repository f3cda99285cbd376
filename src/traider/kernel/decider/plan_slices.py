"""Slices of a plan: each holds some of the position's lots and closes them by a stop or a target.

A slice at the venue is a pair of orders over the same lots, an even leg that stops and the next
that takes the profit; what one fills the other loses. The last part, beyond all targets, has a stop
alone. On futures the orders only reduce; on spot the venue holds the lots for the pair, so a slice
never asks for more than is held.

A slice keeps its lots when its orders end without filling them: it waits, and is placed anew.
Taking back is asked once; when no answer comes, again after a minute, and an order the venue does
not know any more is believed gone a minute later, since the fill that ended it may be under way.
"""

from numba import int64, types, void

from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.codes import Reject, SliceState, Verdict
from traider.kernel.compiled import compiled
from traider.kernel.decider.intents import cancel_order, has_room, place_order
from traider.kernel.decider.plan_levels import step_ticks, target_ticks
from traider.kernel.decider.plan_parts import (
    is_placeable,
    join_slices,
    neighbor_of,
    part_to_fill,
    room_of_part,
)
from traider.kernel.decider.postponing import is_postponed
from traider.kernel.numba_types import DESK, EVENT_TYPE
from traider.kernel.order_records import Desk
from traider.kernel.order_specification import TARGETS_MAX
from traider.kernel.records import Record

PATIENCE_NS = 60_000_000_000
"""How long an answer may take before it is asked for again."""
FAILURES_MAX = 3
"""Failures of one order, one after the other, before each next try waits a minute."""

_FREE = int(SliceState.FREE)
_WAITING = int(SliceState.WAITING)
_RESTING = int(SliceState.RESTING)
_CANCELLING = int(SliceState.CANCELLING)
_ENDING = int(SliceState.ENDING)
_FILL = int(Kind.FILL)
_ACK = int(Kind.ACK)
_UNKNOWN = int(Kind.UNKNOWN)
_VERDICT = int(Kind.VERDICT)
_APPROVED = int(Verdict.APPROVED)
_UNKNOWN_ORDER = int(Reject.UNKNOWN_ORDER)
_REDUCE_ONLY = int(OrderFlag.REDUCE_ONLY)
_PAIR = int(OrderFlag.ONE_CANCELS_OTHER)
_STOP = int(OrderType.STOP)
_LIMIT = int(OrderType.LIMIT)


@compiled(types.boolean(EVENT_TYPE), inline=True)
def ends_order(event: Record) -> bool:
    """Return whether an answer, not a fill, says that its order is over and was known."""
    if event["kind"] == _VERDICT:
        return bool(event["code"] != _APPROVED)
    return bool(_FILL < event["kind"] < _UNKNOWN and event["code"] != _UNKNOWN_ORDER)


@compiled(int64(DESK), inline=True)
def lots_at_venue(desk: Desk) -> int:
    """Return the lots of slices with an order at the venue, or on its way there or back."""
    lots = 0
    for j in range(len(desk.slices)):
        if desk.slices[j]["state"] > _WAITING:
            lots += desk.slices[j]["lots"]
    return int(lots)


@compiled(int64(DESK), inline=True)
def lots_waiting(desk: Desk) -> int:
    """Return the lots of slices without an order."""
    lots = 0
    for j in range(len(desk.slices)):
        if desk.slices[j]["state"] == _WAITING:
            lots += desk.slices[j]["lots"]
    return int(lots)


@compiled(int64(DESK, int64, int64))
def allot(desk: Desk, lots: int, count: int) -> int:
    """Give newly held lots to the first part until it is full, then to the next.

    Without a free slice the lots stay unarmed, and slices of one target are taken back to be placed
    as one. Returns the count of intents.
    """
    plan = desk.plan
    while lots > 0:
        target = part_to_fill(desk)
        part = min(lots, room_of_part(desk, target))
        j = _slice_for(desk, target)
        if j < 0:
            return _make_room(desk, target, count)
        desk.slices[j]["lots"] += part
        plan["allotted_lots"] += part
        lots -= part
    return count


@compiled(int64(DESK, int64, int64))
def _make_room(desk: Desk, target: int, count: int) -> int:
    """Take back the slices of ``target``, or of another with several, to place them as one."""
    chosen = target
    resting = 0
    for other in range(TARGETS_MAX + 1):
        found = 0
        for j in range(len(desk.slices)):
            one = desk.slices[j]
            if one["state"] > _RESTING:
                return count  # one is on its way back already
            if one["state"] == _RESTING and one["target"] == other:
                found += 1
        if found > 0 and other == target:
            chosen = target
            break
        if found > resting:
            chosen = other
            resting = found
    for j in range(len(desk.slices)):
        if desk.slices[j]["state"] == _RESTING and desk.slices[j]["target"] == chosen:
            count = take_back(desk, j, count)
    return count


@compiled(int64(DESK, int64))
def _slice_for(desk: Desk, target: int) -> int:
    """Return a slice that waits for lots of ``target``, -1 when none is free."""
    free = -1
    for j in range(len(desk.slices)):
        one = desk.slices[j]
        if one["state"] == _WAITING and one["target"] == target:
            return j
        if one["state"] == _FREE and free < 0:
            free = j
    if free >= 0:
        one = desk.slices[free]
        one["state"] = _WAITING
        one["target"] = target
        one["lots"] = 0
        one["failures"] = 0
        one["postponed"] = 0
        one["since_ns"] = desk.account["now_ns"]
    return free


@compiled(void(DESK))
def merge_waiting(desk: Desk) -> None:
    """Put the lots of slices that wait for the same target into one."""
    for j in range(len(desk.slices)):
        one = desk.slices[j]
        if one["state"] != _WAITING:
            continue
        for i in range(j + 1, len(desk.slices)):
            other = desk.slices[i]
            if other["state"] == _WAITING and other["target"] == one["target"]:
                one["lots"] += other["lots"]
                one["failures"] = max(one["failures"], other["failures"])
                one["postponed"] = max(one["postponed"], other["postponed"])
                one["since_ns"] = max(one["since_ns"], other["since_ns"])
                other["lots"] = 0
                other["state"] = _FREE
        if one["lots"] == 0:
            one["state"] = _FREE


@compiled(int64(DESK, int64))
def fold_waiting(desk: Desk, count: int) -> int:
    """Join slices that wait and are too small for the venue with others; return the new count."""
    for target in range(TARGETS_MAX + 1):
        for j in range(len(desk.slices)):
            one = desk.slices[j]
            if one["state"] != _WAITING or one["target"] != target:
                continue
            if is_placeable(desk, target, one["lots"]):
                continue
            i = neighbor_of(desk, j)
            if i < 0:
                continue
            if desk.slices[i]["state"] == _WAITING:
                join_slices(desk, j, i)
            elif desk.slices[i]["state"] == _RESTING:
                count = take_back(desk, i, count)
    return count


@compiled(void(DESK, int64))
def trim_waiting(desk: Desk, lots: int) -> None:
    """Take ``lots`` off the slices that wait, the last parts first."""
    for back in range(len(desk.slices)):
        one = desk.slices[len(desk.slices) - 1 - back]
        if one["state"] == _WAITING:
            part = min(lots, one["lots"])
            one["lots"] -= part
            lots -= part
            if one["lots"] == 0:
                one["state"] = _FREE


@compiled(int64(DESK, int64, int64))
def arm(desk: Desk, j: int, count: int) -> int:
    """Place the orders of a waiting slice; return the new count. Odd lots stay unarmed."""
    one, plan, market = desk.slices[j], desk.plan, desk.market
    if not is_placeable(desk, one["target"], one["lots"]):
        return count
    target = target_ticks(desk, one["target"])
    stop = plan["stop_ticks"]
    lots = one["lots"] // market["lot_step"] * market["lot_step"]
    if not has_room(desk, count, 2):
        market["watch_ns"] = desk.account["now_ns"]
        return count
    reduces = _REDUCE_ONLY if market["can_short"] != 0 else 0
    flags = reduces | (_PAIR if target > 0 else 0)
    one["lots"] = lots
    one["stop_id"] = place_order(desk, count, _STOP | flags, -plan["side"], lots)
    one["target_id"] = 0
    desk.out[count]["trigger"] = stop
    if target > 0:
        place_order(desk, count + 1, _LIMIT | flags, -plan["side"], lots)
        one["target_id"] = one["stop_id"] + 1
        desk.out[count + 1]["order_id"] = one["target_id"]
        desk.out[count + 1]["price"] = target
    one["stop_ticks"] = stop
    one["target_ticks"] = target
    one["state"] = _RESTING
    one["asked"] = 0
    one["since_ns"] = desk.account["now_ns"]
    return count + 2 if target > 0 else count + 1


@compiled(int64(DESK, int64, int64))
def take_back(desk: Desk, j: int, count: int) -> int:
    """Ask for the orders of a slice; the end of one of a pair is that of the other."""
    one = desk.slices[j]
    if not has_room(desk, count, 1):
        desk.market["watch_ns"] = desk.account["now_ns"]
        return count
    one["state"] = _CANCELLING
    one["asked"] += 1
    one["since_ns"] = desk.account["now_ns"]
    return cancel_order(desk, count, one["stop_id"] if one["stop_id"] > 0 else one["target_id"])


@compiled(int64(DESK, int64, int64))
def chase(desk: Desk, j: int, count: int) -> int:
    """Ask again for the end of a slice's orders when no answer came in time."""
    one = desk.slices[j]
    if desk.account["now_ns"] - one["since_ns"] < PATIENCE_NS:
        return count
    if one["asked"] < 0:
        # The venue did not know the order, and no fill has come since.
        one["stop_id"] = 0
        one["target_id"] = 0
        settle_slice(desk, j)
        return count
    return take_back(desk, j, count)


@compiled(int64(DESK, int64, int64))
def tend_resting(desk: Desk, j: int, count: int) -> int:
    """Take a resting slice back when the plan's stop is better by a step than its own."""
    better = desk.plan["side"] * (desk.plan["stop_ticks"] - desk.slices[j]["stop_ticks"])
    return take_back(desk, j, count) if better >= step_ticks(desk) else count


@compiled(void(DESK, int64), inline=True)
def settle_slice(desk: Desk, j: int) -> None:
    """Let a slice without orders wait with what it still has, or be free."""
    one = desk.slices[j]
    if one["stop_id"] == 0 and one["target_id"] == 0:
        one["state"] = _WAITING if one["lots"] > 0 else _FREE
        one["since_ns"] = desk.account["now_ns"]


@compiled(types.boolean(DESK, EVENT_TYPE))
def meet_slices(desk: Desk, event: Record) -> bool:
    """Apply an answer to the slice it is about; return whether there is one."""
    order_id = event["order_id"]
    for j in range(len(desk.slices)):
        one = desk.slices[j]
        if one["state"] > _WAITING and (one["stop_id"] == order_id or one["target_id"] == order_id):
            if event["kind"] == _FILL:
                _fill_slice(desk, j, event)
            elif ends_order(event):
                _end_leg(desk, j, event)
            elif event["code"] == _UNKNOWN_ORDER and _ACK < event["kind"] < _UNKNOWN:
                one["asked"] = -1
                one["since_ns"] = desk.account["now_ns"]
            elif event["kind"] == _VERDICT:
                one["postponed"] = 0
            return True
    return False


@compiled(void(DESK, int64, EVENT_TYPE), inline=True)
def _fill_slice(desk: Desk, j: int, event: Record) -> None:
    one, plan = desk.slices[j], desk.plan
    is_stop = one["stop_id"] == event["order_id"]
    one["lots"] = max(one["lots"] - event["size"], 0)
    one["failures"] = 0
    plan["exits"] += 1
    if not is_stop:
        plan["targets_hit"] |= 1 << one["target"]
    if event["leaves"] == 0:
        if is_stop:
            one["stop_id"] = 0
        else:
            one["target_id"] = 0
    if one["state"] == _RESTING and (one["lots"] == 0 or event["leaves"] == 0):
        one["state"] = _ENDING
        one["since_ns"] = desk.account["now_ns"]
    settle_slice(desk, j)


@compiled(void(DESK, int64, EVENT_TYPE), inline=True)
def _end_leg(desk: Desk, j: int, event: Record) -> None:
    """Note the end of one order; what was not asked for, and was sent, counts as a failure."""
    one = desk.slices[j]
    if one["stop_id"] == event["order_id"]:
        one["stop_id"] = 0
    else:
        one["target_id"] = 0
    if one["state"] == _RESTING:
        one["state"] = _ENDING
        one["since_ns"] = desk.account["now_ns"]
        if is_postponed(event):
            one["postponed"] += 1  # and so will be the other of a pair
        else:
            one["failures"] += 1
            # The venue ends the other of a pair itself, but of a refusal it was not told.
            one["since_ns"] -= PATIENCE_NS if event["kind"] == _VERDICT else 0
    settle_slice(desk, j)
