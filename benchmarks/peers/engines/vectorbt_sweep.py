"""vectorbt: the rule of the bars under 1,000 pairs of windows, so many pairs at a time."""

import time
from pathlib import Path

import numpy as np
import vectorbt as vbt

from benchmarks.peers.engines.measuring import Bars, Finding, read_bars, run_script
from benchmarks.peers.engines.rules import CASH, FEE, MONEY, RSI_HIGH, SWEEP_PAIRS
from benchmarks.peers.engines.vectorbt_bars import WILDER_SPAN

PAIRS_AT_ONCE = 50
"""All at once would need twenty times the memory."""


def run(bars: Bars, pairs: tuple[tuple[int, int], ...]) -> tuple[int, list[float]]:
    """Return the number of closed trades of all pairs and the final equity of each."""
    calm = vbt.RSI.run(bars.close, WILDER_SPAN, ewm=True).rsi.to_numpy()[:, None] < RSI_HIGH
    closed, equities = 0, []
    for place in range(0, len(pairs), PAIRS_AT_ONCE):
        windows = np.array(pairs[place : place + PAIRS_AT_ONCE])
        fast = vbt.MA.run(bars.close, windows[:, 0]).ma.to_numpy()
        slow = vbt.MA.run(bars.close, windows[:, 1]).ma.to_numpy()
        # A signal of a bar is traded at the open of the next one.
        portfolio = vbt.Portfolio.from_signals(
            close=bars.close[1:, None],
            entries=((fast > slow) & calm)[:-1],
            exits=(fast < slow)[:-1],
            price=bars.open[1:, None],
            size=1.0,
            fees=FEE,
            init_cash=CASH,
            direction="longonly",
            freq="1min",
        )
        closed += int((portfolio.orders.values["side"] == 1).sum())
        equities += (portfolio.final_value().to_numpy() / MONEY).tolist()
    return closed, equities


def measure(folder: Path, rows: int) -> Finding:
    """Compile on a few bars, then run."""
    bars = read_bars(folder).first(rows)
    run(bars.first(2_000), SWEEP_PAIRS[:PAIRS_AT_ONCE])
    started = time.perf_counter()
    closed, equities = run(bars, SWEEP_PAIRS)
    seconds = time.perf_counter() - started
    best = int(np.argmax(equities))
    fast, slow = SWEEP_PAIRS[best]
    return Finding(
        "vectorbt from_signals, 50 at a time",
        vbt.__version__,
        seconds,
        rows * len(SWEEP_PAIRS),
        closed,
        float(np.mean(equities)),
        f"best pair {fast}/{slow} with {equities[best]:,.2f}",
    )


if __name__ == "__main__":
    run_script(measure)
