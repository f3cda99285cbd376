"""Matching in a market fed by depth or trades, event by event.

A level of the other side at or beyond our price, and a trade at a worse price than ours, would
have met us first: what is left of the order fills at its own price. A trade at our price fills it
with what exceeds the queue ahead (``queues``). Trades trigger stops (best prices where no trade is
known), which then arrive as the orders they hide (``arrival``). The clock is that of the journal:
what the venue knows at T is what was received by T, so market data is as late here as it was.
"""

from numba import int64, void

from traider.domain.events import Kind, MarketFlag
from traider.kernel.book import ASKS, BIDS, clear_side, set_level, size_at
from traider.kernel.codes import Task
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, MATCHING_SIGNATURE, VENUE
from traider.kernel.records import Record, Records, Venue
from traider.kernel.venue.arrival import (
    come_to_rest,
    meet_market,
    next_part,
    next_waiting,
    settle_answer,
    trigger_stops,
)
from traider.kernel.venue.execution import execute, taken_at
from traider.kernel.venue.funding import pay_funding
from traider.kernel.venue.liquidation import check_margin
from traider.kernel.venue.orders import refuse
from traider.kernel.venue.queues import (
    has_book,
    next_in_turn,
    pass_queue,
    restate_queues,
    rests_in_book,
)

_CLEAR = int(Kind.DEPTH_CLEAR)
_TRADE = int(Kind.TRADE)
_ACK = int(Kind.ACK)
_GAP = int(Kind.GAP)
_MARK = int(Kind.MARK)
_FUNDING = int(Kind.FUNDING)
_LAST = int(MarketFlag.LAST_OF_MESSAGE)
_ANSWER = int(Task.ANSWER)
_FACT = int(Task.FACT)
_DEPTH = int(Task.DEPTH)
_TRADED = int(Task.TRADE)


@compiled(MATCHING_SIGNATURE)
def match_live(venue: Venue, events: Records, place: int, task: int) -> int:
    """Meet an event of a live market, or an answer come due; return whether that is delivered."""
    event = events[place]
    setting = venue.venue[0]
    setting["event_ns"] = event["ts_event"]
    setting["seen_ns"] = event["ts_recv"]
    delivered = 1
    market = venue.markets[event["instrument"]]
    market["passing_ticks"] = event["price"] if task == _TRADED else 0
    if task == _ANSWER:
        delivered = settle_answer(venue, event)
    elif task == _FACT:
        _take_fact(venue, event)
    else:
        _meet_resting(venue, event)
    if setting["waiting"] != 0:
        _meet_waiting(venue, int(event["instrument"]))
    if task != _DEPTH or event["flags"] & _LAST:
        check_margin(venue)
    market["passing_ticks"] = 0
    if task == _ANSWER and event["kind"] == _ACK and setting["refused"] == event["order_id"]:
        return 0
    return delivered


@compiled(void(VENUE, EVENT_TYPE))
def _meet_resting(venue: Venue, event: Record) -> None:
    """Let a level or a trade fill, move up and trigger the orders that rest."""
    j = _next_crossed(venue, event, 0)
    while j >= 0:
        execute(venue, j, venue.orders[j]["price"], venue.orders[j]["remaining"], 1)
        j = _next_crossed(venue, event, j + 1)
    if event["kind"] != _TRADE:
        restate_queues(venue, event)
    for side in (1, -1):
        ours = 0
        j = next_in_turn(venue, event, side, 0)
        while j >= 0:
            turn = venue.orders[j]["turn"]
            lots = pass_queue(venue, j, event, ours)
            if lots > 0:
                ours += execute(venue, j, event["price"], lots, 1)
            j = next_in_turn(venue, event, side, turn)
    if event["kind"] == _TRADE or event["flags"] & _LAST:
        trigger_stops(venue, int(event["instrument"]))


@compiled(void(VENUE, int64))
def _meet_waiting(venue: Venue, k: int) -> None:
    """Let the orders of instrument ``k`` that arrived, woke or were triggered meet the market."""
    setting = venue.venue[0]
    j = next_waiting(venue, k)
    while j >= 0:
        slot = venue.orders[j]
        order_id = slot["order_id"]
        refusal = meet_market(venue, j)
        if refusal != 0:
            refuse(venue, j, refusal, setting["seen_ns"])
        else:
            lots = next_part(venue, j, 1)
            while lots > 0:
                price = taken_at(venue, k, slot["side"], setting["part_ticks"])
                taken = execute(venue, j, price, lots, 0)
                _take_from_book(venue, k, slot["side"], taken)
                lots = next_part(venue, j, 0) if slot["order_id"] == order_id else 0
            if slot["order_id"] == order_id:
                come_to_rest(venue, j)
        j = next_waiting(venue, k)


@compiled(int64(VENUE, EVENT_TYPE, int64))
def _next_crossed(venue: Venue, event: Record, start: int) -> int:
    """Return the next resting order that a level or a trade shows to be filled, or -1."""
    k, price = int(event["instrument"]), event["price"]
    is_trade = event["kind"] == _TRADE
    if not is_trade and (event["kind"] == _CLEAR or event["size"] == 0):
        return -1
    for j in range(start, venue.venue[0]["top"]):
        if not rests_in_book(venue, j, k):
            continue
        slot = venue.orders[j]
        beyond = slot["side"] * (slot["price"] - price)
        if beyond > 0 if is_trade else (beyond >= 0 and slot["side"] != event["side"]):
            return j
    return -1


@compiled(void(VENUE, int64, int64, int64), inline=True)
def _take_from_book(venue: Venue, k: int, side: int, lots: int) -> None:
    """Take what an order took at the present part's price out of the venue's own book."""
    s = ASKS if side > 0 else BIDS
    price = venue.venue[0]["part_ticks"]
    if lots > 0 and has_book(venue, k):
        set_level(venue.book, k, s, price, size_at(venue.book, k, s, price) - lots)


@compiled(void(VENUE, EVENT_TYPE))
def _take_fact(venue: Venue, event: Record) -> None:
    """Take in a gap, the venue's own mark price, or funding; other kinds change nothing here."""
    k = int(event["instrument"])
    market = venue.markets[k]
    kind = event["kind"]
    if kind == _GAP:
        # What stands in the book is unknown until a whole snapshot has come.
        market["broken"] = 1
        clear_side(venue.book, k, BIDS)
        clear_side(venue.book, k, ASKS)
    elif kind == _FUNDING:
        pay_funding(venue, event)
    elif kind == _MARK and event["w0"] > 0:
        market["marked"] = 1
        market["margin_ticks"] = float(event["w0"]) * market["tick_scale"]
