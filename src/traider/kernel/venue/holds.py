"""Spot holds: what resting orders have laid a hand on, and what is left for others.

A resting sale holds its lots, a resting purchase its notional and the taker's fee at its limit (a
stop's at its trigger), in cash even where a fee balance is held: that may be used up when it fills.
Orders over the same lots share one hold. Nothing is kept: a hold is the sum over the orders that
rest now, so it ends with them. What the account can spend besides is its cash, with derivatives the
collateral less their initial margin.
"""

import math

from numba import int64

from traider.domain.events import OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.arithmetic import MONEY, fee_units, notional_units
from traider.kernel.compiled import compiled
from traider.kernel.margin_tiers import INITIAL
from traider.kernel.numba_types import VENUE
from traider.kernel.records import Venue
from traider.kernel.venue.margin import collateral, margin_held
from traider.kernel.venue.orders import is_tied

_TYPE_MASK = int(OrderFlag.TYPE_MASK)
_CHILD = int(OrderFlag.CHILD)
_REDUCE_ONLY = int(OrderFlag.REDUCE_ONLY)
_MARKET = int(OrderType.MARKET)


@compiled(int64(VENUE, int64), inline=True)
def _own_lots(venue: Venue, i: int) -> int:
    """Return the lots order ``i`` may still trade for what it rests on: 0 when it holds nothing."""
    slot = venue.orders[i]
    if slot["order_id"] == 0 or slot["arrived"] == 0 or slot["asleep"] != 0:
        return 0
    if venue.markets[slot["instrument"]]["can_short"] != 0 or slot["flags"] & _TYPE_MASK == _MARKET:
        return 0
    if slot["side"] > 0 and slot["flags"] & _REDUCE_ONLY:
        return 0
    lots = slot["remaining"]
    return int(min(lots, slot["armed"]) if slot["flags"] & _CHILD else lots)


@compiled(int64(VENUE, int64, int64, int64), python=True)
def held(venue: Venue, k: int, side: int, but: int) -> int:
    """Return what other orders than ``but`` and those tied to it hold.

    Sales (-1) of instrument ``k``: lots; purchases (+1) of all instruments: money units.
    """
    total = 0
    for i in range(venue.venue[0]["top"]):
        slot = venue.orders[i]
        if slot["side"] != side or (side < 0 and slot["instrument"] != k) or i == but:
            continue
        most = hold_of(venue, i)
        if most == 0 or (but >= 0 and is_tied(venue, but, i)):
            continue
        counted = False
        for other in range(venue.venue[0]["top"]):
            if is_tied(venue, i, other):
                more = hold_of(venue, other)
                counted = counted or (more > 0 and other < i)
                most = max(most, more)
        if not counted:
            total += most
    return total


@compiled(int64(VENUE, int64))
def hold_of(venue: Venue, i: int) -> int:
    """Return what order ``i`` alone would hold: lots of a sale, money units of a purchase."""
    lots = _own_lots(venue, i)
    slot = venue.orders[i]
    if lots == 0 or slot["side"] < 0:
        return lots
    ticks = slot["price"] if slot["price"] > 0 else slot["trigger"]
    return cost_units(venue, slot["instrument"], ticks, lots)


@compiled(int64(VENUE, int64, int64, int64), inline=True)
def cost_units(venue: Venue, k: int, ticks: int, lots: int) -> int:
    """Return what buying costs with the taker's fee, in money units."""
    market = venue.markets[k]
    cost = notional_units(ticks, lots, market["numerator"], market["denominator"])
    return int(cost + fee_units(cost, market["taker_fee_e8"]))


@compiled(int64(VENUE), inline=True)
def spendable_units(venue: Venue) -> int:
    """Return what spot purchases may use before holds: cash, or what margin leaves of it."""
    setting = venue.venue[0]
    if setting["contracts"] == 0:
        return int(setting["cash_units"])
    free = collateral(venue) - margin_held(venue, INITIAL)
    return int(math.floor(min(free, 9.0e10) * MONEY)) if free > 0.0 else 0


@compiled(int64(VENUE, int64), inline=True)
def available_lots(venue: Venue, j: int) -> int:
    """Return the lots that order ``j``, a sale on spot, may sell."""
    k = venue.orders[j]["instrument"]
    return max(int(venue.markets[k]["position_lots"]) - held(venue, k, -1, j), 0)


@compiled(int64(VENUE, int64), inline=True)
def available_units(venue: Venue, j: int) -> int:
    """Return the money units that order ``j``, a purchase on spot, may spend."""
    return max(spendable_units(venue) - held(venue, 0, 1, j), 0)
