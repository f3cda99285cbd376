"""backtesting.py: SMA 5/20 with RSI 14, one lot, filled at the next open."""

import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy

from benchmarks.peers.engines.measuring import Bars, Finding, FloatArray, read_bars, run_script
from benchmarks.peers.engines.rules import CASH, FAST, FEE, MONEY, RSI_HIGH, RSI_WINDOW, SLOW


def average(values: FloatArray, window: int) -> pd.Series:
    """Return the simple moving average."""
    return pd.Series(values).rolling(window).mean()


def strength(values: FloatArray) -> pd.Series:
    """Return Wilder's relative strength index."""
    change = pd.Series(values).diff()
    up = change.clip(lower=0.0).ewm(alpha=1.0 / RSI_WINDOW, adjust=False).mean()
    down = (-change).clip(lower=0.0).ewm(alpha=1.0 / RSI_WINDOW, adjust=False).mean()
    return 100.0 * up / (up + down)


class Cross(Strategy):
    """Long one lot with the fast average above the slow one, unless the move is stretched."""

    def init(self) -> None:
        """Compute the indicators over all bars."""
        close = np.asarray(self.data.Close)
        self.fast = self.I(average, close, FAST)
        self.slow = self.I(average, close, SLOW)
        self.strength = self.I(strength, close)

    def next(self) -> None:
        """Decide on one bar; orders fill at the next open."""
        if not self.position:
            if self.fast[-1] > self.slow[-1] and self.strength[-1] < RSI_HIGH:
                self.buy(size=1)
        elif self.fast[-1] < self.slow[-1]:
            self.position.close()


def run(bars: Bars) -> tuple[float, int, float]:
    """Return the seconds of the run call, the number of entries and the final equity."""
    columns = {name.title(): getattr(bars, name) for name in ("open", "high", "low", "close")}
    data = pd.DataFrame(columns, index=pd.to_datetime(bars.ts_ns))
    test = Backtest(data, Cross, cash=CASH, commission=FEE)
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
