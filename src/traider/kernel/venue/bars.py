"""Matching on bars: what a bar's open, high and low say about resting orders.

Assumed: an order decided at T meets the market at the first bar that opens at or after T; a limit
fills only when the price trades through it (a touch is not a fill, except in the optimistic tier);
inside one bar a stop is hit before a target; a stop that is sent inside a bar stands against all of
it, a limit from the next bar on; an entry that rested and filled inside a bar can be
stopped out in that bar but cannot reach its target in it. Wrong where: bars are long against the
orders' life, the queue ahead is short, or the path inside the bar would have been kinder.

Instruments fed by depth or trades are matched in ``live``.
"""

import math

from numba import float64, int64, types, void

from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.codes import Reject, Task
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, MATCHING_SIGNATURE, VENUE
from traider.kernel.records import Record, Records, Venue
from traider.kernel.venue.execution import execute, taker_price
from traider.kernel.venue.liquidation import check_margin, margin_reach
from traider.kernel.venue.margin import see_price
from traider.kernel.venue.orders import NO_QUEUE, end_order, refuse

_CANCELLED = int(Kind.CANCELLED)
_TYPE_MASK = int(OrderFlag.TYPE_MASK)
_POST_ONLY = int(OrderFlag.POST_ONLY)
_EXIT = int(OrderFlag.CHILD | OrderFlag.ONE_CANCELS_OTHER)
_FORCE_MASK = int(OrderFlag.TIME_IN_FORCE_MASK)
_IOC = int(TimeInForce.IOC) << 4
_FOK = int(TimeInForce.FOK) << 4
_MARKET = int(OrderType.MARKET)
_LIMIT = int(OrderType.LIMIT)
_STOP = int(OrderType.STOP)
_WOULD_TAKE = int(Reject.WOULD_TAKE)
_NOT_AT_ONCE = int(Reject.NOT_FILLED_AT_ONCE)
_BAR = int(Task.BAR)
_VALUE_AT_OPEN = int(Task.VALUE_AT_OPEN)
_CHECK_MARGIN = int(Task.CHECK_MARGIN)
_BUYS = int(Task.BUYS_AT_OPEN)


@compiled(MATCHING_SIGNATURE)
def match_bars(venue: Venue, events: Records, place: int, task: int) -> int:
    """Match with a bar's first price (sales, then purchases), or with its range."""
    event = events[place]
    setting = venue.venue[0]
    market = venue.markets[event["instrument"]]
    if task == _CHECK_MARGIN:
        check_margin(venue)
        return 0
    if market["live"] != 0:
        return 0
    setting["event_ns"] = event["ts_recv"] if task == _BAR else event["ts_event"]
    setting["seen_ns"] = event["ts_recv"]
    if task == _VALUE_AT_OPEN:
        see_price(venue, event["instrument"], float(event["price"]))
        return 0
    if task != _BAR:
        _run_open(venue, event, 1 if task == _BUYS else -1)
        return 0
    if market["open_orders"] != 0:
        # Entries before exits, so that an entry filled in this bar can be stopped out in it.
        _run_limits(venue, event, 0)
    _run_stops(venue, event)
    if market["open_orders"] != 0:
        _run_limits(venue, event, 1)
        for j in range(setting["top"]):
            venue.orders[j]["born_in_bar"] = 0
    see_price(venue, event["instrument"], float(event["close"]))
    check_margin(venue)
    return 0


@compiled(void(VENUE, EVENT_TYPE, int64))
def _run_open(venue: Venue, print_: Record, side: int) -> None:
    """Fill the orders of one side that a bar's first price meets."""
    market = venue.markets[print_["instrument"]]
    j = _next_at_open(venue, print_, side, 0)
    while j >= 0:
        slot = venue.orders[j]
        if slot["resting"] == 2:
            lots = min(slot["remaining"], _room(venue, print_["instrument"], market["volume"]))
            if lots > 0:
                market["gap_lots"] += execute(venue, j, slot["price"], lots, 1)
        else:
            price = taker_price(venue, j, float(print_["price"]))
            execute(venue, j, price, slot["remaining"], 0)
        j = _next_at_open(venue, print_, side, j + 1)


@compiled(void(VENUE, EVENT_TYPE, int64))
def _run_limits(venue: Venue, bar: Record, exits: int) -> None:
    """Fill the limits, exits or others, that a bar traded through, with their share of it."""
    room = _room(venue, bar["instrument"], float(bar["volume"]))
    j = _next_limit(venue, bar, exits, 0)
    while j >= 0:
        slot = venue.orders[j]
        lots = min(slot["remaining"], room)
        if lots > 0:
            room -= lots
            execute(venue, j, slot["price"], lots, 1)
        j = _next_limit(venue, bar, exits, j + 1)


@compiled(int64(VENUE, int64, float64))
def _room(venue: Venue, k: int, volume: float) -> int:
    """Return the lots that resting limits may get of a bar's volume, less those of its gap.

    At the bar's first price its volume is not known yet: what past bars had on average counts.
    """
    market = venue.markets[k]
    share = int(math.floor(venue.venue[0]["participation"] * volume)) - int(market["gap_lots"])
    return int(max(share, 0) // market["lot_step"] * market["lot_step"])


@compiled(void(VENUE, EVENT_TYPE))
def _run_stops(venue: Venue, bar: Record) -> None:
    """Let a bar's range trigger stops; liquidate where margin runs out before the next one."""
    reach = margin_reach(venue, bar)
    j = _next_stop(venue, bar, reach, 0)
    while j >= 0:
        slot = venue.orders[j]
        # One that was sent after the open may have been passed by it already.
        met = float(slot["side"] * max(slot["side"] * slot["trigger"], slot["side"] * bar["open"]))
        execute(venue, j, taker_price(venue, j, met), slot["remaining"], 0)
        # The position, and with it how far margin reaches, is another now.
        reach = margin_reach(venue, bar)
        j = _next_stop(venue, bar, reach, 0)
    check_margin(venue)


@compiled(int64(VENUE, EVENT_TYPE, int64, int64))
def _next_at_open(venue: Venue, print_: Record, side: int, start: int) -> int:
    """Return the next order that fills at a bar's first price, from place ``start`` on, or -1.

    One that rested before (``resting`` 2) fills at its own price, for its share of the volume.
    """
    price = float(print_["price"])
    for j in range(start, venue.venue[0]["top"]):
        slot = venue.orders[j]
        if slot["order_id"] == 0 or slot["side"] != side or slot["asleep"] != 0:
            continue
        if slot["instrument"] != print_["instrument"] or slot["sent_ns"] > print_["ts_event"]:
            continue
        kind = slot["flags"] & _TYPE_MASK
        if kind >= _STOP:
            if side * (price - slot["trigger"]) < 0.0:
                continue
            kind = _trigger(venue, j)
        if kind == _MARKET:
            return j
        if _meets_open(venue, j, price):
            return j
    return -1


@compiled(types.boolean(VENUE, int64, float64))
def _meets_open(venue: Venue, j: int, price: float) -> bool:
    """Return whether limit ``j`` fills at a bar's first price; let it rest, or end it, if not."""
    slot = venue.orders[j]
    setting = venue.venue[0]
    if slot["resting"] != 0:
        through = slot["side"] * (slot["price"] - price)
        if through > 0.0 or (through == 0.0 and setting["touch_fills"] != 0):
            slot["resting"] = 2
            return True
        return False
    if slot["side"] * (slot["price"] - taker_price(venue, j, price)) >= 0:
        if not slot["flags"] & _POST_ONLY:
            return True
        refuse(venue, j, _WOULD_TAKE, setting["seen_ns"])
        return False
    slot["resting"] = 1
    slot["ahead"] = NO_QUEUE
    force = slot["flags"] & _FORCE_MASK
    if force == _IOC or force == _FOK:
        end_order(venue, j, _CANCELLED, _NOT_AT_ONCE, setting["seen_ns"])
    return False


@compiled(int64(VENUE, int64), inline=True)
def _trigger(venue: Venue, j: int) -> int:
    """Turn a stop whose trigger was reached into the order it hides; return its new type."""
    slot = venue.orders[j]
    kind = _MARKET if slot["flags"] & _TYPE_MASK == _STOP else _LIMIT
    slot["flags"] = (slot["flags"] & ~_TYPE_MASK) | kind
    return kind


@compiled(types.boolean(VENUE, int64, EVENT_TYPE), inline=True)
def _takes_part(venue: Venue, j: int, bar: Record) -> bool:
    slot = venue.orders[j]
    return bool(
        slot["order_id"] != 0
        and slot["instrument"] == bar["instrument"]
        and slot["asleep"] == 0
        and slot["sent_ns"] <= bar["ts_event"]
    )


@compiled(types.boolean(VENUE, int64, EVENT_TYPE), inline=True)
def _guards(venue: Venue, j: int, bar: Record) -> bool:
    """Return whether a stop stands against a bar: it reached the venue before the bar's end.

    The exits of what filled at the open are sent a moment later: nearly all of the bar is before
    them. When the price was where is not known, so all of it counts.
    """
    slot = venue.orders[j]
    return bool(
        slot["order_id"] != 0
        and slot["instrument"] == bar["instrument"]
        and slot["asleep"] == 0
        and slot["arrived"] != 0
        and slot["sent_ns"] < bar["ts_recv"]
    )


@compiled(int64(VENUE, EVENT_TYPE, float64, int64))
def _next_stop(venue: Venue, bar: Record, reach: float, start: int) -> int:
    """Return the next stop that a bar's range turns into a market order, or -1.

    Against a position the range counts only as far as its margin ``reach``es (0 without one).
    """
    held = venue.markets[bar["instrument"]]["position_lots"]
    for j in range(start, venue.venue[0]["top"]):
        slot = venue.orders[j]
        if not _guards(venue, j, bar) or slot["flags"] & _TYPE_MASK < _STOP:
            continue
        reached = float(bar["high"] if slot["side"] > 0 else bar["low"])
        if reach > 0.0 and slot["side"] * held < 0:
            reached = reach
        if slot["side"] * (reached - slot["trigger"]) < 0.0:
            continue
        if _trigger(venue, j) == _MARKET:
            return j
        # Whether the limit was still reached after the trigger is unknown: from the next bar.
        slot["resting"] = 1
        slot["ahead"] = NO_QUEUE
        slot["sent_ns"] = bar["ts_recv"]
    return -1


@compiled(int64(VENUE, EVENT_TYPE, int64, int64))
def _next_limit(venue: Venue, bar: Record, exits: int, start: int) -> int:
    """Return the next resting limit, exits or others, that a bar traded through, or -1."""
    for j in range(start, venue.venue[0]["top"]):
        slot = venue.orders[j]
        if not _takes_part(venue, j, bar) or slot["flags"] & _TYPE_MASK != _LIMIT:
            continue
        if (slot["flags"] & _EXIT != 0) != (exits != 0) or slot["born_in_bar"] != 0:
            continue
        slot["resting"] = 1
        reached = bar["low"] if slot["side"] > 0 else bar["high"]
        through = slot["side"] * (slot["price"] - reached)
        if through > 0 or (through == 0 and venue.venue[0]["touch_fills"] != 0):
            return j
    return -1
