"""What a feature may be: its range, its first value, and whether it may be missing after that.

Ranges come from the catalogue and go through the arithmetic of expressions; what is not known of a
part is not claimed of the whole.
"""

import math
import re
from dataclasses import dataclass
from typing import Final

from traider.domain.errors import StrategyError
from traider.features.catalogue import BASE_SLOTS, CATALOGUE, LIVE_COLUMNS, Feature
from traider.features.expressions import (
    NUMBER,
    OPERATORS,
    Expression,
    is_column,
    is_live_column,
    parse,
)
from traider.features.frames import FUNDING, LIVE
from traider.features.graph import framed

_WARM_UP: Final = re.compile(r"(?:(\d*)n(?: ([+-]) (\d+))?|(\d+)) (?:bars?|messages?)")
_PRICES: Final = ("open", "high", "low", "close")
_SIGNED: Final = ("signed_volume",)
_TOLERANCE: Final = 1e-9
"""Of a bound: averages of numbers at a bound may pass it by their last bits."""

Range = tuple[float, float]
_ANY: Final[Range] = (-math.inf, math.inf)
_NOT_NEGATIVE: Final[Range] = (0.0, math.inf)


@dataclass(frozen=True)
class Expectation:
    """What is expected of the column of one feature."""

    low: float
    high: float
    frame: str
    """Bars it is computed on, "" where it reads those of several frames."""
    first_bar: int
    """The bar of that frame with its first value, counted from 1; 0 where nothing is known."""
    may_lack: bool
    """Whether a row after the first value may be without one."""

    @property
    def bounds(self) -> Range:
        """Lowest and highest value, a rounding error beyond the range."""
        return (
            self.low - _TOLERANCE * max(abs(self.low), 1.0),
            self.high + _TOLERANCE * max(abs(self.high), 1.0),
        )


_UNKNOWN: Final = Expectation(*_ANY, "", 0, may_lack=True)


def expectation_of(text: str, base_timeframe: str) -> Expectation:
    """Return what is expected of the feature written ``text``, on bars of ``base_timeframe``.

    One that reads bars of several frames at once is not written so that it can be read back;
    of it nothing is claimed.
    """
    try:
        whole = framed(parse(text), base_timeframe)
    except StrategyError:
        return _UNKNOWN
    nodes = _nodes(whole)
    frames = {node.timeframe for node in nodes if node.timeframe != LIVE}
    low, high = _range(whole)
    if len(frames) > 1:
        return Expectation(low, high, "", 0, may_lack=True)
    return Expectation(
        low,
        high,
        frames.pop() if frames else LIVE,
        _first_bar(whole),
        any(_may_lack(node) for node in nodes),
    )


def first_value(feature: Feature, window: int) -> int:
    """Return the bar of the first value of a feature whose input has one on every bar."""
    match = _WARM_UP.fullmatch(feature.warm_up)
    if match is None:
        raise StrategyError(
            f"{feature.warm_up!r} is no first value", where=feature.name, fix="write n + 1 bars"
        )
    factor, sign, rest, fixed = match.groups()
    if fixed:
        return int(fixed)
    return int(factor or 1) * window + (int(f"{sign}{rest}") if sign else 0)


def _nodes(expression: Expression) -> list[Expression]:
    sides = [side for side in (expression.source, expression.right) if side is not None]
    own = [] if expression.name == NUMBER else [expression]
    return [*own, *(node for side in sides for node in _nodes(side))]


def _may_lack(node: Expression) -> bool:
    if node.name in OPERATORS:
        return node.name == "/" and node.right is not None and node.right.name != NUMBER
    if is_column(node.name):
        return is_live_column(node.name)
    return CATALOGUE[node.name].may_lack and not (node.source and _is_price(node.source))


def _is_price(node: Expression) -> bool:
    """Return whether it is a price of bars, which is never zero: returns of it always exist."""
    return node.name in _PRICES and node.timeframe != FUNDING


def _first_bar(node: Expression) -> int:
    sides = [_first_bar(side) for side in (node.source, node.right) if side is not None]
    if node.name == NUMBER or is_column(node.name):
        return 1
    if node.name in OPERATORS:
        return max(sides)
    return max(sides, default=1) + first_value(CATALOGUE[node.name], node.window) - 1


def _range(node: Expression) -> Range:
    if node.name == NUMBER:
        return node.number, node.number
    if is_column(node.name):
        return _column_range(node)
    if node.name in OPERATORS and node.source is not None and node.right is not None:
        return _combined(node.name, _range(node.source), _range(node.right))
    feature = CATALOGUE[node.name]
    if feature.keeps_range and node.source is not None:
        return _range(node.source)
    return feature.low, feature.high


def _column_range(node: Expression) -> Range:
    if node.name in BASE_SLOTS:
        return _ANY if node.timeframe == FUNDING else _NOT_NEGATIVE
    if node.name in LIVE_COLUMNS and node.name not in _SIGNED:
        return _NOT_NEGATIVE
    return _ANY


def _combined(operator: str, left: Range, right: Range) -> Range:
    """Return the range of a sum, difference or product, or of a quotient by a number."""
    if operator == "+":
        return left[0] + right[0], left[1] + right[1]
    if operator == "-":
        return left[0] - right[1], left[1] - right[0]
    if operator == "/":
        if right[0] != right[1] or right[0] == 0.0:
            return _ANY
        right = (1.0 / right[0], 1.0 / right[0])
    # 0 times an unbounded side is taken as 0: the side itself is always a number.
    ends = [0.0 if 0.0 in (x, y) else x * y for x in left for y in right]
    return min(ends), max(ends)
