"""Make sure that a leader of before writes no more, before the next one begins to.

A leader that knows of its end lets its journals go. One that is frozen does not; it would go on in
the middle of whatever it did, an order half sent perhaps. On this machine it is killed, which no
process can delay; on another machine it must end by itself, and until then nobody takes over.
"""

import fcntl
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from traider.domain.errors import TraiderError
from traider.domain.ports import Log
from traider.journal.segment_files import LOCK_NAME
from traider.runtime.leadership.holder import Holder

GRACE_S: Final = 0.3
PATIENCE_S: Final = 2.0
_LOOK_S: Final = 0.005


class StillWritingError(TraiderError):
    """The leader of before has not let its journals go."""


def end_writers(places: Sequence[Path], previous: str, log: Log) -> None:
    """Return when nobody holds any of the places; kill who held the lease, if need be.

    Args:
        places: folders of journals, or files that are locked; what is not there is nobody's.
        previous: who held the lease, as ``Term.previous`` says it.
        log: told when a process is killed.

    Raises:
        StillWritingError: one of them has a writer that could not be ended.
    """
    if _are_free(places, GRACE_S):
        return
    holder = Holder.parse(previous)
    if holder is not None and holder.is_running_here():
        log.warning("a leader that does not let go is killed", pid=holder.pid)
        holder.end(PATIENCE_S)
    if not _are_free(places, PATIENCE_S):
        raise StillWritingError(
            "the leader of before still writes the journal",
            where=", ".join(map(str, places)),
            fix="end its process, then start again",
        )


def _are_free(places: Sequence[Path], patience_s: float) -> bool:
    until = time.monotonic() + patience_s
    while not all(map(_is_free, places)):
        if time.monotonic() >= until:
            return False
        time.sleep(_LOOK_S)
    return True


def _is_free(place: Path) -> bool:
    file = place / LOCK_NAME if place.is_dir() else place
    try:
        lock = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
