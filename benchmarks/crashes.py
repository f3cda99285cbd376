"""Crashes in process, drawn by seed or one at each reach of a fault point.

    python -m benchmarks.crashes act                    # each reach of the act, from 1 to its end
    python -m benchmarks.crashes start                  # each reach of a start
    python -m benchmarks.crashes drawn --first 1 --last 100
    python -m benchmarks.crashes paper                  # on paper, through every small run
    python -m benchmarks.crashes act --minutes 9 --keep crashes.jsonl    # part of it; again goes on

What is kept in a file adds up, and a later call goes on where the last one of its kind ended. Exit
code 1 when a law was broken.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.tables import print_table
from tests.parity.small_run import RUNS
from tests.scenarios.crashing import crash_session
from tests.scenarios.enumerating import crash_at_each
from tests.scenarios.mortal import Crashes
from tests.scenarios.paper_crashes import crash_through, sections
from tests.scenarios.trader_setup import scratch

CHUNK: Final = 25
"""Reaches of one exchange and folder; crashes of one drawn session."""
_SHOWN: Final = 25
Part = Callable[[int], tuple[Crashes, int]]
"""Crashes from a number on, and the number to go on with; 0 at the end."""


@dataclass
class Total:
    """What came of all that was kept."""

    crashes: Crashes = field(default_factory=Crashes)
    broken: list[str] = field(default_factory=list)
    sessions: int = 0
    following: int = 1
    """Where the next call goes on; 0 when the series is complete."""


def _act(first: int) -> tuple[Crashes, int]:
    done, is_more = crash_at_each(first, CHUNK)
    return done, first + CHUNK if is_more else 0


def _start(first: int) -> tuple[Crashes, int]:
    done, is_more = crash_at_each(first, CHUNK, starts=True)
    return done, first + CHUNK if is_more else 0


def _drawn(seed: int) -> tuple[Crashes, int]:
    return crash_session(seed, CHUNK), seed + 1


def _paper(number: int) -> tuple[Crashes, int]:
    parts = [(style, each) for style in RUNS for each in range(sections(style))]
    style, section = parts[number - 1]
    with scratch() as folder:
        done = crash_through(style, section, folder)
    told = Crashes(done.points, done.recovered_s, done.orders, done.fills)
    return told, number + 1 if number < len(parts) else 0


PARTS: Final[dict[str, tuple[Part, int]]] = {
    "act": (_act, CHUNK),
    "start": (_start, CHUNK),
    "drawn": (_drawn, 1),
    "paper": (_paper, 1),
}
"""Each kind, and how far one part of it goes."""


def series(kind: str, first: int, last: int, seconds: float, keep: Path | None) -> Total:
    """Crash from number ``first`` to ``last``, or until the seconds are over."""
    part, width = PARTS[kind]
    total = _kept(kind, keep) if keep is not None else Total()
    number = max(first, total.following) if total.following else 0
    until = time.monotonic() + seconds
    while number and number <= last and time.monotonic() < until:
        broken = ""
        try:
            done, following = part(number)
        except AssertionError as fault:
            done, following, broken = Crashes(), number + width, str(fault)
            print(f"broken: {broken}", flush=True)
        told = {
            "kind": kind,
            "first": number,
            "following": following,
            "points": done.points,
            "recovered_s": [round(each, 4) for each in done.recovered_s],
            "broken": broken,
        }
        _add(total, told)
        if keep is not None:
            with keep.open("a", encoding="utf-8") as file:
                file.write(json.dumps(told) + "\n")
        number = following
    return total


def _kept(kind: str, keep: Path) -> Total:
    total = Total()
    if keep.exists():
        for line in keep.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            if told["kind"] == kind:
                _add(total, told)
    return total


def _add(total: Total, told: dict[str, Any]) -> None:
    total.crashes.add(Crashes(Counter(told["points"]), told["recovered_s"]))
    total.sessions += 1
    total.following = told["following"]
    if told["broken"]:
        total.broken.append(told["broken"])


def show(kind: str, total: Total) -> None:
    """Print the tables."""
    points = total.crashes.points
    print_table(
        f"Crashes by fault point ({kind}): {len(points)} points, the {_SHOWN} most frequent",
        ("point", "crashes"),
        [(name, str(count)) for name, count in points.most_common(_SHOWN)],
    )
    seconds = total.crashes.recovered_s or [0.0]
    half, most = np.percentile(seconds, (50, 99))
    rows = [
        ("crashes", f"{points.total():,}"),
        ("recoveries", f"{len(total.crashes.recovered_s):,}"),
        ("time to recover, p50", f"{half:.2f} s"),
        ("time to recover, p99", f"{most:.2f} s"),
        ("sessions", str(total.sessions)),
        ("sessions in which a law broke", str(len(total.broken))),
        ("series complete", "no" if total.following else "yes"),
    ]
    print_table(f"Crashes in process ({kind})", ("what", "number"), rows)
    for line in total.broken:
        print(f"\n{line}")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("kind", choices=tuple(PARTS))
    asked.add_argument("--first", type=int, default=1, help="Number of a reach, or seed.")
    asked.add_argument("--last", type=int, default=100_000)
    asked.add_argument("--minutes", type=float, default=100_000.0)
    asked.add_argument("--keep", type=Path, default=None, help="Add to this file, and go on by it.")
    chosen = asked.parse_args()
    found = series(chosen.kind, chosen.first, chosen.last, chosen.minutes * 60, chosen.keep)
    show(chosen.kind, found)
    sys.exit(1 if found.broken else 0)
