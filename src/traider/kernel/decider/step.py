"""``step``: the decider's only entrance. One event in, the orders it leads to out."""

from numba import int64, types, void

from traider.domain.events import Kind
from traider.kernel.breaker_records import ACCOUNT_FLAG, Action
from traider.kernel.codes import Reject, Style, Verdict
from traider.kernel.compiled import compiled
from traider.kernel.decider.bars import close_due, take_bar
from traider.kernel.decider.ensemble import combine, score_alphas
from traider.kernel.decider.expiring import may_catch_up
from traider.kernel.decider.intents import CLOSES, KEEPS, manual_intent, release_order
from traider.kernel.decider.ledger import (
    apply_adjustment,
    apply_fill,
    apply_transfer,
    equity_of,
    fee_balance_value,
)
from traider.kernel.decider.market_data import (
    take_depth,
    take_fact,
    take_print,
    take_score,
)
from traider.kernel.decider.postponing import resume
from traider.kernel.decider.rebalancing import catch_up, rebalance
from traider.kernel.decider.sizing import size_instrument
from traider.kernel.decider.tending import is_due, meet_answer, tend, tend_all
from traider.kernel.numba_types import (
    ACCOUNT_TYPE,
    ADDRESSES,
    DECIDER,
    EVENT_TYPE,
    EVENTS,
    MARKETS,
)
from traider.kernel.records import Alphas, Decider, Record, Records

_BAR = int(Kind.BAR)
_TRADE = int(Kind.TRADE)
_SNAPSHOT = int(Kind.DEPTH_SNAPSHOT)
_CLEAR = int(Kind.DEPTH_CLEAR)
_ACK = int(Kind.ACK)
_TRANSFER = int(Kind.TRANSFER)
_ADJUSTMENT = int(Kind.RECONCILE_ADJUSTMENT)
_UNKNOWN = int(Kind.UNKNOWN)
_GATEWAY_READY = int(Kind.GATEWAY_READY)
_LATENCY_ESTIMATE = int(Kind.LATENCY_ESTIMATE)
_MODEL_SCORE = int(Kind.MODEL_SCORE)
_TIMER = int(Kind.TIMER)
_FILL = int(Kind.FILL)
_VERDICT = int(Kind.VERDICT)
_WEIGHTS_CHANGE = int(Kind.WEIGHTS_CHANGE)
_THRESHOLDS_CHANGE = int(Kind.THRESHOLDS_CHANGE)
_MANUAL_ORDER = int(Kind.MANUAL_ORDER)
_PAUSE = int(Kind.PAUSE)
_KILL = int(Kind.KILL)
_REARM = int(Kind.REARM)
_BREAKER = int(Kind.BREAKER)
_DECISION_CONFIDENCE = int(Kind.DECISION_CONFIDENCE)
_ACCOUNT_FLAG = ACCOUNT_FLAG
_REDUCE = int(Action.REDUCE)
_CLOSE_ONLY = int(Action.CLOSE_ONLY)
_HALT = int(Action.HALT)
_BY_PERSON = 1
_BY_BREAKER = 2
_APPROVED = int(Verdict.APPROVED)
_UNKNOWN_ORDER = int(Reject.UNKNOWN_ORDER)
_QUOTE = int(Style.QUOTE)
_SIGNAL_TO_ORDER = 4  # as the payload of LATENCY_ESTIMATE numbers ways


@compiled(int64(DECIDER, ADDRESSES, EVENTS, int64, EVENTS), inline=True, python=True)
def step(decider: Decider, alphas: Alphas, events: Records, index: int, out: Records) -> int:
    """Feed event ``index`` of ``events``; write the intents it leads to; return their number.

    ``out`` must hold ``construction.most_intents`` records. The account's ``sequence``
    counts the event and then its intents, as the journal does.
    """
    event = events[index]
    account = decider.account[0]
    account["sequence"] += 1
    account["now_ns"] = event["ts_recv"]
    kind = int(event["kind"])
    count = 0
    if kind < _ACK:
        if _take_market(decider, event, kind) and is_due(decider, event["instrument"]):
            count = tend(decider, event["instrument"], out, 0)
    elif kind == _TIMER:
        count = _decide(decider, alphas, out)
        if account["managed"] != 0:
            count = tend_all(decider, out, count)
    elif kind <= _UNKNOWN or kind == _VERDICT:
        count = _take_answer(decider, event, out)
    elif kind == _MANUAL_ORDER:
        count = manual_intent(decider, event, out)
    else:
        _control(decider, event)
        is_wake = _PAUSE <= kind <= _REARM or kind == _GATEWAY_READY or kind == _BREAKER
        if is_wake and account["managed"] != 0:
            count = tend_all(decider, out, 0)
    account["sequence"] += count
    return count


@compiled(types.boolean(DECIDER, EVENT_TYPE, int64), inline=True)
def _take_market(decider: Decider, event: Record, kind: int) -> bool:
    """Take an event of the market in; return whether it ends a step that orders may wait for."""
    if kind == _BAR:
        take_bar(decider, event)
    elif kind == _TRADE:
        take_print(decider, event)
    elif _SNAPSHOT <= kind <= _CLEAR:
        return bool(take_depth(decider, event))
    else:
        take_fact(decider, event)
    return True


@compiled(int64(DECIDER, ADDRESSES, EVENTS), inline=True)
def _decide(decider: Decider, alphas: Alphas, out: Records) -> int:
    """Decide for all instruments at once, after every bar of this instant."""
    account = decider.account[0]
    for k in range(len(decider.markets)):
        close_due(decider, k, account["now_ns"])
    account["equity"] = equity_of(decider)
    account["tradable"] = account["equity"] - fee_balance_value(decider)
    account["confidence_sum"] = 0.0
    account["confidence_count"] = 0
    any_fresh = False
    for k in range(len(decider.markets)):
        if decider.markets[k]["fresh"] != 0:
            any_fresh = True
            decider.markets[k]["decided_ns"] = account["now_ns"]
            decider.markets[k]["late"] = 0
            score_alphas(decider, alphas, k)
            combine(decider, k)
            size_instrument(decider, k)
    is_told = account["tells_confidence"] != 0 and account["warming"] == 0
    account["confidence_due"] = 1 if is_told and account["confidence_count"] > 0 else 0
    if not any_fresh or account["warming"] != 0 or account["killed"] != 0:
        return 0
    if decider.strategy[0]["style"] == _QUOTE:
        return 0
    return rebalance(decider, out)


@compiled(int64(DECIDER, EVENT_TYPE, EVENTS))
def _take_answer(decider: Decider, event: Record, out: Records) -> int:
    """Book a fill, or forget an order that ended; an approved one did not, nor an unknown one.

    What a decision wanted is ordered now where it waited for that end.
    """
    kind = event["kind"]
    if kind == _FILL:
        apply_fill(decider, event)
    elif kind == _VERDICT:
        if event["code"] != _APPROVED:
            release_order(decider, event["order_id"])
    elif _FILL < kind < _UNKNOWN and event["code"] != _UNKNOWN_ORDER:
        release_order(decider, event["order_id"])
    k = int(event["instrument"])
    if k >= len(decider.markets):
        return 0
    count = 0
    is_managed = decider.account[0]["managed"] != 0
    if is_managed:
        count = meet_answer(decider, k, event, out)
    if may_catch_up(decider, k) and count < len(out):
        count = catch_up(decider, out, count, k)
        if is_managed and is_due(decider, k):
            count = tend(decider, k, out, count)
    return int(count)


@compiled(void(DECIDER, EVENT_TYPE))
def _control(decider: Decider, event: Record) -> None:
    """Apply money moved, a score, a change of mode or of a number; others change nothing."""
    kind = event["kind"]
    if _PAUSE <= kind <= _REARM:
        _set_mode(decider.account[0], decider.markets, event)
    elif kind == _TRANSFER:
        apply_transfer(decider, event)
    elif kind == _ADJUSTMENT:
        apply_adjustment(decider, event)
    elif kind == _MODEL_SCORE:
        take_score(decider, event)
    elif kind == _GATEWAY_READY:
        resume(decider)
    elif kind == _BREAKER:
        _set_breaker(decider, event)
    elif kind == _DECISION_CONFIDENCE:
        decider.account[0]["confidence_due"] = 0
    else:
        _set_number(decider, event)


@compiled(void(DECIDER, EVENT_TYPE))
def _set_number(decider: Decider, event: Record) -> None:
    """Apply a change of a weight, a threshold or the measured latency."""
    kind = event["kind"]
    if kind == _WEIGHTS_CHANGE and 0 <= event["w0"] < len(decider.alphas):
        decider.alphas[event["w0"]]["weight"] = event["f1"]
    elif kind == _THRESHOLDS_CHANGE:
        if event["w0"] == 0:
            decider.strategy[0]["enter"] = event["f1"]
        else:
            decider.strategy[0]["exit"] = event["f1"]
    elif kind == _LATENCY_ESTIMATE and event["w3"] == _SIGNAL_TO_ORDER and event["w1"] > 0:
        decider.account[0]["latency_ns"] = event["w1"]


@compiled(void(DECIDER, EVENT_TYPE))
def _set_breaker(decider: Decider, event: Record) -> None:
    """Take what the gate's breakers have in force by now, of all or of one instrument."""
    account, market = decider.account[0], decider.markets[event["instrument"]]
    level = event["w3"]
    share = event["f4"] if level == _REDUCE else 0.0
    if event["flags"] & _ACCOUNT_FLAG:
        by_breaker = _BY_BREAKER if level >= _CLOSE_ONLY else 0
        account["paused"] = (account["paused"] & _BY_PERSON) | by_breaker
        account["halted"] = 1 if level == _HALT else 0
        account["share"] = share
    else:
        market["tripped"] = level
        market["share"] = share
    if level == _HALT:
        account["managed"] = 1
        account["pending"] = 1
    for k in range(len(decider.markets)):
        decider.markets[k]["watch_ns"] = account["now_ns"]


@compiled(void(ACCOUNT_TYPE, MARKETS, EVENT_TYPE))
def _set_mode(account: Record, markets: Records, event: Record) -> None:
    """Pause, stop or go on, and make every instrument due to be looked at."""
    if event["kind"] == _PAUSE:
        account["paused"] |= _BY_PERSON
    elif event["kind"] == _KILL:
        account["killed"] = CLOSES if event["w2"] == 0 else KEEPS
        account["managed"] = 1
        account["pending"] = 1
    else:
        account["paused"] &= _BY_BREAKER
        account["killed"] = 0
    for k in range(len(markets)):
        markets[k]["watch_ns"] = account["now_ns"]
        if event["kind"] == _KILL:
            markets[k]["late"] = 0
