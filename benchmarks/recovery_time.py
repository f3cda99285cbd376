"""From kill -9 to trading again: the start of a process until its first decision is possible.

A trader on the local exchange rests twenty orders, keeps a snapshot, takes some thousand messages
more and is killed. Another process then starts on what it left, with the kernel's cache warm; it is
killed as well and started again, so that the middle of several starts can be told. Times are of the
monotonic clock that all processes share, from the moment the new process is asked for.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from typing import Final

import msgspec

from benchmarks.live.address import REPOSITORY, Address
from benchmarks.live.stamped_exchange import StampedTerms, stamped_exchange
from benchmarks.tables import print_table

GOAL_S: Final = 3.0
ROUNDS: Final = 5
TRADES_S: Final = 10.0
"""How long it goes on after its snapshot."""
_MESSAGES_A_SECOND: Final = 200.0
_OPEN: Final = "decisions on"
_KEPT: Final = "snapshot kept"


def measure(rounds: int = ROUNDS, trades_s: float = TRADES_S) -> None:
    """Print the median of each stage."""
    terms = StampedTerms(actions_per_second=_MESSAGES_A_SECOND)
    with tempfile.TemporaryDirectory() as folder, stamped_exchange(terms) as exchange:
        starts = [_killed(folder, exchange.address, trades_s) for _ in range(rounds + 1)]
    warm = starts[1:]  # the first began with nothing
    rows = [
        (stage, f"{statistics.median(each[stage] for each in warm) * 1e3:,.0f}", "")
        for stage in warm[0]
    ]
    whole = [sum(each.values()) for each in warm]
    rows.append(("in all", f"{statistics.median(whole) * 1e3:,.0f}", f"{max(whole) * 1e3:,.0f}"))
    print_table(
        f"From kill -9 to trading again, warm ({rounds} kills, 20 orders resting, about "
        f"{trades_s * _MESSAGES_A_SECOND:,.0f} messages after the snapshot; goal {GOAL_S:g} s)",
        ("until", "median ms", "longest ms"),
        rows,
    )


def _killed(folder: str, address: Address, trades_s: float) -> dict[str, float]:
    """Start a trader, let it trade, kill it; return the seconds of each stage of its start."""
    command = [sys.executable, "-m", "benchmarks.live.recovering", folder]
    command.append(msgspec.json.encode(address).decode())
    last_ns = time.monotonic_ns()
    stages: dict[str, float] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        try:
            for line in process.stdout:
                stage, _, at_ns = line.rstrip().partition("\t")
                if stage == _KEPT:
                    time.sleep(trades_s)
                    break
                stages[stage] = (int(at_ns) - last_ns) / 1e9
                last_ns = int(at_ns)
        finally:
            process.kill()
    if _OPEN not in stages:
        raise SystemExit("the trader did not come so far as to trade")
    return stages


if __name__ == "__main__":
    measure()
