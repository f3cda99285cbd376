"""What a feature's value is measured in, so that it can be shown: ticks and lots become money.

Inside the tape prices are ticks and volumes lots. A product of prices has their power, a quotient
of equal measures has none. A sum keeps the measure of its sides; what mixes measures has no unit
that a person would know and stays as the tape holds it.
"""

from dataclasses import dataclass
from typing import Final

from traider.domain.errors import StrategyError
from traider.features.catalogue import BASE_SLOTS, CATALOGUE
from traider.features.expressions import NUMBER, Expression, parse

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
    if source is not None and right is not None:
        return _combined(expression.name, source, right)
    if expression.name in BASE_SLOTS:
        return _BASE.get(expression.name, PRICE)
    if expression.name == NUMBER:
        return Measure(UNKNOWN)
    unit = CATALOGUE[expression.name].unit
    if unit == AS_ITS_INPUT and source is not None:
        return _measure(source)
    if unit == "input a bar" and source is not None:
        inner = _measure(source)
        word = f"{inner.unit} a bar" if inner.unit else UNKNOWN
        return Measure(word, inner.prices, inner.lots)
    return _BY_UNIT.get(unit, Measure(unit))


def _combined(operator: str, left: Expression, right: Expression) -> Measure:
    one, other = _measure(left), _measure(right)
    if operator in ("+", "-"):
        if left.name == NUMBER or one == other:
            return other
        return one if right.name == NUMBER else Measure(UNKNOWN)
    sign = 1 if operator == "*" else -1
    prices, lots = one.prices + sign * other.prices, one.lots + sign * other.lots
    if right.name == NUMBER:
        return one
    if left.name == NUMBER and operator == "*":
        return other
    if (prices, lots) == (0, 0):
        return Measure(RATIO if operator == "/" else UNKNOWN)
    return Measure(PRICE.unit if (prices, lots) == (1, 0) else UNKNOWN, prices, lots)
