"""From a change of the book on the wire to the order at the exchange, and the same with ccxt.pro.

The local exchange runs in a process of its own on the loopback, verifies every token, and notes on
the machine's monotonic clock when a message left it and when an order reached it
(``benchmarks.live.stamped_exchange``). The trader is wired as ``traider run`` does it, with
journal, gate, log of orders forced onto the disk, and a signed request
(``benchmarks.live.live_trader``); what a reaction is says ``benchmarks.live.reactions``. The way is
measured twice, with the log on this disk and in memory (where there is a ``/dev/shm``), because a
disk may take longer to keep 500 bytes than all the rest. What the disk takes alone is told too, and
the floor: two sockets and the disk with nothing between (``benchmarks.live.bare_reaction``).
Whoever trades and the venue each have a processor (``benchmarks.live.processors``).
"""

import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.live.bare_reaction import measure_floor
from benchmarks.live.ccxt_reactions import measure_ccxt
from benchmarks.live.reactions import STAGES, Reactions, Way, measure_reactions
from benchmarks.live.stamped_exchange import StampedTerms
from benchmarks.tables import print_table

GOAL_P50_MS: Final = 1.0
GOAL_P99_MS: Final = 5.0
REACTIONS: Final = 3_000
CCXT_REACTIONS: Final = 500
MESSAGES_A_SECOND: Final = 15.0
"""Of the exchange's time: the gate lets no more than 1,000 orders a minute of it pass."""
SPEED: Final = 2.0
"""Seconds of the exchange in one of the machine: so about as many orders a second come as the venue
allows requests."""
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a disk of memory, where there is one
_SYNCS: Final = 300


def measure(
    reactions: int = REACTIONS, ccxt_reactions: int = CCXT_REACTIONS, speed: float = SPEED
) -> None:
    """Print the ways side by side, then the stages of ours."""
    terms = StampedTerms(actions_per_second=MESSAGES_A_SECOND, speed=speed)
    found = {"traider, log on the disk": _ours(reactions, terms, None)}
    if _MEMORY.is_dir():
        found["traider, log in memory"] = _ours(reactions, terms, _MEMORY)
    found["traider, a person's order after it"] = _ours(reactions, terms, None, Way.APART)
    found["traider, not waiting for the order before"] = _ours(
        reactions, terms, None, Way.OVERLAPPING
    )
    floor = measure_floor(_SYNCS)
    rows = [(name, *_numbers(each.whole_ns), "") for name, each in found.items()]
    rows.append(("floor: two bare sockets and the disk", *_numbers(floor), ""))
    ours = float(np.median(next(iter(found.values())).whole_ns))
    if ccxt_reactions:
        for algorithm in ("ES256", "EdDSA"):
            keyed = StampedTerms(MESSAGES_A_SECOND, speed, algorithm=algorithm)
            theirs = measure_ccxt(ccxt_reactions, keyed)
            ratio = f"{statistics.median(theirs) / ours:.1f}"
            rows.append((f"ccxt.pro, {algorithm} key", *_numbers(theirs), ratio))
    print_table(
        f"A message of the book on the wire until its order is at the exchange (goal p50 "
        f"{GOAL_P50_MS:g} ms, p99 {GOAL_P99_MS:g} ms)",
        ("who", "reactions", "p50 ms", "p95 ms", "p99 ms", "times traider's p50"),
        rows,
    )
    for name, each in found.items():
        print_table(
            f"The same, stage by stage: {name}",
            ("stage", "p50 ms", "p95 ms", "p99 ms"),
            [
                (stage, *_numbers(each.stages_ns[:, place])[1:])
                for place, stage in enumerate(STAGES)
            ],
        )
    spent = _syncs_ns()
    print(f"\nThe disk alone, 500 bytes appended and forced: p50 {_numbers(spent)[1]} ms, "
          f"p99 {_numbers(spent)[3]} ms.")  # fmt: skip


def _ours(count: int, terms: StampedTerms, where: Path | None, way: Way = Way.WITH_IT) -> Reactions:
    with tempfile.TemporaryDirectory(dir=where) as folder:
        found = measure_reactions(count, terms, Path(folder), way)
    if found.unmatched > count // 100:
        raise SystemExit(f"{found.unmatched} orders did not reach the exchange: {found.lines[:3]}")
    return found


def _numbers(spent_ns: "Sequence[int] | np.ndarray[tuple[int], np.dtype[np.int64]]") -> list[str]:
    """Return count, p50, p95 and p99 in ms."""
    spent = np.asarray(spent_ns) / 1e6
    return [f"{len(spent):,}", *(f"{each:.2f}" for each in np.percentile(spent, (50, 95, 99)))]


def _syncs_ns() -> list[int]:
    """Return what the disk takes to keep as much as an order is in the log."""
    spent = []
    with tempfile.NamedTemporaryFile() as file:
        for _ in range(_SYNCS):
            began_ns = time.monotonic_ns()
            os.write(file.fileno(), bytes(500))
            os.fdatasync(file.fileno())
            spent.append(time.monotonic_ns() - began_ns)
    return spent


if __name__ == "__main__":
    measure()
