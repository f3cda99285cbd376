"""From expressions to the tape: every distinct feature once, in the order of dependencies."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from traider.domain.errors import StrategyError
from traider.domain.timeframes import DAY_NS, timeframe_code, timeframe_ns
from traider.features.catalogue import BASE_SLOTS, CATALOGUE
from traider.features.expressions import Expression
from traider.kernel.decider.tape import CELLS_PER_OPERATION
from traider.kernel.records import OPERATION
from traider.kernel.specification import FrameSpec, TapeSpec


@dataclass(frozen=True)
class Graph:
    """A tape and the slot of each expression it was asked for."""

    tape: TapeSpec
    slots: dict[Expression, int]


def build_graph(expressions: Sequence[Expression], base_timeframe: str) -> Graph:
    """Flatten ``expressions`` for bars of ``base_timeframe``.

    Raises:
        StrategyError: a feature wants bars shorter than those that arrive, or of a length that
            they do not divide.
    """
    placed = [_framed(expression, base_timeframe) for expression in expressions]
    names = _frame_names(placed, base_timeframe)
    slots: dict[Expression, int] = {}
    slot_names: list[str] = []
    for name in names:
        for base in BASE_SLOTS:
            slots[Expression(base, None, 0, name)] = len(slot_names)
            slot_names.append(f"{base}@{name}")
    rows: list[tuple[float, ...]] = []
    frames = []
    ring = 0
    for number, name in enumerate(names):
        start = len(rows)
        wanted = [e for e in placed if e.timeframe == name]
        for expression in [node for e in wanted for node in _in_order(e)]:
            if expression in slots:
                continue
            feature = CATALOGUE[expression.name]
            slots[expression] = len(slot_names)
            base_slot = number * len(BASE_SLOTS)
            source = slots[expression.source] if expression.source else base_slot + 3
            scale = math.sqrt(365 * DAY_NS / timeframe_ns(name)) if feature.annualized else 1.0
            cell = len(rows) * CELLS_PER_OPERATION
            rows.append(
                (
                    feature.op,
                    base_slot,
                    source,
                    expression.window,
                    scale,
                    ring,
                    cell,
                    len(slot_names),
                )
            )
            slot_names.append(str(expression))
            ring += feature.rings * expression.window
        frames.append(
            FrameSpec(
                timeframe_ns(name), timeframe_code(name), start, len(rows), number * len(BASE_SLOTS)
            )
        )
    tape = TapeSpec(
        frames=tuple(frames),
        operations=np.array(rows, OPERATION),
        slots=len(slot_names),
        ring_cells=ring,
        names=tuple(slot_names),
    )
    asked = {
        given: slots[with_frame] for given, with_frame in zip(expressions, placed, strict=True)
    }
    return Graph(tape, asked)


def _framed(expression: Expression, base: str) -> Expression:
    """Return the expression with its timeframe, and its inputs', written out."""
    frame = expression.timeframe or base
    source = _framed(expression.source, frame) if expression.source else None
    return Expression(expression.name, source, expression.window, frame)


def _frame_names(expressions: Sequence[Expression], base: str) -> list[str]:
    length = timeframe_ns(base)
    others = {e.timeframe for e in expressions} - {base}
    for name in others:
        if timeframe_ns(name) < length or timeframe_ns(name) % length:
            raise StrategyError(
                f"{name} bars cannot be built from {base} bars",
                where=f"features on {name}",
                fix="use finer data or a timeframe that the data's own divides",
            )
    return [base, *sorted(others, key=timeframe_ns)]


def _in_order(expression: Expression) -> list[Expression]:
    inner = _in_order(expression.source) if expression.source else []
    return [*inner, expression]
