"""``step``: the decider's only entrance. One event in, the orders it leads to out."""

from numba import int64, void

from traider.domain.events import Kind
from traider.kernel.codes import Reject, Verdict
from traider.kernel.compiled import compiled
from traider.kernel.decider.bars import close_due, take_bar
from traider.kernel.decider.ensemble import combine, score_alphas
from traider.kernel.decider.intents import manual_intent, rebalance
from traider.kernel.decider.ledger import apply_fill, apply_transfer, equity_of, release_order
from traider.kernel.decider.market_data import (
    take_depth,
    take_fact,
    take_print,
    take_score,
)
from traider.kernel.decider.sizing import size_instrument
from traider.kernel.numba_types import ADDRESSES, DECIDER, EVENT_TYPE, EVENTS
from traider.kernel.records import Alphas, Decider, Record, Records

_BAR = int(Kind.BAR)
_TRADE = int(Kind.TRADE)
_SNAPSHOT = int(Kind.DEPTH_SNAPSHOT)
_CLEAR = int(Kind.DEPTH_CLEAR)
_ACK = int(Kind.ACK)
_TRANSFER = int(Kind.TRANSFER)
_MODEL_SCORE = int(Kind.MODEL_SCORE)
_TIMER = int(Kind.TIMER)
_FILL = int(Kind.FILL)
_CANCELLED = int(Kind.CANCELLED)
_REJECTED = int(Kind.REJECTED)
_EXPIRED = int(Kind.EXPIRED)
_VERDICT = int(Kind.VERDICT)
_WEIGHTS_CHANGE = int(Kind.WEIGHTS_CHANGE)
_THRESHOLDS_CHANGE = int(Kind.THRESHOLDS_CHANGE)
_MANUAL_ORDER = int(Kind.MANUAL_ORDER)
_PAUSE = int(Kind.PAUSE)
_KILL = int(Kind.KILL)
_REARM = int(Kind.REARM)
_APPROVED = int(Verdict.APPROVED)
_UNKNOWN_ORDER = int(Reject.UNKNOWN_ORDER)


@compiled(int64(DECIDER, ADDRESSES, EVENTS, int64, EVENTS), inline=True)
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
    if kind == _BAR:
        take_bar(decider, event)
    elif kind == _TRADE:
        take_print(decider, event)
    elif _SNAPSHOT <= kind <= _CLEAR:
        take_depth(decider, event)
    elif kind == _TIMER:
        if decider.strategy[0]["bars_from_trades"] != 0:
            close_due(decider, event["ts_recv"])
        count = _decide(decider, alphas, out)
    elif kind == _FILL:
        apply_fill(decider, event)
    elif kind == _CANCELLED or kind == _REJECTED or kind == _EXPIRED or kind == _VERDICT:
        _order_ended(decider, event)
    elif kind == _MANUAL_ORDER:
        count = manual_intent(decider, event, out)
    elif kind < _ACK:
        take_fact(decider, event)
    else:
        _control(decider, event)
    account["sequence"] += count
    return count


@compiled(int64(DECIDER, ADDRESSES, EVENTS), inline=True)
def _decide(decider: Decider, alphas: Alphas, out: Records) -> int:
    """Decide for all instruments at once, after every bar of this instant."""
    account = decider.account[0]
    account["equity"] = equity_of(decider)
    any_fresh = False
    for k in range(len(decider.markets)):
        if decider.markets[k]["fresh"] != 0:
            any_fresh = True
            score_alphas(decider, alphas, k)
            combine(decider, k)
            size_instrument(decider, k)
    if not any_fresh or account["warming"] != 0 or account["killed"] != 0:
        return 0
    return rebalance(decider, out)


@compiled(void(DECIDER, EVENT_TYPE))
def _order_ended(decider: Decider, event: Record) -> None:
    """Release the order in flight, unless it was approved or the venue never knew it."""
    code = event["code"]
    if event["kind"] == _VERDICT:
        if code != _APPROVED:
            release_order(decider, event["instrument"])
    elif code != _UNKNOWN_ORDER:
        release_order(decider, event["instrument"])


@compiled(void(DECIDER, EVENT_TYPE))
def _control(decider: Decider, event: Record) -> None:
    """Apply money moved, a model's score, a change of mode, weight or threshold; else nothing."""
    kind = event["kind"]
    account = decider.account[0]
    if kind == _PAUSE:
        account["paused"] = 1
    elif kind == _KILL:
        account["killed"] = 1
    elif kind == _REARM:
        account["paused"] = 0
        account["killed"] = 0
    elif kind == _TRANSFER:
        apply_transfer(decider, event)
    elif kind == _MODEL_SCORE:
        take_score(decider, event)
    elif kind == _WEIGHTS_CHANGE and 0 <= event["w0"] < len(decider.alphas):
        decider.alphas[event["w0"]]["weight"] = event["f1"]
    elif kind == _THRESHOLDS_CHANGE:
        if event["w0"] == 0:
            decider.strategy[0]["enter"] = event["f1"]
        else:
            decider.strategy[0]["exit"] = event["f1"]
