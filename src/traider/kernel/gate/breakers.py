"""Circuit breakers: what of each event the gate's breakers are told.

Each event is shown to them after the gate's view took it in, so that a breaker acts at the same
event in a back-test, a replay, on paper and live. Time is that of events: what only time brings (a
feed that is silent, a day that ends, a cool-down) is looked at once a second of it, and at each
timer.
"""

from numba import float64, int64, void

from traider.domain.events import FillFlag, Kind, MarketFlag
from traider.domain.instruments import InstrumentStatus
from traider.domain.market_health import MarketHealth
from traider.kernel.arithmetic import MONEY, notional_units, value_of
from traider.kernel.breaker_records import OF_ACCOUNT, Breaker
from traider.kernel.codes import Reject, Verdict
from traider.kernel.compiled import compiled
from traider.kernel.gate.breaker_prices import judge_spread, take_mark
from traider.kernel.gate.breaker_switches import forget_prices, judge, note_told, rearm
from traider.kernel.gate.view import observe as take_in
from traider.kernel.gate.view import view_equity
from traider.kernel.numba_types import EVENT_TYPE, GATE
from traider.kernel.records import Gate, Record

_SECOND_NS = 1_000_000_000
_DAY_NS = 86_400_000_000_000
_BAR = int(Kind.BAR)
_TRADE = int(Kind.TRADE)
_QUOTE = int(Kind.QUOTE)
_TIMER = int(Kind.TIMER)
_ACK = int(Kind.ACK)
_FILL = int(Kind.FILL)
_REJECTED = int(Kind.REJECTED)
_TRANSFER = int(Kind.TRANSFER)
_ADJUSTMENT = int(Kind.RECONCILE_ADJUSTMENT)
_GATEWAY_READY = int(Kind.GATEWAY_READY)
_VERDICT = int(Kind.VERDICT)
_LATENCY_ESTIMATE = int(Kind.LATENCY_ESTIMATE)
_CONFIDENCE_EVENT = int(Kind.DECISION_CONFIDENCE)
_BREAKER_EVENT = int(Kind.BREAKER)
_REARM = int(Kind.REARM)
_BREAKER_REARM = int(Kind.BREAKER_REARM)
_HEALTH = int(Kind.HEALTH)
_STATUS = int(Kind.INSTRUMENT_STATUS)
_WARMUP_BEGIN = int(Kind.WARMUP_BEGIN)
_WARMUP_END = int(Kind.WARMUP_END)
_HISTORY = int(MarketFlag.HISTORY)
_FEE_IN_OTHER = int(FillFlag.FEE_IN_OTHER)
_DISCONNECTED = int(MarketHealth.DISCONNECTED)
_STALE = int(MarketHealth.STALE)
_WIDE = int(MarketHealth.SPREAD)
_POST_ONLY = int(InstrumentStatus.POST_ONLY)
_NOT_READY = int(Verdict.NOT_READY)
_WOULD_TAKE = int(Reject.WOULD_TAKE)
_UNKNOWN_ORDER = int(Reject.UNKNOWN_ORDER)
_ORDER_WAYS = (2, 4)  # order, signal to order: as the payload of LATENCY_ESTIMATE numbers them
_FUNDING_REASON = 3  # as the payload of TRANSFER numbers them
_INTEREST_REASON = 4
_OF_ACCOUNT = OF_ACCOUNT
_DAILY_LOSS = int(Breaker.DAILY_LOSS)
_DRAWDOWN_HALT = int(Breaker.DRAWDOWN_HALT)
_LOSING_STREAK = int(Breaker.LOSING_STREAK)
_CONFIDENCE = int(Breaker.CONFIDENCE)
_REJECT_RATE = int(Breaker.REJECT_RATE)
_LATENCY = int(Breaker.LATENCY)
_RECONCILE = int(Breaker.RECONCILE)
_STALE_FEED = int(Breaker.STALE_FEED)
_OUTAGE = int(Breaker.OUTAGE)


@compiled(void(GATE, EVENT_TYPE), inline=True, python=True)
def observe(gate: Gate, event: Record) -> None:
    """Bring the gate up to date with one event of the journal: its view, then its breakers."""
    take_in(gate, event)
    if gate.breakers.state[0]["on"] != 0:
        _watch(gate, event)


@compiled(void(GATE, EVENT_TYPE))
def _watch(gate: Gate, event: Record) -> None:
    kind, now = int(event["kind"]), int(event["ts_recv"])
    if kind == _BAR or kind == _QUOTE or (kind == _TRADE and not event["flags"] & _HISTORY):
        take_mark(gate, event)
    elif kind == _HEALTH or kind == _STATUS:
        _take_health(gate, event)
    elif kind == _FILL:
        _take_fill(gate, event)
        gate.breakers.state[0]["unready_ns"] = 0
    elif kind == _ACK or kind == _REJECTED:
        _take_answer(gate, event)
        gate.breakers.state[0]["unready_ns"] = 0
    else:
        _take_fact(gate, event)
    if kind == _TIMER or now >= gate.breakers.state[0]["look_ns"]:
        _look(gate, now)


@compiled(void(GATE, EVENT_TYPE))
def _take_fact(gate: Gate, event: Record) -> None:
    kind, now = int(event["kind"]), int(event["ts_recv"])
    if kind == _TRANSFER:
        _move_bases(gate, event)
    elif kind == _ADJUSTMENT:
        _take_adjustment(gate, event)
    elif kind == _LATENCY_ESTIMATE and event["w3"] in _ORDER_WAYS and event["w1"] > 0:
        tail_s = float(event["w1"]) / _SECOND_NS
        judge(gate, _LATENCY, tail_s, tail_s > gate.breakers.switches[_LATENCY]["bound"], now)
    elif kind == _CONFIDENCE_EVENT:
        _take_confidence(gate, event)
    elif kind == _BREAKER_EVENT:
        note_told(gate, event)
    elif kind == _REARM or kind == _BREAKER_REARM:
        rearm(gate, event)
    else:
        _set_mode(gate, event)


@compiled(void(GATE, EVENT_TYPE))
def _set_mode(gate: Gate, event: Record) -> None:
    """Note when the gateway sends nothing, and when history is told."""
    kind, state = int(event["kind"]), gate.breakers.state[0]
    if kind == _GATEWAY_READY:
        state["unready_ns"] = 0
    elif kind == _VERDICT and event["code"] == _NOT_READY and state["unready_ns"] == 0:
        state["unready_ns"] = event["ts_recv"]
    elif kind == _WARMUP_BEGIN:
        state["warming"] = 1
    elif kind == _WARMUP_END:
        state["warming"] = 0
        state["began_ns"] = event["ts_recv"]
        for k in range(len(gate.markets)):
            forget_prices(gate, k)


# ------------------------------------------------------------------------------- what time brings


@compiled(void(GATE, int64))
def _look(gate: Gate, now_ns: int) -> None:
    """Judge what changes without an event of its own."""
    state = gate.breakers.state[0]
    state["look_ns"] = now_ns + _SECOND_NS
    if state["warming"] != 0:
        return
    if state["began_ns"] == 0:
        state["began_ns"] = now_ns
    _look_at_losses(gate, now_ns)
    _look_at_feed(gate, now_ns)
    # The others are measured by their events: only their cool-downs may be over.
    for place in range(_LOSING_STREAK, len(gate.breakers.switches)):
        switch = gate.breakers.switches[place]
        if switch["is_open"] != 0 and place != _STALE_FEED and place != _OUTAGE:
            judge(gate, place, switch["number"], False, now_ns)


@compiled(void(GATE, int64))
def _look_at_losses(gate: Gate, now_ns: int) -> None:
    """Compare equity with that at the start of the day and with its peak, each breaker's own."""
    state = gate.breakers.state[0]
    equity = view_equity(gate)
    day = now_ns // _DAY_NS
    for place in range(_DAILY_LOSS, _DRAWDOWN_HALT + 1):
        switch = gate.breakers.switches[place]
        is_new_day = place == _DAILY_LOSS and day != state["day"]
        is_peak = place != _DAILY_LOSS and equity > switch["base"]
        if switch["base"] == 0.0 or is_new_day or is_peak:
            switch["base"] = equity
        loss = 1.0 - equity / switch["base"] if switch["base"] > 0.0 else 0.0
        judge(gate, place, loss, loss >= switch["bound"], now_ns)
    state["day"] = day


@compiled(void(GATE, int64))
def _look_at_feed(gate: Gate, now_ns: int) -> None:
    """Count the instruments without news; see for how long none can be traded."""
    state = gate.breakers.state[0]
    stale_ns = gate.breakers.switches[_STALE_FEED]["window_ns"]
    stale = 0
    down_ns = 0  # when the last of them went down
    is_down = True
    for k in range(len(gate.markets)):
        market, own = gate.markets[k], gate.breakers.markets[k]
        is_silent = market["health"] == _DISCONNECTED or market["health"] == _STALE
        if is_silent or now_ns - max(market["mark_ts"], state["began_ns"]) > stale_ns:
            stale += 1
        is_down = is_down and own["down_ns"] > 0
        down_ns = max(down_ns, own["down_ns"])
    share = stale / len(gate.markets)
    judge(gate, _STALE_FEED, share, share > gate.breakers.switches[_STALE_FEED]["bound"], now_ns)
    out_ns = now_ns - down_ns if is_down else 0
    if state["unready_ns"] > 0:
        out_ns = max(out_ns, now_ns - state["unready_ns"])
    out_s = float(out_ns) / _SECOND_NS
    judge(gate, _OUTAGE, out_s, out_s > gate.breakers.switches[_OUTAGE]["bound"], now_ns)


@compiled(void(GATE, EVENT_TYPE))
def _take_health(gate: Gate, event: Record) -> None:
    """Note since when an instrument cannot be traded; take a spread that the feed measured."""
    k, code, now = int(event["instrument"]), int(event["code"]), int(event["ts_recv"])
    own = gate.breakers.markets[k]
    if event["kind"] == _STATUS:
        own["halted"] = 1 if code > _POST_ONLY else 0
    else:
        own["unheard"] = 1 if code == _DISCONNECTED else 0
        if code == _WIDE:
            judge_spread(gate, k, event["number"], now)
    if own["halted"] == 0 and own["unheard"] == 0:
        own["down_ns"] = 0
    elif own["down_ns"] == 0:
        own["down_ns"] = now


# ---------------------------------------------------------------------------------- what is booked


@compiled(void(GATE, EVENT_TYPE))
def _move_bases(gate: Gate, event: Record) -> None:
    """Move what losses are measured from with money that came in or went out, as the view does."""
    if event["w3"] == _FUNDING_REASON or event["w3"] == _INTEREST_REASON:
        return
    account = gate.account[0]
    moved = float(event["w1"]) / MONEY
    if account["fee_currency"] != 0 and event["w0"] == account["fee_currency"]:
        moved = value_of(event["w1"], account["fee_price_e8"])
    for place in range(_DAILY_LOSS, _DRAWDOWN_HALT + 1):
        switch = gate.breakers.switches[place]
        if switch["base"] > 0.0:
            switch["base"] = max(switch["base"] + moved, 0.0)


@compiled(void(GATE, EVENT_TYPE))
def _take_adjustment(gate: Gate, event: Record) -> None:
    """Judge what the venue's books differed by; what it adds to a position is no profit of ours."""
    k = int(event["instrument"])
    market, own = gate.markets[k], gate.breakers.markets[k]
    price = event["w4"] if event["w4"] > 0 else market["mark_ticks"]
    units = notional_units(price, abs(event["w1"]), market["numerator"], market["denominator"])
    own["trip_units"] -= units if event["w1"] > 0 else -units
    if market["position_lots"] == 0:
        own["trip_units"] = 0
    equity = view_equity(gate)
    number = float(units + abs(event["w2"])) / MONEY / equity if equity > 0.0 else 1.0
    bound = gate.breakers.switches[_RECONCILE]["bound"]
    judge(gate, _RECONCILE, number, number > bound, int(event["ts_recv"]))


@compiled(void(GATE, EVENT_TYPE))
def _take_fill(gate: Gate, event: Record) -> None:
    """Count what a round trip, from no position to none, made; one through zero ends and begins."""
    k = int(event["instrument"])
    market, own = gate.markets[k], gate.breakers.markets[k]
    side, size = int(event["side"]), int(event["size"])
    numerator, denominator = market["numerator"], market["denominator"]
    money = -side * notional_units(event["price"], size, numerator, denominator)
    if event["flags"] & _FEE_IN_OTHER:
        price_e8 = gate.account[0]["fee_price_e8"]
        money -= int(value_of(event["fee"], price_e8) * MONEY)
    else:
        money -= event["fee"]
    before = market["position_lots"] - side * size
    if before * side >= 0 or size < abs(before):
        own["trip_units"] += money
        return
    # Money of the part that closes, in whole units: the rest begins the next trip.
    ending = int(float(money) * abs(before) / size)
    _end_trip(gate, own["trip_units"] + ending, int(event["ts_recv"]))
    own["trip_units"] = money - ending if market["position_lots"] != 0 else 0


@compiled(void(GATE, int64, int64))
def _end_trip(gate: Gate, made_units: int, now_ns: int) -> None:
    state = gate.breakers.state[0]
    if made_units < 0:
        state["losses"] += 1
    elif made_units > 0:
        state["losses"] = 0
    number = float(state["losses"])
    bound = gate.breakers.switches[_LOSING_STREAK]["bound"]
    judge(gate, _LOSING_STREAK, number, number >= bound, now_ns)


# ---------------------------------------------------------------------------- what is counted of n


@compiled(void(GATE, EVENT_TYPE))
def _take_answer(gate: Gate, event: Record) -> None:
    """Count an order that the venue took or refused; what a working style expects is neither."""
    state = gate.breakers.state[0]
    is_refused = event["kind"] == _REJECTED
    if is_refused and (event["code"] == _WOULD_TAKE or event["code"] == _UNKNOWN_ORDER):
        return
    switch = gate.breakers.switches[_REJECT_RATE]
    cursor = state["answer_cursor"] % max(switch["count"], 1)
    gate.breakers.samples[0, cursor] = 1.0 if is_refused else 0.0
    state["answer_cursor"] = cursor + 1
    state["answers"] += 1
    if state["answers"] >= switch["count"]:
        share = _mean(gate, 0, switch["count"])
        judge(gate, _REJECT_RATE, share, share > switch["bound"], int(event["ts_recv"]))


@compiled(void(GATE, EVENT_TYPE))
def _take_confidence(gate: Gate, event: Record) -> None:
    """Take the mean confidence of the alphas at a decision."""
    state = gate.breakers.state[0]
    switch = gate.breakers.switches[_CONFIDENCE]
    cursor = state["decision_cursor"] % max(switch["count"], 1)
    gate.breakers.samples[1, cursor] = event["f0"]
    state["decision_cursor"] = cursor + 1
    state["decisions"] += 1
    if state["decisions"] >= switch["count"]:
        mean = _mean(gate, 1, switch["count"])
        judge(gate, _CONFIDENCE, mean, mean < switch["bound"], int(event["ts_recv"]))


@compiled(float64(GATE, int64, int64))
def _mean(gate: Gate, row: int, count: int) -> float:
    total = 0.0
    for place in range(count):
        total += gate.breakers.samples[row, place]
    return total / max(count, 1)
