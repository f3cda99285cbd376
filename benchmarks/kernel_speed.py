"""Bars a second through the whole machine, beside a bare hand-written loop in the same run."""

import statistics
import time
from collections.abc import Callable

from benchmarks.bare_loop import bare_loop
from benchmarks.tables import print_table
from benchmarks.workloads import (
    PIPELINE,
    Workload,
    ma_cross_rsi,
    minute_workload,
    reversion,
    trend,
)
from traider.domain.events import Kind
from traider.kernel.codes import Sizing
from traider.kernel.machine import Machine
from traider.kernel.specification import KernelSpec

BARS = 1_000_000
ROUNDS = 7


def measure(bars: int = BARS, rounds: int = ROUNDS) -> None:
    """Print the table; every row is the median of ``rounds``, taken in turn."""
    load = minute_workload(bars)
    cross = load.kernel([ma_cross_rsi], Sizing.FIXED)
    whole = load.kernel([trend, reversion], Sizing.VOLATILITY_TARGET)
    pipeline = load.kernel(PIPELINE, Sizing.VOLATILITY_TARGET)
    features = len(pipeline.tape.operations)
    rows = {
        "bare loop: SMA 5/20, RSI 14, no gate, no orders": lambda: _bare(load),
        "MA cross with RSI filter, gate, venue, ledger": lambda: _machine(load, cross),
        "full slice: 8 features, 2 alphas, ensemble, sizing": lambda: _machine(load, whole),
        f"full pipeline: {features} features, 5 alphas": lambda: _machine(load, pipeline),
    }
    found = _in_turn(rows, rounds)
    base = found[next(iter(rows))][0]
    print_table(
        f"Bars through the kernel ({bars:,} bars of {load.source}, one core)",
        ("run", "M bars/s", "ns a bar", "slower than bare", "fills", "events"),
        [
            (
                name,
                f"{bars / seconds / 1e6:.1f}",
                f"{seconds / bars * 1e9:.0f}",
                f"{seconds / base:.1f}",
                f"{fills:,}",
                f"{events:,}",
            )
            for name, (seconds, fills, events) in found.items()
        ],
    )


Measured = tuple[float, int, int]
"""Seconds, fills, events."""


def _in_turn(rows: dict[str, Callable[[], Measured]], rounds: int) -> dict[str, Measured]:
    """Run every row ``rounds`` times, one after the other, and return each one's median."""
    seconds: dict[str, list[float]] = {name: [] for name in rows}
    last = {name: run() for name, run in rows.items()}  # warms caches and memory, not counted
    for _ in range(rounds):
        for name, run in rows.items():
            seconds[name].append(run()[0])
    return {name: (statistics.median(seconds[name]), *last[name][1:]) for name in rows}


def _bare(load: Workload) -> Measured:
    started = time.perf_counter()
    _, entries = bare_loop(load.batch.open, load.batch.close, 0.001)
    return time.perf_counter() - started, 2 * entries, 0


def _machine(load: Workload, spec: KernelSpec) -> Measured:
    machine = Machine(spec)
    fills = 0
    started = time.perf_counter()
    for drained in machine.feed(load.events, final=True):
        fills += int((drained.events["kind"] == Kind.FILL).sum())
    return time.perf_counter() - started, fills, machine.sequence


if __name__ == "__main__":
    measure()
