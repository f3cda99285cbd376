"""What a feature means in words, from the catalogue."""

from dataclasses import dataclass
from typing import Final

from traider.domain.errors import StrategyError
from traider.features.catalogue import BASE_SLOTS, CATALOGUE, LIVE_COLUMNS
from traider.features.expressions import NUMBER, OPERATORS, Expression, parse

_BASE_MEANINGS: Final = {
    "open": ("price", "First price of the bar."),
    "high": ("price", "Highest price of the bar."),
    "low": ("price", "Lowest price of the bar."),
    "close": ("price", "Last price of the bar."),
    "volume": ("lots", "Volume of the bar."),
    "gap": ("bars", "Bars missing before this one."),
    "time": ("seconds", "When the bar opened, since 1970 UTC."),
}


@dataclass(frozen=True)
class Part:
    """A feature inside an expression, and its entry in the catalogue."""

    written: str
    meaning: str


@dataclass(frozen=True)
class Explained:
    """A column: its unit where one is known, and what it is made of, the whole first."""

    name: str
    unit: str
    parts: tuple[Part, ...]


def explained(name: str) -> Explained:
    """Return the meaning of the feature written ``name``; of one that cannot be read, none."""
    try:
        expression = parse(name)
    except StrategyError:
        return Explained(name, "", ())
    parts: dict[Part, None] = {}
    for node in _nodes(expression):
        if node.name in (NUMBER, *OPERATORS):
            continue
        if node.name in CATALOGUE:
            feature = CATALOGUE[node.name]
            parts[Part(feature.written, feature.meaning)] = None
        elif node.name in LIVE_COLUMNS:
            parts[Part(node.name, LIVE_COLUMNS[node.name][2])] = None
        elif node.name not in BASE_SLOTS:
            parts[Part(node.name, "What a model last said.")] = None
        elif node is expression:
            parts[Part(node.name, _BASE_MEANINGS[node.name][1])] = None
    return Explained(name, _unit(expression), tuple(parts))


def _nodes(expression: Expression) -> list[Expression]:
    sides = [side for side in (expression.source, expression.right) if side is not None]
    return [expression, *(node for side in sides for node in _nodes(side))]


def _unit(expression: Expression) -> str:
    """Return the unit of an expression, "" where arithmetic made it another one."""
    if expression.name in BASE_SLOTS:
        return _BASE_MEANINGS[expression.name][0]
    if expression.name in LIVE_COLUMNS:
        return LIVE_COLUMNS[expression.name][1]
    if expression.name not in CATALOGUE:
        return ""
    unit = CATALOGUE[expression.name].unit
    if unit != "as its input":
        return unit
    return _unit(expression.source) if expression.source is not None else ""
