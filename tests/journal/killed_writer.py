"""A process that forks a warm writer on each line it reads: ``folder policy seed``.

On stdout it tells, in pairs of 8-byte integers: the writer's process id, then each event count and
fact that was acknowledged, then that the writer is dead. ``python killed_writer.py``
"""

import os
import random
import struct
import sys
from pathlib import Path

from tests.journal.journals import some_events
from traider.journal import FsyncPolicy, JournalTerms, JournalWriter

PAIR = struct.Struct("<qq")
PID, EVENTS, FACT, DEAD = range(4)
SEGMENT_BYTES = 6_000


def tell(what: int, value: int) -> None:
    """Tell one thing; a pair is one write, so it is there whole or not at all."""
    os.write(1, PAIR.pack(what, value))


def write(folder: Path, policy: str, seed: int) -> None:
    """Write events and facts for ever, and tell what was acknowledged."""
    chance = random.Random(seed)  # noqa: S311 - the same journal for the same seed
    terms = JournalTerms(FsyncPolicy(policy), segment_bytes=SEGMENT_BYTES)
    journal = JournalWriter.open(folder, terms=terms)
    while True:
        journal.append(some_events(chance.choice((1, 1, 2, 5, 20, 60)), journal.sequence))
        tell(EVENTS, journal.sequence)
        if chance.random() < 0.3:
            journal.append_fact("note", str(journal.sequence).encode())
            tell(FACT, journal.sequence)


def serve() -> None:
    """Fork a writer for each line, and tell when it is dead."""
    for line in sys.stdin:
        folder, policy, seed = line.split()
        child = os.fork()
        if not child:
            try:
                write(Path(folder), policy, int(seed))
            finally:
                os._exit(1)
        tell(PID, child)
        os.waitpid(child, 0)
        tell(DEAD, 0)


if __name__ == "__main__":
    serve()
