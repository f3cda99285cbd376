"""Rows of Level-2 data a second: the book alone, with features at each message, with orders."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from benchmarks.peers.engines.traider_book import kernel as quoting_kernel
from benchmarks.tables import print_table
from benchmarks.workloads import REPOSITORY
from traider.backtest.captures import load_capture
from traider.domain.events import EventArray, Kind, MarketFlag, join_events
from traider.domain.timeframes import SECOND_NS
from traider.features import build_graph, parse
from traider.kernel.arithmetic import MONEY
from traider.kernel.book import apply_depth
from traider.kernel.compiled import compile_kernel
from traider.kernel.construction import build_book
from traider.kernel.machine import Machine
from traider.kernel.records import Book
from traider.kernel.specification import KernelSpec, MarketSpec, StrategySpec, VenueSpec

CAPTURES = (
    ("BINANCE-USDM-BTCUSDT-20240718.txt.zst", "BINANCE-USDM-BTCUSDT-20240719.txt.zst"),
    ("BINANCE-USDM-BTCUSDT-20240808.txt.zst",),
)
FEATURES = ("spread", "microprice", "imbalance(1)", "imbalance(5)", "ofi_total(1)", "ofi_total(5)")
PASSES = 6
ROUNDS = 7
WINDOW = 65_536

_TRADE = int(Kind.TRADE)


def _apply_all(book: Book, events: EventArray) -> None:
    for place in range(len(events)):
        if events[place]["kind"] != _TRADE:
            apply_depth(book, events[place])


_compile: Any = njit(nogil=True)
book_alone = _compile(_apply_all)


def measure(passes: int = PASSES, rounds: int = ROUNDS) -> None:
    """Print the table; every row is the median of ``rounds``, taken in turn."""
    events, source = depth_and_trades(passes)
    compile_kernel()
    plain = kernel(())
    rows: dict[str, Callable[[], float]] = {
        "book alone": lambda: _alone(plain, events),
        "decider and venue, each with its book, no feature": lambda: _machine(plain, events),
        "six features looked at once a message": lambda: _machine(kernel(FEATURES), events),
        "two quotes re-quoted each second, queue position, 1 ms": lambda: _machine(
            quoting_kernel(), events
        ),
    }
    for run in rows.values():
        run()  # warms caches and memory, not counted
    seconds: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(rounds):
        for name, run in rows.items():
            seconds[name].append(run())
    middle = {name: statistics.median(found) for name, found in seconds.items()}
    base = next(iter(middle.values()))
    messages = int(np.count_nonzero(events["flags"] & MarketFlag.LAST_OF_MESSAGE))
    print_table(
        f"Level 2 ({len(events):,} rows in {messages:,} messages of {source}, one core)",
        ("run", "M rows/s", "ns a row", "slower than the book alone"),
        [
            (
                name,
                f"{len(events) / found / 1e6:.1f}",
                f"{found / len(events) * 1e9:.1f}",
                f"{found / base:.1f}",
            )
            for name, found in middle.items()
        ],
    )


def depth_and_trades(passes: int) -> tuple[EventArray, str]:
    """Return depth and trades of the captures, one after the other, ``passes`` times.

    The shared captures are used when they are there, the shipped one otherwise. The days between
    captures are left out, and each capture begins with a snapshot.
    """
    shared = Path(os.environ.get("TRAIDER_DATA_DIR") or REPOSITORY.parent / "shared" / "data")
    groups = [[shared / "l2" / name for name in group] for group in CAPTURES]
    if not all(path.exists() for group in groups for path in group):
        groups = [[REPOSITORY / "data" / "sample" / CAPTURES[0][0]]]
    parts: list[EventArray] = []
    now = 0
    for group in groups:
        found = load_capture(group)
        kinds = (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE, Kind.DEPTH_CLEAR, Kind.TRADE)
        parts.append(found[np.isin(found["kind"], kinds)])
    laid: list[EventArray] = []
    for _ in range(passes):
        for part in parts:
            moved = part.copy()
            shift = (now or int(moved["ts_recv"][0])) - int(moved["ts_recv"][0])
            moved["ts_recv"] += shift
            moved["ts_event"] += shift
            now = int(moved["ts_recv"][-1]) + SECOND_NS
            laid.append(moved)
    names = ", ".join(path.name.partition(".")[0] for group in groups for path in group)
    return join_events(laid), names


def kernel(features: tuple[str, ...]) -> KernelSpec:
    """Return a kernel on one perpetual that computes ``features`` and decides each second."""
    graph = build_graph([parse(text) for text in features], "1s")
    market = MarketSpec(
        "BINANCE:BTC-USDT-PERP",
        Decimal("0.1"),
        Decimal("0.001"),
        20_000,
        50_000,
        can_short=True,
        book_window=WINDOW,
    )
    return KernelSpec(
        markets=(market,),
        tape=graph.tape,
        alphas=(),
        strategy=StrategySpec(decision_ns=SECOND_NS, bars_from_trades=True),
        venue=replace(VenueSpec(), latency_ns=1_000_000),
        cash_units=1_000_000 * MONEY,
    )


def _alone(spec: KernelSpec, events: EventArray) -> float:
    book = build_book(spec)
    started = time.perf_counter()
    book_alone(book, events)
    return time.perf_counter() - started


def _machine(spec: KernelSpec, events: EventArray) -> float:
    machine = Machine(spec)
    started = time.perf_counter()
    for _ in machine.feed(events, final=True):
        pass
    return time.perf_counter() - started


if __name__ == "__main__":
    measure()
