"""A stream of events held in memory, and spans of it, for runs that look at it many times."""

from dataclasses import dataclass

import numpy as np

from traider.domain.events import EventArray, Kind


@dataclass(frozen=True, order=True)
class Span:
    """The events received in (start_ns, end_ns]."""

    start_ns: int
    end_ns: int

    @property
    def length_ns(self) -> int:
        """How long it is."""
        return self.end_ns - self.start_ns


class Stream:
    """All events of a run, sorted, in memory, and when each was received."""

    def __init__(self, events: EventArray) -> None:
        self.events = events
        # A copy that lies together: a view into the records is slow to search.
        self.received_ns = np.ascontiguousarray(events["ts_recv"])

    @property
    def has_depth(self) -> bool:
        """Whether it holds order books, which only all that came before can rebuild."""
        depth = (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE, Kind.DEPTH_CLEAR)
        return bool(np.isin(self.events["kind"], depth).any())

    @property
    def first_ns(self) -> int:
        """When the first event was received."""
        return int(self.received_ns[0])

    @property
    def last_ns(self) -> int:
        """When the last event was received."""
        return int(self.received_ns[-1])

    def within(self, start_ns: int, end_ns: int) -> EventArray:
        """Return the events received after ``start_ns`` and up to ``end_ns``."""
        first, last = np.searchsorted(self.received_ns, [start_ns, end_ns], "right")
        return self.events[first:last]
