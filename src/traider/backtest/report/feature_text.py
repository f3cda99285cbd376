"""A feature's value as a person reads it: prices in currency, fractions as percent."""

import math
from collections.abc import Callable
from typing import Final

from traider.backtest.report.check_text import base_of
from traider.backtest.report.number_text import DASH, fixed, percent, significant
from traider.features.measures import Measure
from traider.kernel.specification import MarketSpec

_SMALL: Final = 0.001
"""Fractions below this, such as funding rates, are shown with more digits."""

_WORDS: Final[dict[str, Callable[[float], str]]] = {
    "fraction": lambda value: percent(value, 2 if abs(value) >= _SMALL else 4, signed=True),
    "fraction a year": lambda value: f"{percent(value, 1)} a year",
    "standard deviations": lambda value: (
        f"{fixed(value, 2, signed=True)} \N{GREEK SMALL LETTER SIGMA}"
    ),
    "0 to 100": lambda value: fixed(value, 1),
    "-1 to 1": lambda value: fixed(value, 3, signed=True),
    "0 to 1": lambda value: fixed(value, 3),
    "log": lambda value: fixed(value, 4, signed=True),
}
_DIGITS: Final = 6


def feature_text(value: float, measure: Measure, market: MarketSpec) -> str:
    """Return a feature's value, in display units already, with its unit where it has one.

    Prices carry none: they are in the instrument's quote currency.
    """
    if math.isnan(value):
        return DASH
    if measure.unit in _WORDS:
        return _WORDS[measure.unit](value)
    if measure.lots == 1 and measure.prices == 0:
        return f"{significant(value, _DIGITS)} {base_of(market.name)}"
    if measure.prices:
        return significant(value, 8)
    return significant(value, _DIGITS)
