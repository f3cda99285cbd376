"""How long the funding interval of a perpetual was, and from when on.

Venues shorten it when a market runs hot: 8 hours become 4 or 1, and later 8 again. It is read off
the settlements themselves. A step that is a multiple of the interval, after which the interval goes
on as before, is a settlement that is missing and no change.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from traider.feed.download.staging import write_file
from traider.store.kinds import IntArray

INTERVALS_FILE: Final = "intervals.json"


@dataclass(frozen=True)
class IntervalPhase:
    """From this settlement on, the next one followed after so long."""

    from_ns: int
    interval_ns: int


def interval_phases(ts_ns: IntArray) -> tuple[IntervalPhase, ...]:
    """Return the phases of settlements in order of time; none for fewer than two."""
    steps = [int(step) for step in ts_ns[1:] - ts_ns[:-1]]
    phases: list[IntervalPhase] = []
    for place, step in enumerate(steps):
        now = phases[-1].interval_ns if phases else 0
        if step == now or (now and _is_gap(steps, place, now)):
            continue
        phases.append(IntervalPhase(int(ts_ns[place]), step))
    return tuple(phases)


def _is_gap(steps: list[int], place: int, now_ns: int) -> bool:
    """Whether a longer step only lacks settlements: what follows is not as long."""
    if steps[place] <= now_ns or steps[place] % now_ns:
        return False
    after = steps[place + 1] if place + 1 < len(steps) else now_ns
    return after == now_ns or (after % now_ns == 0 and after != steps[place])


def missing_settlements(ts_ns: IntArray, phases: tuple[IntervalPhase, ...]) -> int:
    """Return how many settlements lack inside the phases."""
    lacking, phase = 0, -1
    for before, after in zip(ts_ns[:-1].tolist(), ts_ns[1:].tolist(), strict=True):
        while phase + 1 < len(phases) and phases[phase + 1].from_ns <= before:
            phase += 1
        lacking += (after - before) // phases[phase].interval_ns - 1
    return lacking


def write_phases(folder: Path, phases: tuple[IntervalPhase, ...]) -> None:
    """Keep the phases of a perpetual beside its download.

    Raises:
        DataError: the disk refuses.
    """
    body = json.dumps([asdict(phase) for phase in phases], indent=1)
    write_file(folder / INTERVALS_FILE, body.encode())
