"""What a plan sells at the market: all that is held when it closes, else what no slice guards.

On spot the slices are taken back first, and then all is sold in one order; on futures the order
goes out with the cancels, as it only reduces.
"""

from numba import int64, types

from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.codes import PlanState, SliceState, WorkState
from traider.kernel.compiled import compiled
from traider.kernel.decider.intents import has_room, place_order
from traider.kernel.decider.plan_levels import FAR, is_stop_passed
from traider.kernel.decider.plan_parts import is_closable
from traider.kernel.decider.plan_slices import FAILURES_MAX, PATIENCE_NS, ends_order, trim_waiting
from traider.kernel.decider.postponing import is_postponed, pause_ns
from traider.kernel.numba_types import DESK, EVENT_TYPE
from traider.kernel.order_records import Desk
from traider.kernel.records import Record

_OPEN = int(PlanState.OPEN)
_CLOSING = int(PlanState.CLOSING)
_WAITING = int(SliceState.WAITING)
_RESTING = int(SliceState.RESTING)
_ENDING = int(SliceState.ENDING)
_IDLE = int(WorkState.IDLE)
_FILL = int(Kind.FILL)
_VERDICT = int(Kind.VERDICT)
_REDUCE_ONLY = int(OrderFlag.REDUCE_ONLY)
_MARKET = int(OrderType.MARKET)


@compiled(types.boolean(DESK))
def is_entry_over(desk: Desk) -> bool:
    """Return whether nothing of the entry can fill any more, nor a quote."""
    for s in range(2):
        work = desk.works[s]
        if work["state"] != _IDLE and (work["child_id"] != 0 or work["reason"] == 0):
            return False
    return bool(desk.plan["entry_id"] == 0)


@compiled(int64(DESK, int64))
def sell_unarmed(desk: Desk, count: int) -> int:
    """Sell at the market what no slice guards: all when closing, else when the stop is passed."""
    plan, account, market = desk.plan, desk.account, desk.market
    if not _may_sell(desk):
        return count
    # On futures the order only reduces, so that beside orders asked back it closes no more than is
    # held; on spot their end comes first, as it frees the coins.
    kept = _RESTING if plan["state"] == _CLOSING and market["can_short"] != 0 else _ENDING
    lots = _lots_to_sell(desk, kept)
    if not is_closable(desk, lots, market["mark_ticks"]):
        return count
    if not has_room(desk, count, 1):
        market["watch_ns"] = account["now_ns"]
        return count
    trim_waiting(desk, FAR)
    for j in range(len(desk.slices)):
        if desk.slices[j]["state"] > kept:
            desk.slices[j]["lots"] = 0  # on its way back: its lots are this order's now
    flags = _MARKET | (_REDUCE_ONLY if market["can_short"] != 0 else 0)
    plan["close_id"] = place_order(desk, count, flags, -plan["side"], lots)
    plan["close_lots"] = lots
    return count + 1


@compiled(types.boolean(DESK), inline=True)
def _may_sell(desk: Desk) -> bool:
    """Return whether the market is due: the plan closes, or the stop is passed."""
    plan, account = desk.plan, desk.account
    if plan["close_id"] != 0:
        return False
    waits = plan["failures"] >= FAILURES_MAX or plan["postponed"] > 0
    if waits and account["now_ns"] < plan["retry_ns"]:
        return False
    if plan["state"] == _OPEN and is_stop_passed(desk):
        return True
    return bool(plan["state"] == _CLOSING and not _is_taking_back(desk))


@compiled(int64(DESK, int64), inline=True)
def _lots_to_sell(desk: Desk, kept: int) -> int:
    """Return what is held beyond the slices at the venue up to state ``kept``, and the quotes."""
    plan = desk.plan
    lots = plan["held_lots"]
    for j in range(len(desk.slices)):
        if _WAITING < desk.slices[j]["state"] <= kept:
            lots -= desk.slices[j]["lots"]
    for s in range(2):
        if desk.works[s]["side"] == -plan["side"]:
            lots -= desk.works[s]["child_lots"]  # a quote that is still being taken back
    return int(lots // desk.market["lot_step"] * desk.market["lot_step"])


@compiled(types.boolean(DESK), inline=True)
def _is_taking_back(desk: Desk) -> bool:
    """Return whether orders asked back may still end in time: then all is sold in one order.

    On futures that is not waited for once they were asked for: the order only reduces, so that with
    them it cannot close more than is held.
    """
    plan, now = desk.plan, desk.account["now_ns"]
    awaited = _RESTING if desk.market["can_short"] != 0 else _ENDING
    others = desk.account["killed"] != 0 and desk.market["open_orders"] > 0
    if (others or not is_entry_over(desk)) and now - plan["since_ns"] < PATIENCE_NS:
        return True
    for j in range(len(desk.slices)):
        one = desk.slices[j]
        is_open = _WAITING < one["state"] <= awaited and one["lots"] > 0
        if is_open and now - plan["since_ns"] < PATIENCE_NS:
            return True
    return False


@compiled(types.boolean(DESK, EVENT_TYPE))
def meet_close(desk: Desk, event: Record) -> bool:
    """Apply an answer to the order at market under way; return whether it is about that."""
    plan = desk.plan
    if plan["close_id"] == 0 or event["order_id"] != plan["close_id"]:
        return False
    if event["kind"] == _FILL:
        plan["close_lots"] = max(plan["close_lots"] - event["size"], 0)
        plan["failures"] = 0
        if event["leaves"] == 0:
            plan["close_id"] = 0
            plan["close_lots"] = 0
    elif ends_order(event):
        plan["close_id"] = 0
        plan["close_lots"] = 0
        if is_postponed(event):
            plan["postponed"] += 1
            plan["retry_ns"] = desk.account["now_ns"] + pause_ns(plan["postponed"])
        else:
            plan["failures"] += 1
            plan["retry_ns"] = desk.account["now_ns"] + PATIENCE_NS
    elif event["kind"] == _VERDICT:
        plan["postponed"] = 0
    return True
