"""From targets to orders: the difference between what is wanted and what is held.

An instrument with an order in flight is left alone until that order ended; where its time is up
already, the decision is made good as soon as its end is told (``expiring``). One whose position
stands under a plan is left to the plan; one whose difference is being worked is left to the work,
unless something else is wanted by now. Targets are fractions of equity without the fee balance.
"""

from numba import float64, int64, types, void

from traider.domain.events import OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.arithmetic import MONEY
from traider.kernel.codes import PlanState, Sizing, Style, WorkEnd, WorkState
from traider.kernel.compiled import compiled
from traider.kernel.decider.ensemble import is_cooling
from traider.kernel.decider.expiring import note_late
from traider.kernel.decider.intents import note_life, write_intent
from traider.kernel.decider.latency_offset import latency_offset
from traider.kernel.decider.plan_levels import set_distances
from traider.kernel.decider.rounding import passive_price, truncate
from traider.kernel.decider.sizing import gross_scale, net_scale
from traider.kernel.decider.soundness import allowed_share, is_unsound
from traider.kernel.decider.working import begin_work
from traider.kernel.numba_types import (
    DECIDER,
    EVENT_TYPE,
    EVENTS,
    MARKET_TYPE,
    PLAN_TYPE,
    WORK_TYPE,
)
from traider.kernel.records import Decider, Record, Records

_QUOTE_SIZED = int(OrderFlag.QUOTE_SIZED)
_MARKET = int(OrderType.MARKET)
_REDUCE_ONLY = int(OrderFlag.REDUCE_ONLY)
_LIMIT_UNTIL = int(OrderType.LIMIT) | int(TimeInForce.GTD) << 4
_ALL_IN = int(Sizing.ALL_IN)
_LIMIT_STYLE = int(Style.LIMIT)
_NO_PLAN = int(PlanState.NONE)
_ENTERING = int(PlanState.ENTERING)
_OPEN = int(PlanState.OPEN)
_CLOSING = int(PlanState.CLOSING)
_IDLE = int(WorkState.IDLE)
_CHANGED = int(WorkEnd.CHANGED)
_ALL_MONEY = 2**62
_WORTH_A_CHANGE = 0.1
"""Part of the worked lots that a change of the target must be, beside the dead band."""


@compiled(int64(DECIDER, EVENTS), inline=True)
def rebalance(decider: Decider, out: Records) -> int:
    """Write the orders that bring every fresh instrument to its target; return their number.

    Sells come first, so that on spot the cash they free can be spent.
    """
    scale = _gross_factor(decider)
    note_late(decider)
    if decider.account[0]["managed"] != 0:
        _judge_plans(decider)
    count = 0
    for side in (-1, 1):
        for k in range(len(decider.markets)):
            if decider.markets[k]["fresh"] != 0:
                count = _order(decider, out, count, k, side, scale)
    for k in range(len(decider.markets)):
        decider.markets[k]["fresh"] = 0
    return count


@compiled(int64(DECIDER, EVENTS, int64, int64))
def catch_up(decider: Decider, out: Records, count: int, k: int) -> int:
    """Order what the last decision wanted of instrument ``k``; return the new count of intents."""
    scale = _gross_factor(decider)
    for side in (-1, 1):
        count = _order(decider, out, count, k, side, scale)
    return int(count)


@compiled(float64(DECIDER), inline=True)
def _gross_factor(decider: Decider) -> float:
    """Return the factor that brings the sum of exposures down to its cap."""
    gross = 0.0
    for k in range(len(decider.markets)):
        gross += abs(decider.markets[k]["exposure"])
    return float(gross_scale(gross, decider.strategy[0]["gross_leverage"]))


@compiled(int64(DECIDER, EVENTS, int64, int64, int64, float64), inline=True)
def _order(decider: Decider, out: Records, count: int, k: int, side: int, scale: float) -> int:
    """Order what is wanted of instrument ``k`` on ``side``, if it may be ordered."""
    market = decider.markets[k]
    if market["open_orders"] > 0 or market["mark_ticks"] <= 0:
        return count
    if decider.account[0]["managed"] != 0 and not _is_free(decider, k, side, scale):
        return count
    if decider.strategy[0]["sizing"] == _ALL_IN:
        return int(_all_in(decider, out, count, k, side))
    return int(_toward_target(decider, out, count, k, side, scale))


@compiled(int64(DECIDER, EVENTS, int64, int64, int64), inline=True)
def _all_in(decider: Decider, out: Records, count: int, k: int, side: int) -> int:
    """All of the instrument's share of cash in on the way up, all out on the way down."""
    market = decider.markets[k]
    held = market["position_lots"]
    price = market["mark_ticks"] * market["lot_value"]
    if side < 0 and market["direction"] <= 0 and held > 0:
        is_small = held * price < market["min_notional"]
        if is_small and market["can_short"] == 0:
            market["too_small"] += 1
            return count
        count = write_intent(decider, out, count, k, -1, held)
        if is_small:
            out[count - 1]["flags"] |= _REDUCE_ONLY
        return count
    is_halted = decider.account[0]["paused"] != 0 or is_unsound(market)
    if side > 0 and market["direction"] > 0 and held == 0 and not is_halted:
        share = int(decider.account[0]["tradable"] * MONEY / len(decider.markets))
        cash = decider.account[0]["cash_units"]
        amount = cash if len(decider.markets) == 1 else min(cash, share)
        amount = min(amount, _stakes(decider, k))
        part = allowed_share(decider.account[0], market)
        amount = int(amount * part) if part > 0.0 else amount
        lots = truncate(amount / MONEY / price, market["lot_step"])
        worth = amount / MONEY
        if amount > 0 and (worth < market["min_notional"] or _is_stuck(decider, k, lots)):
            market["too_small"] += 1
            return count
        if amount > 0:
            write_intent(decider, out, count, k, 1, amount)
            out[count]["flags"] = _MARKET | _QUOTE_SIZED
            if decider.strategy[0]["plan_on"] != 0:
                entry_id = out[count]["order_id"]
                _plan_entry(decider.plans[k], 1, lots, entry_id, held, out[count]["ts_recv"])
            return count + 1
    return count


@compiled(int64(DECIDER, int64))
def _stakes(decider: Decider, k: int) -> int:
    """Return the most money, in units, whose plan's stop costs no more than the risk of a trade."""
    strategy = decider.strategy[0]
    if strategy["plan_on"] == 0 or strategy["risk_per_trade"] <= 0.0:
        return _ALL_MONEY
    distance = decider.plans[k]["stop_distance"] / decider.markets[k]["mark_ticks"]
    wanted = strategy["risk_per_trade"] * decider.account[0]["tradable"] / distance
    return int(min(wanted * MONEY, float(_ALL_MONEY)))


@compiled(void(DECIDER, EVENT_TYPE, int64, int64))
def _make_passive(decider: Decider, intent: Record, k: int, side: int) -> None:
    """Turn a market intent into a limit that lives until the decision after the last."""
    strategy = decider.strategy[0]
    offset = strategy["limit_offset"]
    offset += latency_offset(decider.account[0], strategy, decider.values[k])
    intent["flags"] = _LIMIT_UNTIL
    intent["price"] = passive_price(decider.markets[k]["mark_ticks"], side, offset)
    intent["expire"] = decider.markets[k]["decided_ns"] + strategy["decision_ns"]
    note_life(decider, intent)


@compiled(
    int64(DECIDER, EVENTS, int64, int64, int64, float64),
    inline=True,
)
def _toward_target(
    decider: Decider, out: Records, count: int, k: int, side: int, scale: float
) -> int:
    """Order the difference to the target when it is on ``side`` and worth trading.

    Differences under the dead band or the venue's minimum wait, the latter counted; going flat
    never waits for the dead band.
    """
    market = decider.markets[k]
    strategy = decider.strategy[0]
    price = market["mark_ticks"] * market["lot_value"]
    target = _target_lots(decider, k, scale)
    difference = target - market["position_lots"]
    lots = difference * side
    if lots <= 0:
        if target == 0 and difference == 0 and market["exposure"] * side > 0.0:
            market["too_small"] += 1
        return count
    amount = lots * price
    if target != 0 and amount < strategy["dead_band"] * decider.account[0]["tradable"]:
        return count
    is_small = amount < market["min_notional"]
    closes = target == 0 and market["can_short"] != 0
    if lots < market["min_lots"] or (is_small and not closes) or _is_stuck(decider, k, lots):
        market["too_small"] += 1
        return count
    if strategy["style"] > _LIMIT_STYLE:
        now = decider.account[0]["now_ns"]
        begin_work(decider.works[k, 0 if side > 0 else 1], market, side, lots, now)
        if strategy["plan_on"] != 0:
            _plan_entry(decider.plans[k], side, lots, 0, market["position_lots"], now)
        return count
    write_intent(decider, out, count, k, side, lots)
    if strategy["style"] == _LIMIT_STYLE:
        _make_passive(decider, out[count], k, side)
    if is_small:
        out[count]["flags"] |= _REDUCE_ONLY
    if strategy["plan_on"] != 0:
        entry_id, held = out[count]["order_id"], market["position_lots"]
        _plan_entry(decider.plans[k], side, lots, entry_id, held, out[count]["ts_recv"])
    return count + 1


@compiled(types.boolean(DECIDER, int64, int64), inline=True)
def _is_stuck(decider: Decider, k: int, lots: int) -> bool:
    """Return whether coins bought for a plan could not be sold at its stop: worth too little."""
    market, plan = decider.markets[k], decider.plans[k]
    if decider.strategy[0]["plan_on"] == 0 or market["can_short"] != 0:
        return False
    stop = market["mark_ticks"] - plan["stop_distance"]
    worth = (market["position_lots"] + lots) * stop * market["lot_value"]
    return bool(worth < market["min_notional"])


@compiled(int64(DECIDER, int64, float64), inline=True)
def _target_lots(decider: Decider, k: int, scale: float) -> int:
    """Return the wanted position.

    While paused, or on data not to be trusted, it is cut so that positions can only shrink.
    """
    market = decider.markets[k]
    equity = decider.account[0]["tradable"]
    price = market["mark_ticks"] * market["lot_value"]
    target = 0
    if market["exposure"] != 0.0 and equity > 0.0:
        side_scale = net_scale(decider, scale, 1 if market["exposure"] > 0.0 else -1)
        wanted = market["exposure"] * scale * side_scale * equity / price
        target = truncate(wanted, market["lot_step"])
        part = allowed_share(decider.account[0], market)
        if part > 0.0:
            # A breaker leaves a part of what is wanted; what is held beyond it may stay.
            least = truncate(wanted * part, market["lot_step"])
            held = market["position_lots"]
            target = min(target, max(held, least)) if target > 0 else max(target, min(held, least))
    if decider.account[0]["paused"] != 0 or is_unsound(market):
        held = market["position_lots"]
        target = min(max(target, min(held, 0)), max(held, 0))
    return int(target)


@compiled(void(DECIDER))
def _judge_plans(decider: Decider) -> None:
    """Close the plans that the ensemble does not follow any more."""
    now = decider.account[0]["now_ns"]
    for k in range(len(decider.markets)):
        plan, market = decider.plans[k], decider.markets[k]
        if plan["spent"] != market["direction"]:
            plan["spent"] = 0
        is_live = plan["state"] == _ENTERING or plan["state"] == _OPEN
        if is_live and market["direction"] != plan["side"]:
            plan["state"] = _CLOSING
            plan["since_ns"] = now
            market["watch_ns"] = now


@compiled(types.boolean(DECIDER, int64, int64, float64))
def _is_free(decider: Decider, k: int, side: int, scale: float) -> bool:
    """Return whether the instrument may be ordered on ``side``; end work no longer wanted."""
    market = decider.markets[k]
    for s in range(2):
        work = decider.works[k, s]
        if work["state"] != _IDLE:
            if decider.plans[k]["state"] <= _ENTERING:
                difference = _target_lots(decider, k, scale) - market["position_lots"]
                band = decider.strategy[0]["dead_band"] * decider.account[0]["tradable"]
                _judge_work(work, market, difference, band)
            return False
    plan = decider.plans[k]
    if decider.strategy[0]["plan_on"] == 0:
        return bool(plan["state"] == _NO_PLAN)  # an emergency stop may still be closing
    direction = market["direction"]
    if plan["state"] != _NO_PLAN or direction != side or plan["spent"] == direction:
        return False
    if is_cooling(decider.strategy[0], market, decider.account[0]["now_ns"]):
        return False
    row = decider.values[k]
    return bool(set_distances(decider.strategy[0], plan, row, float(market["mark_ticks"])))


@compiled(void(WORK_TYPE, MARKET_TYPE, int64, float64))
def _judge_work(work: Record, market: Record, difference: int, band: float) -> None:
    """End a work when the other side, or a size beyond the dead band from its own, is wanted."""
    if work["reason"] != 0:
        return
    apart = abs(difference * work["side"] - (work["total_lots"] - work["done_lots"]))
    moved = apart * market["mark_ticks"] * market["lot_value"] > band
    is_much = apart > _WORTH_A_CHANGE * work["total_lots"]
    if difference * work["side"] <= 0 or (moved and is_much):
        work["reason"] = _CHANGED
        market["watch_ns"] = 0  # due at once


@compiled(void(PLAN_TYPE, int64, int64, int64, int64, int64))
def _plan_entry(
    plan: Record, side: int, lots: int, entry_id: int, held_lots: int, now_ns: int
) -> None:
    """Begin a plan with an entry under way; ``entry_id`` 0 is a worked one."""
    plan["state"] = _ENTERING
    plan["side"] = side
    plan["planned_lots"] = lots
    plan["entry_id"] = entry_id
    plan["held_lots"] = max(side * held_lots, 0)
    plan["unarmed_lots"] = plan["held_lots"]
    plan["since_ns"] = now_ns
