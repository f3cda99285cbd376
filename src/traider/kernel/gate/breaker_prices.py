"""Breakers of the market: how far the mark moved within a window, and how wide the spread is.

The window is kept as sixteen parts with the lowest and the highest mark of each, so that a move is
measured over fifteen to sixteen parts of it; where the mark before this one is older than the
window, the move since then counts. Its standard deviation is that of the change of the logarithm
from part to part, times the root of the parts: a mean of the first 256 changes, then one in which
each new change weighs 1/256. Fewer than 32 changes say nothing.
"""

import math

from numba import float64, int64, void

from traider.domain.events import Kind
from traider.kernel.breaker_records import BUCKETS, OF_ACCOUNT, Breaker
from traider.kernel.compiled import compiled
from traider.kernel.gate.breaker_switches import judge
from traider.kernel.numba_types import EVENT_TYPE, GATE
from traider.kernel.records import Gate, Record

_QUOTE = int(Kind.QUOTE)
_PARTS = BUCKETS
_OF_ACCOUNT = OF_ACCOUNT
_JUMP = int(Breaker.PRICE_JUMP) - OF_ACCOUNT
_SIGMA = int(Breaker.PRICE_SIGMA) - OF_ACCOUNT
_SPREAD = int(Breaker.SPREAD) - OF_ACCOUNT
_LEARNED_MAX = 256
_LEARNED_MIN = 32


@compiled(void(GATE, EVENT_TYPE))
def take_mark(gate: Gate, event: Record) -> None:
    """Judge the move to the instrument's present mark, and the spread of a quote."""
    k, now = int(event["instrument"]), int(event["ts_recv"])
    mark = float(gate.markets[k]["mark_ticks"])
    if event["kind"] == _QUOTE:
        bid, ask = event["w0"], event["w2"]
        if not 0 < bid < ask:
            return
        judge_spread(gate, k, 2.0 * (ask - bid) / (ask + bid), now)
    count = len(gate.markets)
    jump = gate.breakers.switches[_OF_ACCOUNT + _JUMP * count + k]
    sigma = gate.breakers.switches[_OF_ACCOUNT + _SIGMA * count + k]
    if mark <= 0.0 or (jump["action"] == 0 and sigma["action"] == 0):
        return
    window = jump["window_ns"] if jump["action"] != 0 else sigma["window_ns"]
    parts = _turn_window(gate, k, now // (window // _PARTS))
    low, high = _lowest(gate, k, mark), _highest(gate, k, mark)
    move = max(mark / low - 1.0, 1.0 - mark / high)
    judge(gate, _OF_ACCOUNT + _JUMP * count + k, move, move > jump["bound"], now)
    own = gate.breakers.markets[k]
    if own["changes"] >= _LEARNED_MIN and own["variance"] > 0.0:
        farthest = max(math.log(mark / low), math.log(high / mark))
        times = farthest / math.sqrt(own["variance"] * max(parts, _PARTS))
        judge(gate, _OF_ACCOUNT + _SIGMA * count + k, times, times > sigma["bound"], now)
    if parts > 0 and own["last_mark"] > 0.0:
        change = math.log(mark / own["last_mark"])
        own["changes"] = min(own["changes"] + 1, _LEARNED_MAX)
        own["variance"] += (change * change / parts - own["variance"]) / own["changes"]
    own["last_mark"] = mark
    _widen(gate, k, mark)


@compiled(int64(GATE, int64, int64))
def _turn_window(gate: Gate, k: int, bucket: int) -> int:
    """Empty the parts of the window that have passed; return how many."""
    own = gate.breakers.markets[k]
    passed = bucket - own["bucket"]
    for step in range(min(passed, _PARTS)):
        place = (bucket - step) % _PARTS
        gate.breakers.ranges[k, place] = 0.0
        gate.breakers.ranges[k, _PARTS + place] = 0.0
    own["bucket"] = bucket
    return int(passed)


@compiled(float64(GATE, int64, float64), inline=True)
def _lowest(gate: Gate, k: int, mark: float) -> float:
    low = mark
    for place in range(_PARTS):
        if gate.breakers.ranges[k, place] > 0.0:
            low = min(low, float(gate.breakers.ranges[k, place]))
    last = float(gate.breakers.markets[k]["last_mark"])
    return min(low, last) if last > 0.0 else low


@compiled(float64(GATE, int64, float64), inline=True)
def _highest(gate: Gate, k: int, mark: float) -> float:
    high = max(mark, float(gate.breakers.markets[k]["last_mark"]))
    for place in range(_PARTS):
        high = max(high, float(gate.breakers.ranges[k, _PARTS + place]))
    return high


@compiled(void(GATE, int64, float64), inline=True)
def _widen(gate: Gate, k: int, mark: float) -> None:
    place = gate.breakers.markets[k]["bucket"] % _PARTS
    low = gate.breakers.ranges[k, place]
    gate.breakers.ranges[k, place] = min(low, mark) if low > 0.0 else mark
    gate.breakers.ranges[k, _PARTS + place] = max(gate.breakers.ranges[k, _PARTS + place], mark)


@compiled(void(GATE, int64, float64, int64))
def judge_spread(gate: Gate, k: int, spread: float, now_ns: int) -> None:
    """Judge a spread, a fraction of the middle."""
    place = _OF_ACCOUNT + _SPREAD * len(gate.markets) + k
    judge(gate, place, spread, spread > gate.breakers.switches[place]["bound"], now_ns)
