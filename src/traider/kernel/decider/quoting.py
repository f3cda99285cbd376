"""Quotes: two post-only orders around the best prices, looked at again at each decision.

A quote stands so many ticks outside the best price of its side (the mark, without a book), both
moved by the combined score when there are alphas. It is replaced only when its price changes or the
position allows less; what was filled is not renewed before. The replacement is sent when the old
order is over, so that position and open quotes never pass the limit. While paused, only a quote
that shrinks the position stands; on a broken stream, after an emergency stop and until it has
closed the position, none.
"""

import math

from numba import int64

from traider.domain.events import OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.codes import PlanState, WorkEnd, WorkState
from traider.kernel.compiled import compiled
from traider.kernel.decider.intents import has_room, place_order
from traider.kernel.decider.plan_parts import is_sellable
from traider.kernel.decider.plan_slices import PATIENCE_NS
from traider.kernel.decider.soundness import allowed_share, is_unsound
from traider.kernel.decider.working import ask_back, end_child
from traider.kernel.numba_types import DESK
from traider.kernel.order_records import Desk

_NO_PLAN = int(PlanState.NONE)
_IDLE = int(WorkState.IDLE)
_WAITING = int(WorkState.WAITING)
_SENT = int(WorkState.SENT)
_CANCELLING = int(WorkState.CANCELLING)
_CHANGED = int(WorkEnd.CHANGED)
_POST_ONLY = int(OrderType.LIMIT) | int(OrderFlag.POST_ONLY)


@compiled(int64(DESK, int64, int64))
def tend_quotes(desk: Desk, due: int, count: int) -> int:
    """Bring both quotes in line; ``due`` says that a decision is. Return the count of intents."""
    now = desk.account["now_ns"]
    for s in range(2):
        work = desk.works[s]
        if work["state"] == _CANCELLING:
            if now - work["since_ns"] >= PATIENCE_NS and work["asked"] < 0:
                end_child(desk, s)
            elif now - work["since_ns"] >= PATIENCE_NS:
                count = ask_back(desk, s, count)
        # A quote taken back is replaced as soon as it is over; others wait for the decision.
        if work["state"] == _WAITING and work["reason"] == 0:
            work["state"] = _IDLE
        if due == 0 and work["state"] != _WAITING:
            continue
        work["side"] = 1 - 2 * s
        price = _quote_ticks(desk, s)
        lots = _quote_lots(desk, s)
        if work["state"] > _WAITING:
            if work["state"] != _CANCELLING and (
                price != work["child_ticks"] or lots < work["child_lots"]
            ):
                work["reason"] = _CHANGED
                count = ask_back(desk, s, count)
            continue
        work["reason"] = 0
        work["state"] = _IDLE
        if price > 0 and is_sellable(desk, lots, price) and has_room(desk, count, 1):
            work["child_id"] = place_order(desk, count, _POST_ONLY, work["side"], lots)
            desk.out[count]["price"] = price
            work["child_ticks"] = price
            work["child_lots"] = lots
            work["state"] = _SENT
            work["asked"] = 0
            work["since_ns"] = now
            count += 1
    return count


@compiled(int64(DESK, int64))
def _quote_ticks(desk: Desk, s: int) -> int:
    """Return the price of a quote now, 0 without a market."""
    market, strategy = desk.market, desk.strategy
    bid, ask = market["bid_ticks"], market["ask_ticks"]
    if bid <= 0:
        bid, ask = market["mark_ticks"], market["mark_ticks"]
        if bid <= 0:
            return 0
    skew = int(math.floor(market["combined"] * strategy["quote_skew_ticks"] + 0.5))
    if s == 0:
        price = bid - strategy["quote_offset_ticks"] + skew
        return int(max(min(price, ask - 1), 1))
    price = ask + strategy["quote_offset_ticks"] + skew
    return int(max(price, bid + 1))


@compiled(int64(DESK, int64))
def _quote_lots(desk: Desk, s: int) -> int:
    """Return the size of a quote: what the limit of the position, pause and spot leave."""
    market, account = desk.market, desk.account
    held = market["position_lots"]
    side = 1 - 2 * s
    share = allowed_share(account, market)
    most = int(market["quote_lots_max"] * share) if share > 0.0 else market["quote_lots_max"]
    lots = min(market["quote_lots"], most - side * held)
    if account["paused"] != 0 or (side < 0 and market["can_short"] == 0):
        lots = min(lots, -side * held)
    is_closing = desk.plan["state"] != _NO_PLAN
    if is_closing or account["killed"] != 0 or is_unsound(market):
        lots = 0
    step = market["lot_step"]
    return int(max(lots, 0) // step * step)
