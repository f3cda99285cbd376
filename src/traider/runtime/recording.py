"""Record a live feed: every event into a journal first, then to whoever decides on it.

A record that goes on where another ended, killed or stopped, tells so: of each instrument whose
book stood, a GAP and a DEPTH_CLEAR at the beginning, and RESYNC before its first snapshot, as the
mapper of a venue writes them when a connection breaks. What a listener makes of the events, it
makes of the journal's first, so that it knows what it would have known without the stop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from traider.domain.errors import UsageError
from traider.domain.events import (
    EventArray,
    Kind,
    MarketFlag,
    empty_events,
    join_events,
    sort_events,
)
from traider.domain.payloads import config_digest_event
from traider.domain.ports import Clock, EventSink
from traider.journal.reader import JournalReader
from traider.journal.segment_files import list_segments
from traider.journal.writer import JournalWriter
from traider.venues.depth_writer import RESYNC_BY_SNAPSHOT

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


class Recorder:
    """Take the events of a feed: journal, then listeners, which have caught up (``catch_up``)."""

    def __init__(self, journal: JournalWriter, listeners: Sequence[EventSink], held: Held) -> None:
        self.journal = journal
        self.held = held
        self.new = 0
        """Events of this run."""
        self._listeners = listeners
        self._broken = set(held.open_books)
        self._is_ended = False

    def append(self, events: EventArray) -> None:
        """Keep ``events``; when it returns the journal has them.

        Raises:
            DataError: the journal cannot be written.
        """
        if self._is_ended or not len(events):
            return
        if self._broken:
            events = self._rejoined(events)
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
        first = [config_digest_event(digest, now_ns)]
        first += [_broken(number, self.held.last_ns, now_ns) for number in sorted(self._broken)]
        events = sort_events(join_events(first))
        self.journal.append(events)
        self.new += len(events)
        for listener in self._listeners:
            listener.append(events)

    def _rejoined(self, events: EventArray) -> EventArray:
        """Put RESYNC before the first snapshot of each book that broke with the run before."""
        parts, done, events = [], 0, events.copy()
        for place in np.flatnonzero(events["kind"] == Kind.DEPTH_SNAPSHOT).tolist():
            number = int(events["instrument"][place])
            if number not in self._broken:
                continue
            self._broken.discard(number)
            events["flags"][place] |= MarketFlag.GAP_BEFORE
            parts += [events[done:place], self._resync(events[place])]
            done = place
        return join_events([*parts, events[done:]])

    def _resync(self, snapshot: np.void) -> EventArray:
        event = empty_events(1)
        for name in ("ts_event", "ts_recv", "instrument", "id"):
            event[name] = snapshot[name]
        event["kind"], event["version"] = Kind.RESYNC, 1
        event["code"], event["w3"] = RESYNC_BY_SNAPSHOT, self.held.last_ns
        return event


def catch_up(journal: JournalWriter, listeners: Sequence[EventSink]) -> Held:
    """Tell listeners what a journal holds, and return how it ends.

    Raises:
        DataError: it is damaged.
    """
    kept = JournalReader(journal.folder)
    standing: dict[int, bool] = {}
    events, last_ns = 0, 0
    for chunk in kept.events():
        for listener in listeners:
            listener.append(chunk)
        events += len(chunk)
        last_ns = int(chunk["ts_recv"][-1])
        depth = chunk[(chunk["kind"] == Kind.DEPTH_SNAPSHOT) | (chunk["kind"] == Kind.DEPTH_CLEAR)]
        for number in np.unique(depth["instrument"]).tolist():
            of_one = depth[depth["instrument"] == number]
            standing[number] = bool(of_one["kind"][-1] == Kind.DEPTH_SNAPSHOT)
    return Held(events, last_ns, tuple(number for number, stands in standing.items() if stands))


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


def _broken(number: int, since_ns: int, now_ns: int) -> EventArray:
    """Return GAP and DEPTH_CLEAR: what came between the runs is not known."""
    events = empty_events(2)
    events["ts_event"] = events["ts_recv"] = now_ns
    events["instrument"], events["version"] = number, 1
    events["kind"] = (Kind.GAP, Kind.DEPTH_CLEAR)
    events["flags"][1] = MarketFlag.LAST_OF_MESSAGE
    events["w2"][0] = since_ns
    return events
