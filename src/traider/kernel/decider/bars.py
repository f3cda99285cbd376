"""Bars: take a bar in, build the larger ones from it, and run the tape of each frame that closed.

Frame 0 holds the bars that arrive. A larger bar closes when a finer bar ends on its boundary, or,
when that bar is missing, as soon as a later one arrives: bars are built from what came and never
filled in.
"""

from numba import int64, void

from traider.kernel.compiled import compiled
from traider.kernel.decider.tape import run_operations
from traider.kernel.numba_types import DECIDER, EVENT_TYPE
from traider.kernel.records import Decider, Record, Tape


@compiled(void(DECIDER, EVENT_TYPE), inline=True)
def take_bar(decider: Decider, event: Record) -> None:
    """Bring marks, frames and features of the event's instrument up to date."""
    k = int(event["instrument"])
    market = decider.markets[k]
    market["mark_ticks"] = event["close"]
    market["mark_ts"] = event["ts_recv"]
    market["fresh"] = 1
    row = decider.values[k]
    slot = decider.frames[0]["slot"]
    row[slot] = event["open"]
    row[slot + 1] = event["high"]
    row[slot + 2] = event["low"]
    row[slot + 3] = event["close"]
    row[slot + 4] = event["volume"]
    tape = Tape(decider.tape, decider.values, decider.rings, decider.cells)
    run_operations(tape, decider.frames[0]["op_start"], decider.frames[0]["op_stop"], k)
    for f in range(1, len(decider.frames)):
        _aggregate(decider, k, f, event)


@compiled(void(DECIDER, int64, int64, EVENT_TYPE))
def _aggregate(decider: Decider, k: int, f: int, event: Record) -> None:
    bar = decider.aggregates[k, f]
    length = decider.frames[f]["length_ns"]
    start = (event["ts_event"] // length) * length
    if bar["start_ns"] >= 0 and bar["start_ns"] != start:
        _close(decider, k, f)
    if bar["start_ns"] < 0:
        bar["start_ns"] = start
        bar["open"] = event["open"]
        bar["high"] = event["high"]
        bar["low"] = event["low"]
        bar["volume"] = 0
    bar["high"] = max(bar["high"], event["high"])
    bar["low"] = min(bar["low"], event["low"])
    bar["close"] = event["close"]
    bar["volume"] += event["volume"]
    bar["last_ns"] = event["ts_recv"]
    if event["ts_recv"] >= start + length:
        _close(decider, k, f)


@compiled(void(DECIDER, int64, int64))
def _close(decider: Decider, k: int, f: int) -> None:
    bar = decider.aggregates[k, f]
    frame = decider.frames[f]
    slot = frame["slot"]
    row = decider.values[k]
    row[slot] = bar["open"]
    row[slot + 1] = bar["high"]
    row[slot + 2] = bar["low"]
    row[slot + 3] = bar["close"]
    row[slot + 4] = bar["volume"]
    bar["start_ns"] = -1
    tape = Tape(decider.tape, decider.values, decider.rings, decider.cells)
    run_operations(tape, frame["op_start"], frame["op_stop"], k)
