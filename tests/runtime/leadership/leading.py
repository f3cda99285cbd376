"""A process that stands by and leads: it follows a journal of numbers and goes on counting.

    python -m tests.runtime.leadership.leading JOURNAL file DIR TTL
    python -m tests.runtime.leadership.leading JOURNAL postgresql URL TTL

Each event's number is one more than the last one's, so that a lost or a doubled one is seen. Lines
on stdout say what happens: ``leads EPOCH``, ``lost``.
"""

import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.ports.log import MemoryLog
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, empty_events
from traider.journal import FsyncPolicy, JournalTerms, JournalWriter
from traider.runtime.leadership.file_lease import FileLease
from traider.runtime.leadership.leadership import Leadership
from traider.runtime.leadership.lease import Lease, LeaseLostError, LeaseTerms
from traider.runtime.leadership.postgres_lease import PostgresLease
from traider.runtime.leadership.standby import Standby, StandbyPlan
from traider.store.tables.addresses import DatabaseAddress

PACE_S = 0.005


class Counter:
    """A follower that knows the last number, and whether each was one more than the one before."""

    def __init__(self) -> None:
        self.last = 0

    def append(self, events: EventArray) -> None:
        for number in events["w1"][events["kind"] == Kind.HEALTH].tolist():
            if number != self.last + 1:
                raise DataError(f"number {number} after {self.last}", fix="count on")
            self.last = number


def numbered(number: int, epoch: int) -> EventArray:
    """Return an event with a number, by the leader of an epoch."""
    event = empty_events(1)
    event["kind"], event["version"] = Kind.HEALTH, 1
    event["ts_event"] = event["ts_recv"] = time.time_ns()
    event["w1"], event["w2"] = number, epoch
    return event


def epoch_event(epoch: int) -> EventArray:
    """Return the event that begins the term of a leader."""
    event = empty_events(1)
    event["kind"], event["version"] = Kind.LEADER_EPOCH, 1
    event["ts_event"] = event["ts_recv"] = time.time_ns()
    event["w0"] = epoch
    return event


def say(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201 - its parent reads it


def lead(journal: Path, follower: Counter, leadership: Leadership, lost: threading.Event) -> None:
    """Count on in the journal until leadership is lost."""
    with JournalWriter.open(journal, terms=JournalTerms(fsync=FsyncPolicy.NONE)) as writer:
        writer.append(epoch_event(leadership.epoch))
        say("leads", leadership.epoch)
        while not lost.is_set():
            try:
                leadership.check()
            except LeaseLostError:
                break
            follower.last += 1
            writer.append(numbered(follower.last, leadership.epoch))
            time.sleep(PACE_S)
    say("lost")
    leadership.end()


def lease_at(kind: str, place: str, ttl_s: float) -> Lease:
    """Return the lease that the processes of a test share."""
    if kind == "file":
        return FileLease(Path(place), LeaseTerms(ttl_s))
    return PostgresLease(DatabaseAddress.parse(place), "trader test", LeaseTerms(ttl_s))


def main(journal: str, kind: str, place: str, ttl: str) -> None:
    lost = threading.Event()
    lease = lease_at(kind, place, float(ttl))
    standby = Standby(StandbyPlan(Path(journal)), Counter(), lease, MemoryLog())

    def promote(follower: Counter, leadership: Leadership) -> None:
        lead(Path(journal), follower, leadership, lost)

    def on_lost(_: Any) -> None:
        lost.set()

    say("stands by")
    standby.run(promote, lambda: False, on_lost)


if __name__ == "__main__":
    main(*sys.argv[1:])
