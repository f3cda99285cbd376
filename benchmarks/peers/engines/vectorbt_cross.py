"""vectorbt: SMA 24 over SMA 72, all cash in and all out at the next open."""

import time
from pathlib import Path

import numpy as np
import vectorbt as vbt

from benchmarks.peers.engines.measuring import Bars, Finding, read_bars, run_script
from benchmarks.peers.engines.rules import CROSS_CASH, CROSS_FAST, CROSS_SLOW, FEE, TICK


def run(bars: Bars) -> tuple[int, float]:
    """Return the number of entries and the final equity."""
    fast = vbt.MA.run(bars.close, CROSS_FAST)
    slow = vbt.MA.run(bars.close, CROSS_SLOW)
    # A signal of a bar is traded at the open of the next one.
    portfolio = vbt.Portfolio.from_signals(
        close=bars.close[1:],
        entries=fast.ma_crossed_above(slow).to_numpy()[:-1],
        exits=fast.ma_crossed_below(slow).to_numpy()[:-1],
        price=bars.open[1:],
        size=np.inf,
        fees=FEE,
        init_cash=CROSS_CASH / TICK,
        direction="longonly",
        freq="1h",
    )
    entries = int((portfolio.orders.values["side"] == 0).sum())
    return entries, float(portfolio.value().iloc[-1]) * TICK


def measure(folder: Path, rows: int) -> Finding:
    """Compile on a few bars, then run."""
    bars = read_bars(folder).first(rows)
    run(bars.first(2_000))
    started = time.perf_counter()
    entries, equity = run(bars)
    seconds = time.perf_counter() - started
    return Finding("vectorbt from_signals", vbt.__version__, seconds, rows, entries, equity)


if __name__ == "__main__":
    run_script(measure)
