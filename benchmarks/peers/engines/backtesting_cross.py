"""backtesting.py: SMA 24 over SMA 72, all cash in and all out at the next open.

It trades whole units only. One unit is taken as 1e-8 BTC, so that all cash goes in.
"""

import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy
from backtesting.lib import crossover

from benchmarks.peers.engines.measuring import Bars, Finding, FloatArray, read_bars, run_script
from benchmarks.peers.engines.rules import (
    CROSS_CASH,
    CROSS_FAST,
    CROSS_LOT,
    CROSS_SLOW,
    FEE,
    TICK,
)

MONEY = 1.0 / (TICK * CROSS_LOT)
"""Units of money a dollar, for prices in ticks and sizes in lots."""


def average(values: FloatArray, window: int) -> pd.Series:
    """Return the simple moving average."""
    return pd.Series(values).rolling(window).mean()


class Cross(Strategy):
    """All in on the cross up, all out on the cross down."""

    def init(self) -> None:
        """Compute the indicators over all bars."""
        close = np.asarray(self.data.Close)
        self.fast = self.I(average, close, CROSS_FAST)
        self.slow = self.I(average, close, CROSS_SLOW)

    def next(self) -> None:
        """Decide on one bar; orders fill at the next open."""
        if crossover(self.fast, self.slow) and not self.position:
            self.buy()
        elif crossover(self.slow, self.fast):
            self.position.close()


def run(bars: Bars) -> tuple[float, int, float]:
    """Return the seconds of the run call, the number of entries and the final equity."""
    columns = {name.title(): getattr(bars, name) for name in ("open", "high", "low", "close")}
    data = pd.DataFrame(columns, index=pd.to_datetime(bars.ts_ns))
    test = Backtest(data, Cross, cash=CROSS_CASH * MONEY, commission=FEE)
    started = time.perf_counter()
    stats = test.run()
    seconds = time.perf_counter() - started
    entries = len(stats["_trades"]) + len(stats["_strategy"].trades)
    return seconds, entries, float(stats["Equity Final [$]"]) / MONEY


def measure(folder: Path, rows: int) -> Finding:
    """Run once on a few bars, then on all."""
    bars = read_bars(folder).first(rows)
    run(bars.first(2_000))
    seconds, entries, equity = run(bars)
    return Finding("backtesting.py", version("backtesting"), seconds, rows, entries, equity)


if __name__ == "__main__":
    run_script(measure)
