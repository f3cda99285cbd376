"""Seven indicators, nanoseconds a bar."""

import math
from pathlib import Path

from benchmarks.peers.engines.rules import INDICATORS
from benchmarks.peers.processes import Engine, Home, Measured, run_in_turn
from benchmarks.tables import print_table

TRAIDER = "traider_indicators"
ENGINES = (
    Engine(TRAIDER, Home.TRAIDER),
    Engine("talib_indicators", Home.TRAIDER),
    Engine("pandas_indicators", Home.PEERS),
)
RELATIVE = 1e-6


def measure(folder: Path, count: int, rounds: int) -> None:
    """Print the table; ``folder`` holds the bars that were written for the first one."""
    found = run_in_turn(ENGINES, folder, count, rounds)
    names = [
        *INDICATORS,
        *(name for name in found[TRAIDER].finding.parts if name not in INDICATORS),
    ]
    columns = [measured.finding for measured in found.values()]
    base = found[TRAIDER].finding.seconds
    rows = [
        (name, *(_nanoseconds(finding.parts.get(name), count) for finding in columns))
        for name in names
    ]
    alone = [sum(finding.parts[name] for name in INDICATORS) for finding in columns]
    rows.append(("sum of the seven", *(_nanoseconds(seconds, count) for seconds in alone)))
    rows.append(("times all in one loop", *(f"{seconds / base:.2g}" for seconds in alone)))
    print_table(
        f"Seven indicators, ns a bar ({count:,} bars)",
        ("indicator", *(f"{finding.engine} {finding.version}" for finding in columns)),
        rows,
    )
    print(f"\n{_agreement(list(found.values()))}")


def _nanoseconds(seconds: float | None, count: int) -> str:
    return "-" if seconds is None else f"{seconds / count * 1e9:.1f}"


def _agreement(found: list[Measured]) -> str:
    """Say whether the last value of every indicator is the same in all engines."""
    first, *others = [measured.finding for measured in found]
    apart = [
        f"{name} of {finding.engine} is {finding.values[name]:.9g}, not {first.values[name]:.9g}"
        for finding in others
        for name in INDICATORS
        if not math.isclose(finding.values[name], first.values[name], rel_tol=RELATIVE)
    ]
    if apart:
        return f"Last values differ: {'; '.join(apart)}."
    return f"The last value of every indicator agrees to {RELATIVE:g} in all {len(found)}."
