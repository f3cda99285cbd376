"""Crashes in process: ``python -m benchmarks.crashes [SESSIONS] [CRASHES]`` prints the tables."""

import sys
from collections import Counter
from typing import Final

import numpy as np

from benchmarks.tables import print_table
from tests.scenarios.crashing import crash_session

SESSIONS: Final = 20
CRASHES: Final = 50


def measure(sessions: int = SESSIONS, crashes: int = CRASHES) -> None:
    """Run sessions, each with its own seed, and print what came of them."""
    points: Counter[str] = Counter()
    recovered: list[float] = []
    broken = []
    for seed in range(1, sessions + 1):
        try:
            done = crash_session(seed, crashes)
        except AssertionError as fault:
            broken.append(str(fault))
            continue
        points += done.points
        recovered += done.recovered_s
    print_table(
        "Crashes by fault point",
        ("point", "crashes"),
        [(k, str(n)) for k, n in points.most_common()],
    )
    half, most = np.percentile(recovered, (50, 99)) if recovered else (0.0, 0.0)
    rows = [
        ("crashes", str(points.total())),
        ("recoveries", str(len(recovered))),
        ("time to recover, p50", f"{half:.2f} s"),
        ("time to recover, p99", f"{most:.2f} s"),
        ("sessions in which a law broke", str(len(broken))),
    ]
    print_table("Crashes in process", ("what", "number"), rows)
    for line in broken:
        print(f"\n{line}")


if __name__ == "__main__":
    measure(*map(int, sys.argv[1:3]))
