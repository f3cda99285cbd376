"""Run every engine and print the tables: ``python -m benchmarks.peers`` (``make bench-peers``)."""

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.peers import bars, book, cross, indicators, sweep
from benchmarks.peers.inputs import write_minutes
from benchmarks.peers.processes import check_homes
from traider.domain.errors import TraiderError

BARS = 1_000_000
PASSES = 6
ROUNDS = 3
TABLES = ("bars", "cross", "sweep", "indicators", "book")
SWEEP_SHARE = 5
"""A sweep runs over the first fifth of the bars."""
INTERRUPTED = 130


def main() -> int:
    """Measure what was asked for; return the exit status."""
    asked = _arguments()
    try:
        check_homes()
        _measure(asked)
    except TraiderError as fault:
        print(f"bench-peers: error: {fault.line()}", file=sys.stderr)
        return fault.exit_code
    except KeyboardInterrupt:
        print("\nbench-peers: stopped; the tables above are complete", file=sys.stderr)
        return INTERRUPTED
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run other engines beside Traider.")
    parser.add_argument("tables", nargs="*", help=f"some of {', '.join(TABLES)}; all without")
    parser.add_argument("--bars", type=int, default=BARS, help="one-minute bars")
    parser.add_argument("--passes", type=int, default=PASSES, help="times over the captures")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="processes an engine")
    asked = parser.parse_args()
    unknown = sorted(set(asked.tables) - set(TABLES))
    if unknown:
        parser.error(f"unknown table {unknown[0]}; there are {', '.join(TABLES)}")
    return asked


def _measure(asked: argparse.Namespace) -> None:
    """Say what machine this is, then print table after table."""
    wanted = set(asked.tables or TABLES)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(
        f"{platform.machine()}, {os.cpu_count()} processors, load average {load} at the start; "
        f"Traider on Python {platform.python_version()}, the others on 3.12. Seconds are medians "
        f"of {asked.rounds} processes, of the engine's run call alone."
    )
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "bars" in wanted:
            bars.measure(folder / "minutes", asked.bars, asked.rounds)
        if "cross" in wanted:
            cross.measure(folder / "hours", asked.rounds)
        if "bars" not in wanted and wanted & {"sweep", "indicators"}:
            write_minutes(folder / "minutes", asked.bars)
        if "sweep" in wanted:
            sweep.measure(folder / "minutes", asked.bars // SWEEP_SHARE, asked.rounds)
        if "indicators" in wanted:
            indicators.measure(folder / "minutes", asked.bars, asked.rounds)
        if "book" in wanted:
            book.measure(folder / "book", asked.passes, asked.rounds)
    print(f"\nTook {(time.monotonic() - started) / 60.0:.1f} minutes.")


if __name__ == "__main__":
    sys.exit(main())
