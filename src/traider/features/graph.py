"""From expressions to the tape: every distinct feature once, in the order of dependencies."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from traider.domain.errors import StrategyError
from traider.domain.timeframes import DAY_NS, timeframe_ns
from traider.features.catalogue import BASE_SLOTS, CATALOGUE, LIVE_COLUMNS, SCORE_PREFIXES
from traider.features.expressions import NUMBER, Expression, is_live_column
from traider.features.frames import LIVE, Frame, frame_of
from traider.kernel.codes import FrameKind, Op
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


def build_graph(
    expressions: Sequence[Expression], base_timeframe: str, models: Sequence[str] = ()
) -> Graph:
    """Flatten ``expressions`` for bars of ``base_timeframe``.

    ``models`` names those whose scores arrive as events; expressions read them as ``score_NAME``
    and ``confidence_NAME``.

    Raises:
        StrategyError: a feature wants bars shorter than those that arrive, or of a length that
            they do not divide; a year of bars that have no length; or a model nobody named.
    """
    placed = [framed(expression, base_timeframe) for expression in expressions]
    nodes = {node: None for wanted in placed for node in _in_order(wanted)}
    names = _frame_names(nodes, base_timeframe)
    slots: dict[Expression, int] = {}
    for name in names:
        if name != LIVE:
            slots.update({Expression(base, None, 0, name): 0 for base in BASE_SLOTS})
    ordered = {
        name: [n for n in nodes if n.timeframe == name and n not in slots and not _is_score(n)]
        for name in names
    }
    slots.update({node: 0 for name in names for node in ordered[name]})
    slots = {node: place for place, node in enumerate(slots)}
    external_slot = len(slots) if models else -1
    for model in models:
        for prefix in SCORE_PREFIXES:
            slots[Expression(prefix + model, None, 0, LIVE)] = len(slots)
    _check_models(nodes, slots, models)
    rows: list[tuple[float, ...]] = []
    frames = []
    ring = 0
    for number, name in enumerate(names):
        start, first = len(rows), number * len(BASE_SLOTS) if name != LIVE else 0
        for node in ordered[name]:
            rows.append(
                (*_work(node, slots, first), ring, len(rows) * CELLS_PER_OPERATION, slots[node])
            )
            if node.name in CATALOGUE:
                ring += CATALOGUE[node.name].rings * node.window
        frames.append(_frame_spec(frame_of(name), start, len(rows), first))
    tape = TapeSpec(
        frames=tuple(frames),
        operations=np.array(rows, OPERATION),
        slots=len(slots),
        ring_cells=ring,
        names=tuple(str(node) for node in slots),
        external=tuple(models),
        external_slot=external_slot,
    )
    asked = {
        given: slots[with_frame] for given, with_frame in zip(expressions, placed, strict=True)
    }
    return Graph(tape, asked)


def _frame_spec(frame: Frame, start: int, stop: int, slot: int) -> FrameSpec:
    return FrameSpec(frame.length_ns, frame.code, start, stop, slot, frame.kind, frame.threshold)


def _work(
    expression: Expression, slots: Mapping[Expression, int], base_slot: int
) -> tuple[float, ...]:
    """Return kind, base, source, window and scale of the operation that computes it."""
    left, right = expression.source, expression.right
    if expression.name in _COMBINATIONS and left is not None and right is not None:
        sides = [NUMBER_SIDE if side.name == NUMBER else slots[side] for side in (left, right)]
        number = left.number if left.name == NUMBER else right.number
        return (_COMBINATIONS[expression.name], base_slot, *sides, number)
    if expression.name in LIVE_COLUMNS:
        return (LIVE_COLUMNS[expression.name][0], base_slot, 0, 1, 1.0)
    feature = CATALOGUE[expression.name]
    source = slots[left] if left else base_slot + BASE_SLOTS.index("close")
    scale = _scale(expression) if feature.annualized else 1.0
    if right is not None:
        scale = float(slots[right])
    if feature.takes_share:
        scale = expression.number
    return (feature.op, base_slot, source, expression.window, scale)


def _scale(expression: Expression) -> float:
    """Return the root of the bars in a year."""
    length_ns = frame_of(expression.timeframe).length_ns
    if length_ns == 0:
        raise StrategyError(
            f"{expression} is annualized, but those bars have no length in time",
            where=f"features on {expression.timeframe}",
            fix="use stdev(return(close, 1), n), or bars of time",
        )
    return math.sqrt(365 * DAY_NS / length_ns)


def framed(expression: Expression, base: str) -> Expression:
    """Return the expression with its frames, and those of its inputs, written out."""
    frame = expression.timeframe or base
    source = framed(expression.source, frame) if expression.source else None
    right = framed(expression.right, frame) if expression.right else None
    if is_live_column(expression.name) or _is_live_feature(expression):
        frame = LIVE
    return replace(expression, source=source, timeframe=frame, right=right)


def _is_live_feature(expression: Expression) -> bool:
    return expression.name in CATALOGUE and CATALOGUE[expression.name].live


def _is_score(expression: Expression) -> bool:
    return expression.name.startswith(SCORE_PREFIXES)


def _check_models(
    nodes: Iterable[Expression], slots: Mapping[Expression, int], models: Sequence[str]
) -> None:
    for node in nodes:
        if _is_score(node) and node not in slots:
            raise StrategyError(
                f"{node.name} is of a model that no score file and no feature file brings",
                where="features of the alphas",
                fix=f"known are: {', '.join(models) or 'none'}",
            )


def _frame_names(nodes: Iterable[Expression], base: str) -> list[str]:
    """Return the frames of ``nodes`` in their order, the one of the bars that arrive first."""
    length = timeframe_ns(base)
    others = sorted(
        (frame_of(name) for name in {node.timeframe for node in nodes} - {base}),
        key=lambda frame: frame.rank,
    )
    for frame in others:
        if frame.kind is FrameKind.TIME and (frame.length_ns < length or frame.length_ns % length):
            raise StrategyError(
                f"{frame.name} bars cannot be built from {base} bars",
                where=f"features on {frame.name}",
                fix="use finer data or a timeframe that the data's own divides",
            )
    return [base, *(frame.name for frame in others)]


def _in_order(expression: Expression) -> list[Expression]:
    """Return the parts that are computed, inputs first; a number belongs to its operation."""
    if expression.name == NUMBER:
        return []
    sides = [side for side in (expression.source, expression.right) if side]
    return [*(part for side in sides for part in _in_order(side)), expression]
