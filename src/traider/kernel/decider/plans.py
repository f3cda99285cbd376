"""Order plans: every lot held of an instrument under a plan has an exit.

The plan guards the instrument's whole position, whoever traded it. At each event that could matter
it compares what is held with its slices and mends the difference: newly held lots become slices
with a stop and a target; lots that cannot stand at the venue (too few, refused, or while their
orders are being replaced) are unarmed, and the soft stop sells them at the market when the mark
passes the stop. At every moment slices + unarmed + closing = held.

A plan closes when the ensemble leaves its direction, when its time is up, or on an emergency stop
that closes positions: the slices and what is left of the entry are taken back, then what is held
goes at the market; on futures the slices are not waited for, as the order only reduces. An
emergency stop that keeps positions ends entries and no exit: the plan goes on to guard what is
held. A failed exit is tried again at once a few times, then once a minute; one that the gateway
could not send is no failure (``postponing``). After the exits did their work the direction is
spent: it is entered again when the ensemble left it and came back. What is too small for the venue
at the end is noted as dust.
"""

import math

from numba import int64, types, void

from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.codes import PlanState, SliceState, Style, WorkEnd, WorkState
from traider.kernel.compiled import compiled
from traider.kernel.decider.intents import CLOSES, KEEPS, cancel_order, has_room
from traider.kernel.decider.plan_closing import is_entry_over, sell_unarmed
from traider.kernel.decider.plan_levels import FAR, is_stop_passed, step_ticks
from traider.kernel.decider.plan_parts import is_closable
from traider.kernel.decider.plan_slices import (
    FAILURES_MAX,
    PATIENCE_NS,
    allot,
    arm,
    chase,
    ends_order,
    fold_waiting,
    lots_at_venue,
    lots_waiting,
    merge_waiting,
    take_back,
    tend_resting,
    trim_waiting,
)
from traider.kernel.decider.plan_stops import set_stop
from traider.kernel.decider.postponing import pause_ns
from traider.kernel.numba_types import DESK, EVENT_TYPE
from traider.kernel.order_records import Desk
from traider.kernel.records import Record

_NONE = int(PlanState.NONE)
_ENTERING = int(PlanState.ENTERING)
_OPEN = int(PlanState.OPEN)
_CLOSING = int(PlanState.CLOSING)
_FREE = int(SliceState.FREE)
_WAITING = int(SliceState.WAITING)
_RESTING = int(SliceState.RESTING)
_CANCELLING = int(SliceState.CANCELLING)
_ENDING = int(SliceState.ENDING)
_MARKET_STYLE = int(Style.MARKET)
_IDLE = int(WorkState.IDLE)
_HALTED = int(WorkEnd.HALTED)
_FILL = int(Kind.FILL)
_REDUCE_ONLY = int(OrderFlag.REDUCE_ONLY)
_MARKET = int(OrderType.MARKET)


@compiled(int64(DESK, int64))
def tend_plan(desk: Desk, count: int) -> int:
    """Bring the exits in line with what is held; return the new count of intents."""
    plan = desk.plan
    _take_stock(desk)
    if plan["state"] == _NONE:
        return count
    if plan["state"] == _CLOSING or plan["exits"] > 0:
        count = _take_entry_back(desk, count)
    if plan["state"] == _OPEN:
        set_stop(desk)
    count = _match_slices(desk, count)
    merge_waiting(desk)
    if _may_fold(desk):
        count = fold_waiting(desk, count)
    for j in range(len(desk.slices)):
        if desk.slices[j]["state"] != _FREE:
            count = _tend_slice(desk, j, count)
    count = sell_unarmed(desk, count)
    plan["unarmed_lots"] = plan["held_lots"] - plan["close_lots"] - lots_at_venue(desk)
    return count


@compiled(void(DESK))
def _take_stock(desk: Desk) -> None:
    """Read the position; begin a plan for one that has none, and close one whose time is up."""
    plan, account, strategy = desk.plan, desk.account, desk.strategy
    position, now = desk.market["position_lots"], account["now_ns"]
    if plan["state"] == _NONE:
        wanted = account["killed"] == CLOSES or strategy["plan_on"] != 0
        if not wanted or not is_closable(desk, abs(position), desk.market["mark_ticks"]):
            return
        plan["state"] = _ENTERING
        plan["side"] = 1 if position > 0 else -1
        plan["planned_lots"] = abs(position)
    held = max(plan["side"] * position, 0)
    if plan["state"] == _ENTERING and held > 0:
        plan["state"] = _OPEN
        if strategy["plan_time_stop_ns"] > 0:
            # An order at the market is as good as filled when it is decided: its life then ends on
            # a decision too, where a latency later would be one decision too late.
            at_once = strategy["style"] == _MARKET_STYLE and plan["since_ns"] > 0
            begun = plan["since_ns"] if at_once else now
            plan["deadline_ns"] = begun + strategy["plan_time_stop_ns"]
    is_late = 0 < plan["deadline_ns"] <= now and account["killed"] != KEEPS
    if plan["state"] < _CLOSING and (
        is_late or account["killed"] == CLOSES or plan["side"] * position < 0
    ):
        plan["state"] = _CLOSING
        plan["since_ns"] = now
    plan["held_lots"] = held
    if desk.market["can_short"] != 0:
        # An order that only reduces loses what another exit filled meanwhile.
        plan["close_lots"] = min(plan["close_lots"], held)


@compiled(int64(DESK, int64))
def _take_entry_back(desk: Desk, count: int) -> int:
    """Ask, once, for what is left of the entry: an exit did its work, or the plan closes."""
    plan = desk.plan
    for s in range(2):
        if desk.works[s]["state"] != _IDLE and desk.works[s]["reason"] == 0:
            desk.works[s]["reason"] = _HALTED
    if plan["entry_id"] != 0 and plan["entry_asked"] == 0 and has_room(desk, count, 1):
        plan["entry_asked"] = 1
        return cancel_order(desk, count, plan["entry_id"])
    return count


@compiled(int64(DESK, int64))
def _match_slices(desk: Desk, count: int) -> int:
    """Give lots without a slice to one, or take back slices that hold more than is held."""
    plan = desk.plan
    at_venue = lots_at_venue(desk)
    spare = plan["held_lots"] - plan["close_lots"] - at_venue - lots_waiting(desk)
    if spare > 0 and plan["state"] == _OPEN:
        step = desk.market["lot_step"]
        return int(allot(desk, spare // step * step, count))
    if spare < 0:
        trim_waiting(desk, -spare)
        excess = at_venue + plan["close_lots"] - plan["held_lots"]
        for j in range(len(desk.slices)):
            if desk.slices[j]["state"] >= _CANCELLING:
                excess -= desk.slices[j]["lots"]
        for back in range(len(desk.slices)):
            j = len(desk.slices) - 1 - back
            if excess > 0 and desk.slices[j]["state"] == _RESTING:
                excess -= desk.slices[j]["lots"]
                count = take_back(desk, j, count)
    return count


@compiled(types.boolean(DESK))
def _may_fold(desk: Desk) -> bool:
    """Return whether parts too small may be joined: no more lots come, and the stop is not due."""
    plan = desk.plan
    if plan["state"] != _OPEN or plan["stop_ticks"] == 0:
        return False
    return bool(is_entry_over(desk) and not is_stop_passed(desk))


@compiled(int64(DESK, int64, int64))
def _tend_slice(desk: Desk, j: int, count: int) -> int:
    """Place, replace or take back the orders of one slice."""
    one, plan = desk.slices[j], desk.plan
    is_closing = plan["state"] == _CLOSING
    if one["state"] >= _CANCELLING:
        count = chase(desk, j, count)
    if one["state"] >= _CANCELLING or one["state"] == _FREE:
        return count
    if one["state"] == _RESTING:
        return int(take_back(desk, j, count) if is_closing else tend_resting(desk, j, count))
    if is_closing:
        one["lots"] = 0
        one["state"] = _FREE
        return count
    return int(arm(desk, j, count)) if _may_arm(desk, j) else count


@compiled(types.boolean(DESK, int64))
def _may_arm(desk: Desk, j: int) -> bool:
    """Return whether a waiting slice may be placed now."""
    one, plan, account = desk.slices[j], desk.plan, desk.account
    rests = one["failures"] >= FAILURES_MAX
    waited = account["now_ns"] - one["since_ns"]
    if rests and waited < PATIENCE_NS:
        return False
    if one["postponed"] > 0 and waited < pause_ns(one["postponed"]):
        return False
    if plan["stop_ticks"] == 0 or is_stop_passed(desk):
        return False
    for i in range(len(desk.slices)):
        other = desk.slices[i]
        is_returning = other["state"] == _CANCELLING and other["asked"] == 1
        if is_returning and other["target"] == one["target"]:
            return False  # the two are placed as one when it has come back
    return True


@compiled(void(DESK, EVENT_TYPE))
def meet_entry(desk: Desk, event: Record) -> None:
    """Note what the entry paid, and its end."""
    plan = desk.plan
    side = plan["side"]
    if plan["state"] == _NONE:
        side = 1 if desk.market["position_lots"] > 0 else -1
    if event["kind"] == _FILL and event["side"] == side:
        plan["entry_value"] += float(event["price"]) * event["size"]
        plan["entry_lots"] += event["size"]
    if plan["entry_id"] == 0 or event["order_id"] != plan["entry_id"]:
        return
    if ends_order(event) or (event["kind"] == _FILL and event["leaves"] == 0):
        plan["entry_id"] = 0


@compiled(void(DESK))
def finish_plan(desk: Desk) -> None:
    """End the plan when nothing of it is left that can be sold or that may still fill."""
    plan, market = desk.plan, desk.market
    if plan["state"] == _NONE:
        return
    if plan["close_id"] != 0 or not is_entry_over(desk):
        return
    if is_closable(desk, plan["held_lots"], market["mark_ticks"]):
        return
    for j in range(len(desk.slices)):
        if desk.slices[j]["state"] > _WAITING:
            return
    trim_waiting(desk, FAR)
    worked = plan["exits"] > 0 or plan["state"] == _CLOSING or plan["targets_hit"] != 0
    follows = market["direction"] == plan["side"] and desk.account["killed"] == 0
    keeps_out = worked and follows and desk.strategy["plan_reenter"] == 0
    if worked and market["direction"] == plan["side"]:
        market["exited_ns"] = desk.account["now_ns"]  # else noted when the direction was left
    _clear(desk)
    plan["spent"] = market["direction"] if keeps_out else 0
    plan["dust_lots"] = abs(market["position_lots"])
    if is_closable(desk, plan["dust_lots"], market["mark_ticks"]):
        # The position turned over while the plan closed: the other side wants a plan of its own.
        plan["dust_lots"] = 0
        market["watch_ns"] = desk.account["now_ns"]


@compiled(void(DESK))
def _clear(desk: Desk) -> None:
    plan = desk.plan
    plan["state"] = _NONE
    plan["side"] = 0
    plan["planned_lots"] = 0
    plan["parts"] = 0
    plan["allotted_lots"] = 0
    plan["held_lots"] = 0
    plan["unarmed_lots"] = 0
    plan["entry_value"] = 0.0
    plan["entry_lots"] = 0
    plan["entry_asked"] = 0
    plan["stop_distance"] = 0.0
    plan["trail_distance"] = 0.0
    plan["stop_ticks"] = 0
    plan["best_ticks"] = 0
    plan["trailing"] = 0
    plan["targets_hit"] = 0
    plan["exits"] = 0
    plan["deadline_ns"] = 0
    plan["since_ns"] = 0
    plan["failures"] = 0
    plan["postponed"] = 0
    plan["retry_ns"] = 0


@compiled(void(DESK))
def watch_plan(desk: Desk) -> None:
    """Say when the plan wants to be looked at without an order event."""
    plan, market, now = desk.plan, desk.market, desk.account["now_ns"]
    if plan["state"] == _NONE:
        return
    is_timed = plan["deadline_ns"] > 0 and desk.account["killed"] != KEEPS
    soonest = plan["deadline_ns"] if is_timed else FAR
    if plan["state"] == _CLOSING:
        soonest = FAR
        if now < plan["since_ns"] + PATIENCE_NS:
            soonest = plan["since_ns"] + PATIENCE_NS
    waits = plan["failures"] >= FAILURES_MAX or plan["postponed"] > 0
    if waits and plan["retry_ns"] > now:
        soonest = min(soonest, plan["retry_ns"])
    for j in range(len(desk.slices)):
        one = desk.slices[j]
        rests = one["state"] == _WAITING and one["failures"] >= FAILURES_MAX
        if rests or one["state"] >= _CANCELLING:
            soonest = min(soonest, one["since_ns"] + PATIENCE_NS)
        elif one["state"] == _WAITING and one["postponed"] > 0:
            again = one["since_ns"] + pause_ns(one["postponed"])
            soonest = min(soonest, again if again > now else soonest)
    market["watch_ns"] = min(market["watch_ns"], max(soonest, now + 1))
    if plan["state"] == _OPEN and plan["stop_ticks"] > 0:
        _watch_price(desk)


@compiled(void(DESK))
def _watch_price(desk: Desk) -> None:
    """Watch the stop while something is unarmed, and the next step of the trailing stop."""
    plan, market = desk.plan, desk.market
    below, above = -FAR, FAR
    armed = 0
    for j in range(len(desk.slices)):
        if desk.slices[j]["state"] == _RESTING:
            armed += desk.slices[j]["lots"]
    if armed < plan["held_lots"] and not is_stop_passed(desk):
        below = plan["stop_ticks"]
    if plan["trailing"] != 0:
        move = int(math.ceil(plan["trail_distance"])) + step_ticks(desk)
        above = plan["stop_ticks"] + plan["side"] * move
    if plan["side"] < 0:
        # Everything is mirrored: the stop lies above.
        below, above = above if plan["trailing"] != 0 else -FAR, (below if below != -FAR else FAR)
    market["watch_below"] = max(market["watch_below"], below)
    market["watch_above"] = min(market["watch_above"], above)
