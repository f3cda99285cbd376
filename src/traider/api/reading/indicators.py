"""Indicators over bars, as the kernel computes them: ``sma:20``, or any expression of features.

    sma:20 -> sma(close, 20)    atr:14 -> atr(14)    macd:12:26 -> macd(12, 26)

The bars are put through the tape of a kernel of their own, so that a line on the chart is what a
strategy would have read on those bars. What reads the book, a model or funding is none of a chart.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from traider.api.following.bar_series import Bar
from traider.api.following.followed import known
from traider.api.problems import NotUnderstoodError
from traider.domain.errors import StrategyError
from traider.domain.events import EventArray, Kind, MarketFlag, empty_events
from traider.domain.payload_table import PAYLOADS
from traider.domain.timeframes import timeframe_code, timeframe_ns
from traider.features import CATALOGUE, SHORTHANDS, Expression, build_graph, parse
from traider.features.measures import measure_of
from traider.kernel.machine import DeciderMachine
from traider.kernel.specification import KernelSpec, MarketSpec, StrategySpec, TapeSpec, VenueSpec

INDICATORS_MAX: Final = 12
_ONE_AT_A_TIME: Final = threading.Lock()
"""Two threads that call a compiled function first would both add it to the one dispatcher."""
_FIX: Final = "write sma:20, or an expression of GET /api/v1/features/catalogue"


@dataclass(frozen=True)
class Indicator:
    """One that is asked for."""

    name: str
    """As it was asked for."""
    expression: Expression


@dataclass(frozen=True)
class Line:
    """The values of one, as they are shown."""

    indicator: Indicator
    unit: str
    values: tuple[float | None, ...]


def indicators_of(text: str) -> tuple[Indicator, ...]:
    """Return what a list of indicators names, parted by commas outside of brackets.

    Raises:
        NotUnderstoodError: one is none, or there are too many.
    """
    names = [name for name in _parted(text) if name]
    if len(names) > INDICATORS_MAX:
        raise NotUnderstoodError(
            f"{len(names)} indicators at once", where="query.indicators", fix="ask for fewer"
        )
    return tuple(Indicator(name, _expression(name)) for name in dict.fromkeys(names))


def lines_of(
    asked: Sequence[Indicator],
    bars: Sequence[tuple[int, Bar]],
    frame: str,
    grid: tuple[Decimal, Decimal],
) -> list[Line]:
    """Return the values of indicators over bars of ``frame``, counted in ticks and lots of a grid.

    Raises:
        NotUnderstoodError: an indicator cannot be made of such bars.
    """
    if not asked:
        return []
    try:
        graph = build_graph([each.expression for each in asked], frame)
    except StrategyError as fault:
        raise NotUnderstoodError(fault.what, where="query.indicators", fix=fault.fix) from None
    slots = [graph.slots[each.expression] for each in asked]
    with _ONE_AT_A_TIME:
        found = _values(graph.tape, slots, _events(bars, frame), grid)
    tick, lot = float(grid[0]), float(grid[1])
    lines = []
    for place, (each, slot) in enumerate(zip(asked, slots, strict=True)):
        measure = measure_of(graph.tape.names[slot])
        scaled = found[:, place] * tick**measure.prices * lot**measure.lots
        values = tuple(known(value) for value in scaled.tolist())
        lines.append(Line(each, "base units" if measure.unit == "lots" else measure.unit, values))
    return lines


def _parted(text: str) -> list[str]:
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _expression(name: str) -> Expression:
    try:
        expression = parse(_written(name))
    except StrategyError as fault:
        raise NotUnderstoodError(fault.what, where=name, fix=fault.fix or _FIX) from None
    return expression


def _written(name: str) -> str:
    """Return the expression that a name with numbers stands for; others as they are."""
    head, *numbers = name.split(":")
    if head in SHORTHANDS and numbers:
        return f"{head}({', '.join(numbers)})"
    feature = CATALOGUE.get(head)
    if feature is None or not numbers:
        return name
    if feature.inputs > 1:
        raise NotUnderstoodError(f"{head} takes two inputs", where=name, fix=_FIX)
    return f"{head}({', '.join([*(['close'] * feature.inputs), *numbers])})"


def _events(bars: Sequence[tuple[int, Bar]], frame: str) -> EventArray:
    events = empty_events(len(bars))
    length_ns, before_ns = timeframe_ns(frame), None
    events["kind"], events["version"] = Kind.BAR, PAYLOADS[Kind.BAR].version
    events["flags"] = timeframe_code(frame)
    for place, (open_ns, bar) in enumerate(bars):
        row = events[place]
        row["ts_event"], row["ts_recv"] = open_ns, open_ns + length_ns
        for word in ("open", "high", "low", "close", "volume"):
            row[word] = getattr(bar, word)
        if before_ns is not None and open_ns - before_ns > length_ns:
            row["flags"] |= int(MarketFlag.GAP_BEFORE)
        before_ns = open_ns
    return events


def _values(
    tape: TapeSpec, slots: Sequence[int], events: EventArray, grid: tuple[Decimal, Decimal]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return what stands in slots of the tape after each bar."""
    spec = KernelSpec(
        markets=(MarketSpec("chart", grid[0], grid[1], 0, 0),),
        tape=tape,
        alphas=(),
        # Nothing is decided: bars alone are taken.
        strategy=StrategySpec(decision_ns=tape.frames[0].length_ns),
        venue=VenueSpec(),
        cash_units=0,
    )
    machine = DeciderMachine(spec)
    values = np.full((len(events), len(slots)), np.nan)
    for place in range(len(events)):
        machine.step(events, place)
        values[place] = machine.decider.values[0][slots]
    return values
