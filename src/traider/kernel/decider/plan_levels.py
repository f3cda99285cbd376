"""Prices of a plan's exits: their distances, the targets, and steps of the stop.

The unit R is the stop distance: so many average true ranges, or a fraction of the price, when the
entry was decided. The stop stands one R from the average price of the entry, target i so many R on
the other side, each rounded away from the entry.
"""

import math

from numba import float64, int64, types

from traider.kernel.compiled import compiled
from traider.kernel.numba_types import DESK, PLAN_TYPE, STRATEGY_TYPE, VECTOR
from traider.kernel.order_records import Desk
from traider.kernel.records import Floats, Record

FAR = 2**62


@compiled(types.boolean(STRATEGY_TYPE, PLAN_TYPE, VECTOR, float64))
def set_distances(strategy: Record, plan: Record, values: Floats, mark_ticks: float) -> bool:
    """Set the distances of stops from the features of this moment; False while unknown."""
    slot = strategy["plan_stop_slot"]
    stop = strategy["plan_stop"] * (values[slot] if slot >= 0 else mark_ticks)
    slot = strategy["plan_trail_slot"]
    trail = 0.0
    if strategy["plan_trail"] > 0.0:
        trail = strategy["plan_trail"] * (values[slot] if slot >= 0 else mark_ticks)
    if not (0.0 < stop < FAR and 0.0 <= trail < FAR):  # false for what is not a number, too
        return False
    plan["stop_distance"] = stop
    plan["trail_distance"] = trail
    return True


@compiled(float64(STRATEGY_TYPE, int64))
def target_multiple(strategy: Record, target: int) -> float:
    """Return how many R target ``target`` is from the entry, 0 without it."""
    if target == 0:
        return float(strategy["plan_target_0"])
    if target == 1:
        return float(strategy["plan_target_1"])
    if target == 2:
        return float(strategy["plan_target_2"])
    return 0.0


@compiled(float64(DESK), inline=True)
def entry_price(desk: Desk) -> float:
    """Return the average price of the entry in ticks; the mark when no fill is known."""
    plan = desk.plan
    if plan["entry_lots"] > 0:
        return float(plan["entry_value"] / plan["entry_lots"])
    return float(desk.market["mark_ticks"])


@compiled(int64(float64, int64), inline=True)
def round_to(price: float, side: int) -> int:
    """Return ``price`` in whole ticks, up for side 1 and down for -1, within what is possible."""
    bounded = min(max(price, 1.0), 4.0e18)
    return int(math.ceil(bounded)) if side > 0 else int(math.floor(bounded))


@compiled(int64(DESK, int64))
def target_ticks(desk: Desk, target: int) -> int:
    """Return the price of a target; 0 without one, or when none is possible above zero."""
    side = desk.plan["side"]
    multiple = target_multiple(desk.strategy, target)
    price = entry_price(desk) + side * multiple * desk.plan["stop_distance"]
    return round_to(price, side) if multiple > 0.0 and price >= 1.0 else 0


@compiled(int64(DESK), inline=True)
def step_ticks(desk: Desk) -> int:
    """Return the least move of the stop that is worth replacing orders."""
    plan = desk.plan
    distance = plan["trail_distance"] if plan["trailing"] != 0 else plan["stop_distance"]
    return max(int(math.floor(desk.strategy["plan_trail_step"] * distance)), 1)


@compiled(types.boolean(DESK), inline=True)
def is_stop_passed(desk: Desk) -> bool:
    """Return whether the mark stands at the stop or beyond it."""
    plan = desk.plan
    if plan["stop_ticks"] == 0 or desk.market["mark_ticks"] <= 0:
        return False
    return bool(plan["side"] * (desk.market["mark_ticks"] - plan["stop_ticks"]) <= 0)
