"""The stop of a plan: first one R from the entry, then at break-even, then trailing the best mark.

When the first target that has a part of the position is done, the stop may move to the average
price of the entry, and from then on (or at once, without such a target) a trailing stop follows the
best mark. A stop only ever moves toward the market; smaller moves than a step wait, so that not
every tick cancels and replaces orders.
"""

from numba import int64, types, void

from traider.kernel.compiled import compiled
from traider.kernel.decider.plan_levels import entry_price, round_to, set_distances, step_ticks
from traider.kernel.decider.plan_parts import first_target, settle_parts
from traider.kernel.numba_types import DESK
from traider.kernel.order_records import Desk


@compiled(types.boolean(DESK))
def _is_first_target_done(desk: Desk) -> bool:
    """Return whether the first target filled and nothing of it is left at the venue."""
    first = first_target(desk)
    if first < 0:
        return True
    if desk.plan["targets_hit"] >> first & 1 == 0:
        return False
    for j in range(len(desk.slices)):
        one = desk.slices[j]
        if one["target"] == first and one["lots"] > 0 and one["stop_id"] + one["target_id"] != 0:
            return False
    return True


@compiled(void(DESK))
def set_stop(desk: Desk) -> None:
    """Bring the plan's stop up to date with the entry, the targets done and the best mark."""
    plan, strategy = desk.plan, desk.strategy
    side, mark = plan["side"], desk.market["mark_ticks"]
    if plan["stop_distance"] <= 0.0 and not set_distances(strategy, plan, desk.values, float(mark)):
        return
    entry = entry_price(desk)
    if plan["trailing"] == 0 and plan["targets_hit"] == 0:
        plan["stop_ticks"] = round_to(entry - side * plan["stop_distance"], -side)
        settle_parts(desk)
    if plan["trailing"] == 0 and _is_first_target_done(desk):
        if strategy["plan_break_even"] != 0 and plan["targets_hit"] != 0:
            _tighten(desk, round_to(entry, side), 1)
        if plan["trail_distance"] > 0.0:
            plan["trailing"] = 1
            plan["best_ticks"] = mark
    if plan["trailing"] != 0:
        if side * (mark - plan["best_ticks"]) > 0:
            plan["best_ticks"] = mark
        wanted = round_to(plan["best_ticks"] - side * plan["trail_distance"], -side)
        _tighten(desk, wanted, step_ticks(desk))


@compiled(void(DESK, int64, int64), inline=True)
def _tighten(desk: Desk, wanted: int, least: int) -> None:
    plan = desk.plan
    if plan["side"] * (wanted - plan["stop_ticks"]) >= least:
        plan["stop_ticks"] = wanted
