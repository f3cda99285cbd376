"""The published reference: SMA 24 over 72 on four years of hourly bars, all in and all out."""

from pathlib import Path

from benchmarks.peers.engine_table import Heading, print_agreement, print_engines
from benchmarks.peers.inputs import write_hours
from benchmarks.peers.processes import Engine, Home, run_in_turn

TRAIDER = "traider_cross"
ENGINES = (
    Engine(TRAIDER, Home.TRAIDER),
    Engine("vectorbt_cross", Home.PEERS),
    Engine("backtesting_cross", Home.PEERS),
)


def measure(folder: Path, rounds: int) -> None:
    """Print the table."""
    count = write_hours(folder)
    found = run_in_turn(ENGINES, folder, count, rounds)
    title = f"Reference cross: SMA 24/72, all in ({count:,} hourly BTC bars, 2021 to 2024)"
    print_engines(Heading(title), found, TRAIDER)
    print_agreement(found, TRAIDER)
