"""The demo beside a back-test on what it recorded: how far apart their profits are, and why.

    python -m benchmarks.demo_parity

Each row is a run of ``traider run --demo`` of its own, told by ``traider parity --json``. The goal
is a difference below 5 % of the run's profit or loss, explained. Latencies are the market's time:
what takes a millisecond takes the market twenty at twenty times its speed.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from benchmarks.tables import print_table

_ROOT: Final = Path(__file__).resolve().parents[1]
RUNS: Final = ((5, 60), (10, 60), (20, 60), (60, 60))
"""Speed, and seconds by the wall clock."""
_HEAD: Final = (
    "speed, length",
    "trades",
    "turnover",
    "run",
    "back-test",
    "difference",
    "of profit or loss",
    "of turnover",
    "orders p50",
    "ends p50",
    "with 50 ms of the settings",
    "by latency alone",
)
_GOAL: Final = ("goal", "", "", "", "", "", "below 5 %", "", "", "", "", "")


def measure() -> None:
    """Run demos and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [_row(speed, length_s, Path(folder)) for speed, length_s in RUNS]
    print_table(
        "The demo beside a back-test on its record: USDT, ms of market time", _HEAD, [*rows, _GOAL]
    )


def _row(speed: int, length_s: int, folder: Path) -> tuple[str, ...]:
    state = folder / f"{speed}-{length_s}"
    length = ("--for", f"{length_s}s", "--speed", str(speed))
    _traider("run", "--demo", *length, "--state", str(state), "--no-serve", "--json")
    return told_row(f"{speed}, {length_s} s", state)


def told_row(name: str, state: Path) -> tuple[str, ...]:
    """Return the row of a demo that was run on a state folder."""
    found = _traider("parity", str(state), "--json")
    told = found["attribution"]
    plain = told["with_latency_of_settings"]
    return (
        name,
        f"{sum(told['matched'].values()):,}",
        f"{float(told['turnover']):,.0f}",
        f"{float(told['run_profit']):,.4f}",
        f"{float(told['back_test_profit']):,.4f}",
        f"{float(told['difference']):,.4f}",
        f"{told['share_of_profit']:.3%}",
        f"{told['share_of_turnover']:.5%}",
        f"{told['back_test']['orders_us']['p50'] / 1e3:,.0f}",
        f"{told['back_test']['expiries_us']['p50'] / 1e3:,.0f}",
        f"{float(plain['difference']):,.4f}",
        f"{float(plain['by_latency_alone']):,.4f}",
    )


def _traider(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "traider", *arguments]
    done = subprocess.run(
        command, cwd=_ROOT, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    body: dict[str, Any] = json.loads(done.stdout)
    return body


if __name__ == "__main__":
    measure()
