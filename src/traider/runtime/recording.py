"""Record a live feed: every event into a journal first, then to whoever decides on it.

A record that goes on where another ended, killed or stopped, tells so (``broken_books``). What a
listener makes of the events, it makes of the journal's first, so that it knows what it would have
known without the stop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.domain.errors import UsageError
from traider.domain.events import EventArray, join_events, sort_events
from traider.domain.payloads import config_digest_event
from traider.domain.ports import Clock, EventSink
from traider.journal.reader import JournalReader
from traider.journal.segment_files import list_segments
from traider.journal.writer import JournalWriter
from traider.runtime.broken_books import BrokenBooks, StandingBooks

_SECOND_NS: Final = 1_000_000_000
_SET_BACK_NS: Final = 60 * _SECOND_NS
"""A clock that is further behind the journal than this is not the one it was recorded by."""


class NotBefore:
    """A clock that is never before the last event of a journal: a small step back is waited out."""

    def __init__(self, clock: Clock, floor_ns: int) -> None:
        self._clock = clock
        self._floor_ns = floor_ns

    def now_ns(self) -> int:
        """Return the time, ns UTC, later than the one before."""
        self._floor_ns = max(self._clock.now_ns(), self._floor_ns + 1)
        return self._floor_ns

    def monotonic_ns(self) -> int:
        """Return the machine's own count."""
        return self._clock.monotonic_ns()


@dataclass(frozen=True)
class Held:
    """What a journal holds already."""

    events: int
    last_ns: int
    open_books: tuple[int, ...]
    """Instruments whose book stood at the end."""
    gapped: tuple[int, ...] = ()
    """Instruments whose book was broken then."""


class Recorder:
    """Take the events of a feed: journal, then listeners, which have caught up (``catch_up``)."""

    def __init__(self, journal: JournalWriter, listeners: Sequence[EventSink], held: Held) -> None:
        self.journal = journal
        self.held = held
        self.new = 0
        """Events of this run."""
        self._listeners = listeners
        self._broken = BrokenBooks(held.open_books, held.last_ns, held.gapped)
        self._is_ended = False

    def append(self, events: EventArray) -> None:
        """Keep ``events``; when it returns the journal has them.

        Raises:
            DataError: the journal cannot be written.
        """
        if self._is_ended or not len(events):
            return
        events = self._broken.mend(events)
        self.journal.append(events)
        self.new += len(events)
        for listener in self._listeners:
            listener.append(events)

    def end(self, events: EventArray) -> None:
        """Keep the last events. What comes of our own parting is no fact about the market."""
        self.append(events)
        self._is_ended = True

    def begin(self, digest: bytes, now_ns: int) -> None:
        """Write what every run begins with, and that the books of the run before are broken."""
        first = [config_digest_event(digest, now_ns), self._broken.begin(now_ns)]
        events = sort_events(join_events(first))
        self.journal.append(events)
        self.new += len(events)
        for listener in self._listeners:
            listener.append(events)


def catch_up(journal: JournalWriter, listeners: Sequence[EventSink]) -> Held:
    """Tell listeners what a journal holds, and return how it ends.

    Raises:
        DataError: it is damaged.
    """
    kept = JournalReader(journal.folder)
    standing = StandingBooks()
    events, last_ns = 0, 0
    for chunk in kept.events():
        for listener in listeners:
            listener.append(chunk)
        events += len(chunk)
        last_ns = int(chunk["ts_recv"][-1])
        standing.append(chunk)
    return Held(events, last_ns, standing.numbers, standing.gapped)


def clock_from(folder: Path, clock: Clock) -> Clock:
    """Return a clock that goes on from the end of the journal in ``folder``.

    Raises:
        UsageError: the clock is far behind the journal's last event.
    """
    last_ns = last_event_ns(folder)
    behind_ns = last_ns - clock.now_ns()
    if behind_ns > _SET_BACK_NS:
        raise UsageError(
            f"ends {behind_ns / _SECOND_NS:,.0f} s after this clock's time",
            where=str(folder),
            fix="mend the clock, or record into another folder",
        )
    return NotBefore(clock, last_ns)


def last_event_ns(folder: Path) -> int:
    """Return the time of receipt of a journal's last event; 0 without a journal or an event."""
    if not (folder.is_dir() and list_segments(folder)):
        return 0
    reader = JournalReader(folder)
    last_ns = 0
    for events in reader.events(max(reader.first, reader.end - 1)):
        last_ns = int(events["ts_recv"][-1])
    return last_ns
