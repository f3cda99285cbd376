"""What one live ``step`` costs when it is called from Python, event by event."""

import time

import numpy as np

from benchmarks.tables import print_table
from benchmarks.workloads import MANY_FEATURES, Workload, minute_workload, reversion, trend
from traider.domain.events import Kind, join_events
from traider.kernel.codes import Sizing
from traider.kernel.machine import DeciderMachine, Machine
from traider.kernel.specification import KernelSpec

BARS = 40_000


def measure(bars: int = BARS) -> None:
    """Print median and p99 by kind of event, over the journal of a run of the full slice."""
    load = minute_workload(bars)
    alphas = [trend, reversion]
    _measure_one(load, load.kernel(alphas, Sizing.VOLATILITY_TARGET), "8 features, 2 alphas")
    many = load.kernel(alphas, Sizing.VOLATILITY_TARGET, MANY_FEATURES)
    _measure_one(load, many, f"{len(many.tape.operations)} features, 2 alphas")


def _measure_one(load: Workload, spec: KernelSpec, what: str) -> None:
    machine = Machine(spec, journal_all=True)
    journal = join_events([part.events for part in machine.feed(load.events, final=True)])
    decider = DeciderMachine(spec)
    kinds = journal["kind"].tolist()
    spent = np.zeros(len(journal), np.int64)
    for i, kind in enumerate(kinds):
        if kind == Kind.ORDER_INTENT:
            continue  # the decider's own
        started = time.perf_counter_ns()
        decider.step(journal, i)
        spent[i] = time.perf_counter_ns() - started
    rows = []
    for kind in (Kind.TRADE, Kind.BAR, Kind.TIMER, Kind.FILL):
        mine = spent[journal["kind"] == kind]
        rows.append(
            (
                f"{kind.name.lower()}",
                f"{len(mine):,}",
                f"{np.median(mine) / 1e3:.2f}",
                f"{np.percentile(mine, 99) / 1e3:.2f}",
            )
        )
    print_table(
        f"One step called from Python (full slice, {what})",
        ("event", "count", "median us", "p99 us"),
        rows,
    )


if __name__ == "__main__":
    measure()
