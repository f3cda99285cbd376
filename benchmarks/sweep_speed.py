"""A sweep of 1,000 pairs of averages through the whole machine, and where a trial's time goes."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from benchmarks.tables import print_table
from benchmarks.workloads import Workload, ma_cross_rsi, minute_workload
from traider.backtest.sweep.engine import Task, run_trials
from traider.backtest.sweep.grid import Axis, Grid
from traider.backtest.sweep.history import History, history_of
from traider.backtest.sweep.ranking import METRICS, ranked
from traider.backtest.sweep.statistics import sweep_statistics
from traider.backtest.sweep.trial import BUFFER, Failure, Trial, run_trial
from traider.features import build_graph
from traider.kernel.codes import Sizing
from traider.kernel.machine import Machine
from traider.kernel.records import Floats
from traider.kernel.run import run
from traider.kernel.specification import KernelSpec
from traider.runtime.sweep import processors
from traider.signals import alpha
from traider.signals.alpha import Score

BARS = 200_000
GRID = Grid((Axis("fast", tuple(range(5, 45))), Axis("slow", tuple(range(45, 70)))))
ONE_BY_ONE = 100
"""Trials of the row on one thread; the whole grid would only repeat them."""
ROUNDS = 7


@alpha(
    features=("sma(close, $fast)", "sma(close, $slow)", "rsi(close, 14)"),
    params={"rsi_high": 70.0, "fast": 5.0, "slow": 20.0},
)
def swept_cross(x: Floats, p: Floats) -> Score:
    """Be the benchmarks' MA cross with RSI filter, its windows as parameters."""
    if x[0] > x[1] and x[2] < p[0]:
        return 1.0, 1.0
    if x[0] < x[1]:
        return -1.0, 1.0
    return 0.0, 1.0


def measure(bars: int = BARS, grid: Grid = GRID) -> None:
    """Print the sweep's speed, what its statistics cost, and the parts of one trial."""
    load = minute_workload(bars)
    history = history_of(load.events)
    started = time.perf_counter()
    tasks = tuple(_tasks(load, grid))
    preparing = time.perf_counter() - started
    run_trial(tasks[0].spec, history, lambda: False)  # loads the kernel, not counted
    threads = processors()
    sweep, trials = _sweep(tasks, history, threads)
    single, _ = _sweep(tasks[:ONE_BY_ONE], history, 1)
    started = time.perf_counter()
    sweep_statistics(trials, ranked(trials, METRICS["sharpe"])[0], 0)
    judging = time.perf_counter() - started
    fast, slow = ranked(trials, METRICS["total_return"])[0].values
    few = min(len(tasks), ONE_BY_ONE)
    rows = [
        (f"{len(tasks):,} trials, {threads} threads", sweep, len(tasks)),
        (f"{few:,} trials, 1 thread", single, few),
    ]
    print_table(
        f"Sweep of pairs of averages ({bars:,} bars of {load.source} a trial; best {fast}/{slow})",
        ("run", "seconds", "processor seconds", "ms a trial", "M bars/s"),
        [
            (name, f"{s:.1f}", f"{p:.1f}", f"{s / n * 1e3:.1f}", f"{n * bars / s / 1e6:.1f}")
            for name, (s, p), n in rows
        ]
        + [
            ("preparing the kernels' specifications", f"{preparing:.2f}", "", "", ""),
            ("deflated Sharpe and overfitting of all", f"{judging:.2f}", "", "", ""),
        ],
    )
    _print_parts(tasks[0].spec, history)


def _tasks(load: Workload, grid: Grid) -> Iterable[Task]:
    base = load.kernel([ma_cross_rsi], Sizing.FIXED)
    function = swept_cross.compiled()
    for number in range(grid.size):
        fast, slow = (float(str(value)) for value in grid.point(number))
        params = swept_cross.with_params({"fast": fast, "slow": slow})
        expressions = swept_cross.expressions(params)
        graph = build_graph(expressions, "1m")
        alpha_spec = replace(
            base.alphas[0],
            function=function,
            inputs=tuple(graph.slots[expression] for expression in expressions),
            params=tuple(params.values()),
        )
        spec = replace(base, tape=graph.tape, alphas=(alpha_spec,))
        yield Task(number, grid.point(number), "", spec)


def _sweep(
    tasks: tuple[Task, ...], history: History, threads: int
) -> tuple[tuple[float, float], tuple[Trial, ...]]:
    """Return the seconds by the clock and of all processors, and the trials.

    Where other work shares the machine, only the second says what the sweep itself needs.
    """
    found: list[Trial | Failure] = []
    started = time.perf_counter(), time.process_time()
    run_trials(tasks, history, threads, found.append)
    seconds = time.perf_counter() - started[0], time.process_time() - started[1]
    return seconds, tuple(one for one in found if isinstance(one, Trial))


def _print_parts(spec: KernelSpec, history: History) -> None:
    """Print how long one trial takes with less and less around the compiled loop."""

    def whole() -> None:
        run_trial(spec, history, lambda: False)

    def drained() -> None:
        for _ in Machine(spec, buffer=BUFFER).feed(history.events, final=True):
            pass

    def bare() -> None:
        machine = Machine(spec, buffer=4 * len(history.events))
        machine.loop[0]["final"] = 1
        run(machine._kernel, history.events)  # noqa: SLF001 - nothing else of the machine

    def built() -> None:
        Machine(spec, buffer=BUFFER)

    parts: dict[str, Callable[[], None]] = {
        "a whole trial": whole,
        "without measuring": drained,
        "the compiled loop alone, outputs left in its buffers": bare,
        "building the machine": built,
    }
    found = {name: _median(part) for name, part in parts.items()}
    total = found["a whole trial"]
    print_table(
        "One trial, part by part",
        ("part", "processor ms", "share"),
        [(name, f"{s * 1e3:.1f}", f"{s / total:.0%}") for name, s in found.items()],
    )


def _median(part: Callable[[], None]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        part()
        seconds.append(time.process_time() - started)
    return statistics.median(seconds)


if __name__ == "__main__":
    measure()
