"""Shorthands: names for well-known compositions of features, expanded when they are read."""

from dataclasses import dataclass
from string import Template
from typing import Final


@dataclass(frozen=True)
class Shorthand:
    """A name with numbers, and the expression it stands for (``$parameter`` is a number)."""

    name: str
    parameters: tuple[str, ...]
    expression: str
    meaning: str

    def written(self, numbers: dict[str, str]) -> str:
        """Return the expression with ``numbers`` in the places of the parameters."""
        return Template(self.expression).substitute(numbers)


_ENTRIES: Final = (
    Shorthand(
        "macd",
        ("fast", "slow"),
        "ema(close, $fast) - ema(close, $slow)",
        "Moving average convergence and divergence. TA-Lib's MACD starts its fast average later, "
        "so that both begin on one bar; the two agree once that has faded.",
    ),
    Shorthand(
        "macd_signal",
        ("fast", "slow", "signal"),
        "ema(ema(close, $fast) - ema(close, $slow), $signal)",
        "Signal line of MACD.",
    ),
    Shorthand(
        "bollinger_upper",
        ("n", "k"),
        "sma(close, $n) + $k * stdev(close, $n)",
        "Upper Bollinger band, k population deviations above the mean.",
    ),
    Shorthand(
        "bollinger_lower",
        ("n", "k"),
        "sma(close, $n) - $k * stdev(close, $n)",
        "Lower Bollinger band; the middle one is sma(close, n).",
    ),
    Shorthand("donchian_high", ("n",), "highest(high, $n)", "Upper Donchian channel."),
    Shorthand("donchian_low", ("n",), "lowest(low, $n)", "Lower Donchian channel."),
    Shorthand(
        "donchian_middle",
        ("n",),
        "(highest(high, $n) + lowest(low, $n)) / 2",
        "Middle of the Donchian channel.",
    ),
)

SHORTHANDS: Final = {shorthand.name: shorthand for shorthand in _ENTRIES}
