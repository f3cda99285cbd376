"""Bars: from finer bars or from trades, of equal time, volume or notional, several at once.

Frame 0 holds the bars that arrive, or the shortest ones that trades build. A bar of time closes
when a finer bar ends on its boundary; when that bar is missing, as soon as a later one arrives.
Built from trades, it holds those received in [start, end) and closes at the first timer, or event
of its instrument, at or after its end, before that event changes any feature: so what features read
at its close does not depend on when the trader decides. Bars that close together do so in the order
of their ends. Bars that arrive although trades build them are history from before the first trade:
what features read is the same as if its trades had come. A bar of volume or notional closes with
the trade, or the finer bar, that fills it, whole. Nothing is filled in: an interval without trades
has no bar, and the base slot ``gap`` of the next bar says how many are missing.
"""

from numba import int64, void

from traider.domain.events import MarketFlag
from traider.kernel.codes import FrameKind
from traider.kernel.compiled import compiled
from traider.kernel.decider.tape import run_frame, run_operations
from traider.kernel.numba_types import DECIDER, EVENT_TYPE
from traider.kernel.records import Decider, Record, Tape

_TIME = int(FrameKind.TIME)
_VOLUME = int(FrameKind.VOLUME)
_GAP_BEFORE = int(MarketFlag.GAP_BEFORE)
_SECOND_NS = 1e9
_FAR_NS = 2**62


@compiled(void(DECIDER, EVENT_TYPE), inline=True)
def take_bar(decider: Decider, event: Record) -> None:
    """Bring marks, frames and features of the event's instrument up to date."""
    k = int(event["instrument"])
    market = decider.markets[k]
    market["mark_ticks"] = event["close"]
    market["mark_ts"] = event["ts_recv"]
    market["fresh"] = 1
    frame = decider.frames[0]
    slot = frame["slot"]
    row = decider.values[k]
    row[slot] = event["open"]
    row[slot + 1] = event["high"]
    row[slot + 2] = event["low"]
    row[slot + 3] = event["close"]
    row[slot + 4] = event["volume"]
    bar = decider.aggregates[k, 0]
    missing = 0
    if event["flags"] & _GAP_BEFORE and bar["end_ns"] > 0:
        missing = max((event["ts_event"] - bar["end_ns"]) // frame["length_ns"], 1)
    bar["end_ns"] = event["ts_recv"]
    row[slot + 5] = missing
    row[slot + 6] = event["ts_event"] / _SECOND_NS
    tape = Tape(decider.tape, decider.values, decider.rings, decider.cells)
    run_operations(tape, frame["op_start"], frame["op_stop"], k)
    for f in range(1, decider.strategy[0]["time_frames"]):
        _aggregate(decider, k, f, event)


@compiled(void(DECIDER, int64, int64, EVENT_TYPE))
def _aggregate(decider: Decider, k: int, f: int, event: Record) -> None:
    """Take a finer bar into frame ``f``."""
    bar = decider.aggregates[k, f]
    frame = decider.frames[f]
    start = event["ts_event"]
    if frame["kind"] == _TIME:
        start = start // frame["length_ns"] * frame["length_ns"]
        if bar["start_ns"] >= 0 and bar["start_ns"] != start:
            _close(decider, k, f, bar["start_ns"] + frame["length_ns"])
    if bar["start_ns"] < 0:
        bar["start_ns"] = start
        bar["open"] = event["open"]
        bar["high"] = event["high"]
        bar["low"] = event["low"]
        bar["volume"] = 0
        bar["filled"] = 0.0
        if decider.strategy[0]["bars_from_trades"] != 0 and frame["kind"] == _TIME:
            # History before live trades, which go on with the bar: it must end when its time is up.
            market = decider.markets[k]
            market["due_ns"] = min(market["due_ns"], start + frame["length_ns"])
    bar["high"] = max(bar["high"], event["high"])
    bar["low"] = min(bar["low"], event["low"])
    bar["close"] = event["close"]
    bar["volume"] += event["volume"]
    bar["last_ns"] = event["ts_recv"]
    if frame["kind"] == _TIME:
        if event["ts_recv"] >= start + frame["length_ns"]:
            _close(decider, k, f, start + frame["length_ns"])
        return
    bar["filled"] += float(event["volume"]) * (
        1.0 if frame["kind"] == _VOLUME else float(event["close"])
    )
    if bar["filled"] >= bar["threshold"]:
        _close(decider, k, f, event["ts_recv"])


@compiled(void(DECIDER, EVENT_TYPE))
def take_trade(decider: Decider, event: Record) -> None:
    """Build the bars of every frame from a trade; those that ended before it are closed already."""
    k = int(event["instrument"])
    now = event["ts_recv"]
    market = decider.markets[k]
    for f in range(decider.strategy[0]["time_frames"]):
        bar = decider.aggregates[k, f]
        frame = decider.frames[f]
        price = event["price"]
        if bar["start_ns"] < 0:
            bar["start_ns"] = now
            if frame["kind"] == _TIME:
                bar["start_ns"] = now // frame["length_ns"] * frame["length_ns"]
                market["due_ns"] = min(market["due_ns"], bar["start_ns"] + frame["length_ns"])
            bar["open"] = price
            bar["high"] = price
            bar["low"] = price
            bar["volume"] = 0
            bar["filled"] = 0.0
        bar["high"] = max(bar["high"], price)
        bar["low"] = min(bar["low"], price)
        bar["close"] = price
        bar["volume"] += event["size"]
        bar["last_ns"] = now
        if frame["kind"] != _TIME:
            bar["filled"] += float(event["size"]) * (
                1.0 if frame["kind"] == _VOLUME else float(price)
            )
            if bar["filled"] >= bar["threshold"]:
                _close(decider, k, f, now)


@compiled(void(DECIDER, int64, int64), inline=True)
def close_due(decider: Decider, k: int, now_ns: int) -> None:
    """Close the bars of time of instrument ``k`` that end by ``now_ns``, where trades build them.

    Comes before whatever changes a value that features read: ``due_ns`` is the earliest end.
    """
    if now_ns >= decider.markets[k]["due_ns"]:
        _close_ended(decider, k, now_ns)


@compiled(void(DECIDER, int64, int64))
def _close_ended(decider: Decider, k: int, now_ns: int) -> None:
    """Close the bars that end by ``now_ns``, the earliest end first, and find the next end."""
    market = decider.markets[k]
    while market["due_ns"] <= now_ns:
        end_ns = market["due_ns"]
        market["due_ns"] = _FAR_NS
        for f in range(decider.strategy[0]["time_frames"]):
            bar = decider.aggregates[k, f]
            if decider.frames[f]["kind"] == _TIME and bar["start_ns"] >= 0:
                end = bar["start_ns"] + decider.frames[f]["length_ns"]
                if end == end_ns:
                    _close(decider, k, f, end)
                else:
                    market["due_ns"] = min(market["due_ns"], end)


@compiled(void(DECIDER, int64, int64, int64))
def _close(decider: Decider, k: int, f: int, end_ns: int) -> None:
    """Show the bar of frame ``f`` to the tape; it ends at ``end_ns``."""
    bar = decider.aggregates[k, f]
    frame = decider.frames[f]
    slot = frame["slot"]
    row = decider.values[k]
    row[slot] = bar["open"]
    row[slot + 1] = bar["high"]
    row[slot + 2] = bar["low"]
    row[slot + 3] = bar["close"]
    row[slot + 4] = bar["volume"]
    missing = 0
    if frame["kind"] == _TIME and bar["end_ns"] > 0:
        missing = (bar["start_ns"] - bar["end_ns"]) // frame["length_ns"]
    row[slot + 5] = missing
    row[slot + 6] = bar["start_ns"] / _SECOND_NS
    bar["end_ns"] = end_ns
    bar["start_ns"] = -1
    if decider.strategy[0]["bars_from_trades"] != 0:
        decider.markets[k]["fresh"] = 1
    tape = Tape(decider.tape, decider.values, decider.rings, decider.cells)
    run_frame(tape, frame["op_start"], frame["op_stop"], k)
