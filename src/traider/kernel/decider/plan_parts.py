"""Parts of a plan: how many of the planned lots each target closes, and which parts there are.

A part that the venue would not take alone gives its lots to the next; what is left at the end and
is too small goes to the part before it. So a small position has fewer parts, down to one that only
a stop closes. Which parts there are is settled once, before the first lots are given away, at the
prices of that moment.

Fills may still leave less than was planned. When nothing more can come, slices that wait and are
too small are joined with the slice of the next part, else of the one before, which is taken back
from the venue for that.
"""

from numba import int64, types, void

from traider.kernel.codes import SliceState
from traider.kernel.compiled import compiled
from traider.kernel.decider.plan_levels import FAR, target_multiple, target_ticks
from traider.kernel.decider.rounding import truncate
from traider.kernel.numba_types import DESK
from traider.kernel.order_records import Desk
from traider.kernel.order_specification import TARGETS_MAX

_FREE = int(SliceState.FREE)
_WAITING = int(SliceState.WAITING)
_ENDING = int(SliceState.ENDING)


@compiled(types.boolean(DESK, int64, int64), inline=True)
def is_sellable(desk: Desk, lots: int, price_ticks: int) -> bool:
    """Return whether the venue takes an order of ``lots`` at a price, whatever it is for."""
    market = desk.market
    whole = lots // market["lot_step"] * market["lot_step"]
    value = whole * float(price_ticks) * market["lot_value"]
    return bool(whole >= market["min_lots"] and whole > 0 and value >= market["min_notional"])


@compiled(types.boolean(DESK, int64, int64), inline=True)
def is_closable(desk: Desk, lots: int, price_ticks: int) -> bool:
    """Return whether the venue takes an exit of ``lots`` at a price.

    On futures exits only reduce, and no value is too small for that; on spot they are plain orders.
    """
    market = desk.market
    if market["can_short"] == 0:
        return bool(is_sellable(desk, lots, price_ticks))
    whole = lots // market["lot_step"] * market["lot_step"]
    return bool(whole >= market["min_lots"] and whole > 0)


@compiled(types.boolean(DESK, int64, int64))
def is_placeable(desk: Desk, target: int, lots: int) -> bool:
    """Return whether the venue takes the orders of a part: its stop, and its target if any."""
    lowest = min(desk.plan["stop_ticks"], desk.market["mark_ticks"])
    price = target_ticks(desk, target)
    return bool(is_closable(desk, lots, min(lowest, price) if price > 0 else lowest))


@compiled(int64(DESK, int64))
def _share_end(desk: Desk, target: int) -> int:
    """Return how many of the planned lots the targets up to ``target`` close together."""
    share = desk.strategy["plan_share_0"]
    if target == 1:
        share = desk.strategy["plan_share_1"]
    elif target == 2:
        share = desk.strategy["plan_share_2"]
    return int(truncate(desk.plan["planned_lots"] * share + 1e-9, desk.market["lot_step"]))


@compiled(void(DESK))
def settle_parts(desk: Desk) -> None:
    """Settle which parts the plan has, once its stop is known."""
    plan = desk.plan
    if plan["parts"] != 0 or plan["stop_ticks"] == 0:
        return
    start, target, parts = 0, 0, 0
    while target_multiple(desk.strategy, target) > 0.0:
        end = _share_end(desk, target)
        if is_placeable(desk, target, end - start):
            parts |= 1 << target
            start = end
        target += 1
    if parts == 0 or is_placeable(desk, target, plan["planned_lots"] - start):
        parts |= 1 << target
    plan["parts"] = parts


@compiled(int64(DESK))
def first_target(desk: Desk) -> int:
    """Return the first target that has a part of its own, -1 without one."""
    target = 0
    while target_multiple(desk.strategy, target) > 0.0:
        if desk.plan["parts"] >> target & 1:
            return target
        target += 1
    return -1


@compiled(int64(DESK))
def part_to_fill(desk: Desk) -> int:
    """Return the part that the next lots held belong to; lots beyond the plan are the last's."""
    plan = desk.plan
    target, last = 0, 0
    while target_multiple(desk.strategy, target) > 0.0:
        if plan["parts"] >> target & 1:
            last = target
            if plan["allotted_lots"] < _share_end(desk, target):
                return target
        target += 1
    return target if plan["parts"] == 0 or plan["parts"] >> target & 1 else last


@compiled(int64(DESK, int64))
def room_of_part(desk: Desk, target: int) -> int:
    """Return how many more lots the part takes; the last one takes all."""
    parts = desk.plan["parts"]
    if parts >> (target + 1) == 0 or target_multiple(desk.strategy, target) <= 0.0:
        return FAR
    return int(_share_end(desk, target) - desk.plan["allotted_lots"])


@compiled(int64(DESK, int64))
def neighbor_of(desk: Desk, j: int) -> int:
    """Return the slice that a waiting one too small to be placed joins, -1 without one.

    Of its own part, else of the next, else of the one before; one at the venue only if the two can
    be placed together, so that nothing gives up its orders in vain.
    """
    one = desk.slices[j]
    found, nearest = -1, FAR
    for i in range(len(desk.slices)):
        other = desk.slices[i]
        if i == j or other["state"] == _FREE or other["state"] == _ENDING:
            continue
        both = one["lots"] + other["lots"]
        if other["state"] != _WAITING and not is_placeable(desk, other["target"], both):
            continue
        apart = other["target"] - one["target"]
        distance = apart if apart >= 0 else TARGETS_MAX - apart
        if distance < nearest:
            found, nearest = i, distance
    return found


@compiled(void(DESK, int64, int64))
def join_slices(desk: Desk, j: int, i: int) -> None:
    """Give the lots of a waiting slice to another that waits; its part may be over with that."""
    one, other, plan = desk.slices[j], desk.slices[i], desk.plan
    other["lots"] += one["lots"]
    other["failures"] = max(one["failures"], other["failures"])
    other["postponed"] = max(one["postponed"], other["postponed"])
    other["since_ns"] = max(one["since_ns"], other["since_ns"])
    one["lots"] = 0
    one["state"] = _FREE
    gone = one["target"]
    for k in range(len(desk.slices)):
        if desk.slices[k]["state"] != _FREE and desk.slices[k]["target"] == gone:
            return
    if plan["targets_hit"] >> gone & 1 == 0:
        # Another target may be the first one now, on which the stop moves.
        plan["parts"] = (plan["parts"] | 1 << other["target"]) & ~(1 << gone)
        desk.market["watch_ns"] = desk.account["now_ns"]
