"""A sweep: the rule of the bars under 1,000 pairs of windows."""

from pathlib import Path

from benchmarks.peers.engine_table import Heading, print_agreement, print_engines, print_notes
from benchmarks.peers.engines.rules import SWEEP_PAIRS
from benchmarks.peers.processes import Engine, Home, run_in_turn

TRAIDER = "traider_sweep"
ENGINES = (
    Engine(TRAIDER, Home.TRAIDER),
    Engine("vectorbt_sweep", Home.PEERS, rounds_at_most=1),
)


def measure(folder: Path, count: int, rounds: int) -> None:
    """Print the table; ``folder`` holds bars, of which the first ``count`` are used."""
    found = run_in_turn(ENGINES, folder, count, rounds)
    title = f"Sweep: {len(SWEEP_PAIRS):,} pairs of windows over the first {count:,} bars"
    heading = Heading(title, "bars", "closed trades", "mean final equity")
    print_engines(heading, found, TRAIDER)
    print_notes(found)
    print_agreement(found, TRAIDER)
