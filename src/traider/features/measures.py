"""What a feature's value is measured in, so that it can be shown: ticks and lots become money.

Inside the tape prices are ticks and volumes lots. A product of prices has their power, a quotient
of equal measures has none. A sum keeps the measure of its sides; what mixes measures has no unit
that a person would know and stays as the tape holds it.
"""

from dataclasses import dataclass
from typing import Final

from traider.domain.errors import StrategyError
from traider.features.catalogue import BASE_SLOTS, CATALOGUE, LIVE_COLUMNS, SCORE_PREFIXES
from traider.features.expressions import NUMBER, OPERATORS, Expression, is_column, parse
from traider.features.frames import FUNDING

AS_ITS_INPUT: Final = "as its input"
RATIO: Final = "ratio"
UNKNOWN: Final = ""


@dataclass(frozen=True)
class Measure:
    """``prices`` and ``lots`` are powers of the tick and of the lot in the value.

    ``unit`` is the catalogue's word for it, empty where there is none.
    """

    unit: str
    prices: int = 0
    lots: int = 0


PRICE: Final = Measure("price", prices=1)
FRACTION: Final = Measure("fraction")
_PRICES: Final = ("open", "high", "low", "close")
_BY_UNIT: Final = {
    "price": PRICE,
    "input a bar": Measure("price a bar", prices=1),
    "lots": Measure("lots", lots=1),
}
_BASE: Final = {"volume": _BY_UNIT["lots"], "gap": Measure("bars"), "time": Measure("seconds")}


def measure_of(name: str) -> Measure:
    """Return what the feature written as ``name`` is measured in; no unit where it is none."""
    try:
        return _measure(parse(name))
    except StrategyError:
        return Measure(UNKNOWN)


def _measure(expression: Expression) -> Measure:
    source, right = expression.source, expression.right
    if expression.name in OPERATORS and source is not None and right is not None:
        return _combined(expression.name, source, right)
    if is_column(expression.name):
        return _column(expression)
    if expression.name == NUMBER:
        return Measure(UNKNOWN)
    return _feature(CATALOGUE[expression.name].unit, source, right)


def _feature(unit: str, source: Expression | None, right: Expression | None) -> Measure:
    """Return the measure of a feature from the catalogue's unit and its inputs."""
    if source is None:
        return _BY_UNIT.get(unit, Measure(unit))
    inner = _measure(source)
    if right is not None:
        return _quotient(inner, _measure(right))
    if unit == AS_ITS_INPUT:
        return inner
    if unit == "input a bar":
        word = f"{inner.unit} a bar" if inner.unit else UNKNOWN
        return Measure(word, inner.prices, inner.lots)
    return _BY_UNIT.get(unit, Measure(unit))


def _column(expression: Expression) -> Measure:
    name = expression.name
    if name in LIVE_COLUMNS:
        return _BY_UNIT[LIVE_COLUMNS[name][1]]
    if name in BASE_SLOTS:
        is_rate = expression.timeframe == FUNDING and name in _PRICES
        return FRACTION if is_rate else _BASE.get(name, PRICE)
    return Measure("-1 to 1" if name.startswith(SCORE_PREFIXES[0]) else "0 to 1")


def _combined(operator: str, left: Expression, right: Expression) -> Measure:
    one, other = _measure(left), _measure(right)
    if operator in ("+", "-"):
        if left.name == NUMBER or one == other:
            return other
        return one if right.name == NUMBER else Measure(UNKNOWN)
    if right.name == NUMBER:
        return one
    if operator == "/":
        return _quotient(one, other)
    if left.name == NUMBER:
        return other
    prices, lots = one.prices + other.prices, one.lots + other.lots
    return Measure(PRICE.unit if (prices, lots) == (1, 0) else UNKNOWN, prices, lots)


def _quotient(one: Measure, other: Measure) -> Measure:
    prices, lots = one.prices - other.prices, one.lots - other.lots
    if (prices, lots) == (0, 0):
        return Measure(RATIO)
    return Measure(PRICE.unit if (prices, lots) == (1, 0) else UNKNOWN, prices, lots)
