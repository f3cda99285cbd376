"""Working styles: a wanted size is sent to the venue in children, one at a time.

- Post-only: a limit beside the best price of its own side. An order that would have taken is
  rejected, and the next backs off by a step; with time the steps are given back. When the price
  wanted has moved by a threshold the order is replaced, at most once in an interval. After each
  widening time the price concedes one step, up to the last tick before the other side.
- Iceberg: the same price, a part of the size at a time, the next when one has filled; it may take.
- TWAP: equal parts at market over the duration, sent as time passes; parts missed, since nothing
  happened that could be acted on, are made up for.

When the time limit is over (a TWAP's is its duration), or the mark moved against the work by more
than the slippage budget, the rest goes at market, or is dropped. A work ends when all is done, when
the rest is less than the venue takes, when something else is wanted, after too many failures, and
when opening is halted.
Children filled never sum to more than the work: a new one is sent only when the last is over.

What is due happens at the next event of the instrument or at the next decision: with bars alone
that may be much later than the intervals say.
"""

import math

from numba import int64, types, void

from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.codes import Reject, Style, WorkEnd, WorkState
from traider.kernel.compiled import compiled
from traider.kernel.decider.intents import cancel_order, has_room, place_order
from traider.kernel.decider.latency_offset import latency_offset
from traider.kernel.decider.plan_levels import FAR
from traider.kernel.decider.plan_parts import is_closable, is_sellable
from traider.kernel.decider.plan_slices import PATIENCE_NS, ends_order
from traider.kernel.decider.postponing import is_postponed, pause_ns
from traider.kernel.decider.soundness import is_unsound
from traider.kernel.numba_types import DESK, EVENT_TYPE, MARKET_TYPE, WORK_TYPE
from traider.kernel.order_records import Desk
from traider.kernel.records import Record

FAILURES_MAX = 5
"""Children refused, rejected or ended by others, one after the other, that end a work."""
BACK_OFF_MAX = 100

_IDLE = int(WorkState.IDLE)
_WAITING = int(WorkState.WAITING)
_SENT = int(WorkState.SENT)
_RESTING = int(WorkState.RESTING)
_CANCELLING = int(WorkState.CANCELLING)
_DONE = int(WorkEnd.DONE)
_OUT_OF_TIME = int(WorkEnd.OUT_OF_TIME)
_SLIPPED = int(WorkEnd.SLIPPED)
_FAILED = int(WorkEnd.FAILED)
_TOO_SMALL = int(WorkEnd.TOO_SMALL)
_HALTED = int(WorkEnd.HALTED)
_TWAP = int(Style.TWAP)
_ICEBERG = int(Style.ICEBERG)
_ACK = int(Kind.ACK)
_FILL = int(Kind.FILL)
_REJECTED = int(Kind.REJECTED)
_VERDICT = int(Kind.VERDICT)
_UNKNOWN = int(Kind.UNKNOWN)
_WOULD_TAKE = int(Reject.WOULD_TAKE)
_UNKNOWN_ORDER = int(Reject.UNKNOWN_ORDER)
_REDUCE_ONLY = int(OrderFlag.REDUCE_ONLY)
_MARKET = int(OrderType.MARKET)
_LIMIT = int(OrderType.LIMIT)
_POST_ONLY = int(OrderType.LIMIT) | int(OrderFlag.POST_ONLY)


@compiled(void(WORK_TYPE, MARKET_TYPE, int64, int64, int64))
def begin_work(work: Record, market: Record, side: int, lots: int, now: int) -> None:
    """Begin to work ``lots``; the first child follows in the same step."""
    work["state"] = _WAITING
    work["side"] = side
    work["total_lots"] = lots
    work["done_lots"] = 0
    work["started_ns"] = now
    work["next_ns"] = now
    work["since_ns"] = now
    work["arrival_ticks"] = market["mark_ticks"]
    work["child_id"] = 0
    work["child_lots"] = 0
    work["child_ticks"] = 0
    work["back_off"] = 0
    work["taking"] = 0
    work["failures"] = 0
    work["postponed"] = 0
    work["asked"] = 0
    work["reason"] = 0
    market["watch_ns"] = now


@compiled(int64(DESK, int64, int64))
def tend_work(desk: Desk, s: int, count: int) -> int:
    """Bring the child of a work in line with what is wanted of it; return the count of intents."""
    work, now = desk.works[s], desk.account["now_ns"]
    _judge(desk, s)
    if work["state"] == _WAITING:
        if work["reason"] != 0:
            work["state"] = _IDLE
        elif now >= work["next_ns"]:
            count = _send_child(desk, s, count)
    elif work["state"] == _CANCELLING:
        if now - work["since_ns"] >= PATIENCE_NS:
            if work["asked"] < 0:
                end_child(desk, s)
                return count
            count = ask_back(desk, s, count)
    elif work["reason"] != 0 or (work["taking"] != 0 and work["child_ticks"] != 0):
        count = ask_back(desk, s, count)
    elif now >= work["next_ns"] and work["child_ticks"] != 0:
        work["next_ns"] = now + desk.strategy["work_repeg_ns"]
        work["back_off"] = max(work["back_off"] - 1, 0)
        apart = abs(_pegged_ticks(desk, s) - work["child_ticks"])
        threshold = max(desk.strategy["work_repeg_ticks"], 1)
        lots, ticks = work["child_lots"], work["child_ticks"]
        if apart >= threshold and _is_taken(desk, s, lots, ticks):
            count = ask_back(desk, s, count)
    return count


@compiled(types.boolean(DESK, int64, int64, int64), inline=True)
def _is_taken(desk: Desk, s: int, lots: int, price_ticks: int) -> bool:
    """Return whether the venue takes a child of ``lots``; one that only reduces at any worth."""
    held = desk.market["position_lots"]
    if desk.works[s]["side"] * held < 0 and lots <= abs(held):
        return bool(is_closable(desk, lots, price_ticks))
    return bool(is_sellable(desk, lots, price_ticks))


@compiled(void(DESK, int64))
def _judge(desk: Desk, s: int) -> None:
    """Decide whether the work ends, or takes the rest."""
    work, strategy, account = desk.works[s], desk.strategy, desk.account
    if work["reason"] != 0:
        return
    left = work["total_lots"] - work["done_lots"]
    side, mark = work["side"], desk.market["mark_ticks"]
    opens = side * desk.market["position_lots"] >= 0
    is_halted = account["paused"] != 0 or is_unsound(desk.market)
    if left <= 0:
        work["reason"] = _DONE
    elif account["killed"] != 0 or (opens and is_halted):
        work["reason"] = _HALTED
    elif work["failures"] >= FAILURES_MAX:
        work["reason"] = _FAILED
    elif work["state"] == _WAITING and not _is_taken(desk, s, left, mark):
        work["reason"] = _TOO_SMALL
    elif work["taking"] == 0:
        budget = strategy["work_slippage"] * work["arrival_ticks"]
        is_late = account["now_ns"] >= work["started_ns"] + strategy["work_limit_ns"]
        is_late = is_late and strategy["style"] != _TWAP  # which makes up for its last parts
        if is_late or (budget > 0.0 and side * (mark - work["arrival_ticks"]) > budget):
            if strategy["work_take_rest"] != 0:
                work["taking"] = 1
                work["next_ns"] = account["now_ns"]
            else:
                work["reason"] = _OUT_OF_TIME if is_late else _SLIPPED


@compiled(int64(DESK, int64, int64))
def _send_child(desk: Desk, s: int, count: int) -> int:
    """Send the next child when one is due and the venue takes it; return the count of intents."""
    work, strategy, account = desk.works[s], desk.strategy, desk.account
    left = work["total_lots"] - work["done_lots"]
    step = desk.market["lot_step"]
    lots = left
    by_time = strategy["style"] == _TWAP and work["taking"] == 0
    at_market = work["taking"] != 0 or by_time
    if by_time:
        length = max(strategy["work_limit_ns"] // strategy["work_slices"], 1)
        due = min((account["now_ns"] - work["started_ns"]) // length + 1, strategy["work_slices"])
        work["next_ns"] = work["started_ns"] + due * length
        share = work["total_lots"] * (due / strategy["work_slices"])
        lots = int(math.floor(share + 1e-9)) - work["done_lots"]
    elif strategy["style"] == _ICEBERG and not at_market:
        lots = int(math.ceil(work["total_lots"] * strategy["work_display"] - 1e-9))
        lots = max((lots + step - 1) // step * step, desk.market["min_lots"])
    price = desk.market["mark_ticks"] if at_market else _pegged_ticks(desk, s)
    lots = min(lots, left) // step * step
    if not _is_taken(desk, s, left - lots, price):
        lots = left // step * step  # what would be left alone is too small to be sent alone
    if not _is_taken(desk, s, lots, price):
        if not by_time:
            work["next_ns"] = account["now_ns"] + strategy["work_repeg_ns"]
        return count
    if not has_room(desk, count, 1):
        work["next_ns"] = account["now_ns"]
        return count
    kind = _MARKET
    if not at_market:
        kind = _LIMIT if strategy["style"] == _ICEBERG else _POST_ONLY
        work["next_ns"] = account["now_ns"] + strategy["work_repeg_ns"]
    if not is_sellable(desk, lots, price):
        kind |= _REDUCE_ONLY
    work["child_id"] = place_order(desk, count, kind, work["side"], lots)
    work["child_lots"] = lots
    work["child_ticks"] = 0 if at_market else price
    desk.out[count]["price"] = work["child_ticks"]
    work["state"] = _SENT
    work["asked"] = 0
    work["since_ns"] = account["now_ns"]
    return count + 1


@compiled(int64(DESK, int64))
def _pegged_ticks(desk: Desk, s: int) -> int:
    """Return the price wanted now: beside the best one, backed off, conceded with time."""
    work, strategy, market = desk.works[s], desk.strategy, desk.market
    side, mark = work["side"], market["mark_ticks"]
    own, last = mark, mark
    if market["bid_ticks"] > 0:
        own = market["bid_ticks"] if side > 0 else market["ask_ticks"]
        last = (market["ask_ticks"] if side > 0 else market["bid_ticks"]) - side
    steps = work["back_off"]
    if strategy["work_widen_ns"] > 0:
        elapsed = desk.account["now_ns"] - work["started_ns"]
        steps -= elapsed // strategy["work_widen_ns"]
    offset = strategy["work_offset_ticks"] + strategy["work_offset"] * mark
    offset += latency_offset(desk.account, strategy, desk.values) * mark
    price = own - side * (offset + float(steps * strategy["work_step_ticks"]))
    ticks = int(math.floor(price)) if side > 0 else int(math.ceil(price))
    ticks = min(ticks, last) if side > 0 else max(ticks, last)
    return int(max(ticks, 1))


@compiled(int64(DESK, int64, int64))
def ask_back(desk: Desk, s: int, count: int) -> int:
    """Ask for the child of a work; return the count of intents."""
    work = desk.works[s]
    if not has_room(desk, count, 1):
        work["next_ns"] = desk.account["now_ns"]
        return count
    work["state"] = _CANCELLING
    work["asked"] += 1
    work["since_ns"] = desk.account["now_ns"]
    return cancel_order(desk, count, work["child_id"])


@compiled(void(DESK, int64))
def end_child(desk: Desk, s: int) -> None:
    """Forget the child: it is over."""
    work = desk.works[s]
    work["child_id"] = 0
    work["child_lots"] = 0
    work["state"] = _WAITING
    work["since_ns"] = desk.account["now_ns"]


@compiled(types.boolean(DESK, EVENT_TYPE))
def meet_works(desk: Desk, event: Record) -> bool:
    """Apply an answer to the work whose child it is about; return whether there is one."""
    for s in range(2):
        work = desk.works[s]
        if work["child_id"] == 0 or work["child_id"] != event["order_id"]:
            continue
        if event["kind"] == _FILL:
            work["done_lots"] += event["size"]
            work["child_lots"] = max(work["child_lots"] - event["size"], 0)
            work["failures"] = 0
            if event["leaves"] == 0:
                if desk.strategy["style"] != _TWAP:
                    work["next_ns"] = desk.account["now_ns"]
                end_child(desk, s)
        elif event["kind"] == _ACK and work["state"] == _SENT:
            work["state"] = _RESTING
        elif ends_order(event):
            _note_end(desk, s, event)
            end_child(desk, s)
        elif event["code"] == _UNKNOWN_ORDER and _ACK < event["kind"] < _UNKNOWN:
            # The fill that ended it may be under way.
            work["asked"] = -1
            work["since_ns"] = desk.account["now_ns"]
        elif event["kind"] == _VERDICT:
            work["postponed"] = 0
        return True
    return False


@compiled(void(DESK, int64, EVENT_TYPE), inline=True)
def _note_end(desk: Desk, s: int, event: Record) -> None:
    """Note why a child ended unfilled: not sent, would have taken, was asked back, or failed."""
    work = desk.works[s]
    if is_postponed(event):
        work["postponed"] += 1
        work["next_ns"] = desk.account["now_ns"] + pause_ns(work["postponed"])
    elif event["kind"] == _REJECTED and event["code"] == _WOULD_TAKE:
        work["back_off"] = min(work["back_off"] + 1, BACK_OFF_MAX)
        work["next_ns"] = desk.account["now_ns"]
    elif work["state"] != _CANCELLING:
        work["failures"] += 1
        work["next_ns"] = desk.account["now_ns"] + desk.strategy["work_repeg_ns"]
    elif desk.strategy["style"] != _TWAP:
        work["next_ns"] = desk.account["now_ns"]


@compiled(void(DESK))
def watch_works(desk: Desk) -> None:
    """Say when the works want to be looked at without an order event."""
    market, strategy, now = desk.market, desk.strategy, desk.account["now_ns"]
    for s in range(2):
        work = desk.works[s]
        if work["state"] == _IDLE:
            continue
        soonest = work["next_ns"]
        if work["state"] == _CANCELLING:
            soonest = work["since_ns"] + PATIENCE_NS
        elif work["child_id"] != 0 and work["child_ticks"] == 0:
            soonest = FAR  # at market: only its answer matters
        market["watch_ns"] = min(market["watch_ns"], max(soonest, now))
        if work["taking"] != 0 or work["reason"] != 0:
            continue
        if strategy["style"] != _TWAP:
            end = work["started_ns"] + strategy["work_limit_ns"]
            market["watch_ns"] = min(market["watch_ns"], max(end, now))
        budget = strategy["work_slippage"] * work["arrival_ticks"]
        if budget > 0.0:
            far = work["arrival_ticks"] + work["side"] * (int(math.floor(budget)) + 1)
            if work["side"] > 0:
                market["watch_above"] = min(market["watch_above"], far)
            else:
                market["watch_below"] = max(market["watch_below"], far)
