"""Limits of instruments held on margin: how much of it is used, how far liquidation is.

Both look at the worst case, every instrument with all its open purchases or all its open sales
filled, whichever leaves more, and at the whole account (cross margin). Collateral is cash with
derivative positions at their marks; spot holdings and the fee balance are none. The venue may value
positions at a mark price of its own: what is measured here is as near as the gate's own marks.

The liquidation price of an instrument is where, with all other prices as they are, collateral is
the maintenance margin of all positions:

    long:   collateral - v * (1 - f) = others + v * f * rate - amount
    short:  collateral - v * (f - 1) = others + v * f * rate - amount

with ``v`` the position's value at the mark, ``f`` the liquidation price as a multiple of the mark,
``others`` the maintenance margin of the other positions, and rate and amount of the tier that the
position then stands in.
"""

from numba import float64, int64

from traider.kernel.arithmetic import MONEY
from traider.kernel.codes import Limit, Verdict
from traider.kernel.compiled import compiled
from traider.kernel.gate.exposure import ANSWER, Answer
from traider.kernel.margin_tiers import INITIAL, MAINTENANCE, tier_margin
from traider.kernel.numba_types import EVENT_TYPE, GATE
from traider.kernel.records import Gate, Record

_MAX_MARGIN_USE = int(Limit.MAX_MARGIN_USE)
_MIN_LIQUIDATION_DISTANCE = int(Limit.MIN_LIQUIDATION_DISTANCE)
_APPROVED = int(Verdict.APPROVED)
_MARGIN_USE = int(Verdict.MARGIN_USE)
_LIQUIDATION_DISTANCE = int(Verdict.LIQUIDATION_DISTANCE)
_LEAST = 1e-8
"""Collateral below it counts as this much, so that what is measured stays a number."""


@compiled(ANSWER(GATE, EVENT_TYPE, float64))
def check_margin(gate: Gate, order: Record, lots: float) -> Answer:
    """Compare margin use and the nearest liquidation with their limits; spot has neither."""
    own = gate.markets[order["instrument"]]
    most_use = gate.limits[_MAX_MARGIN_USE]
    least_distance = gate.limits[_MIN_LIQUIDATION_DISTANCE]
    is_off = most_use <= 0.0 and least_distance <= 0.0
    if is_off or own["tier_start"] == own["tier_stop"]:
        return _APPROVED, 0.0, 0.0
    collateral = _collateral(gate)
    initial = 0.0
    maintenance = 0.0
    for k in range(len(gate.markets)):
        value = abs(_worst_value(gate, order, lots, k))
        initial += _margin(gate, k, value, INITIAL)
        maintenance += _margin(gate, k, value, MAINTENANCE)
    use = initial / max(collateral, _LEAST)
    if most_use > 0.0 and use > most_use:
        return _MARGIN_USE, use, most_use
    if least_distance <= 0.0:
        return _APPROVED, 0.0, 0.0
    nearest = 1.0
    for k in range(len(gate.markets)):
        value = _worst_value(gate, order, lots, k)
        market = gate.markets[k]
        if value != 0.0 and market["tier_start"] < market["tier_stop"]:
            left = collateral - maintenance + _margin(gate, k, abs(value), MAINTENANCE)
            nearest = min(nearest, _distance(gate, k, value, left))
    if nearest < least_distance:
        return _LIQUIDATION_DISTANCE, nearest, least_distance
    return _APPROVED, 0.0, 0.0


@compiled(float64(GATE))
def _collateral(gate: Gate) -> float:
    """Return cash with derivative positions at their marks, in currency."""
    total = float(gate.account[0]["cash_units"]) / MONEY
    for k in range(len(gate.markets)):
        market = gate.markets[k]
        if market["can_short"] != 0:
            total += market["position_lots"] * market["mark_ticks"] * market["lot_value"]
    return total


@compiled(float64(GATE, EVENT_TYPE, float64, int64), inline=True)
def _worst_value(gate: Gate, order: Record, lots: float, k: int) -> float:
    """Return the signed value that an instrument's position may come to."""
    market = gate.markets[k]
    longest = float(market["position_lots"] + market["open_buy_lots"])
    shortest = float(market["position_lots"] - market["open_sell_lots"])
    if k == order["instrument"]:
        if order["side"] > 0:
            longest += lots
        else:
            shortest -= lots
    worst = longest if abs(longest) >= abs(shortest) else shortest
    return float(worst * market["mark_ticks"] * market["lot_value"])


@compiled(float64(GATE, int64, float64, int64), inline=True)
def _margin(gate: Gate, k: int, value: float, which: int) -> float:
    """Return the margin of a position: above the venue's last tier, its whole value."""
    market = gate.markets[k]
    found = tier_margin(gate.tiers, market["tier_start"], market["tier_stop"], value, which)
    return min(found, value)


@compiled(float64(GATE, int64, float64, float64))
def _distance(gate: Gate, k: int, value: float, left: float) -> float:
    """Return how far a mark may move against its position, as a fraction, until liquidation.

    ``left`` is the collateral beside the maintenance margin of the others. The tier is the first
    whose solution does not lie beyond it: in one before, the position would still be too large.
    """
    market = gate.markets[k]
    size = abs(value)
    side = 1.0 if value > 0.0 else -1.0
    multiple = 0.0
    for t in range(market["tier_start"], market["tier_stop"]):
        tier = gate.tiers[t]
        free = size - side * (left + tier["amount"])
        multiple = free / (size * (1.0 - side * tier["rate"]))
        if size * multiple <= tier["cap"]:
            break
    return side * (1.0 - multiple)
