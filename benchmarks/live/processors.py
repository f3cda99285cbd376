"""Which processor a process of a benchmark runs on: a venue is never on the trader's machine.

On one machine the scheduler may put both on the processor that happens to be awake, and the venue
then waits until the trader sleeps again: a millisecond that no network has.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path


class Place(IntEnum):
    """Whose processor, by its place among those that are allowed."""

    TRADER = 0
    VENUE = 1


@contextmanager
def processor_of(place: Place) -> Iterator[None]:
    """Have this process, its threads and new children run on one processor meanwhile.

    Where there is but one, or the system does not let anybody choose, nothing is done.
    """
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(allowed) <= max(Place):
        yield
        return
    _choose({allowed[place]})
    try:
        yield
    finally:
        _choose(set(allowed))


def _choose(processors: set[int]) -> None:
    for thread in Path("/proc/self/task").iterdir():
        with suppress(ProcessLookupError):  # it has just ended
            os.sched_setaffinity(int(thread.name), processors)
