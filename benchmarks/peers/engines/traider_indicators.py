"""Traider: the seven indicators on the feature tape, bar by bar, as a live run computes them.

Each alone and all together in a compiled loop over the bars; and all together inside the kernel,
as what a run with them takes more than the same run without.
"""

import statistics
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numba import njit

import traider
from benchmarks.peers.engines.measuring import Bars, Finding, FloatArray, read_bars, run_script
from benchmarks.peers.engines.rules import CROSS_LOT, FAST, INDICATORS, SLOW
from benchmarks.peers.engines.traider_bars import kernels
from benchmarks.peers.engines.traider_run import market_events
from benchmarks.workloads import MINUTE_NS
from traider.domain.events import EventArray
from traider.features import build_graph, parse
from traider.features.catalogue import BASE_SLOTS
from traider.kernel.compiled import compile_kernel
from traider.kernel.decider.tape import CELLS_PER_OPERATION, run_operations
from traider.kernel.machine import Machine
from traider.kernel.records import Tape
from traider.kernel.specification import TapeSpec

EXPRESSIONS = (
    "sma(close, 20)",
    "ema(close, 20)",
    "rsi(close, 14)",
    "atr(14)",
    "adx(14)",
    "stdev(close, 20)",
    "vwap_z(60)",
)
TOGETHER = "all in one loop"
IN_KERNEL = "inside a kernel run"
KERNEL_ROUNDS = 3


@njit(cache=True)
def over_bars(tape: Tape, bars: FloatArray, operations: int) -> None:
    """Put each bar into the base slots and run the tape."""
    row = tape.values[0]
    for i in range(len(bars)):
        for slot in range(bars.shape[1]):
            row[slot] = bars[i, slot]
        run_operations(tape, 0, operations, 0)


def empty_tape(spec: TapeSpec) -> Tape:
    """Return a cold tape for one instrument."""
    return Tape(
        np.ascontiguousarray(spec.operations),
        np.full((1, spec.slots), np.nan),
        np.zeros((1, max(spec.ring_cells, 1))),
        np.zeros((1, len(spec.operations) * CELLS_PER_OPERATION)),
    )


def run_alone(expressions: tuple[str, ...], bars: FloatArray) -> tuple[float, list[float]]:
    """Return the seconds and the last values of some features in a loop of their own."""
    asked = [parse(text) for text in expressions]
    graph = build_graph(asked, "1m")
    tape = empty_tape(graph.tape)
    started = time.perf_counter()
    over_bars(tape, bars, len(graph.tape.operations))
    seconds = time.perf_counter() - started
    return seconds, [float(tape.values[0, graph.slots[expression]]) for expression in asked]


def run_kernel(expressions: tuple[str, ...], events: EventArray) -> float:
    """Return the seconds of a kernel run that computes some features and trades nothing."""
    graph = build_graph([parse(text) for text in expressions], "1m")
    machine = Machine(replace(next(kernels([(FAST, SLOW)])), tape=graph.tape, alphas=()))
    started = time.perf_counter()
    for _ in machine.feed(events, final=True):
        continue
    return time.perf_counter() - started


def measure(folder: Path, rows: int) -> Finding:
    """Run once on a few bars, then on all."""
    compile_kernel()
    bars = read_bars(folder).first(rows)
    table = np.column_stack([base_slot(bars, name) for name in BASE_SLOTS])
    events = market_events(bars, MINUTE_NS, CROSS_LOT)
    run_alone(EXPRESSIONS, table[:2_000])
    run_kernel(EXPRESSIONS, events[:4_000])
    parts = {}
    for name, expression in zip(INDICATORS, EXPRESSIONS, strict=True):
        parts[name], _ = run_alone((expression,), table)
    parts[TOGETHER], last = run_alone(EXPRESSIONS, table)
    with_tape = [run_kernel(EXPRESSIONS, events) for _ in range(KERNEL_ROUNDS)]
    without = [run_kernel((), events) for _ in range(KERNEL_ROUNDS)]
    parts[IN_KERNEL] = statistics.median(with_tape) - statistics.median(without)
    return Finding(
        "Traider tape",
        traider.__version__,
        parts[TOGETHER],
        rows,
        parts=parts,
        values=dict(zip(INDICATORS, last, strict=True)),
    )


def base_slot(bars: Bars, name: str) -> FloatArray:
    """Return what a base slot holds on each bar; nothing is missing and every bar has its time."""
    found: FloatArray = getattr(bars, name, np.zeros(len(bars.close)))
    return found


if __name__ == "__main__":
    run_script(measure)
