"""Execution: turn a match into a fill, within what the account can pay, deliver or carry."""

from numba import float64, int64

from traider.domain.events import FillFlag, Kind, OrderFlag
from traider.kernel.arithmetic import affordable_lots, fee_units, notional_units
from traider.kernel.codes import Reject
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import VENUE, fixed_tuple
from traider.kernel.records import Venue
from traider.kernel.venue.answers import push_answer
from traider.kernel.venue.costs import impact_fraction, worse_price
from traider.kernel.venue.fees import cash_fee, cash_rate, charge_fee
from traider.kernel.venue.holds import available_lots, available_units, spendable_units
from traider.kernel.venue.margin import has_margin
from traider.kernel.venue.orders import end_order, free_order, settle_ties, wake_children

_FILL = int(Kind.FILL)
_CANCELLED = int(Kind.CANCELLED)
_MAKER = int(FillFlag.MAKER)
_CHILD = int(OrderFlag.CHILD)
_TIED = int(OrderFlag.CHILD | OrderFlag.ONE_CANCELS_OTHER)
_REDUCE_ONLY = int(OrderFlag.REDUCE_ONLY)
_QUOTE_SIZED = int(OrderFlag.QUOTE_SIZED)
_INSUFFICIENT = int(Reject.INSUFFICIENT_FUNDS)
_NOTHING = int(Reject.NOTHING_TO_REDUCE)
_TOO_SMALL = int(Reject.TOO_SMALL)
_MARGIN = int(Reject.MARGIN)


@compiled(int64(VENUE, int64, float64))
def taker_price(venue: Venue, j: int, reference: float) -> int:
    """Return what taking order ``j`` costs a unit when the market stands at ``reference``.

    That becomes the price its spread and impact are measured from.
    """
    setting = venue.venue[0]
    slot = venue.orders[j]
    k = slot["instrument"]
    lots = float(slot["remaining"])
    if slot["flags"] & _QUOTE_SIZED:
        market = venue.markets[k]
        lots = lots * market["denominator"] / market["numerator"] / reference
    setting["reference"] = reference
    setting["half_ticks"] = setting["half_spread"] * reference
    fraction = setting["half_spread"] + impact_fraction(venue, k, lots)
    return worse_price(reference, slot["side"], fraction)


@compiled(fixed_tuple(int64, int64)(VENUE, int64, int64, int64, int64), inline=True)
def _deliverable(venue: Venue, j: int, price: int, lots: int, maker: int) -> tuple[int, int]:
    """Return the lots the account can trade at ``price`` and the reason when they are fewer."""
    slot = venue.orders[j]
    market = venue.markets[slot["instrument"]]
    side, flags = slot["side"], slot["flags"]
    if flags & _QUOTE_SIZED:
        return _lots_for_money(venue, j, price)
    room, reason = int(lots), 0
    if flags & _REDUCE_ONLY:
        room, reason = min(room, max(-side * int(market["position_lots"]), 0)), _NOTHING
    if flags & _CHILD:
        room, reason = min(room, int(slot["armed"])), _NOTHING
    if market["can_short"] != 0:
        if not has_margin(venue, j, room, float(price)):
            return 0, _MARGIN
        return room, reason
    if side < 0:
        most = available_lots(venue, j)
    else:
        # A resting order holds what it needs; roundings of its parts are a matter of the cash.
        rests = maker != 0 and slot["arrived"] != 0
        budget = spendable_units(venue) if rests else available_units(venue, j)
        rate = market["maker_fee_e8"] if maker else market["taker_fee_e8"]
        cost = notional_units(price, room, market["numerator"], market["denominator"])
        if cost + cash_fee(venue, fee_units(cost, rate)) <= budget:
            return room, reason
        rate = cash_rate(venue, budget, rate)
        most = affordable_lots(budget, price, rate, market["numerator"], market["denominator"])
        most = most // market["lot_step"] * market["lot_step"]
    return (room, reason) if room <= most else (most, _INSUFFICIENT)


@compiled(fixed_tuple(int64, int64)(VENUE, int64, int64))
def _lots_for_money(venue: Venue, j: int, price: int) -> tuple[int, int]:
    """Return the lots that an order sized in money buys at ``price``, fee paid."""
    slot = venue.orders[j]
    market = venue.markets[slot["instrument"]]
    budget = slot["size"]
    if market["can_short"] == 0:
        budget = min(budget, available_units(venue, j))
    rate = cash_rate(venue, budget, market["taker_fee_e8"])
    most = affordable_lots(budget, price, rate, market["numerator"], market["denominator"])
    most = most // market["lot_step"] * market["lot_step"]
    if slot["flags"] & _REDUCE_ONLY:
        return min(most, max(-slot["side"] * int(market["position_lots"]), 0)), _NOTHING
    if market["can_short"] != 0 and not has_margin(venue, j, most, float(price)):
        return 0, _MARGIN
    return most, _TOO_SMALL


@compiled(int64(VENUE, int64, int64, int64), inline=True)
def taken_at(venue: Venue, k: int, side: int, price: int) -> int:
    """Return what a taker gets at a level of ``price``: no better than a trade being told."""
    traded = int(venue.markets[k]["passing_ticks"])
    if traded == 0:
        return price
    return max(price, traded) if side > 0 else min(price, traded)


@compiled(int64(VENUE, int64, int64, int64, int64))
def execute(venue: Venue, j: int, price: int, lots: int, maker: int) -> int:
    """Fill order ``j`` at ``price`` for up to ``lots`` and return the lots filled.

    What cannot be paid for is cancelled. The venue's ``event_ns`` and ``seen_ns`` say when; no
    fill is seen before the order's answer. A taker's cost is measured from ``reference``.
    """
    setting = venue.venue[0]
    slot = venue.orders[j]
    seen_ns = max(setting["seen_ns"], slot["arrive_ns"])
    market = venue.markets[slot["instrument"]]
    in_money = slot["flags"] & _QUOTE_SIZED
    traded, reason = _deliverable(venue, j, price, lots, maker)
    if traded < market["min_lots"] and (traded < lots or in_money):
        end_order(venue, j, _CANCELLED, reason, seen_ns)
        return 0
    left = 0 if in_money else slot["remaining"] - traded
    slot["remaining"] = left
    notional = book_trade(venue, slot["instrument"], slot["side"], price, traded)
    fee, currency_flag = charge_fee(venue, slot["instrument"], notional, maker)
    if not maker:
        value = traded * market["lot_value"]
        market["spread_cost"] += setting["half_ticks"] * value
        worse = slot["side"] * (price - setting["reference"]) - setting["half_ticks"]
        market["impact_cost"] += worse * value
    place = push_answer(venue, setting["event_ns"], seen_ns, _FILL)
    answer = venue.queue[place]
    answer["instrument"] = slot["instrument"]
    answer["side"] = slot["side"]
    answer["flags"] = (_MAKER if maker else 0) | currency_flag
    answer["price"] = price
    answer["size"] = traded
    answer["fee"] = fee
    answer["order_id"] = slot["order_id"]
    answer["leaves"] = left
    if slot["flags"] & _TIED:
        settle_ties(venue, j, traded, seen_ns)
    if not slot["flags"] & _CHILD:
        # A resting entry fills inside the bar: what the bar did before is unknown.
        wake_children(venue, slot["order_id"], traded, maker)
    if left == 0:
        free_order(venue, j)
    elif traded < lots:
        end_order(venue, j, _CANCELLED, reason, seen_ns)
    return traded


@compiled(int64(VENUE, int64, int64, int64, int64))
def book_trade(venue: Venue, k: int, side: int, price: int, lots: int) -> int:
    """Book cash and position of a trade, without its fee; return its notional."""
    setting = venue.venue[0]
    market = venue.markets[k]
    notional = notional_units(price, lots, market["numerator"], market["denominator"])
    setting["cash_units"] -= side * notional
    if market["can_short"] != 0:
        before = market["position_lots"]
        if market["tier_stop"] > market["tier_start"]:
            setting["contracts"] += int(before + side * lots != 0) - int(before != 0)
        if before == 0 and market["marked"] == 0:
            market["margin_ticks"] = float(price)  # the price seen last may be old
    market["position_lots"] += side * lots
    return int(notional)
