"""vectorbt: SMA 5/20 with RSI 14, one lot, filled at the next open."""

import time
from pathlib import Path

import vectorbt as vbt

from benchmarks.peers.engines.measuring import Bars, Finding, read_bars, run_script
from benchmarks.peers.engines.rules import CASH, FAST, FEE, MONEY, RSI_HIGH, RSI_WINDOW, SLOW

WILDER_SPAN = 2 * RSI_WINDOW - 1
"""An average of span n weighs the newest by 2 / (n + 1): this one by Wilder's 1 / 14."""


def run(bars: Bars) -> tuple[int, float]:
    """Return the number of entries and the final equity."""
    fast = vbt.MA.run(bars.close, FAST).ma.to_numpy()
    slow = vbt.MA.run(bars.close, SLOW).ma.to_numpy()
    strength = vbt.RSI.run(bars.close, WILDER_SPAN, ewm=True).rsi.to_numpy()
    # A signal of a bar is traded at the open of the next one.
    portfolio = vbt.Portfolio.from_signals(
        close=bars.close[1:],
        entries=((fast > slow) & (strength < RSI_HIGH))[:-1],
        exits=(fast < slow)[:-1],
        price=bars.open[1:],
        size=1.0,
        fees=FEE,
        init_cash=CASH,
        direction="longonly",
        freq="1min",
    )
    entries = int((portfolio.orders.values["side"] == 0).sum())
    return entries, float(portfolio.value().iloc[-1]) / MONEY


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
