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


def zscore(x: Series, window: int) -> Series:
    """Return the distance from the window's mean in its population deviations."""
    windows = sliding_window_view(x, window)
    deviation = windows.std(axis=1)
    score = np.zeros(len(deviation))
    np.divide(x[window - 1 :] - windows.mean(axis=1), deviation, out=score, where=deviation > 0.0)
    return after(window - 1, score)


def parkinson(high: Series, low: Series, window: int, bars_a_year: float) -> Series:
    """Return Parkinson's annualized volatility."""
    variance = np.log(high / low) ** 2 / (4.0 * np.log(2.0))
    means = sliding_window_view(variance, window).mean(axis=1)
    return after(window - 1, np.sqrt(means * bars_a_year))


def garman_klass(prices: list[Series], window: int, bars_a_year: float) -> Series:
    """Return Garman and Klass' annualized volatility of open, high, low and close."""
    opened, high, low, close = prices
    variance = 0.5 * np.log(high / low) ** 2
    variance -= (2.0 * np.log(2.0) - 1.0) * np.log(close / opened) ** 2
    means = sliding_window_view(variance, window).mean(axis=1)
    return after(window - 1, np.sqrt(np.maximum(means, 0.0) * bars_a_year))


def autocorrelation(x: Series, window: int) -> Series:
    """Return the autocorrelation at lag 1 of the last ``window`` one-bar returns."""
    windows = sliding_window_view(change(x, 1)[1:], window)
    centered = windows - windows.mean(axis=1, keepdims=True)
    products = (centered[:, 1:] * centered[:, :-1]).sum(axis=1)
    squares = (centered**2).sum(axis=1)
    found = np.zeros(len(squares))
    np.divide(products, squares, out=found, where=windows.min(axis=1) < windows.max(axis=1))
    return after(window, found)


def quantile(x: Series, window: int) -> Series:
    """Return the share of the window's other inputs below the last one, equal ones half."""
    windows = sliding_window_view(x, window)
    now = windows[:, -1:]
    ranks = (windows < now).sum(axis=1) + ((windows == now).sum(axis=1) - 1) / 2.0
    return after(window - 1, ranks / (window - 1))


def quantile_value(x: Series, window: int, share: float) -> Series:
    """Return NumPy's quantile of each window."""
    return after(window - 1, np.quantile(sliding_window_view(x, window), share, axis=1))


def vwap(high: Series, low: Series, close: Series, volume: Series, window: int) -> Series:
    """Return the typical price by volume over ``window`` bars, the close without volume."""
    amount = (high + low + close) / 3.0 * volume
    volumes = sliding_window_view(volume, window).sum(axis=1)
    amounts = sliding_window_view(amount, window).sum(axis=1)
    found = np.divide(amounts, volumes, out=close[window - 1 :].copy(), where=volumes > 0.0)
    return after(window - 1, found)


def vwap_score(high: Series, low: Series, close: Series, volume: Series, window: int) -> Series:
    """Return the gap between close and rolling VWAP in deviations of that gap."""
    gap = (close - vwap(high, low, close, volume, window))[window - 1 :]
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
