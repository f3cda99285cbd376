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
    Shorthand(
        "ofi",
        ("levels", "n"),
        "change(ofi_total($levels), $n)",
        "Order-flow imbalance of the best levels over n bars, in lots.",
    ),
    Shorthand(
        "trade_imbalance",
        ("n",),
        "change(signed_volume, $n) / change(traded_volume, $n)",
        "Volume taken by buyers less by sellers over all volume, of n bars; -1 to 1.",
    ),
    Shorthand(
        "kyle_lambda",
        ("n",),
        "beta(change(mid, 1), change(signed_volume, 1), $n)",
        "Kyle's lambda: how far the middle moves, in ticks, with each lot that buyers take, by "
        "least squares over n bars.",
    ),
    Shorthand("funding_rate", (), "close@funding", "The last settled funding rate, a fraction."),
    Shorthand("funding_mean", ("n",), "sma(close, $n)@funding", "Mean of n settled rates."),
    Shorthand(
        "funding_seasonal",
        ("n",),
        "seasonal_mean(close, $n)@funding",
        "Mean of the rates settled at this time of day, among the n before the last.",
    ),
    Shorthand(
        "funding_drift",
        ("n",),
        "seasonal_z(close, $n)@funding",
        "How far the last rate is from its seasonal mean, in standard deviations.",
    ),
)

SHORTHANDS: Final = {shorthand.name: shorthand for shorthand in _ENTRIES}
