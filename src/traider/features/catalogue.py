"""The catalogue: every feature's meaning, unit, warm-up and behavior on gaps.

Prices are in ticks inside the tape (integers, so averages are exact); a feature whose unit is
``price`` is multiplied by the instrument's tick to be shown. A missing bar is not filled: features
count bars that came, so a window spans more time when bars are missing. An input without a value
(NaN: a feature that warms up, or has none on this bar) gives none, and is not counted.
"""

import math
from dataclasses import dataclass
from typing import Final

from traider.kernel.codes import Op

BASE_SLOTS: Final = ("open", "high", "low", "close", "volume", "gap", "time")
"""Inputs every frame offers: prices in ticks, volume in lots; how many bars are missing before this
one; when it opened, in seconds since 1970 UTC."""


LIVE_COLUMNS: Final = {
    "bid": (Op.BID, "price", "Best bid."),
    "ask": (Op.ASK, "price", "Best ask."),
    "bid_size": (Op.BID_SIZE, "lots", "Size at the best bid."),
    "ask_size": (Op.ASK_SIZE, "lots", "Size at the best ask."),
    "spread": (Op.SPREAD, "price", "Best ask less best bid."),
    "mid": (Op.MID, "price", "Mean of best bid and best ask."),
    "microprice": (
        Op.MICROPRICE,
        "price",
        "Middle weighed by size: (bid * ask_size + ask * bid_size) / (bid_size + ask_size).",
    ),
    "signed_volume": (
        Op.SIGNED_VOLUME,
        "lots",
        "Volume that buyers took less volume that sellers took, since the run began.",
    ),
    "traded_volume": (Op.TRADED_VOLUME, "lots", "Volume traded since the run began."),
}
"""Columns brought up to date at each whole message of the book, or at each trade: operation, unit
and meaning."""
SCORE_PREFIXES: Final = ("score_", "confidence_")
"""``score_NAME`` and ``confidence_NAME`` are what the model NAME last said of the instrument."""


@dataclass(frozen=True)
class Feature:
    """One entry: how it is written, what it is, and when its first value comes.

    ``inputs`` counts the first arguments that are other features or columns. ``live`` marks those
    computed from the book at each whole message; their window counts levels. ``warm_up`` is the
    number of bars before the first value, for a window of n, counting from bar 1.
    ``rings`` is how many past values a bar of window it keeps. ``least_window`` is 0 when it takes
    no window. ``takes_share`` marks those that end with a share q from 0 to 1. ``uses_log``
    marks those whose last bit is up to the C library's logarithm; the others are the same on every
    processor. No value is under ``low`` or above ``high``, and where it ``keeps_range`` none
    leaves the range of its input. ``may_lack`` marks those that can have no value on a bar after
    their first one, as their meaning says.
    """

    name: str
    op: Op
    inputs: int
    unit: str
    warm_up: str
    meaning: str
    rings: int = 0
    annualized: bool = False
    least_window: int = 1
    takes_share: bool = False
    uses_log: bool = False
    live: bool = False
    low: float = -math.inf
    high: float = math.inf
    keeps_range: bool = False
    may_lack: bool = False

    @property
    def written(self) -> str:
        """How it is written, x for the input, n for the window, q for the share."""
        inputs = {0: [], 1: ["x"], 2: ["y", "x"]}[self.inputs]
        parts = [*inputs, *(["n"] if self.least_window else [])]
        parts += ["q"] if self.takes_share else []
        return f"{self.name}({', '.join(parts)})"


_ENTRIES: Final = (
    Feature(
        "sma",
        Op.SMA,
        1,
        "as its input",
        "n bars",
        "Simple moving average: mean of the last n inputs. Exact for prices.",
        rings=1,
        keeps_range=True,
    ),
    Feature(
        "ema",
        Op.EMA,
        1,
        "as its input",
        "n bars",
        "Exponential moving average: e += (x - e) * 2 / (n + 1), seeded with the mean of the first "
        "n inputs (TA-Lib's convention).",
        keeps_range=True,
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
        low=0.0,
        high=100.0,
    ),
    Feature(
        "atr",
        Op.ATR,
        0,
        "price",
        "n + 1 bars",
        "Wilder's average true range: a = (a * (n - 1) + range) / n, seeded with the mean of the "
        "first n true ranges.",
        low=0.0,
    ),
    Feature(
        "adx",
        Op.ADX,
        0,
        "0 to 100",
        "2n bars",
        "Wilder's average directional index, seeded as TA-Lib does.",
        low=0.0,
        high=100.0,
    ),
    Feature(
        "return",
        Op.RETURN,
        1,
        "fraction",
        "n + 1 bars",
        "Simple return over n bars: x / x[n bars ago] - 1; no value where that input was 0.",
        rings=1,
        may_lack=True,
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
        least_window=2,
        low=0.0,
        may_lack=True,
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
        least_window=2,
        low=0.0,
        may_lack=True,
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
        least_window=2,
    ),
    Feature(
        "lag",
        Op.LAG,
        1,
        "as its input",
        "n + 1 bars",
        "The input of n bars ago.",
        rings=1,
        keeps_range=True,
    ),
    Feature(
        "log_return",
        Op.LOG_RETURN,
        1,
        "log",
        "n + 1 bars",
        "Log return over n bars: log(x / x[n bars ago]); no value where that quotient is not above "
        "zero.",
        rings=1,
        uses_log=True,
        may_lack=True,
    ),
    Feature(
        "stdev",
        Op.STDEV,
        1,
        "as its input",
        "n bars",
        "Population standard deviation of the last n inputs (TA-Lib's STDDEV). Equal inputs give "
        "exactly 0.",
        rings=1,
        least_window=2,
        low=0.0,
    ),
    Feature(
        "zscore",
        Op.ZSCORE,
        1,
        "standard deviations",
        "n bars",
        "Distance of x from the mean of the last n inputs, itself among them, in their population "
        "standard deviations; 0 when they are equal.",
        rings=1,
        least_window=2,
    ),
    Feature(
        "true_range",
        Op.TRUE_RANGE,
        0,
        "price",
        "2 bars",
        "max(high - low, |high - last close|, |low - last close|), the last close being that of "
        "the bar that came before, however long ago.",
        least_window=0,
        low=0.0,
    ),
    Feature(
        "plus_di",
        Op.PLUS_DI,
        0,
        "0 to 100",
        "n + 1 bars",
        "Wilder's +DI: 100 * smoothed upward movement / smoothed true range, both s = s - s / n + "
        "new after a plain sum of the first n - 1, as TA-Lib does; 0 while nothing moves. "
        "For n = 1 TA-Lib gives fractions.",
        low=0.0,
        high=100.0,
    ),
    Feature(
        "minus_di",
        Op.MINUS_DI,
        0,
        "0 to 100",
        "n + 1 bars",
        "Wilder's -DI: as plus_di, of the downward movement.",
        low=0.0,
        high=100.0,
    ),
    Feature(
        "highest",
        Op.HIGHEST,
        1,
        "as its input",
        "n bars",
        "Highest of the last n inputs.",
        rings=2,
        keeps_range=True,
    ),
    Feature(
        "lowest",
        Op.LOWEST,
        1,
        "as its input",
        "n bars",
        "Lowest of the last n inputs.",
        rings=2,
        keeps_range=True,
    ),
    Feature(
        "vwap",
        Op.VWAP,
        0,
        "price",
        "n bars",
        "Rolling volume-weighted average price: sum of (high + low + close) / 3 * volume over sum "
        "of volume, last n bars; the close where they hold no volume.",
        rings=2,
        low=0.0,
    ),
    Feature(
        "parkinson",
        Op.PARKINSON,
        0,
        "fraction a year",
        "n bars",
        "Parkinson's (1980) volatility: root of the mean of log(high / low)^2 / (4 log 2) of the "
        "last n bars, annualized as rolling_vol. Sees nothing of jumps between bars.",
        rings=1,
        annualized=True,
        uses_log=True,
        low=0.0,
    ),
    Feature(
        "garman_klass",
        Op.GARMAN_KLASS,
        0,
        "fraction a year",
        "n bars",
        "Garman and Klass' (1980) volatility: root of the mean of log(high / low)^2 / 2 - (2 log 2 "
        "- 1) * log(close / open)^2 of the last n bars, annualized as rolling_vol.",
        rings=1,
        annualized=True,
        uses_log=True,
        low=0.0,
    ),
    Feature(
        "slope",
        Op.SLOPE,
        1,
        "input a bar",
        "n bars",
        "Slope of the least-squares line through the last n inputs (TA-Lib's LINEARREG_SLOPE).",
        rings=1,
        least_window=2,
    ),
    Feature(
        "autocorrelation",
        Op.AUTOCORRELATION,
        1,
        "-1 to 1",
        "n + 1 bars",
        "Autocorrelation at lag 1 of the last n one-bar simple returns r with mean m: "
        "sum((r[i] - m) * (r[i - 1] - m)) / sum((r[i] - m)^2); 0 when they are equal. After an "
        "input of 0 there is no return, so no value.",
        rings=1,
        least_window=3,
        low=-1.0,
        high=1.0,
        may_lack=True,
    ),
    Feature(
        "quantile",
        Op.QUANTILE,
        1,
        "0 to 1",
        "n bars",
        "Where x stands among the last n inputs: (number below + half of the other equal ones) / "
        "(n - 1); 0 is the lowest, 1 the highest. Takes time in proportion to n.",
        rings=1,
        least_window=2,
        low=0.0,
        high=1.0,
    ),
    Feature(
        "quantile_value",
        Op.QUANTILE_VALUE,
        1,
        "as its input",
        "n bars",
        "The value that a share q (0 to 1) of the last n inputs lies below, linear between the two "
        "nearest (NumPy's and pandas' default): q = 0.5 is the median, 0.05 the 5 % quantile. "
        "Takes time in proportion to n at worst.",
        rings=2,
        takes_share=True,
        keeps_range=True,
    ),
    Feature(
        "change",
        Op.CHANGE,
        1,
        "as its input",
        "n + 1 bars",
        "Difference x - x[n bars ago]. Of a running total, what came in n bars.",
        rings=1,
    ),
    Feature(
        "beta",
        Op.BETA,
        2,
        "y a unit of x",
        "n bars",
        "Least-squares slope of y on x over the last n bars; no value where x never moved. Takes "
        "time in proportion to n.",
        rings=2,
        least_window=2,
        may_lack=True,
    ),
    Feature(
        "session_vwap",
        Op.SESSION_VWAP,
        0,
        "price",
        "1 bar",
        "Volume-weighted average price since the session of n hours began (n = 24: midnight UTC), "
        "typical price (high + low + close) / 3; the close until there is volume. A bar belongs to "
        "the session it opened in.",
        low=0.0,
    ),
    Feature(
        "seasonal_mean",
        Op.SEASONAL_MEAN,
        1,
        "as its input",
        "n + 1 bars",
        "Mean of the inputs, among the n before this one, whose bars opened at this time of day "
        "(within half an hour, UTC); two at least.",
        rings=2,
        least_window=2,
        keeps_range=True,
        may_lack=True,
    ),
    Feature(
        "seasonal_z",
        Op.SEASONAL_Z,
        1,
        "standard deviations",
        "n + 1 bars",
        "Distance of x from seasonal_mean, in the sample deviations of the same inputs; 0 when "
        "they are equal.",
        rings=2,
        least_window=2,
        may_lack=True,
    ),
    Feature(
        "imbalance",
        Op.IMBALANCE,
        0,
        "-1 to 1",
        "1 message",
        "Queue imbalance of the best n levels of the book: (bids - asks) / (bids + asks), in size.",
        live=True,
        low=-1.0,
        high=1.0,
        may_lack=True,
    ),
    Feature(
        "ofi_total",
        Op.ORDER_FLOW,
        0,
        "lots",
        "1 message",
        "Order-flow imbalance of the best n levels, summed since the run began: what came to the "
        "bids less what left them, less the same of the asks (Cont, Kukanov and Stoikov 2014; "
        "levels compared one by one and added). Its change over bars is what is traded on.",
        rings=4,
        live=True,
        may_lack=True,
    ),
)

CATALOGUE: Final = {feature.name: feature for feature in _ENTRIES}
