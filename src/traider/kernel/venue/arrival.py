"""Arrival: what an order finds when it reaches a market fed by depth or trades.

With a book in force it walks the levels up to its limit, each its own fill as a taker, and what it
takes is gone from the venue's own book until the next update of that level states it anew. Without
one (trades alone, or between a gap and the next snapshot) it takes at the last price worsened by
half the spread and the impact. What a trade pulls takes at no better price than that trade's: the
book may still show what it took. What is left of a limit rests behind all that stands at its price.
"""

from numba import int64, types, void

from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.arithmetic import affordable_lots, fee_units, notional_units
from traider.kernel.book import ASKS, BIDS, NO_RANK, best_price, first_rank, next_rank, size_at
from traider.kernel.codes import Reject
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, VENUE
from traider.kernel.records import Record, Venue
from traider.kernel.venue.execution import taken_at, taker_price
from traider.kernel.venue.fees import cash_rate
from traider.kernel.venue.holds import available_lots, available_units, cost_units
from traider.kernel.venue.margin import has_margin
from traider.kernel.venue.orders import end_order, find_order, refuse, take_back, watch_prices
from traider.kernel.venue.queues import has_book, stand_in_queue

_ACK = int(Kind.ACK)
_CANCELLED = int(Kind.CANCELLED)
_REJECTED = int(Kind.REJECTED)
_TYPE_MASK = int(OrderFlag.TYPE_MASK)
_FORCE_MASK = int(OrderFlag.TIME_IN_FORCE_MASK)
_POST_ONLY = int(OrderFlag.POST_ONLY)
_REDUCE_ONLY = int(OrderFlag.REDUCE_ONLY)
_QUOTE_SIZED = int(OrderFlag.QUOTE_SIZED)
_CHILD = int(OrderFlag.CHILD)
_IOC = int(TimeInForce.IOC) << 4
_FOK = int(TimeInForce.FOK) << 4
_MARKET = int(OrderType.MARKET)
_LIMIT = int(OrderType.LIMIT)
_STOP = int(OrderType.STOP)
_INSUFFICIENT = int(Reject.INSUFFICIENT_FUNDS)
_MARGIN = int(Reject.MARGIN)
_TOO_SMALL = int(Reject.TOO_SMALL)
_WOULD_TAKE = int(Reject.WOULD_TAKE)
_NOT_AT_ONCE = int(Reject.NOT_FILLED_AT_ONCE)
_NO_LIQUIDITY = int(Reject.NO_LIQUIDITY)
_UNKNOWN_ORDER = int(Reject.UNKNOWN_ORDER)


@compiled(int64(VENUE, EVENT_TYPE))
def settle_answer(venue: Venue, answer: Record) -> int:
    """Make good on a scheduled answer; return 1 when it is to be delivered, else 0.

    An order that arrives is left ``waiting`` to meet its market.
    """
    answer["flags"] = 0
    venue.venue[0]["refused"] = 0
    j = find_order(venue, answer["order_id"])
    if answer["kind"] == _ACK:
        if j >= 0:
            _arrive(venue, j)
        return 1
    if j >= 0:
        answer["size"] = venue.orders[j]["remaining"]
        take_back(venue, j, answer["kind"])
        return 1
    if answer["kind"] == _CANCELLED:
        answer["kind"] = _REJECTED
        answer["code"] = _UNKNOWN_ORDER
        return 1
    return 0


@compiled(void(VENUE, int64), inline=True)
def _arrive(venue: Venue, j: int) -> None:
    slot = venue.orders[j]
    is_market = slot["flags"] & _TYPE_MASK == _MARKET
    slot["arrived"] = 1
    if slot["asleep"] != 0:
        return
    if venue.markets[slot["instrument"]]["live"] != 0:
        slot["arrived"] = 2
        venue.venue[0]["waiting"] = 1
    elif not is_market and slot["remaining"] == slot["size"]:
        # Where bars are all there is, it meets its market at the next open.
        slot["arrived"] = 2
        code = admit(venue, j, slot["price"] if slot["price"] > 0 else slot["trigger"])
        if code != 0:
            refuse(venue, j, code, venue.venue[0]["seen_ns"])
        slot["arrived"] = 1


@compiled(int64(VENUE, int64, int64))
def admit(venue: Venue, j: int, ticks: int) -> int:
    """Return 0 when the account can pay, deliver or carry order ``j`` at a price, else why not."""
    slot = venue.orders[j]
    k = slot["instrument"]
    lots, flags, side = slot["remaining"], slot["flags"], slot["side"]
    if flags & (_CHILD | _QUOTE_SIZED):
        return 0  # a bracket's exit stands over what its entry bought; money is what it is
    if venue.markets[k]["can_short"] != 0:
        if flags & _REDUCE_ONLY or has_margin(venue, j, lots, float(ticks)):
            return 0
        return _MARGIN
    if flags & _REDUCE_ONLY and (side > 0 or flags & _TYPE_MASK == _MARKET):
        return 0  # it trades what it can
    if side < 0:
        return 0 if lots <= available_lots(venue, j) else _INSUFFICIENT
    return 0 if cost_units(venue, k, ticks, lots) <= available_units(venue, j) else _INSUFFICIENT


@compiled(types.boolean(VENUE, int64), inline=True)
def is_triggered(venue: Venue, j: int) -> bool:
    """Return whether the market stands at or beyond the trigger of stop ``j``.

    The last trade says so; where no trade is known, the best price it would take at.
    """
    slot = venue.orders[j]
    k = slot["instrument"]
    price = venue.markets[k]["last_ticks"]
    if venue.markets[k]["trades"] == 0 and has_book(venue, k):
        price = best_price(venue.book, k, ASKS if slot["side"] > 0 else BIDS)
    return bool(price > 0 and slot["side"] * (price - slot["trigger"]) >= 0)


@compiled(void(VENUE, int64))
def trigger_stops(venue: Venue, k: int) -> None:
    """Let the stops whose trigger the market reached wait to meet it as the orders they hide."""
    for j in range(venue.venue[0]["top"]):
        slot = venue.orders[j]
        if slot["order_id"] == 0 or slot["instrument"] != k or slot["resting"] == 0:
            continue
        if slot["flags"] & _TYPE_MASK >= _STOP and is_triggered(venue, j):
            slot["resting"] = 0
            venue.venue[0]["waiting"] = 1


@compiled(int64(VENUE, int64))
def next_waiting(venue: Venue, k: int) -> int:
    """Return an order of instrument ``k`` that has still to meet its market, or -1.

    One that came before the first price goes on waiting, and so do other instruments' orders.
    """
    setting = venue.venue[0]
    known = has_book(venue, k) or venue.markets[k]["last_ticks"] > 0
    waits = 0
    for j in range(setting["top"]):
        slot = venue.orders[j]
        if slot["order_id"] == 0 or slot["asleep"] != 0 or slot["resting"] != 0:
            continue
        if slot["arrived"] == 0 or venue.markets[slot["instrument"]]["live"] == 0:
            continue
        if known and slot["instrument"] == k:
            return j
        slot["arrived"] = 1
        waits = 1
    setting["waiting"] = waits
    return -1


@compiled(int64(VENUE, int64))
def meet_market(venue: Venue, j: int) -> int:
    """Prepare order ``j`` to take and to rest; return why it is refused, 0 when it is not.

    A stop not yet triggered comes to rest. Before a market order's fills are made, the middle of
    the market and half its spread are noted, from which their cost is measured.
    """
    slot = venue.orders[j]
    setting = venue.venue[0]
    k, side = slot["instrument"], slot["side"]
    slot["resting"] = 1
    kind = slot["flags"] & _TYPE_MASK
    if kind >= _STOP:
        if not is_triggered(venue, j):
            watch_prices(venue, k)
            return admit(venue, j, slot["price"] if slot["price"] > 0 else slot["trigger"])
        kind = _MARKET if kind == _STOP else _LIMIT
        slot["flags"] = (slot["flags"] & ~_TYPE_MASK) | kind
    if has_book(venue, k):
        touch = best_price(venue.book, k, ASKS if side > 0 else BIDS)
        other = best_price(venue.book, k, BIDS if side > 0 else ASKS)
        other = other if other > 0 else touch
        setting["reference"] = (touch + other) / 2.0
        setting["half_ticks"] = side * (touch - other) / 2.0
    else:
        touch = taker_price(venue, j, float(venue.markets[k]["last_ticks"]))
    takes = touch > 0 and (kind == _MARKET or side * (slot["price"] - touch) >= 0)
    if takes and slot["flags"] & _POST_ONLY:
        return _WOULD_TAKE
    refusal = admit(venue, j, touch if kind == _MARKET else slot["price"])
    if refusal == 0 and slot["flags"] & _QUOTE_SIZED and has_book(venue, k):
        return _size_by_money(venue, j)
    return refusal


@compiled(int64(VENUE, int64))
def _size_by_money(venue: Venue, j: int) -> int:
    """Turn an order sized in money into the lots it buys from the book; return why it cannot."""
    slot = venue.orders[j]
    k = slot["instrument"]
    market = venue.markets[k]
    budget = slot["size"]
    if market["can_short"] == 0:
        budget = min(budget, available_units(venue, j))
    rate = cash_rate(venue, budget, market["taker_fee_e8"])
    lots = 0
    rank = first_rank(venue.book, k, ASKS)
    while rank != NO_RANK:
        most = affordable_lots(
            budget, float(-rank), rate, market["numerator"], market["denominator"]
        )
        there = size_at(venue.book, k, ASKS, -rank)
        lots += min(most, there)
        if most <= there:
            break
        cost = notional_units(-rank, there, market["numerator"], market["denominator"])
        budget -= cost + fee_units(cost, rate)
        rank = next_rank(venue.book, k, ASKS, rank)
    if slot["flags"] & _REDUCE_ONLY:
        lots = min(lots, max(-int(market["position_lots"]), 0))
    lots = lots // market["lot_step"] * market["lot_step"]
    if lots < market["min_lots"]:
        return _TOO_SMALL
    slot["flags"] = slot["flags"] & ~_QUOTE_SIZED
    slot["size"] = lots
    slot["remaining"] = lots
    return 0


@compiled(int64(VENUE, int64, int64))
def next_part(venue: Venue, j: int, first: int) -> int:
    """Return the lots order ``j`` takes next, at the venue's ``part_ticks``; 0 when no more."""
    slot = venue.orders[j]
    setting = venue.venue[0]
    k, side = slot["instrument"], slot["side"]
    s = ASKS if side > 0 else BIDS
    is_market = slot["flags"] & _TYPE_MASK == _MARKET
    if slot["flags"] & _TYPE_MASK >= _STOP:
        return 0
    if not has_book(venue, k):
        setting["part_ticks"] = taker_price(venue, j, float(venue.markets[k]["last_ticks"]))
        takes = is_market or side * (slot["price"] - setting["part_ticks"]) >= 0
        return int(slot["remaining"]) if takes and first != 0 else 0
    if first != 0 and slot["flags"] & _FORCE_MASK == _FOK and not _is_within_limit(venue, j):
        return 0
    price = best_price(venue.book, k, s)
    if price == 0:
        return 0
    if not is_market and side * (slot["price"] - taken_at(venue, k, side, price)) < 0:
        return 0
    setting["part_ticks"] = price
    return min(int(slot["remaining"]), size_at(venue.book, k, s, price))


@compiled(types.boolean(VENUE, int64))
def _is_within_limit(venue: Venue, j: int) -> bool:
    """Return whether the book holds the whole of order ``j`` up to its limit."""
    slot = venue.orders[j]
    k, side = slot["instrument"], slot["side"]
    s = ASKS if side > 0 else BIDS
    sign = -1 if side > 0 else 1
    rank = first_rank(venue.book, k, s)
    lots = 0
    while rank != NO_RANK and lots < slot["remaining"]:
        if slot["flags"] & _TYPE_MASK != _MARKET and side * (slot["price"] - sign * rank) < 0:
            break
        lots += size_at(venue.book, k, s, sign * rank)
        rank = next_rank(venue.book, k, s, rank)
    return bool(lots >= slot["remaining"])


@compiled(void(VENUE, int64))
def come_to_rest(venue: Venue, j: int) -> None:
    """Let what is left of order ``j`` rest at its price, or end it where it may not."""
    slot = venue.orders[j]
    ts = venue.venue[0]["seen_ns"]
    slot["arrived"] = 1
    kind = slot["flags"] & _TYPE_MASK
    force = slot["flags"] & _FORCE_MASK
    if kind == _MARKET:
        end_order(venue, j, _CANCELLED, _NO_LIQUIDITY, ts)
    elif kind == _LIMIT and (force == _IOC or force == _FOK):
        end_order(venue, j, _CANCELLED, _NOT_AT_ONCE, ts)
    elif kind == _LIMIT:
        stand_in_queue(venue, j)
