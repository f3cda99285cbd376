"""Caps on what would be held: per instrument, gross, leverage, net, per group, and how many.

Leverage and gross exposure count every instrument at its worst: all its open purchases or all its
open sales filled, whichever leaves more. Net and group count the worst case in the order's own
direction: every order open on that side is taken as filled. A group is a set of instruments that
move together; its exposure is the sum of those of its positions that point the order's way.
"""

from numba import float64, int64

from traider.domain.events import OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.codes import Limit, Verdict
from traider.kernel.compiled import compiled
from traider.kernel.gate.view import is_in_use, view_equity
from traider.kernel.numba_types import EVENT_TYPE, GATE, fixed_tuple
from traider.kernel.records import Gate, Record

Answer = tuple[int, float, float]
"""Verdict code, number measured, limit compared with."""

ANSWER = fixed_tuple(int64, float64, float64)


_MAX_EXPOSURE = int(Limit.MAX_EXPOSURE)
_MAX_GROSS_EXPOSURE = int(Limit.MAX_GROSS_EXPOSURE)
_MAX_LEVERAGE = int(Limit.MAX_LEVERAGE)
_MAX_NET_EXPOSURE = int(Limit.MAX_NET_EXPOSURE)
_MAX_GROUP_EXPOSURE = int(Limit.MAX_GROUP_EXPOSURE)
_MAX_POSITION_NOTIONAL = int(Limit.MAX_POSITION_NOTIONAL)
_MAX_POSITIONS = int(Limit.MAX_POSITIONS)
_SELF_TRADE_LIMIT = int(Limit.SELF_TRADE)
_TYPE_MASK = int(OrderFlag.TYPE_MASK)
_EXIT = int(OrderFlag.REDUCE_ONLY | OrderFlag.CHILD | OrderFlag.ONE_CANCELS_OTHER)
_LIMIT_ORDER = int(OrderType.LIMIT)
_STOP_LIMIT_ORDER = int(OrderType.STOP_LIMIT)
_STOP_ORDER = int(OrderType.STOP)
_NET_EXPOSURE = int(Verdict.NET_EXPOSURE)
_GROUP_EXPOSURE = int(Verdict.GROUP_EXPOSURE)
_SELF_TRADE = int(Verdict.SELF_TRADE)
_APPROVED = int(Verdict.APPROVED)
_SHORT_NOT_ALLOWED = int(Verdict.SHORT_NOT_ALLOWED)
_EXPOSURE = int(Verdict.EXPOSURE)
_GROSS_EXPOSURE = int(Verdict.GROSS_EXPOSURE)
_LEVERAGE = int(Verdict.LEVERAGE)
_OPEN_ORDERS = int(Verdict.OPEN_ORDERS)
_POSITION_NOTIONAL = int(Verdict.POSITION_NOTIONAL)
_POSITIONS = int(Verdict.POSITIONS)


@compiled(ANSWER(GATE, EVENT_TYPE, float64), inline=True)
def check_exposure(gate: Gate, order: Record, lots: float) -> Answer:
    """Compare the worst case of position, open orders and this order with the exposure caps."""
    market = gate.markets[order["instrument"]]
    side = order["side"]
    open_lots = market["open_buy_lots"] if side > 0 else market["open_sell_lots"]
    after = market["position_lots"] + side * (lots + open_lots)
    if after < 0.0 and market["can_short"] == 0:
        return _SHORT_NOT_ALLOWED, after, 0.0
    equity = view_equity(gate)
    if equity <= 0.0:
        return _EXPOSURE, equity, 0.0
    price = market["mark_ticks"] * market["lot_value"]
    exposure = abs(after) * price / equity
    cap = gate.limits[_MAX_EXPOSURE]
    if cap > 0.0 and exposure > cap:
        return _EXPOSURE, exposure, cap
    gross = 0.0
    for k in range(len(gate.markets)):
        other = gate.markets[k]
        longest = float(other["position_lots"] + other["open_buy_lots"])
        shortest = float(other["position_lots"] - other["open_sell_lots"])
        if k == order["instrument"]:
            longest = after if side > 0 else longest
            shortest = after if side < 0 else shortest
        gross += max(abs(longest), abs(shortest)) * other["mark_ticks"] * other["lot_value"]
    cap = gate.limits[_MAX_LEVERAGE]
    if cap > 0.0 and gross / equity > cap:
        return _LEVERAGE, gross / equity, cap
    cap = gate.limits[_MAX_GROSS_EXPOSURE]
    if cap > 0.0 and gross / equity > cap:
        return _GROSS_EXPOSURE, gross / equity, cap
    return _check_direction(gate, order, lots, equity)


@compiled(ANSWER(GATE, EVENT_TYPE, float64, float64))
def _check_direction(gate: Gate, order: Record, lots: float, equity: float) -> Answer:
    """Compare net and group exposure in the order's direction with their caps."""
    side = order["side"]
    chosen = gate.markets[order["instrument"]]
    added = lots * chosen["mark_ticks"] * chosen["lot_value"]
    net = added
    group = added
    for k in range(len(gate.markets)):
        market = gate.markets[k]
        open_lots = market["open_buy_lots"] if side > 0 else market["open_sell_lots"]
        lots_this_way = side * market["position_lots"] + open_lots
        value = float(lots_this_way) * market["mark_ticks"] * market["lot_value"]
        net += value
        if k == order["instrument"] or (
            chosen["group"] != 0 and market["group"] == chosen["group"]
        ):
            group += max(value, 0.0)
    cap = gate.limits[_MAX_NET_EXPOSURE]
    if cap > 0.0 and net / equity > cap:
        return _NET_EXPOSURE, net / equity, cap
    cap = gate.limits[_MAX_GROUP_EXPOSURE]
    if cap > 0.0 and chosen["group"] != 0 and group / equity > cap:
        return _GROUP_EXPOSURE, group / equity, cap
    return _check_positions(gate, order, lots)


@compiled(ANSWER(GATE, EVENT_TYPE, float64))
def _check_positions(gate: Gate, order: Record, lots: float) -> Answer:
    """Refuse a position worth too much, and an instrument more than may be held.

    Open orders count as if they had filled.
    """
    market, side = gate.markets[order["instrument"]], order["side"]
    open_lots = market["open_buy_lots"] if side > 0 else market["open_sell_lots"]
    after = market["position_lots"] + side * (lots + open_lots)
    value = abs(after) * market["mark_ticks"] * market["lot_value"]
    cap = gate.limits[_MAX_POSITION_NOTIONAL]
    if cap > 0.0 and value > cap:
        return _POSITION_NOTIONAL, value, cap
    cap = gate.limits[_MAX_POSITIONS]
    if cap > 0.0 and not is_in_use(gate, order["instrument"]):
        count = 1
        for k in range(len(gate.markets)):
            if is_in_use(gate, k):
                count += 1
        if count > cap:
            return _POSITIONS, float(count), cap
    return _check_room(gate)


@compiled(ANSWER(GATE, EVENT_TYPE))
def check_self_trade(gate: Gate, order: Record) -> Answer:
    """Refuse an order that would meet a limit order of our own; one at the market meets its mark.

    The number is our own order's price in ticks, the limit the price this one reaches. A stop whose
    trigger the mark has reached is what it turns into, whether it is this order or one that rests.
    A stop that closes a position always may: better it trades with ourselves than not at all.
    """
    if gate.limits[_SELF_TRADE_LIMIT] <= 0.0:
        return _APPROVED, 0.0, 0.0
    side = order["side"]
    market = gate.markets[order["instrument"]]
    mark = market["mark_ticks"]
    kind = order["flags"] & _TYPE_MASK
    if kind >= _STOP_ORDER:
        sleeps = side * (mark - order["trigger"]) < 0
        if sleeps or order["flags"] & _EXIT or side * market["position_lots"] < 0:
            return _APPROVED, 0.0, 0.0
    reach = order["price"] if kind == _LIMIT_ORDER or kind == _STOP_LIMIT_ORDER else mark
    for j in range(gate.account[0]["top"]):
        slot = gate.orders[j]
        if (
            slot["order_id"] != 0
            and slot["price"] > 0
            and slot["instrument"] == order["instrument"]
            and slot["side"] == -side
            and side * (reach - slot["price"]) >= 0
            and (slot["trigger"] == 0 or side * (slot["trigger"] - mark) >= 0)
        ):
            return _SELF_TRADE, float(slot["price"]), float(reach)
    return _APPROVED, 0.0, 0.0


@compiled(ANSWER(GATE), inline=True)
def _check_room(gate: Gate) -> Answer:
    """Refuse when the table of open orders is full."""
    if gate.account[0]["top"] < len(gate.orders):
        return _APPROVED, 0.0, 0.0
    for j in range(len(gate.orders)):
        if gate.orders[j]["order_id"] == 0:
            return _APPROVED, 0.0, 0.0
    return _OPEN_ORDERS, float(len(gate.orders)), float(len(gate.orders))
