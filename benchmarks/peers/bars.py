"""One-minute bars: SMA 5/20 with RSI 14, one lot of 0.01 BTC at the next open, 10 bps."""

from pathlib import Path

from benchmarks.peers.engine_table import Heading, print_agreement, print_engines
from benchmarks.peers.inputs import write_minutes
from benchmarks.peers.processes import Engine, Home, run_in_turn

TRAIDER = "traider_bars"
ENGINES = (
    Engine("numba_bars", Home.TRAIDER),
    Engine(TRAIDER, Home.TRAIDER),
    Engine("vectorbt_bars", Home.PEERS),
    Engine("backtesting_bars", Home.PEERS),
)
BESIDE_SLOW = (*ENGINES[:2], Engine("nautilus_bars", Home.PEERS))
SLOW_SHARE = 10
"""An engine that would take minutes gets the first tenth of the bars."""


def measure(folder: Path, count: int, rounds: int) -> None:
    """Print two tables: over all bars, and over the first ones with the slow engine."""
    source = write_minutes(folder, count)
    found = run_in_turn(ENGINES, folder, count, rounds)
    title = f"Bars: SMA 5/20 with RSI 14 ({count:,} one-minute bars of {source})"
    print_engines(Heading(title), found, TRAIDER)
    print_agreement(found, TRAIDER)
    few = count // SLOW_SHARE
    found = run_in_turn(BESIDE_SLOW, folder, few, rounds)
    print_engines(Heading(f"The same on the first {few:,} bars"), found, TRAIDER)
    print_agreement(found, TRAIDER)
