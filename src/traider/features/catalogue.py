"""The catalogue: every feature's meaning, unit, warm-up and behavior on gaps.

Prices are in ticks inside the tape (integers, so averages are exact); a feature whose unit is
``price`` is multiplied by the instrument's tick to be shown. A missing bar is not filled: features
count bars that came, so a window spans more time when bars are missing.
"""

from dataclasses import dataclass
from typing import Final

from traider.kernel.codes import Op

BASE_SLOTS: Final = ("open", "high", "low", "close", "volume")
"""Inputs every frame offers; prices in ticks, volume in lots."""


@dataclass(frozen=True)
class Feature:
    """One entry: how it is written, what it is, and when its first value comes.

    ``inputs`` is 1 when the first argument is another feature or base slot. ``warm_up`` is the
    number of bars before the first value, for a window of n, counting from bar 1.
    ``rings`` is how many past values a bar of window it keeps.
    """

    name: str
    op: Op
    inputs: int
    unit: str
    warm_up: str
    meaning: str
    rings: int = 0
    annualized: bool = False


_ENTRIES: Final = (
    Feature(
        "sma",
        Op.SMA,
        1,
        "as its input",
        "n bars",
        "Simple moving average: mean of the last n inputs. Exact for prices.",
        rings=1,
    ),
    Feature(
        "ema",
        Op.EMA,
        1,
        "as its input",
        "n bars",
        "Exponential moving average: e += (x - e) * 2 / (n + 1), seeded with the mean of the first "
        "n inputs (TA-Lib's convention).",
    ),
    Feature(
        "rsi",
        Op.RSI,
        1,
        "0 to 100",
        "n + 1 bars",
        "Wilder's relative strength index: 100 * g / (g + l), gains and losses smoothed by "
        "x = (x * (n - 1) + new) / n, seeded with their means. A flat history reads 50 "
        "(TA-Lib reads 0).",
    ),
    Feature(
        "atr",
        Op.ATR,
        0,
        "price",
        "n + 1 bars",
        "Wilder's average true range: a = (a * (n - 1) + range) / n, seeded with the mean of the "
        "first n true ranges.",
    ),
    Feature(
        "adx",
        Op.ADX,
        0,
        "0 to 100",
        "2n bars",
        "Wilder's average directional index, seeded as TA-Lib does.",
    ),
    Feature(
        "return",
        Op.RETURN,
        1,
        "fraction",
        "n + 1 bars",
        "Simple return over n bars: x / x[n bars ago] - 1.",
        rings=1,
    ),
    Feature(
        "rolling_vol",
        Op.ROLLING_VOLATILITY,
        1,
        "fraction a year",
        "n + 1 bars",
        "Sample standard deviation of the last n one-bar simple returns, times the square root of "
        "the bars in a year of 365 days.",
        rings=1,
        annualized=True,
    ),
    Feature(
        "ewm_vol",
        Op.EWM_VOLATILITY,
        1,
        "fraction a year",
        "n + 1 bars",
        "RiskMetrics volatility: v = d * v + (1 - d) * r * r, d = 1 - 2 / (n + 1), mean return "
        "taken as zero, seeded with the mean square of the first n returns, annualized as "
        "rolling_vol.",
        annualized=True,
    ),
    Feature(
        "vwap_z",
        Op.VWAP_Z,
        0,
        "standard deviations",
        "2n - 1 bars",
        "Gap between close and the rolling VWAP of n bars (typical price by volume), divided by "
        "the sample standard deviation of the gap over n bars.",
        rings=3,
    ),
    Feature(
        "lag",
        Op.LAG,
        1,
        "as its input",
        "n + 1 bars",
        "The input of n bars ago.",
        rings=1,
    ),
)

CATALOGUE: Final = {feature.name: feature for feature in _ENTRIES}
