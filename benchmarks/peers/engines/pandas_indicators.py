"""pandas: the seven indicators, each as a person would write it with rolling and ewm."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.peers.engines.measuring import Bars, Finding, read_bars, run_script
from benchmarks.peers.engines.rules import (
    AVERAGE_WINDOW,
    INDICATORS,
    RANGE_WINDOW,
    RSI_WINDOW,
    VWAP_WINDOW,
)


def wilder(values: pd.Series, window: int) -> pd.Series:
    """Return Wilder's average."""
    return values.ewm(alpha=1.0 / window, adjust=False).mean()


def rsi(frame: pd.DataFrame) -> pd.Series:
    """Return Wilder's relative strength index of the close."""
    change = frame["close"].diff()
    up = wilder(change.clip(lower=0.0), RSI_WINDOW)
    return 100.0 * up / (up + wilder((-change).clip(lower=0.0), RSI_WINDOW))


def true_range(frame: pd.DataFrame) -> pd.Series:
    """Return the true range."""
    last = frame["close"].shift()
    top = np.maximum(frame["high"], last)
    return top - np.minimum(frame["low"], last)


def adx(frame: pd.DataFrame) -> pd.Series:
    """Return Wilder's average directional index."""
    up, down = frame["high"].diff(), -frame["low"].diff()
    plus = wilder(up.where((up > down) & (up > 0.0), 0.0), RANGE_WINDOW)
    minus = wilder(down.where((down > up) & (down > 0.0), 0.0), RANGE_WINDOW)
    return wilder(100.0 * (plus - minus).abs() / (plus + minus), RANGE_WINDOW)


def vwap_gap(frame: pd.DataFrame) -> pd.Series:
    """Return the gap between close and rolling VWAP in its own standard deviations."""
    typical = (frame["high"] + frame["low"] + frame["close"]) / 3.0
    money = (typical * frame["volume"]).rolling(VWAP_WINDOW).sum()
    gap = frame["close"] - money / frame["volume"].rolling(VWAP_WINDOW).sum()
    return gap / gap.rolling(VWAP_WINDOW).std()


WORK: tuple[Callable[[pd.DataFrame], pd.Series], ...] = (
    lambda frame: frame["close"].rolling(AVERAGE_WINDOW).mean(),
    lambda frame: frame["close"].ewm(span=AVERAGE_WINDOW, adjust=False).mean(),
    rsi,
    lambda frame: wilder(true_range(frame), RANGE_WINDOW),
    adx,
    lambda frame: frame["close"].rolling(AVERAGE_WINDOW).std(ddof=0),
    vwap_gap,
)


def run(bars: Bars) -> tuple[dict[str, float], dict[str, float]]:
    """Return seconds and last value of each indicator."""
    frame = pd.DataFrame(vars(bars))
    seconds, values = {}, {}
    for name, work in zip(INDICATORS, WORK, strict=True):
        started = time.perf_counter()
        found = work(frame)
        seconds[name] = time.perf_counter() - started
        values[name] = float(found.iloc[-1])
    return seconds, values


def measure(folder: Path, rows: int) -> Finding:
    """Run once on a few bars, then on all."""
    bars = read_bars(folder).first(rows)
    run(bars.first(2_000))
    parts, values = run(bars)
    total = sum(parts.values())
    return Finding("pandas", pd.__version__, total, rows, parts=parts, values=values)


if __name__ == "__main__":
    run_script(measure)
