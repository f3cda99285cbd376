"""Execution: turn a match into a fill, within what the account can pay or deliver."""

from numba import float64, int64, void

from traider.domain.events import FillFlag, Kind, OrderFlag
from traider.kernel.arithmetic import affordable_lots, fee_units, notional_units
from traider.kernel.codes import Reject
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import VENUE, fixed_tuple
from traider.kernel.records import Venue
from traider.kernel.venue.book import (
    end_order,
    end_other_legs,
    free_order,
    push_answer,
    shrink_other,
    wake_children,
)
from traider.kernel.venue.costs import impact_fraction, worse_price

_FILL = int(Kind.FILL)
_CANCELLED = int(Kind.CANCELLED)
_REJECTED = int(Kind.REJECTED)
_MAKER = int(FillFlag.MAKER)
_CHILD = int(OrderFlag.CHILD)
_REDUCE_ONLY = int(OrderFlag.REDUCE_ONLY)
_PAIR = int(OrderFlag.ONE_CANCELS_OTHER)
_QUOTE_SIZED = int(OrderFlag.QUOTE_SIZED)
_INSUFFICIENT = int(Reject.INSUFFICIENT_FUNDS)
_NOTHING = int(Reject.NOTHING_TO_REDUCE)
_TOO_SMALL = int(Reject.TOO_SMALL)


@compiled(int64(VENUE, int64, float64), inline=True)
def taker_price(venue: Venue, j: int, reference: float) -> int:
    """Return what taking order ``j`` costs a unit when the market stands at ``reference``."""
    slot = venue.orders[j]
    k = slot["instrument"]
    lots = float(slot["remaining"])
    if slot["flags"] & _QUOTE_SIZED:
        market = venue.markets[k]
        lots = lots * market["denominator"] / market["numerator"] / reference
    fraction = venue.venue[0]["half_spread"] + impact_fraction(venue, k, lots)
    return worse_price(reference, slot["side"], fraction)


@compiled(fixed_tuple(int64, int64)(VENUE, int64, int64, int64, int64), inline=True)
def _deliverable(venue: Venue, j: int, price: int, lots: int, rate: int) -> tuple[int, int]:
    """Return the lots the account can trade at ``price`` and the reason when they are fewer."""
    slot = venue.orders[j]
    market = venue.markets[slot["instrument"]]
    side = slot["side"]
    held = market["position_lots"]
    room = max(-side * held, 0)
    if slot["flags"] & _REDUCE_ONLY and not slot["flags"] & _QUOTE_SIZED and room < lots:
        return room, _NOTHING
    if market["can_short"] != 0 and not slot["flags"] & _QUOTE_SIZED:
        return lots, 0
    if side < 0:
        return (lots, 0) if lots <= held else (max(held, 0), _INSUFFICIENT)
    budget = venue.venue[0]["cash_units"]
    if slot["flags"] & _QUOTE_SIZED:
        budget = slot["size"] if market["can_short"] != 0 else min(budget, slot["size"])
    if not slot["flags"] & _QUOTE_SIZED:
        cost = notional_units(price, lots, market["numerator"], market["denominator"])
        if cost + fee_units(cost, rate) <= budget:
            return lots, 0
    most = affordable_lots(budget, price, rate, market["numerator"], market["denominator"])
    most = most // market["lot_step"] * market["lot_step"]
    if slot["flags"] & _QUOTE_SIZED:
        return (min(most, room), _NOTHING) if slot["flags"] & _REDUCE_ONLY else (most, _TOO_SMALL)
    return (lots, 0) if lots <= most else (most, _INSUFFICIENT)


@compiled(void(VENUE, int64, int64, int64, int64))
def execute(venue: Venue, j: int, price: int, lots: int, maker: int) -> None:
    """Fill order ``j`` at ``price`` for up to ``lots``; what cannot be paid for is cancelled.

    The venue's ``event_ns`` and ``seen_ns`` say when.
    """
    setting = venue.venue[0]
    ts_recv = setting["seen_ns"]
    slot = venue.orders[j]
    k = slot["instrument"]
    market = venue.markets[k]
    rate = market["maker_fee_e8"] if maker else market["taker_fee_e8"]
    traded, reason = _deliverable(venue, j, price, lots, rate)
    if traded < market["min_lots"] and traded < lots:
        end_order(venue, j, _CANCELLED, reason, ts_recv)
        return
    notional = notional_units(price, traded, market["numerator"], market["denominator"])
    fee = fee_units(notional, rate)
    setting["cash_units"] -= slot["side"] * notional + fee
    market["position_lots"] += slot["side"] * traded
    if maker:
        market["maker_fees"] += fee
    else:
        market["taker_fees"] += fee
    left = 0 if slot["flags"] & _QUOTE_SIZED else slot["remaining"] - traded
    slot["remaining"] = left
    place = push_answer(venue, setting["event_ns"], ts_recv, _FILL)
    answer = venue.queue[place]
    answer["instrument"] = k
    answer["side"] = slot["side"]
    answer["flags"] = _MAKER if maker else 0
    answer["price"] = price
    answer["size"] = traded
    answer["fee"] = fee
    answer["order_id"] = slot["order_id"]
    answer["leaves"] = left
    _settle_legs(venue, j, maker, ts_recv)
    if slot["flags"] & _PAIR:
        shrink_other(venue, j, traded, ts_recv)
    if left == 0:
        free_order(venue, j)
    elif traded < lots:
        end_order(venue, j, _CANCELLED, reason, ts_recv)


@compiled(void(VENUE, int64, int64, int64), inline=True)
def _settle_legs(venue: Venue, j: int, maker: int, ts: int) -> None:
    """An entry that filled arms its exits; an exit that filled cancels the other one."""
    slot = venue.orders[j]
    if slot["flags"] & _CHILD:
        if slot["remaining"] == 0:
            end_other_legs(venue, slot["order_id"], ts)
    else:
        # A resting entry fills inside the bar: what the bar did before is unknown.
        wake_children(venue, slot["order_id"], maker)


@compiled(void(VENUE, int64, float64))
def take(venue: Venue, j: int, reference: float) -> None:
    """Fill order ``j`` as a taker at the cost of spread and impact around ``reference``."""
    slot = venue.orders[j]
    k = slot["instrument"]
    market = venue.markets[k]
    side = slot["side"]
    price = taker_price(venue, j, reference)
    held = market["position_lots"]
    execute(venue, j, price, slot["remaining"], 0)
    traded = abs(market["position_lots"] - held)
    half_spread = venue.venue[0]["half_spread"] * reference
    value = traded * market["lot_value"]
    market["spread_cost"] += half_spread * value
    market["impact_cost"] += (side * (price - reference) - half_spread) * value
