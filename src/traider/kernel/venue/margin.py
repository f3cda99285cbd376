"""Margin of derivatives: what positions must hold, over the whole account (cross margin).

Collateral is cash with every derivative position at its margin price: the venue's own mark price
where it says one, else the last price seen. Spot holdings and the fee balance are none. The initial
margin is asked before an order may add to a position, the maintenance margin of a tier at every
price.
"""

from numba import float64, int64, types, void

from traider.domain.events import OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.arithmetic import MONEY
from traider.kernel.compiled import compiled
from traider.kernel.margin_tiers import INITIAL, MAINTENANCE, tier_margin
from traider.kernel.numba_types import VENUE
from traider.kernel.records import Venue

_TYPE_MASK = int(OrderFlag.TYPE_MASK)
_MARKET = int(OrderType.MARKET)
_REDUCE_ONLY = int(OrderFlag.REDUCE_ONLY)


@compiled(types.boolean(VENUE, int64), inline=True)
def is_margined(venue: Venue, k: int) -> bool:
    """Return whether instrument ``k`` is held on margin: it has tiers."""
    return bool(venue.markets[k]["tier_stop"] > venue.markets[k]["tier_start"])


@compiled(float64(VENUE))
def collateral(venue: Venue) -> float:
    """Return cash with derivative positions at their margin prices, in currency."""
    total = float(venue.venue[0]["cash_units"]) / MONEY
    for k in range(len(venue.markets)):
        market = venue.markets[k]
        if market["can_short"] != 0:
            total += market["position_lots"] * market["margin_ticks"] * market["lot_value"]
    return total


@compiled(float64(VENUE, int64, float64, int64), inline=True)
def margin_of(venue: Venue, k: int, notional: float, which: int) -> float:
    """Return the initial or maintenance margin of a position of ``notional`` in currency."""
    market = venue.markets[k]
    return tier_margin(venue.tiers, market["tier_start"], market["tier_stop"], notional, which)


@compiled(float64(VENUE, int64))
def margin_held(venue: Venue, which: int) -> float:
    """Return the margin that all positions ask together, in currency."""
    total = 0.0
    for k in range(len(venue.markets)):
        market = venue.markets[k]
        if market["can_short"] != 0 and market["position_lots"] != 0:
            value = market["margin_ticks"] * market["lot_value"]
            total += margin_of(venue, k, abs(market["position_lots"]) * value, which)
    return total


@compiled(types.boolean(VENUE))
def is_margin_short(venue: Venue) -> bool:
    """Return whether the account no longer holds the maintenance margin of its positions."""
    return bool(collateral(venue) < margin_held(venue, MAINTENANCE))


@compiled(types.boolean(VENUE, int64, int64, float64))
def has_margin(venue: Venue, j: int, lots: int, ticks: float) -> bool:
    """Return whether the account can carry ``lots`` more by order ``j``, bought or sold at a price.

    What only shrinks a position needs no margin. Other orders that rest count as if they had
    filled, on the side where that is worse; those that only reduce do not count.
    """
    slot = venue.orders[j]
    k = slot["instrument"]
    own = venue.markets[k]
    after = own["position_lots"] + slot["side"] * lots
    if not is_margined(venue, k) or abs(after) <= abs(own["position_lots"]):
        return True
    needed = 0.0
    for m in range(len(venue.markets)):
        market = venue.markets[m]
        if not is_margined(venue, m):
            continue
        longest = market["position_lots"] + _open_lots(venue, m, 1, j)
        shortest = market["position_lots"] - _open_lots(venue, m, -1, j)
        value = market["margin_ticks"] * market["lot_value"]
        if m == k:
            value = max(market["margin_ticks"], ticks) * market["lot_value"]
            if slot["side"] > 0:
                longest += lots
            else:
                shortest -= lots
        needed += margin_of(venue, m, max(abs(longest), abs(shortest)) * value, INITIAL)
    return bool(needed <= collateral(venue))


@compiled(int64(VENUE, int64, int64, int64), inline=True)
def _open_lots(venue: Venue, k: int, side: int, but: int) -> int:
    """Return the lots that resting orders may add to a position, order ``but`` left out."""
    total = 0
    if venue.markets[k]["open_orders"] == 0:
        return 0
    for i in range(venue.venue[0]["top"]):
        slot = venue.orders[i]
        if (
            i != but
            and slot["order_id"] != 0
            and slot["instrument"] == k
            and slot["side"] == side
            and slot["arrived"] != 0
            and slot["asleep"] == 0
            and not slot["flags"] & _REDUCE_ONLY
            and slot["flags"] & _TYPE_MASK != _MARKET
        ):
            total += slot["remaining"]
    return int(total)


@compiled(void(VENUE, int64, float64), inline=True)
def see_price(venue: Venue, k: int, ticks: float) -> None:
    """Value instrument ``k`` at the price just seen, unless the venue says its own mark."""
    if venue.markets[k]["marked"] == 0:
        venue.markets[k]["margin_ticks"] = ticks
