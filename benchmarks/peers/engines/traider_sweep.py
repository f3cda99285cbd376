"""Traider: the rule of the bars under 1,000 pairs of windows, by the engine of its own sweep."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import traider
from benchmarks.peers.engines.measuring import Finding, read_bars, run_script
from benchmarks.peers.engines.rules import LOT, SWEEP_PAIRS
from benchmarks.peers.engines.traider_bars import kernels
from benchmarks.peers.engines.traider_run import market_events
from benchmarks.workloads import MINUTE_NS
from traider.backtest.sweep import Failure, History, Task, Trial, run_trials
from traider.backtest.sweep.history import history_of
from traider.domain.errors import StrategyError
from traider.kernel.compiled import compile_kernel


def run(history: History, pairs: Sequence[tuple[int, int]]) -> list[Trial]:
    """Return a trial of each pair, in their order; the kernels are built as they are run.

    Raises:
        StrategyError: a trial failed.
    """
    found: list[Trial] = []

    def keep(outcome: Trial | Failure) -> None:
        if isinstance(outcome, Failure):
            raise StrategyError(outcome.reason, where=f"pair {outcome.values}")
        found.append(outcome)

    tasks = (
        Task(number, pair, "", spec)
        for number, (pair, spec) in enumerate(zip(pairs, kernels(pairs), strict=True))
    )
    run_trials(tasks, history, os.cpu_count() or 1, keep)
    return sorted(found, key=lambda trial: trial.number)


def measure(folder: Path, rows: int) -> Finding:
    """Run a few pairs on a few bars, then all on all."""
    bars = read_bars(folder).first(rows)
    compile_kernel()  # before any thread needs it
    run(history_of(market_events(bars.first(2_000), MINUTE_NS, LOT)), SWEEP_PAIRS[:2])
    history = history_of(market_events(bars, MINUTE_NS, LOT))
    started = time.perf_counter()
    trials = run(history, SWEEP_PAIRS)
    seconds = time.perf_counter() - started
    best = max(trials, key=lambda trial: trial.measured.final_equity)
    fast, slow = best.values
    total = sum(trial.measured.final_equity for trial in trials)
    return Finding(
        "Traider sweep",
        traider.__version__,
        seconds,
        rows * len(SWEEP_PAIRS),
        sum(trial.measured.trades for trial in trials),
        float(total / len(trials)),
        f"best pair {fast}/{slow} with {best.measured.final_equity:,.2f}",
    )


if __name__ == "__main__":
    run_script(measure)
