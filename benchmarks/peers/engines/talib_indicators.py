"""TA-Lib: the seven indicators, each one call but the last, which is made of sums."""

import math
import time
from collections.abc import Callable
from pathlib import Path

import talib

from benchmarks.peers.engines.measuring import Bars, Finding, FloatArray, read_bars, run_script
from benchmarks.peers.engines.rules import (
    AVERAGE_WINDOW,
    INDICATORS,
    RANGE_WINDOW,
    RSI_WINDOW,
    VWAP_WINDOW,
)

SAMPLE = math.sqrt(VWAP_WINDOW / (VWAP_WINDOW - 1))
"""Its deviation is the population's; the others divide by the sample's."""


def vwap_gap(bars: Bars) -> FloatArray:
    """Return the gap between close and rolling VWAP in its own standard deviations."""
    typical = talib.TYPPRICE(bars.high, bars.low, bars.close)
    money = talib.SUM(typical * bars.volume, VWAP_WINDOW)
    gap = bars.close - money / talib.SUM(bars.volume, VWAP_WINDOW)
    found: FloatArray = gap / talib.STDDEV(gap, VWAP_WINDOW, SAMPLE)
    return found


WORK: tuple[Callable[[Bars], FloatArray], ...] = (
    lambda bars: talib.SMA(bars.close, AVERAGE_WINDOW),
    lambda bars: talib.EMA(bars.close, AVERAGE_WINDOW),
    lambda bars: talib.RSI(bars.close, RSI_WINDOW),
    lambda bars: talib.ATR(bars.high, bars.low, bars.close, RANGE_WINDOW),
    lambda bars: talib.ADX(bars.high, bars.low, bars.close, RANGE_WINDOW),
    lambda bars: talib.STDDEV(bars.close, AVERAGE_WINDOW),
    vwap_gap,
)


def run(bars: Bars) -> tuple[dict[str, float], dict[str, float]]:
    """Return seconds and last value of each indicator."""
    seconds, values = {}, {}
    for name, work in zip(INDICATORS, WORK, strict=True):
        started = time.perf_counter()
        found = work(bars)
        seconds[name] = time.perf_counter() - started
        values[name] = float(found[-1])
    return seconds, values


def measure(folder: Path, rows: int) -> Finding:
    """Run once on a few bars, then on all."""
    bars = read_bars(folder).first(rows)
    run(bars.first(2_000))
    parts, values = run(bars)
    total = sum(parts.values())
    return Finding("TA-Lib", talib.__version__, total, rows, parts=parts, values=values)


if __name__ == "__main__":
    run_script(measure)
