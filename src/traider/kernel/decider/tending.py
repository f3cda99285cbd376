"""Where plans, worked orders and quotes are looked at: at answers, moves of the market, decisions.

Nothing here runs for an instrument without a plan, a work or quotes. With one, a market event is
compared with three numbers only: the time, and the marks below and above which something is to be
done; ``tend`` sets them anew each time it looks. So the way of an event stays as short as it was.
"""

from numba import int64, types

from traider.domain.events import Kind
from traider.kernel.book import ASKS, BIDS, best_price
from traider.kernel.codes import OWNED_LEG, BookState, Style, Verdict, WorkState
from traider.kernel.compiled import compiled
from traider.kernel.decider.intents import cancel_plain_orders
from traider.kernel.decider.plan_closing import meet_close
from traider.kernel.decider.plan_levels import FAR
from traider.kernel.decider.plan_slices import meet_slices
from traider.kernel.decider.plans import (
    finish_plan,
    meet_entry,
    tend_plan,
    watch_plan,
)
from traider.kernel.decider.quoting import tend_quotes
from traider.kernel.decider.working import meet_works, tend_work, watch_works
from traider.kernel.numba_types import DECIDER, DESK, EVENT_TYPE, EVENTS
from traider.kernel.order_records import Desk
from traider.kernel.records import Decider, Record, Records

_ACK = int(Kind.ACK)
_VERDICT = int(Kind.VERDICT)
_APPROVED = int(Verdict.APPROVED)
_OPEN = int(BookState.OPEN)
_QUOTE = int(Style.QUOTE)
_IDLE = int(WorkState.IDLE)


@compiled(types.boolean(DECIDER, int64), inline=True)
def is_due(decider: Decider, k: int) -> bool:
    """Return whether instrument ``k`` wants to be looked at now."""
    market = decider.markets[k]
    mark = market["mark_ticks"]
    return bool(
        decider.account[0]["now_ns"] >= market["watch_ns"]
        or mark <= market["watch_below"]
        or mark >= market["watch_above"]
    )


@compiled(int64(DECIDER, int64, EVENTS, int64))
def tend(decider: Decider, k: int, out: Records, count: int) -> int:
    """Look at plan, works and quotes of instrument ``k``; return the new count of intents."""
    account, market = decider.account[0], decider.markets[k]
    due = 1 if market["watch_ns"] <= account["now_ns"] else 0
    market["watch_ns"] = FAR
    market["watch_below"] = -FAR
    market["watch_above"] = FAR
    if account["warming"] != 0:
        return count
    market["bid_ticks"] = 0
    market["ask_ticks"] = 0
    if market["book_state"] == _OPEN:
        market["bid_ticks"] = best_price(decider.book, k, BIDS)
        market["ask_ticks"] = best_price(decider.book, k, ASKS)
    desk = Desk(
        account,
        decider.strategy[0],
        market,
        decider.plans[k],
        decider.slices[k],
        decider.works[k],
        decider.values[k],
        out,
        k,
    )
    return _look(desk, due, count)


@compiled(int64(DESK, int64, int64))
def _look(desk: Desk, due: int, count: int) -> int:
    count = tend_plan(desk, count)
    if desk.strategy["style"] == _QUOTE:
        count = tend_quotes(desk, due, count)
    else:
        for s in range(2):
            if desk.works[s]["state"] != _IDLE:
                count = tend_work(desk, s, count)
        watch_works(desk)
    finish_plan(desk)
    watch_plan(desk)
    return int(count)


@compiled(int64(DECIDER, int64, EVENT_TYPE, EVENTS))
def meet_answer(decider: Decider, k: int, event: Record, out: Records) -> int:
    """Show an answer about instrument ``k`` to whoever owns the order, then look at that."""
    account, market = decider.account[0], decider.markets[k]
    desk = Desk(
        account,
        decider.strategy[0],
        market,
        decider.plans[k],
        decider.slices[k],
        decider.works[k],
        decider.values[k],
        out,
        k,
    )
    is_ours = event["order_id"] & OWNED_LEG != 0
    if is_ours and not meet_slices(desk, event) and not meet_close(desk, event):
        meet_works(desk, event)
    meet_entry(desk, event)
    if event["kind"] == _ACK or (event["kind"] == _VERDICT and event["code"] == _APPROVED):
        return 0
    count = 0
    if decider.account[0]["pending"] != 0:
        count = cancel_plain_orders(decider, out)
    return int(tend(decider, k, out, count))


@compiled(int64(DECIDER, EVENTS, int64))
def tend_all(decider: Decider, out: Records, count: int) -> int:
    """Look at every instrument that is due, at a decision or a command; return the new count.

    Quotes are due at each decision. A command (pause, emergency stop, its end) makes all due; an
    emergency stop takes back every plain order first.
    """
    account = decider.account[0]
    is_quoting = decider.strategy[0]["style"] == _QUOTE
    if account["pending"] != 0:
        count = cancel_plain_orders(decider, out)
    for k in range(len(decider.markets)):
        if is_quoting:
            decider.markets[k]["watch_ns"] = account["now_ns"]
        if is_due(decider, k):
            count = tend(decider, k, out, count)
    return int(count)
