"""From expressions to the tape: every distinct feature once, in the order of dependencies."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from traider.domain.errors import StrategyError
from traider.domain.timeframes import DAY_NS, timeframe_code, timeframe_ns
from traider.features.catalogue import BASE_SLOTS, CATALOGUE
from traider.features.expressions import NUMBER, Expression
from traider.kernel.codes import Op
from traider.kernel.decider.combination import NUMBER_SIDE
from traider.kernel.decider.tape import CELLS_PER_OPERATION
from traider.kernel.records import OPERATION
from traider.kernel.specification import FrameSpec, TapeSpec

_COMBINATIONS: Final = {"+": Op.ADD, "-": Op.SUBTRACT, "*": Op.MULTIPLY, "/": Op.DIVIDE}


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
            slot, base_slot = len(slot_names), number * len(BASE_SLOTS)
            work = _work(expression, slots, base_slot)
            rows.append((*work, ring, len(rows) * CELLS_PER_OPERATION, slot))
            slots[expression] = slot
            slot_names.append(str(expression))
            if expression.name in CATALOGUE:
                ring += CATALOGUE[expression.name].rings * expression.window
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


def _work(
    expression: Expression, slots: Mapping[Expression, int], base_slot: int
) -> tuple[float, ...]:
    """Return kind, base, source, window and scale of the operation that computes it."""
    left, right = expression.source, expression.right
    if left is not None and right is not None:
        sides = [NUMBER_SIDE if side.name == NUMBER else slots[side] for side in (left, right)]
        number = left.number if left.name == NUMBER else right.number
        return (_COMBINATIONS[expression.name], base_slot, *sides, number)
    feature = CATALOGUE[expression.name]
    source = slots[left] if left else base_slot + BASE_SLOTS.index("close")
    length_ns = timeframe_ns(expression.timeframe)
    scale = math.sqrt(365 * DAY_NS / length_ns) if feature.annualized else 1.0
    return (feature.op, base_slot, source, expression.window, scale)


def _framed(expression: Expression, base: str) -> Expression:
    """Return the expression with its timeframe, and its inputs', written out."""
    frame = expression.timeframe or base
    source = _framed(expression.source, frame) if expression.source else None
    right = _framed(expression.right, frame) if expression.right else None
    return replace(expression, source=source, timeframe=frame, right=right)


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
    """Return the parts that are computed, inputs first; a number belongs to its operation."""
    if expression.name == NUMBER:
        return []
    sides = [side for side in (expression.source, expression.right) if side]
    return [*(part for side in sides for part in _in_order(side)), expression]
