"""Indicators written a second time, from their definitions, with NumPy alone."""

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

Series = npt.NDArray[np.float64]


def after(warm_up: int, values: Series) -> Series:
    """Return ``values`` behind ``warm_up`` bars without a value."""
    return np.concatenate([np.full(warm_up, np.nan), values])


def lag(x: Series, window: int) -> Series:
    """Return the input of ``window`` bars ago."""
    return after(window, x[:-window])


def change(x: Series, window: int) -> Series:
    """Return the simple return over ``window`` bars."""
    return x / lag(x, window) - 1.0


def rolling_volatility(x: Series, window: int, bars_a_year: float) -> Series:
    """Return the annualized sample deviation of the last ``window`` one-bar returns."""
    windows = sliding_window_view(change(x, 1)[1:], window)
    return after(window, windows.std(axis=1, ddof=1) * np.sqrt(bars_a_year))


def ewm_volatility(x: Series, window: int, bars_a_year: float) -> Series:
    """Return the annualized RiskMetrics volatility, as explicit weights on past squares."""
    squares = change(x, 1)[1:] ** 2
    decay = 1.0 - 2.0 / (window + 1.0)
    variance = np.empty(len(squares) - window + 1)
    variance[0] = squares[:window].mean()
    for place in range(1, len(variance)):
        variance[place] = decay * variance[place - 1] + (1.0 - decay) * squares[window + place - 1]
    return after(window, np.sqrt(variance * bars_a_year))


def vwap_score(high: Series, low: Series, close: Series, volume: Series, window: int) -> Series:
    """Return the gap between close and rolling VWAP in deviations of that gap."""
    amount = (high + low + close) / 3.0 * volume
    volumes = sliding_window_view(volume, window).sum(axis=1)
    amounts = sliding_window_view(amount, window).sum(axis=1)
    vwap = np.divide(amounts, volumes, out=close[window - 1 :].copy(), where=volumes > 0.0)
    gap = close[window - 1 :] - vwap
    deviation = sliding_window_view(gap, window).std(axis=1, ddof=1)
    score = np.zeros(len(deviation))
    np.divide(gap[window - 1 :], deviation, out=score, where=deviation > 0.0)
    return after(2 * window - 2, score)


def aggregate(
    ts_ns: npt.NDArray[np.int64], columns: dict[str, Series], base_ns: int, length_ns: int
) -> tuple[dict[str, Series], npt.NDArray[np.int64]]:
    """Return larger bars, and for each finer bar the number of the last larger one known then.

    A larger bar is known with the finer bar that ends on its boundary, or with the first finer
    bar after it when that one is missing; -1 while there is none.
    """
    group = ts_ns // length_ns
    first = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    last = np.append(first[1:], len(ts_ns)) - 1
    bars = {
        "open": columns["open"][first],
        "high": np.maximum.reduceat(columns["high"], first),
        "low": np.minimum.reduceat(columns["low"], first),
        "close": columns["close"][last],
        "volume": np.add.reduceat(columns["volume"], first),
    }
    on_time = (ts_ns[last] + base_ns) % length_ns == 0
    known_from = np.where(on_time, last, last + 1)
    return bars, np.searchsorted(known_from, np.arange(len(ts_ns)), "right") - 1
