"""Bars, features that look ahead in the ways people do, and features that do not."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tests.backtest.bar_tables import HOUR_NS, START_MS
from traider.backtest.lookahead import Subject
from traider.features.batch import BarHistory, BatchFeature

Floats = npt.NDArray[np.float64]
Function = Callable[[BarHistory, Mapping[str, float]], Floats]

START_NS: Final = START_MS * 1_000_000


def walk(bars: int = 1_500, *, seed: int = 1, name: str = "A", start: int = 0) -> BarHistory:
    """Return hours of a random walk whose volatility comes and goes, in cents."""
    draw = np.random.default_rng(seed)
    spread = 0.004 * np.exp(0.5 * np.sin(np.arange(bars) / 60.0))
    moves = np.exp(np.cumsum(draw.normal(0.0, 1.0, bars) * spread))
    close = np.round(100.0 * moves, 2)
    opened = np.round(
        np.concatenate([close[:1], close[:-1]]) * np.exp(draw.normal(0, 2e-4, bars)), 2
    )
    reach = np.exp(np.abs(draw.normal(0.0, 0.002, (2, bars))))
    return BarHistory(
        instrument=name,
        length_ns=HOUR_NS,
        ts_ns=START_NS + (start + np.arange(bars, dtype=np.int64)) * HOUR_NS,
        open=opened,
        high=np.round(np.maximum(opened, close) * reach[0], 2),
        low=np.round(np.minimum(opened, close) / reach[1], 2),
        close=close,
        volume=np.round(draw.lognormal(3.0, 1.0, bars), 3),
    )


def subject(function: Callable[..., Any], *, universe: bool = False, **params: float) -> Subject:
    """Return a feature under check."""
    name = function.__name__
    return Subject(name, lambda: BatchFeature(name, params, function, universe), {})


def mean_of(values: Floats, window: int) -> Floats:
    """Return the mean of the last ``window`` values."""
    found = np.full(len(values), np.nan)
    if len(values) >= window:
        total = np.concatenate([[0.0], np.cumsum(values)])
        found[window - 1 :] = (total[window:] - total[:-window]) / window
    return found


def ahead(values: Floats, bars: int) -> Floats:
    """Return the values moved ``bars`` bars into their past."""
    return np.concatenate([values[bars:], np.full(min(bars, len(values)), np.nan)])[: len(values)]


def centered_mean(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """The close against a mean that reaches five bars into the future."""
    del params
    return bars.close / ahead(mean_of(bars.close, 11), 5) - 1.0


def whole_sample_score(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """A z-score by the mean and deviation of everything."""
    del params
    return np.asarray((bars.close - bars.close.mean()) / bars.close.std())


def next_return(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """What pandas calls shift(-1)."""
    del params
    return ahead(bars.close, 1) / bars.close - 1.0


def day_close(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """The close of the day, known from its first hour: a resample, filled backward."""
    del params
    day = bars.ts_ns // (24 * HOUR_NS)
    return bars.close[np.searchsorted(day, day, "right") - 1]


def two_hour_close(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """The same in pairs of hours, which shows nothing where a pair ends."""
    del params
    pair = bars.ts_ns // (2 * HOUR_NS)
    return bars.close[np.searchsorted(pair, pair, "right") - 1]


def best_to_come(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """A flag that is rare: the next bar falls by more than three deviations."""
    del params
    falls = next_return(bars, {})
    return np.where(falls < -0.012, 1.0, 0.0)


def share_of_length(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """How far through the data a bar is."""
    del params
    return np.arange(len(bars)) / max(len(bars), 1)


def filled_backward(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """A mean whose first bars take the first value that is known later."""
    window = int(params.get("window", 700))
    found = mean_of(bars.close, window)
    if len(bars) >= window:
        found[: window - 1] = found[window - 1]
    return found


LEAKING: Final[tuple[Function, ...]] = (
    centered_mean,
    whole_sample_score,
    next_return,
    day_close,
    two_hour_close,
    best_to_come,
    share_of_length,
    filled_backward,
)


def peeking_at_new_highs(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """Momentum, but at a high of 1,000 bars the next return."""
    found = momentum(bars, params)
    if len(bars) <= 1_000:
        return found
    windows = np.lib.stride_tricks.sliding_window_view(bars.high[:-1], 1_000).max(axis=1)
    highs = 1_000 + np.flatnonzero(bars.high[1_000:-1] > windows[:-1])
    found[highs] = bars.close[highs + 1] / bars.close[highs] - 1.0
    return found


def peeking_in_crashes(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """Momentum, but after a fall of 3.4 usual moves the next return."""
    found = momentum(bars, params)
    moves = np.log(bars.close / bars.open)
    usual = mean_of(np.abs(moves), 200)
    crashes = np.flatnonzero(moves[:-1] < -3.4 * usual[:-1])
    found[crashes] = bars.close[crashes + 1] / bars.close[crashes] - 1.0
    return found


def warm_up_filled(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """Momentum, whose first 23 bars know the 24th."""
    found = momentum(bars, params)
    found[:23] = found[23]
    return found


RARELY_LEAKING: Final[tuple[Function, ...]] = (
    peeking_at_new_highs,
    peeking_in_crashes,
    warm_up_filled,
)


def momentum(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """The close against the mean of its past."""
    del params
    return bars.close / mean_of(bars.close, 24) - 1.0


def delayed(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """The same, five bars late."""
    return np.concatenate([np.full(min(5, len(bars)), np.nan), momentum(bars, params)[:-5]])


def growing_score(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """A z-score by the mean and deviation of the past so far."""
    del params
    count = np.arange(1, len(bars) + 1)
    mean = np.cumsum(bars.close) / count
    spread = np.sqrt(np.maximum(np.cumsum(bars.close**2) / count - mean**2, 0.0))
    return np.where(
        spread > 1e-6, (bars.close - mean) / np.where(spread > 1e-6, spread, 1.0), np.nan
    )


def volatility(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """The mean size of the last ten moves."""
    del params
    return mean_of(np.abs(np.log(bars.close / bars.open)), 10)


def smoothed_by_fourier(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """A causal mean through a Fourier transform: its last digits hang on everything."""
    del params
    size = 2 * len(bars)
    kernel = np.zeros(size)
    kernel[:16] = 1.0 / 16.0
    product = np.fft.rfft(bars.close, size) * np.fft.rfft(kernel)
    return np.asarray(np.fft.irfft(product, size)[: len(bars)])


def last_known_day(bars: BarHistory, params: Mapping[str, float]) -> Floats:
    """The close of the day before, which is known all day."""
    del params
    day = bars.ts_ns // (24 * HOUR_NS)
    before = np.searchsorted(day, day, "left") - 1
    return np.where(before >= 0, bars.close[np.maximum(before, 0)], np.nan)


CLEAN: Final[tuple[Function, ...]] = (
    momentum,
    delayed,
    growing_score,
    volatility,
    smoothed_by_fourier,
    last_known_day,
)


def rank_of_universe(
    histories: Mapping[str, BarHistory], params: Mapping[str, float]
) -> dict[str, Floats]:
    """How many of the instruments that trade at that time rose less over a day."""
    del params
    moves = {}
    for name, bars in histories.items():
        found = np.full(len(bars), np.nan)
        found[24:] = bars.close[24:] / bars.close[:-24] - 1.0
        moves[name] = found
    ranks = {}
    for name, bars in histories.items():
        below = np.zeros(len(bars))
        for other, theirs in histories.items():
            if not len(theirs):
                continue
            place = np.minimum(np.searchsorted(theirs.ts_ns, bars.ts_ns), len(theirs) - 1)
            trades = theirs.ts_ns[place] == bars.ts_ns
            with np.errstate(invalid="ignore"):
                below += trades & (moves[other][place] < moves[name])
        ranks[name] = below / len(histories)
    return ranks


def mean_of_universe(
    histories: Mapping[str, BarHistory], params: Mapping[str, float]
) -> dict[str, Floats]:
    """The mean level of all instruments over the whole sample: it looks ahead."""
    del params
    level = np.mean([bars.close.mean() for bars in histories.values() if len(bars)])
    return {name: bars.close / level for name, bars in histories.items()}
