"""Queues: where our resting orders stand behind others at their prices.

Where an order stands is a belief. When it comes, all that stands at its price is ahead (nobody in
the optimistic model). Trades at the price eat what is ahead, then the order; our own orders keep
their time priority. When the level shrinks by more than trades explain, somebody cancelled: behind
us as long as the level allows (pessimistic), or ahead and behind in proportion (probabilistic: the
idea of hftbacktest's queue models, with the power 1). Nothing counts twice: a level has the trades
up to its time taken off its shrinking, and a trade told after a later level that shows it eats
nothing again. Both times are the venue's own (``ts_event``).
"""

import math

from numba import int64, types, void

from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.book import ASKS, BIDS, best_price, book_state, size_at
from traider.kernel.codes import BookState, QueueModel
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, VENUE
from traider.kernel.records import Record, Venue
from traider.kernel.venue.orders import NO_QUEUE, watch_prices

_TRADE = int(Kind.TRADE)
_SNAPSHOT = int(Kind.DEPTH_SNAPSHOT)
_UPDATE = int(Kind.DEPTH_UPDATE)
_TYPE_MASK = int(OrderFlag.TYPE_MASK)
_LIMIT = int(OrderType.LIMIT)
_EMPTY = int(BookState.EMPTY)
_PROBABILISTIC = int(QueueModel.PROBABILISTIC)
_OPTIMISTIC = int(QueueModel.OPTIMISTIC)


@compiled(types.boolean(VENUE, int64), inline=True)
def has_book(venue: Venue, k: int) -> bool:
    """Return whether the venue's book of instrument ``k`` can be believed."""
    return bool(venue.markets[k]["broken"] == 0 and book_state(venue.book, k) != _EMPTY)


@compiled(types.boolean(VENUE, int64, int64), inline=True)
def rests_in_book(venue: Venue, j: int, k: int) -> bool:
    """Return whether ``j`` is a limit order that rests in the market of instrument ``k``."""
    slot = venue.orders[j]
    return bool(
        slot["order_id"] != 0
        and slot["instrument"] == k
        and slot["resting"] != 0
        and slot["flags"] & _TYPE_MASK == _LIMIT
    )


@compiled(void(VENUE, int64))
def stand_in_queue(venue: Venue, j: int) -> None:
    """Put order ``j`` at the end of the queue at its price."""
    slot = venue.orders[j]
    setting = venue.venue[0]
    k = slot["instrument"]
    setting["turns"] += 1
    slot["turn"] = setting["turns"]
    slot["ahead"] = NO_QUEUE
    slot["traded"] = 0
    slot["traded_ns"] = 0
    slot["early"] = 0
    slot["early_taken"] = 0
    slot["early_ns"] = 0
    if setting["queue_model"] == _OPTIMISTIC:
        slot["ahead"] = 0
    elif has_book(venue, k):
        slot["ahead"] = size_at(venue.book, k, BIDS if slot["side"] > 0 else ASKS, slot["price"])
    watch_prices(venue, k)


@compiled(void(VENUE, EVENT_TYPE))
def restate_queues(venue: Venue, event: Record) -> None:
    """Move our orders up in their queues by what a depth record says of their level."""
    k, kind = int(event["instrument"]), event["kind"]
    for j in range(venue.venue[0]["top"]):
        if not rests_in_book(venue, j, k):
            continue
        slot = venue.orders[j]
        if kind == _UPDATE and slot["side"] == event["side"] and slot["price"] == event["price"]:
            _move_up(venue, j, event)
        elif kind == _SNAPSHOT:
            # Level by level: the last row leaves what the whole snapshot says.
            level = size_at(venue.book, k, BIDS if slot["side"] > 0 else ASKS, slot["price"])
            slot["ahead"] = min(slot["ahead"], level)
            slot["traded"] = 0
            slot["early"] = 0
            slot["early_taken"] = 0


@compiled(void(VENUE, int64, EVENT_TYPE), inline=True)
def _move_up(venue: Venue, j: int, level: Record) -> None:
    """Move order ``j`` up by what of the shrinking of its level no trade explains."""
    slot = venue.orders[j]
    old, new = int(venue.venue[0]["old_lots"]), int(level["size"])
    traded = 0
    if slot["traded_ns"] <= level["ts_event"]:
        traded = int(slot["traded"])
        slot["traded"] = 0
    before = max(old - traded, 1)
    shrunk = max(before - new, 0) if old > traded else 0
    stood = min(int(slot["ahead"]), before) if shrunk > 0 else int(slot["ahead"])
    after = min(stood, new)
    if shrunk > 0 and venue.venue[0]["queue_model"] == _PROBABILISTIC:
        # Rounded against us: fewer lots are taken off what is ahead.
        part = int(math.floor(float(shrunk) * (float(stood) / float(before))))
        after = max(min(stood - part, new), 0)
    slot["ahead"] = after
    slot["early"] = shrunk
    slot["early_taken"] = min(stood - after, shrunk)
    slot["early_ns"] = level["ts_event"]


@compiled(int64(VENUE, EVENT_TYPE, int64, int64))
def next_in_turn(venue: Venue, trade: Record, side: int, turn: int) -> int:
    """Return our next order on ``side`` at the price of a trade after time priority ``turn``.

    -1 when there is none, or when the trade took from the other side. A trade of an unknown side
    took from the side of the book it is at; without a book it may have been either.
    """
    if trade["kind"] != _TRADE:
        return -1
    k, price = int(trade["instrument"]), trade["price"]
    taker = int(trade["side"])
    if taker == 0 and has_book(venue, k):
        bid, ask = best_price(venue.book, k, BIDS), best_price(venue.book, k, ASKS)
        taker = -1 if price <= bid else (1 if ask > 0 and price >= ask else side)
    if taker == side:
        return -1
    first = -1
    for j in range(venue.venue[0]["top"]):
        slot = venue.orders[j]
        if not rests_in_book(venue, j, k) or slot["side"] != side or slot["price"] != price:
            continue
        is_next = first < 0 or slot["turn"] < venue.orders[first]["turn"]
        if slot["turn"] > turn and is_next:
            first = j
    return first


@compiled(int64(VENUE, int64, EVENT_TYPE, int64))
def pass_queue(venue: Venue, j: int, trade: Record, ours: int) -> int:
    """Let a trade eat what is ahead of order ``j``; return what it fills of it.

    ``ours`` of it went to our own orders before. What the level showed before the trade came was
    taken off the queue already, as far as it was believed to stand ahead.
    """
    slot = venue.orders[j]
    size = int(trade["size"])
    seen, back = 0, 0
    if trade["ts_event"] <= slot["early_ns"] and slot["early"] > 0:
        seen = min(size, int(slot["early"]))
        share = float(slot["early_taken"]) * (float(seen) / float(slot["early"]))
        back = min(int(math.ceil(share)), int(slot["early_taken"]), seen)
        slot["early"] -= seen
        slot["early_taken"] -= back
    if slot["traded"] == 0:
        slot["traded_ns"] = trade["ts_event"]
    slot["traded"] += size - seen
    eaten = max(size - back - int(ours), 0)
    spare = max(eaten - int(slot["ahead"]), 0)
    slot["ahead"] = max(int(slot["ahead"]) - eaten, 0)
    step = int(venue.markets[slot["instrument"]]["lot_step"])
    return min(spare, int(slot["remaining"])) // step * step
