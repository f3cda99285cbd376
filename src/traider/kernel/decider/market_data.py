"""Market data between bars: the book and its live features, trades, funding, models' scores.

A message of many level updates is applied level by level and looked at once, at its last update.
Bars that trades build close before what comes at or after their end is looked at. A gap empties the
book and marks the instrument unhealthy until a whole snapshot has come. What the feed says of its
data (HEALTH) is kept beside that: neither ends the other.
"""

from numba import int64, types, void

from traider.domain.events import Kind, MarketFlag
from traider.kernel.book import ASKS, BIDS, apply_depth, best_price, book_state, clear_side
from traider.kernel.codes import BookState
from traider.kernel.compiled import compiled
from traider.kernel.decider.bars import close_due, take_trade
from traider.kernel.decider.live import run_live_book, run_live_trade
from traider.kernel.decider.postponing import resume
from traider.kernel.decider.tape import run_frame
from traider.kernel.numba_types import DECIDER, EVENT_TYPE
from traider.kernel.records import Decider, Record, Tape

_WARMUP_BEGIN = int(Kind.WARMUP_BEGIN)
_WARMUP_END = int(Kind.WARMUP_END)
_LEADER_EPOCH = int(Kind.LEADER_EPOCH)
_HEALTH = int(Kind.HEALTH)
_GAP = int(Kind.GAP)
_RESYNC = int(Kind.RESYNC)
_SNAPSHOT = int(Kind.DEPTH_SNAPSHOT)
_FUNDING = int(Kind.FUNDING)
_LAST = int(MarketFlag.LAST_OF_MESSAGE)
_HISTORY = int(MarketFlag.HISTORY)
_OPEN = int(BookState.OPEN)
_LOCKED = int(BookState.LOCKED)
_SECOND_NS = 1e9
_RATE_UNIT = 1e-12


@compiled(types.boolean(DECIDER, EVENT_TYPE), inline=True)
def take_depth(decider: Decider, event: Record) -> bool:
    """Apply one depth record; return whether it completed a message, which is then looked at."""
    apply_depth(decider.book, event)
    if not event["flags"] & _LAST:
        return False
    _look(decider, int(event["instrument"]), event["ts_recv"], event["kind"])
    return True


@compiled(void(DECIDER, int64, int64, int64), inline=True)
def _look(decider: Decider, k: int, now_ns: int, kind: int) -> None:
    """Look at the book after a whole message: state, mark, live features.

    Nothing that features read changed since the last look, so bars that ended close here.
    """
    close_due(decider, k, now_ns)
    market = decider.markets[k]
    state = book_state(decider.book, k)
    market["book_state"] = state
    if kind == _SNAPSHOT:
        market["unhealthy"] = 0
    if state == _OPEN:
        bid = best_price(decider.book, k, BIDS)
        ask = best_price(decider.book, k, ASKS)
        market["mark_ticks"] = (bid + ask) // 2
        market["mark_ts"] = now_ns
        market["fresh"] = 1
    elif state >= _LOCKED:
        market["crossed"] += 1
    live = decider.strategy[0]["live_frame"]
    if live >= 0:
        run_live_book(decider, live, k)


@compiled(void(DECIDER, EVENT_TYPE), inline=True)
def take_print(decider: Decider, event: Record) -> None:
    """Take a trade in: the mark where no book says better, bars, and the flow of trades.

    One from before the stream began is no news.
    """
    k = int(event["instrument"])
    close_due(decider, k, event["ts_recv"])
    market = decider.markets[k]
    if event["price"] <= 0 or event["flags"] & _HISTORY:
        return
    if market["book_state"] != _OPEN:
        market["mark_ticks"] = event["price"]
        market["mark_ts"] = event["ts_recv"]
    if event["size"] > 0:
        _take_flow(decider, event)


@compiled(void(DECIDER, EVENT_TYPE))
def _take_flow(decider: Decider, event: Record) -> None:
    strategy = decider.strategy[0]
    if strategy["bars_from_trades"] != 0:
        take_trade(decider, event)
    if strategy["live_frame"] >= 0:
        k = int(event["instrument"])
        run_live_trade(decider, strategy["live_frame"], k, event["side"], event["size"])


@compiled(void(DECIDER, EVENT_TYPE))
def take_fact(decider: Decider, event: Record) -> None:
    """Take in a rarer fact of the run or the market; other kinds change nothing here."""
    kind = event["kind"]
    account = decider.account[0]
    if kind > _LEADER_EPOCH:
        close_due(decider, int(event["instrument"]), event["ts_recv"])
    if kind == _FUNDING:
        _take_funding(decider, event)
    elif kind == _GAP:
        _take_gap(decider, event)
    elif kind == _HEALTH:
        decider.markets[event["instrument"]]["health"] = event["code"]
        decider.markets[event["instrument"]]["watch_ns"] = account["now_ns"]
    elif kind == _RESYNC:
        # Where a book is kept, only its next whole snapshot ends what the gap began.
        if decider.book.sizes.shape[2] == 1:
            decider.markets[event["instrument"]]["unhealthy"] = 0
    elif kind == _WARMUP_BEGIN or kind == _WARMUP_END:
        account["warming"] = 1 if kind == _WARMUP_BEGIN else 0
        resume(decider)
    elif kind == _LEADER_EPOCH:
        account["epoch"] = event["w0"]
        account["rules"] = event["w3"]


@compiled(void(DECIDER, EVENT_TYPE))
def _take_funding(decider: Decider, event: Record) -> None:
    """Take a settled funding rate in as a bar of the funding frame; announced ones wait."""
    f = decider.strategy[0]["funding_frame"]
    if f < 0 or event["w4"] == 0:
        return
    k = int(event["instrument"])
    frame = decider.frames[f]
    row = decider.values[k]
    slot = frame["slot"]
    rate = event["w0"] * _RATE_UNIT
    row[slot] = rate
    row[slot + 1] = rate
    row[slot + 2] = rate
    row[slot + 3] = rate
    row[slot + 4] = 0.0
    bar = decider.aggregates[k, f]
    missing = 0
    if bar["end_ns"] > 0 and event["w3"] > 0:
        missing = max((event["ts_event"] - bar["end_ns"] + event["w3"] // 2) // event["w3"] - 1, 0)
    row[slot + 5] = missing
    row[slot + 6] = event["ts_event"] / _SECOND_NS
    bar["end_ns"] = event["ts_event"]
    tape = Tape(decider.tape, decider.values, decider.rings, decider.cells)
    run_frame(tape, frame["op_start"], frame["op_stop"], k)


@compiled(void(DECIDER, EVENT_TYPE))
def take_score(decider: Decider, event: Record) -> None:
    """Keep a model's score and confidence for the expressions that read them."""
    strategy = decider.strategy[0]
    model = event["w2"]
    close_due(decider, int(event["instrument"]), event["ts_recv"])
    if strategy["external_slot"] >= 0 and 0 <= model < strategy["external_count"]:
        slot = strategy["external_slot"] + 2 * model
        decider.values[event["instrument"], slot] = event["f0"]
        decider.values[event["instrument"], slot + 1] = event["f1"]


@compiled(void(DECIDER, EVENT_TYPE))
def _take_gap(decider: Decider, event: Record) -> None:
    """Forget the book: messages were missed. Only a snapshot makes the instrument whole again."""
    k = int(event["instrument"])
    market = decider.markets[k]
    clear_side(decider.book, k, BIDS)
    clear_side(decider.book, k, ASKS)
    market["book_state"] = 0
    market["watch_ns"] = decider.account[0]["now_ns"]
    market["gaps"] += 1
    market["unhealthy"] = 1
