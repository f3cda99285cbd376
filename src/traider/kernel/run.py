"""``run``: the compiled loop that merges market events, timers and the venue's answers by time.

It is the trader, the gateway and the market in one function: each event goes to the gate's view
and to the decider's ``step``; each intent goes through the gate's check and, approved, to the
simulated venue, whose answers come back as events. Nothing else knows the future.

Live it is the same function. Its output then has room for the gate's answers: after a step that
wants orders it returns, and a gateway outside sends them, to the simulated venue (paper) or to a
real one, whose answers enter among the events.
"""

from numba import int64, types, void

from traider.domain.events import Kind, MarketFlag
from traider.kernel.codes import Result, Task, Verdict
from traider.kernel.compiled import compiled
from traider.kernel.decider.market_data import take_depth
from traider.kernel.decider.step import step
from traider.kernel.decider.tending import is_due, tend
from traider.kernel.gate import approve, check_order, observe, write_change
from traider.kernel.numba_types import EVENTS, KERNEL
from traider.kernel.records import Kernel, Records
from traider.kernel.venue.answers import SCHEDULED
from traider.kernel.venue.bars import match_bars
from traider.kernel.venue.costs import learn_from_bar
from traider.kernel.venue.live import match_live
from traider.kernel.venue.sending import send_order
from traider.kernel.venue.streams import take_depth_in, take_trade_in

_BAR = int(Kind.BAR)
_TRADE = int(Kind.TRADE)
_SNAPSHOT = int(Kind.DEPTH_SNAPSHOT)
_CLEAR = int(Kind.DEPTH_CLEAR)
_GAP = int(Kind.GAP)
_FUNDING = int(Kind.FUNDING)
_MARK = int(Kind.MARK)
_TIMER = int(Kind.TIMER)
_DECISION_CONFIDENCE = int(Kind.DECISION_CONFIDENCE)
_ACK = int(Kind.ACK)
_ADJUSTMENT = int(Kind.RECONCILE_ADJUSTMENT)
_MANUAL_ORDER = int(Kind.MANUAL_ORDER)
_VERDICT = int(Kind.VERDICT)
_SENT = int(Kind.SENT)
_BAR_OPEN = int(MarketFlag.BAR_OPEN)
_APPROVED = int(Verdict.APPROVED)

_TASK_SELLS = int(Task.SELLS_AT_OPEN)
_TASK_VALUE = int(Task.VALUE_AT_OPEN)
_TASK_CHECK = int(Task.CHECK_MARGIN)
_TASK_BAR = int(Task.BAR)
_TASK_ANSWER = int(Task.ANSWER)
_TASK_DEPTH = int(Task.DEPTH)
_TASK_TRADE = int(Task.TRADE)
_TASK_FACT = int(Task.FACT)

_DONE = int(Result.DONE)
_OUTPUT_FULL = int(Result.OUTPUT_FULL)
_QUEUE_FULL = int(Result.QUEUE_FULL)
_UNSORTED = int(Result.UNSORTED)
_INTENTS = int(Result.INTENTS)

_NEVER_NS = 2**62
_NOTHING = 0
_MARKET_EVENT = 1
_ANSWER = 2
_TICK = 3
_CHANGE = 4
_CONFIDENCE = 5

_IS_NEXT = 0
_IS_DONE = 1
_WAITS = 2
_IS_UNSORTED = 3


@compiled(int64(KERNEL, EVENTS), python=True)
def run(kernel: Kernel, events: Records) -> int:
    """Run until the events are used up or an output is nearly full; return a ``Result``.

    Start again with the same arrays to go on: after ``OUTPUT_FULL`` with drained outputs, after
    ``INTENTS`` with ``wanted`` set to 0, after ``DONE`` with the events not yet consumed
    (``cursor``) and those that follow. Cutting the
    events into other chunks changes nothing. A timer among the events only says that time has
    passed: the loop makes its own, and those that are due by then come before it.
    """
    state = kernel.loop[0]
    current = kernel.out.current
    while True:
        stop = _reason_to_stop(kernel)
        if stop != _DONE:
            return stop
        turn = _next_turn(kernel, events)
        if turn == _NOTHING:
            return _DONE
        taken = _take(kernel, events, turn)
        if taken == _WAITS:
            return _DONE
        if taken == _IS_UNSORTED:
            return _UNSORTED
        if taken == _IS_DONE:
            continue
        source, place = current, 0
        if turn == _MARKET_EVENT:
            source, place = events, state["cursor"] - 1
        _deliver(kernel, source, place)
        if turn == _TICK and state["dirty"] != 0:
            _sample(kernel)
        if turn == _TICK and len(kernel.out.rows) > 0:
            _observe(kernel)


@compiled(int64(KERNEL, EVENTS, int64), inline=True)
def _take(kernel: Kernel, events: Records, turn: int) -> int:
    """Take what comes next; return whether it is to be delivered, is done, waits or is unsorted."""
    if turn == _ANSWER:
        return _IS_NEXT if _take_answer(kernel) else _IS_DONE
    if turn >= _TICK:
        if turn == _TICK:
            _take_timer(kernel)
        else:
            _take_word(kernel, turn)
        return _IS_NEXT
    place = kernel.loop[0]["cursor"]
    if events[place]["kind"] == _TIMER:
        kernel.loop[0]["cursor"] = place + 1
        return _IS_DONE
    if events[place]["ts_recv"] < kernel.decider.account[0]["now_ns"]:
        return _IS_UNSORTED
    if _SNAPSHOT <= events[place]["kind"] <= _CLEAR:
        return _IS_DONE if _take_depths(kernel, events) else _IS_UNSORTED
    return _IS_NEXT if _take_market_event(kernel, events, place) else _WAITS


@compiled(int64(KERNEL), inline=True)
def _reason_to_stop(kernel: Kernel) -> int:
    """Return why no more turn may be taken; one more might not find room for what it writes."""
    state = kernel.loop[0]
    out = kernel.out
    if kernel.venue.venue[0]["overflow"] != 0:
        return _QUEUE_FULL
    if state["wanted"] != 0:
        return _INTENTS
    margin = len(out.intents)
    is_full = (
        state["out_count"] + margin > len(out.events)
        or state["decision_count"] + margin > len(out.decisions)
        or state["nav_count"] >= len(out.nav)
        or (len(out.rows) > 0 and state["row_count"] + margin > len(out.rows))
    )
    return _OUTPUT_FULL if is_full else _DONE


@compiled(int64(KERNEL, EVENTS), inline=True)
def _next_turn(kernel: Kernel, events: Records) -> int:
    """Return what comes next in the total order: a market event, an answer, a timer, nothing.

    Before all of them comes what the last event made known: a breaker that changed, the confidence
    of a decision.
    """
    state = kernel.loop[0]
    if kernel.gate.breakers.state[0]["pending"] != 0:
        return _CHANGE
    if kernel.decider.account[0]["confidence_due"] != 0:
        return _CONFIDENCE
    setting = kernel.venue.venue[0]
    i = state["cursor"]
    turn = _NOTHING
    now = kernel.decider.account[0]["now_ns"]
    kind = _SENT + 1
    if i < len(events):
        turn = _MARKET_EVENT
        now = events[i]["ts_recv"]
        kind = int(events[i]["kind"])
        if state["next_timer"] == 0:
            length = kernel.decider.strategy[0]["decision_ns"]
            state["next_timer"] = (now + length - 1) // length * length
    elif state["final"] == 0:
        return _NOTHING
    if setting["queued"] > 0:
        answer = kernel.venue.queue[setting["queued"] - 1]
        when = answer["ts_recv"]
        if when < now or (when == now and answer["kind"] < kind):
            now = when
            kind = int(answer["kind"])
            turn = _ANSWER
    tick = state["next_timer"]
    # A timer among the events is a kind like the others: the one made here comes before it.
    if tick != 0 and (tick < now or (tick == now and kind >= _TIMER)):
        turn = _TICK
    return turn


@compiled(types.boolean(KERNEL, EVENTS, int64), inline=True)
def _take_market_event(kernel: Kernel, events: Records, i: int) -> bool:
    """Show event ``i`` to the venue; return False when more events must be seen first."""
    state = kernel.loop[0]
    venue = kernel.venue
    kind = events[i]["kind"]
    if kind == _BAR or kind == _TRADE:
        concerns_bars = venue.venue[0]["open_orders"] | venue.venue[0]["contracts"] != 0
        if kind == _TRADE and not events[i]["flags"] & _BAR_OPEN:
            if take_trade_in(venue, events[i]):
                match_live(venue, events, i, _TASK_TRADE)
        elif concerns_bars and not _match(kernel, events, i):
            return False
        if kind == _BAR:
            learn_from_bar(venue, events[i])
            state["bars"] += 1
    elif kind == _GAP or kind == _FUNDING or kind == _MARK:
        match_live(venue, events, i, _TASK_FACT)
    state["cursor"] = i + 1
    state["dirty"] = 1
    return True


@compiled(types.boolean(KERNEL, EVENTS), inline=True)
def _take_depths(kernel: Kernel, events: Records) -> bool:
    """Show a run of depth records to the venue and to the decider; return False when unsorted.

    It ends where an answer or a timer is due, with the chunk, with a full output, and after a
    message that led to orders: the same as delivering them one by one, without looking for what
    comes next after each.
    """
    state = kernel.loop[0]
    account = kernel.decider.account[0]
    out = kernel.out
    until = min(state["next_timer"], _next_answer_ns(kernel))
    i = state["cursor"]
    now = account["now_ns"]
    # As many as leave the last of them the room that one turn may need: at least one.
    room = len(out.events) - state["out_count"] - len(out.intents) + 1
    if state["journal_all"] == 0:
        room = len(events)
    end = min(len(events), i + room)
    while i < end:
        event = events[i]
        kind = event["kind"]
        if kind < _SNAPSHOT or kind > _CLEAR or event["ts_recv"] > until:
            break
        if event["ts_recv"] < now:
            return False
        now = event["ts_recv"]
        if state["journal_all"] != 0:
            out.events[state["out_count"]] = event
            state["out_count"] += 1
        if take_depth_in(kernel.venue, event):
            match_live(kernel.venue, events, i, _TASK_DEPTH)
            until = min(until, _next_answer_ns(kernel))
        account["sequence"] += 1
        account["now_ns"] = now
        i += 1
        k = event["instrument"]
        if take_depth(kernel.decider, event) and is_due(kernel.decider, k):
            count = tend(kernel.decider, k, out.intents, 0)
            if count > 0:
                account["sequence"] += count
                _send_all(kernel, count)
                break
    state["cursor"] = i
    state["dirty"] = 1
    return True


@compiled(int64(KERNEL), inline=True)
def _next_answer_ns(kernel: Kernel) -> int:
    """Return when the venue's next answer comes due, a far time when none waits."""
    queued = kernel.venue.venue[0]["queued"]
    return int(kernel.venue.queue[queued - 1]["ts_recv"]) if queued > 0 else _NEVER_NS


@compiled(types.boolean(KERNEL), inline=True)
def _take_answer(kernel: Kernel) -> bool:
    """Take the venue's next answer off the queue; return whether it is to be delivered."""
    venue = kernel.venue
    venue.venue[0]["queued"] -= 1
    kernel.out.current[0] = venue.queue[venue.venue[0]["queued"]]
    if not kernel.out.current[0]["flags"] & SCHEDULED:
        return True
    return match_live(venue, kernel.out.current, 0, _TASK_ANSWER) != 0


@compiled(void(KERNEL), inline=True)
def _take_timer(kernel: Kernel) -> None:
    """Make the next timer the current event."""
    state = kernel.loop[0]
    timer = kernel.out.current[0]
    timer["ts_event"] = state["next_timer"]
    timer["ts_recv"] = state["next_timer"]
    timer["kind"] = _TIMER
    timer["instrument"] = 0
    timer["flags"] = 0
    timer["side"] = 0
    timer["version"] = 1
    timer["w0"] = 0
    timer["w1"] = 0
    timer["w2"] = 0
    timer["w3"] = 0
    timer["w4"] = 0
    state["next_timer"] += kernel.decider.strategy[0]["decision_ns"]


@compiled(void(KERNEL, int64))
def _take_word(kernel: Kernel, turn: int) -> None:
    """Make what gate or decider have to tell the current event, at the time of the last one."""
    account = kernel.decider.account[0]
    word = kernel.out.current[0]
    word["ts_event"] = account["now_ns"]
    word["ts_recv"] = account["now_ns"]
    word["w3"] = 0
    word["w4"] = 0
    if turn == _CHANGE:
        write_change(kernel.gate, word)
        return
    word["kind"] = _DECISION_CONFIDENCE
    word["instrument"] = 0
    word["flags"] = 0
    word["side"] = 0
    word["version"] = 1
    word["f0"] = account["confidence_sum"] / account["confidence_count"]
    word["w1"] = account["confidence_count"]
    word["w2"] = 0


@compiled(types.boolean(KERNEL, EVENTS, int64), inline=True)
def _match(kernel: Kernel, events: Records, i: int) -> bool:
    """Let resting orders meet a bar or its open; return False when more events must be seen first.

    Bars that open at the same instant are matched together, sells before buys, so that on spot
    the cash one instrument frees is there for another.
    """
    state = kernel.loop[0]
    event = events[i]
    if event["kind"] == _BAR:
        match_bars(kernel.venue, events, i, _TASK_BAR)
        return True
    if i < state["matched"]:
        return True
    end = i + 1
    while end < len(events) and (
        events[end]["ts_recv"] == event["ts_recv"] and events[end]["kind"] == _TRADE
    ):
        end += 1
    if end == len(events) and state["final"] == 0:
        return False
    for task in range(_TASK_SELLS, _TASK_VALUE + 1):
        for j in range(i, end):
            if events[j]["flags"] & _BAR_OPEN:
                match_bars(kernel.venue, events, j, task)
    match_bars(kernel.venue, events, i, _TASK_CHECK)
    state["matched"] = end
    return True


@compiled(void(KERNEL, EVENTS, int64), inline=True)
def _deliver(kernel: Kernel, events: Records, i: int) -> None:
    """Journal one event, show it to the gate, step the decider, and send what it wants."""
    state = kernel.loop[0]
    out = kernel.out
    kind = int(events[i]["kind"])
    if state["journal_all"] != 0 or (_ACK <= kind <= _ADJUSTMENT) or kind > _TIMER:
        out.events[state["out_count"]] = events[i]
        state["out_count"] += 1
    observe(kernel.gate, events[i])
    count = step(kernel.decider, kernel.alphas, events, i, out.intents)
    if count > 0:
        _send_all(kernel, count)


@compiled(void(KERNEL, int64))
def _send_all(kernel: Kernel, count: int) -> None:
    """Journal the intents of a step, put each through the gate, and keep its reason."""
    state, out = kernel.loop[0], kernel.out
    for j in range(count):
        out.events[state["out_count"]] = out.intents[j]
        state["out_count"] += 1
        if len(out.answers) > 0:
            _answer(kernel, j)
        else:
            _send(kernel, j)
        _explain(kernel, j)
    if len(out.answers) > 0:
        state["wanted"] = count


@compiled(void(KERNEL, int64), inline=True)
def _send(kernel: Kernel, j: int) -> None:
    """Put one intent through the gate and, approved, to the venue; the verdict is an event."""
    intent = kernel.out.intents[j]
    code, number, limit = check_order(kernel.gate, intent)
    if code == _APPROVED:
        approve(kernel.gate, intent)
    send_order(kernel.venue, intent, code, number, limit)


@compiled(void(KERNEL, int64))
def _answer(kernel: Kernel, j: int) -> None:
    """Put one intent through the gate and leave the rest to the gateway outside."""
    intent, answer = kernel.out.intents[j], kernel.out.answers[j]
    code, number, limit = check_order(kernel.gate, intent)
    if code == _APPROVED:
        approve(kernel.gate, intent)
    answer["ts_event"] = intent["ts_recv"]
    answer["ts_recv"] = intent["ts_recv"]
    answer["kind"] = _VERDICT
    answer["instrument"] = intent["instrument"]
    answer["side"] = intent["side"]
    answer["version"] = 1
    answer["code"] = code
    answer["number"] = number
    answer["limit"] = limit
    answer["order_id"] = intent["order_id"]


@compiled(void(KERNEL, int64), inline=True)
def _explain(kernel: Kernel, j: int) -> None:
    """Keep why intent ``j`` was wanted: scores, combined score, exposure, equity."""
    decider, out, state = kernel.decider, kernel.out, kernel.loop[0]
    intent = out.intents[j]
    k = int(intent["instrument"])
    n = state["decision_count"]
    row = out.decisions[n]
    row["sequence"] = (intent["order_id"] >> 8) & 0xFFFFFFFFFFF
    row["ts"] = intent["ts_recv"]
    row["instrument"] = k
    row["order_id"] = intent["order_id"]
    row["combined"] = decider.markets[k]["combined"]
    row["exposure"] = decider.markets[k]["exposure"]
    row["equity"] = decider.account[0]["equity"]
    for a in range(out.scores.shape[1]):
        out.scores[n, a] = decider.scores[k, a]
    for a in range(out.features.shape[1]):
        out.features[n, a] = decider.values[k, decider.alpha_inputs[a]]
    state["decision_count"] = n + 1


@compiled(void(KERNEL))
def _observe(kernel: Kernel) -> None:
    """Keep what each instrument scored at this decision was decided on: features and scores."""
    decider, out, state = kernel.decider, kernel.out, kernel.loop[0]
    now = decider.account[0]["now_ns"]
    n = state["row_count"]
    for k in range(len(decider.markets)):
        market = decider.markets[k]
        if market["decided_ns"] != now:
            continue
        row = out.rows[n]
        row["ts"] = now
        row["instrument"] = k
        row["direction"] = market["direction"]
        row["combined"] = market["combined"]
        row["exposure"] = market["exposure"]
        for a in range(out.row_scores.shape[1]):
            out.row_scores[n, a] = decider.scores[k, a]
        for a in range(len(out.row_slots)):
            out.row_values[n, a] = decider.values[k, out.row_slots[a]]
        n += 1
    state["row_count"] = n


@compiled(void(KERNEL), inline=True)
def _sample(kernel: Kernel) -> None:
    """Sample equity and exposures after a decision that followed a move of the market."""
    decider, state = kernel.decider, kernel.loop[0]
    state["dirty"] = 0
    nav = decider.account[0]["equity"]
    gross = 0.0
    net = 0.0
    for k in range(len(decider.markets)):
        market = decider.markets[k]
        value = market["position_lots"] * float(market["mark_ticks"]) * market["lot_value"]
        gross += abs(value)
        net += value
    sample = kernel.out.nav[state["nav_count"]]
    sample["ts"] = decider.account[0]["now_ns"]
    sample["nav"] = nav
    sample["gross"] = gross / nav if nav > 0.0 else 0.0
    sample["net"] = net / nav if nav > 0.0 else 0.0
    state["nav_count"] += 1
