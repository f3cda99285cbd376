"""The bare loop of ``benchmarks.bare_loop``: what a bar can cost at the least."""

import time
from importlib.metadata import version
from pathlib import Path

from benchmarks.bare_loop import bare_loop
from benchmarks.peers.engines.measuring import Finding, read_bars, run_script
from benchmarks.peers.engines.rules import FEE, TICK

START = 100_000.0
"""Cash the loop starts from, in dollars; it trades 0.01 BTC at prices in ticks."""


def measure(folder: Path, rows: int) -> Finding:
    """Compile on a few bars, then run."""
    bars = read_bars(folder).first(rows)
    bare_loop(bars.open[:100], bars.close[:100], FEE)
    started = time.perf_counter()
    equity, entries = bare_loop(bars.open, bars.close, FEE)
    seconds = time.perf_counter() - started
    equity = START + (equity - START) * TICK
    return Finding("bare Numba loop", version("numba"), seconds, rows, entries, equity)


if __name__ == "__main__":
    run_script(measure)
