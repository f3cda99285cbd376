"""Switches of the circuit breakers: tripped, closed, re-armed, told, and what they let through.

A breaker is tripped when what it watches is beyond its bound. With a cool-down it closes by itself,
once for that long nothing was beyond the bound; what cannot come back while nothing is traded
(losses, confidence, answers) counts from when it tripped, and is measured anew from then on.
"""

from numba import float64, int64, types, void

from traider.domain.events import Kind
from traider.kernel.breaker_records import (
    ACCOUNT_FLAG,
    FIRST_VERDICT,
    OF_ACCOUNT,
    STATE_SHIFT,
    Action,
    Breaker,
    BreakerState,
)
from traider.kernel.codes import Limit, Verdict
from traider.kernel.compiled import compiled
from traider.kernel.gate.exposure import ANSWER, Answer
from traider.kernel.gate.view import view_equity
from traider.kernel.numba_types import EVENT_TYPE, GATE, fixed_tuple
from traider.kernel.records import Gate, Record

_BREAKER = int(Kind.BREAKER)
_REARM = int(Kind.REARM)
_APPROVED = int(Verdict.APPROVED)
_FIRST_VERDICT = FIRST_VERDICT
_OF_ACCOUNT = OF_ACCOUNT
_ACCOUNT_FLAG = ACCOUNT_FLAG
_STATE_SHIFT = STATE_SHIFT
_DRAWDOWN_HALT = int(Breaker.DRAWDOWN_HALT)
_LOSING_STREAK = int(Breaker.LOSING_STREAK)
_CONFIDENCE = int(Breaker.CONFIDENCE)
_REJECT_RATE = int(Breaker.REJECT_RATE)
_RECONCILE = int(Breaker.RECONCILE)
_OFF = int(Action.OFF)
_REDUCE = int(Action.REDUCE)
_CLOSE_ONLY = int(Action.CLOSE_ONLY)
_TRIPPED = int(BreakerState.TRIPPED)
_CLOSED = int(BreakerState.CLOSED)
_REARMED = int(BreakerState.REARMED)
_MAX_EXPOSURE = int(Limit.MAX_EXPOSURE)
_MAX_GROSS_EXPOSURE = int(Limit.MAX_GROSS_EXPOSURE)
_MAX_LEVERAGE = int(Limit.MAX_LEVERAGE)


@compiled(void(GATE, int64, float64, types.boolean, int64))
def judge(gate: Gate, place: int, number: float, is_beyond: bool, now_ns: int) -> None:
    """Take a measurement: trip the switch at ``place``, or close it when its cool-down is over."""
    switch = gate.breakers.switches[place]
    if switch["action"] == _OFF or gate.breakers.state[0]["warming"] != 0:
        return
    if is_beyond:
        if switch["is_open"] == 0 or switch["breaker"] > _RECONCILE:
            switch["last_ns"] = now_ns
        if switch["is_open"] == 0:
            switch["is_open"] = 1
            switch["number"] = number
            switch["since_ns"] = now_ns
            _change(gate, place, _TRIPPED)
            return
    cooldown_ns = switch["cooldown_ns"]
    is_over = cooldown_ns > 0 and now_ns - switch["last_ns"] >= cooldown_ns
    if switch["is_open"] != 0 and is_over:
        switch["number"] = number
        close(gate, place, _CLOSED)


@compiled(void(GATE, int64, int64))
def close(gate: Gate, place: int, state: int) -> None:
    """Close a switch; what it measured begins anew."""
    switch = gate.breakers.switches[place]
    code = switch["breaker"]
    switch["is_open"] = 0
    if code <= _DRAWDOWN_HALT:
        switch["base"] = view_equity(gate)
    elif code == _LOSING_STREAK:
        gate.breakers.state[0]["losses"] = 0
    elif code == _CONFIDENCE:
        gate.breakers.state[0]["decisions"] = 0
    elif code == _REJECT_RATE:
        gate.breakers.state[0]["answers"] = 0
    elif code >= _OF_ACCOUNT:
        forget_prices(gate, switch["instrument"])
    _change(gate, place, state)


@compiled(void(GATE, int64))
def forget_prices(gate: Gate, k: int) -> None:
    """Begin the window of an instrument anew; how far its price usually moves is still known."""
    gate.breakers.markets[k]["last_mark"] = 0.0
    for place in range(gate.breakers.ranges.shape[1]):
        gate.breakers.ranges[k, place] = 0.0


@compiled(void(GATE, EVENT_TYPE))
def rearm(gate: Gate, event: Record) -> None:
    """Close the switches that a person re-arms: all, or those of one breaker."""
    for place in range(len(gate.breakers.switches)):
        switch = gate.breakers.switches[place]
        is_meant = event["kind"] == _REARM or event["code"] == switch["breaker"]
        if is_meant and switch["is_open"] != 0:
            close(gate, place, _REARMED)


@compiled(void(GATE, int64, int64))
def _change(gate: Gate, place: int, state: int) -> None:
    """Note what is to be told, and what is in force by now."""
    switch = gate.breakers.switches[place]
    if switch["telling"] == 0:
        gate.breakers.state[0]["pending"] += 1
    switch["telling"] = state
    if switch["instrument"] < 0:
        level, share = _in_force(gate, 0, _OF_ACCOUNT, -1)
        gate.breakers.state[0]["level"] = level
        gate.breakers.state[0]["share"] = share
    else:
        k = switch["instrument"]
        level, share = _in_force(gate, _OF_ACCOUNT, len(gate.breakers.switches), k)
        gate.breakers.markets[k]["level"] = level
        gate.breakers.markets[k]["share"] = share


@compiled(fixed_tuple(float64, float64)(GATE, int64, int64, int64))
def _in_force(gate: Gate, first: int, end: int, instrument: int) -> tuple[float, float]:
    """Return the highest action of the open switches, and the lowest share of caps they leave."""
    level, share = 0.0, 0.0
    for place in range(first, end):
        switch = gate.breakers.switches[place]
        if switch["is_open"] == 0 or switch["instrument"] != instrument:
            continue
        level = max(level, float(switch["action"]))
        if switch["action"] == _REDUCE:
            share = min(share, switch["share"]) if share > 0.0 else switch["share"]
    return level, share


@compiled(void(GATE, EVENT_TYPE), inline=True)
def write_change(gate: Gate, event: Record) -> None:
    """Write the BREAKER event of the first switch with something to tell; times are the caller's.

    Whoever delivers it makes it told: see ``note_told``.
    """
    for place in range(len(gate.breakers.switches)):
        switch = gate.breakers.switches[place]
        if switch["telling"] == 0:
            continue
        k = switch["instrument"]
        event["kind"] = _BREAKER
        event["version"] = 1
        event["side"] = 0
        event["instrument"] = max(k, 0)
        event["flags"] = switch["action"] | switch["telling"] << _STATE_SHIFT
        event["code"] = switch["breaker"]
        event["number"] = switch["number"]
        event["limit"] = switch["bound"]
        if k < 0:
            event["flags"] |= _ACCOUNT_FLAG
            event["w3"] = gate.breakers.state[0]["level"]
            event["f4"] = gate.breakers.state[0]["share"]
        else:
            event["w3"] = gate.breakers.markets[k]["level"]
            event["f4"] = gate.breakers.markets[k]["share"]
        return


@compiled(void(GATE, EVENT_TYPE))
def note_told(gate: Gate, event: Record) -> None:
    """Take a BREAKER event: what it says needs no telling any more."""
    instrument = -1 if event["flags"] & _ACCOUNT_FLAG else int(event["instrument"])
    for place in range(len(gate.breakers.switches)):
        switch = gate.breakers.switches[place]
        is_meant = switch["breaker"] == event["code"] and switch["instrument"] == instrument
        if is_meant and switch["telling"] != 0:
            switch["telling"] = 0
            gate.breakers.state[0]["pending"] -= 1


@compiled(ANSWER(GATE, EVENT_TYPE, float64), inline=True)
def check_breakers(gate: Gate, order: Record, lots: float) -> Answer:
    """Refuse what an open breaker does not let through; ``lots`` is what the order may add.

    Where one says ``close-only`` or ``halt``: its number and bound. Where one says ``reduce``: the
    exposure there would be, and the share of the cap that is left.
    """
    if gate.breakers.state[0]["on"] == 0:
        return _APPROVED, 0.0, 0.0
    k = int(order["instrument"])
    level = max(gate.breakers.state[0]["level"], gate.breakers.markets[k]["level"])
    if level < _REDUCE:
        return _APPROVED, 0.0, 0.0
    return _check_open_switches(gate, order, lots)


@compiled(ANSWER(GATE, EVENT_TYPE, float64))
def _check_open_switches(gate: Gate, order: Record, lots: float) -> Answer:
    k = int(order["instrument"])
    for place in range(len(gate.breakers.switches)):
        switch = gate.breakers.switches[place]
        concerns = switch["is_open"] != 0 and (
            switch["instrument"] < 0 or switch["instrument"] == k
        )
        if concerns and switch["action"] >= _CLOSE_ONLY:
            return _FIRST_VERDICT + switch["breaker"], switch["number"], switch["bound"]
    for place in range(len(gate.breakers.switches)):
        switch = gate.breakers.switches[place]
        concerns = switch["is_open"] != 0 and (
            switch["instrument"] < 0 or switch["instrument"] == k
        )
        if concerns and switch["action"] == _REDUCE:
            number, cap = _beyond_share(gate, order, lots, switch["share"])
            if cap > 0.0:
                return _FIRST_VERDICT + switch["breaker"], number, cap
    return _APPROVED, 0.0, 0.0


@compiled(fixed_tuple(float64, float64)(GATE, EVENT_TYPE, float64, float64))
def _beyond_share(gate: Gate, order: Record, lots: float, share: float) -> tuple[float, float]:
    """Return exposure and the share of its cap that it is beyond; 0 and 0 where it is within.

    Of the instrument, with what is open on the order's side, then of all by their positions.
    """
    equity = view_equity(gate)
    if equity <= 0.0:
        return equity, share
    k, side = int(order["instrument"]), int(order["side"])
    gross = 0.0
    exposure = 0.0
    for j in range(len(gate.markets)):
        market = gate.markets[j]
        held = float(market["position_lots"])
        if j == k:
            waiting = market["open_buy_lots"] if side > 0 else market["open_sell_lots"]
            held += side * (lots + waiting)
        value = abs(held) * market["mark_ticks"] * market["lot_value"] / equity
        gross += value
        if j == k:
            exposure = value
    cap = gate.limits[_MAX_EXPOSURE] * share
    if cap > 0.0 and exposure > cap:
        return exposure, cap
    for limit in (_MAX_GROSS_EXPOSURE, _MAX_LEVERAGE):
        cap = gate.limits[limit] * share
        if cap > 0.0 and gross > cap:
            return gross, cap
    return 0.0, 0.0
