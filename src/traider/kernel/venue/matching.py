"""Matching on bars: what a bar's open, high and low say about resting orders.

Assumed: an order decided at T meets the market at the first bar that opens at or after T; a limit
fills only when the price trades through it (a touch is not a fill, except in the optimistic tier);
inside one bar a stop is hit before a target; an entry that rested and filled inside a bar can be
stopped out in that bar but cannot reach its target in it. Wrong where: bars are long against the
orders' life, the queue ahead is short, or the path inside the bar would have been kinder.
"""

import math

from numba import int64, types, void

from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.codes import Reject
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, VENUE
from traider.kernel.records import Record, Venue
from traider.kernel.venue.book import end_order
from traider.kernel.venue.execution import execute, take, taker_price

_CANCELLED = int(Kind.CANCELLED)
_REJECTED = int(Kind.REJECTED)
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


@compiled(void(VENUE, EVENT_TYPE, int64), inline=True)
def match_open(venue: Venue, print_: Record, side: int) -> None:
    """Match the orders of one side with the first price of a bar."""
    for j in range(venue.venue[0]["top"]):
        slot = venue.orders[j]
        if slot["order_id"] == 0 or slot["side"] != side or slot["asleep"] != 0:
            continue
        if slot["instrument"] == print_["instrument"] and slot["sent_ns"] <= print_["ts_event"]:
            _match_one_open(venue, j, print_)


@compiled(void(VENUE, int64, EVENT_TYPE), inline=True)
def _match_one_open(venue: Venue, j: int, print_: Record) -> None:
    slot = venue.orders[j]
    price = float(print_["price"])
    setting = venue.venue[0]
    setting["event_ns"] = print_["ts_event"]
    setting["seen_ns"] = max(print_["ts_recv"], slot["sent_ns"] + setting["latency_ns"])
    kind = slot["flags"] & _TYPE_MASK
    if kind >= _STOP:
        if slot["side"] * (price - slot["trigger"]) < 0.0:
            return
        kind = _trigger(venue, j)
    if kind == _MARKET:
        take(venue, j, price)
        return
    if slot["resting"] != 0:
        through = slot["side"] * (slot["price"] - price)
        if through > 0.0 or (through == 0.0 and setting["touch_fills"] != 0):
            execute(venue, j, slot["price"], slot["remaining"], 1)
        return
    slot["resting"] = 1
    if slot["side"] * (slot["price"] - taker_price(venue, j, price)) >= 0:
        if slot["flags"] & _POST_ONLY:
            end_order(venue, j, _REJECTED, _WOULD_TAKE, setting["seen_ns"])
        else:
            take(venue, j, price)
        return
    force = slot["flags"] & _FORCE_MASK
    if force == _IOC or force == _FOK:
        end_order(venue, j, _CANCELLED, _NOT_AT_ONCE, setting["seen_ns"])


@compiled(int64(VENUE, int64), inline=True)
def _trigger(venue: Venue, j: int) -> int:
    """Turn a stop whose trigger was reached into the order it hides; return its new type."""
    slot = venue.orders[j]
    kind = _MARKET if slot["flags"] & _TYPE_MASK == _STOP else _LIMIT
    slot["flags"] = (slot["flags"] & ~_TYPE_MASK) | kind
    return kind


@compiled(void(VENUE, EVENT_TYPE))
def match_bar(venue: Venue, bar: Record) -> None:
    """Match resting orders with the range of a bar: entries' exits and stops first, then limits."""
    if venue.markets[bar["instrument"]]["open_orders"] == 0:
        return
    venue.venue[0]["event_ns"] = bar["ts_recv"]
    venue.venue[0]["seen_ns"] = bar["ts_recv"]
    # Entries before exits, so that an entry filled in this bar can be stopped out in it.
    _match_limits(venue, bar, 0)
    _match_stops(venue, bar)
    _match_limits(venue, bar, 1)
    for j in range(venue.venue[0]["top"]):
        venue.orders[j]["born_in_bar"] = 0


@compiled(types.boolean(VENUE, int64, EVENT_TYPE))
def _takes_part(venue: Venue, j: int, bar: Record) -> bool:
    slot = venue.orders[j]
    return bool(
        slot["order_id"] != 0
        and slot["instrument"] == bar["instrument"]
        and slot["asleep"] == 0
        and slot["sent_ns"] <= bar["ts_event"]
    )


@compiled(void(VENUE, EVENT_TYPE))
def _match_stops(venue: Venue, bar: Record) -> None:
    when = bar["ts_recv"]
    for j in range(venue.venue[0]["top"]):
        slot = venue.orders[j]
        if not _takes_part(venue, j, bar) or slot["flags"] & _TYPE_MASK < _STOP:
            continue
        reached = bar["high"] if slot["side"] > 0 else bar["low"]
        if slot["side"] * (reached - slot["trigger"]) < 0:
            continue
        if _trigger(venue, j) == _MARKET:
            take(venue, j, float(slot["trigger"]))
        else:
            # Whether the limit was still reached after the trigger is unknown: from the next bar.
            slot["resting"] = 1
            slot["sent_ns"] = when


@compiled(void(VENUE, EVENT_TYPE, int64))
def _match_limits(venue: Venue, bar: Record, exits: int) -> None:
    setting = venue.venue[0]
    step = venue.markets[bar["instrument"]]["lot_step"]
    room = int(math.floor(setting["participation"] * bar["volume"])) // step * step
    for j in range(venue.venue[0]["top"]):
        slot = venue.orders[j]
        if not _takes_part(venue, j, bar) or slot["flags"] & _TYPE_MASK != _LIMIT:
            continue
        if (slot["flags"] & _EXIT != 0) != (exits != 0):
            continue
        if slot["born_in_bar"] != 0:
            continue
        slot["resting"] = 1
        reached = bar["low"] if slot["side"] > 0 else bar["high"]
        through = slot["side"] * (slot["price"] - reached)
        if through > 0 or (through == 0 and setting["touch_fills"] != 0):
            lots = min(slot["remaining"], room)
            if lots > 0:
                room -= lots
                execute(venue, j, slot["price"], lots, 1)
