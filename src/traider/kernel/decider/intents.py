"""Order intents: what the decider wants, written as events with derived order ids.

An order id is (leader epoch, journal sequence of the deciding event, leg), so a restart that
replays the journal derives the same ids and cannot send twice.
"""

import math

from numba import float64, int64, types, void

from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.arithmetic import MONEY
from traider.kernel.codes import BookState, Sizing, Style
from traider.kernel.compiled import compiled
from traider.kernel.decider.sizing import gross_scale, net_scale
from traider.kernel.numba_types import DECIDER, EVENT_TYPE, EVENTS, MARKET_TYPE
from traider.kernel.records import Decider, Record, Records

_INTENT = int(Kind.ORDER_INTENT)
_CANCEL = int(OrderFlag.CANCEL)
_QUOTE_SIZED = int(OrderFlag.QUOTE_SIZED)
_MARKET = int(OrderType.MARKET)
_LIMIT_UNTIL = int(OrderType.LIMIT) | int(TimeInForce.GTD) << 4
_ALL_IN = int(Sizing.ALL_IN)
_LIMIT_STYLE = int(Style.LIMIT)
_LOCKED = int(BookState.LOCKED)
_LOTS_MAX = 2.0**62


@compiled(int64(DECIDER, int64, int64), inline=True)
def order_id(decider: Decider, sequence: int, leg: int) -> int:
    """Return epoch (11 bits), sequence (44 bits) and leg (8 bits) as one positive integer."""
    return int((decider.account[0]["epoch"] << 52) | (sequence << 8) | leg)


@compiled(int64(DECIDER, EVENTS, int64, int64, int64, int64), inline=True)
def write_intent(decider: Decider, out: Records, count: int, k: int, side: int, size: int) -> int:
    """Append a market intent to ``out`` and return the new count; the caller may refine it."""
    account = decider.account[0]
    event = out[count]
    event["ts_event"] = account["now_ns"]
    event["ts_recv"] = account["now_ns"]
    event["kind"] = _INTENT
    event["instrument"] = k
    event["flags"] = _MARKET
    event["side"] = side
    event["version"] = 1
    event["price"] = 0
    event["size"] = size
    event["trigger"] = 0
    event["order_id"] = order_id(decider, account["sequence"] - 1, count)
    event["expire"] = 0
    decider.markets[k]["open_orders"] += 1
    account["orders"] += 1
    return count + 1


@compiled(int64(DECIDER, EVENT_TYPE, EVENTS))
def manual_intent(decider: Decider, event: Record, out: Records) -> int:
    """Pass a person's order on as an intent; its ``order_id`` word holds the leg.

    Legs above 0 belong to the decision of the last leg 0, which makes a bracket of three events
    and a pair of two.
    """
    account = decider.account[0]
    if event["flags"] & _CANCEL:
        wanted = event["order_id"]
    else:
        leg = event["order_id"] & 0xFF
        if leg == 0:
            account["manual_sequence"] = account["sequence"] - 1
        wanted = order_id(decider, account["manual_sequence"], leg)
    write_intent(decider, out, 0, event["instrument"], event["side"], event["size"])
    intent = out[0]
    intent["flags"] = event["flags"]
    intent["price"] = event["price"]
    intent["trigger"] = event["trigger"]
    intent["expire"] = event["expire"]
    intent["order_id"] = wanted
    if event["flags"] & _CANCEL:
        decider.markets[event["instrument"]]["open_orders"] -= 1
    return 1


@compiled(int64(DECIDER, EVENTS), inline=True)
def rebalance(decider: Decider, out: Records) -> int:
    """Write the orders that bring every fresh instrument to its target; return their number.

    Sells come first, so that on spot the cash they free can be spent. An instrument with an order
    in flight is left alone until that order ended.
    """
    gross = 0.0
    for k in range(len(decider.markets)):
        gross += abs(decider.markets[k]["exposure"])
    scale = gross_scale(gross, decider.strategy[0]["gross_leverage"])
    count = 0
    for side in (-1, 1):
        for k in range(len(decider.markets)):
            market = decider.markets[k]
            if market["fresh"] == 0 or market["open_orders"] > 0 or market["mark_ticks"] <= 0:
                continue
            if decider.strategy[0]["sizing"] == _ALL_IN:
                count = _all_in(decider, out, count, k, side)
            else:
                count = _toward_target(decider, out, count, k, side, scale)
    for k in range(len(decider.markets)):
        decider.markets[k]["fresh"] = 0
    return count


@compiled("int64(float64, int64)")
def truncate(lots: float, step: int) -> int:
    """Return ``lots`` cut toward zero to a multiple of ``step``, at most 2 ** 62."""
    whole = int(math.floor(min(abs(lots), _LOTS_MAX) / step)) * step
    return whole if lots >= 0.0 else -whole


@compiled("int64(int64, int64, float64)")
def passive_price(mark_ticks: int, side: int, offset: float) -> int:
    """Return the limit ``offset`` (a fraction) better than the mark, rounded to be no worse."""
    price = mark_ticks * (1.0 - side * offset)
    return int(math.floor(price)) if side > 0 else int(math.ceil(price))


@compiled(int64(DECIDER, EVENTS, int64, int64, int64), inline=True)
def _all_in(decider: Decider, out: Records, count: int, k: int, side: int) -> int:
    """All of the instrument's share of cash in on the way up, all out on the way down."""
    market = decider.markets[k]
    held = market["position_lots"]
    if side < 0 and market["direction"] <= 0 and held > 0:
        return write_intent(decider, out, count, k, -1, held)
    if side > 0 and market["direction"] > 0 and held == 0 and decider.account[0]["paused"] == 0:
        share = int(decider.account[0]["equity"] * MONEY / len(decider.markets))
        cash = decider.account[0]["cash_units"]
        amount = cash if len(decider.markets) == 1 else min(cash, share)
        if amount > 0:
            write_intent(decider, out, count, k, 1, amount)
            out[count]["flags"] = _MARKET | _QUOTE_SIZED
            return count + 1
    return count


@compiled(void(DECIDER, EVENT_TYPE, int64, int64))
def _make_passive(decider: Decider, intent: Record, mark_ticks: int, side: int) -> None:
    """Turn a market intent into a limit that lives until the next decision."""
    strategy = decider.strategy[0]
    intent["flags"] = _LIMIT_UNTIL
    intent["price"] = passive_price(mark_ticks, side, strategy["limit_offset"])
    intent["expire"] = decider.account[0]["now_ns"] + strategy["decision_ns"]


@compiled(types.boolean(MARKET_TYPE), inline=True)
def is_unsound(market: Record) -> bool:
    """Return whether the instrument's data are not to be traded on: a gap, or a crossed book."""
    return bool(market["unhealthy"] != 0 or market["book_state"] >= _LOCKED)


@compiled(
    int64(DECIDER, EVENTS, int64, int64, int64, float64),
    inline=True,
)
def _toward_target(
    decider: Decider, out: Records, count: int, k: int, side: int, scale: float
) -> int:
    """Order the difference to the target when it is on ``side`` and worth trading.

    Differences under the dead band or the venue's minimum wait; going flat never waits for the
    dead band. While paused, or on data not to be trusted, the target is cut so that
    positions can only shrink.
    """
    market = decider.markets[k]
    strategy = decider.strategy[0]
    equity = decider.account[0]["equity"]
    price = market["mark_ticks"] * market["lot_value"]
    target = 0
    if market["exposure"] != 0.0 and equity > 0.0:
        side_scale = net_scale(decider, scale, 1 if market["exposure"] > 0.0 else -1)
        wanted = market["exposure"] * scale * side_scale * equity / price
        target = truncate(wanted, market["lot_step"])
    if decider.account[0]["paused"] != 0 or is_unsound(market):
        held = market["position_lots"]
        target = min(max(target, min(held, 0)), max(held, 0))
    difference = target - market["position_lots"]
    lots = difference * side
    if lots <= 0:
        return count
    amount = lots * price
    if target != 0 and amount < strategy["dead_band"] * equity:
        return count
    if lots < market["min_lots"] or amount < market["min_notional"]:
        return count
    write_intent(decider, out, count, k, side, lots)
    if strategy["style"] == _LIMIT_STYLE:
        _make_passive(decider, out[count], market["mark_ticks"], side)
    return count + 1
