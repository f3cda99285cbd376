"""Order books over a stop: those that stood when a run ended are broken, until told anew.

A run that goes on says so in its journal: of each such book a GAP and a DEPTH_CLEAR at the
beginning, and RESYNC before its first snapshot, as a venue's mapper writes them when a connection
breaks.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np

from traider.domain.events import EventArray, Kind, MarketFlag, empty_events, join_events
from traider.venues.depth_writer import RESYNC_BY_SNAPSHOT

_SNAPSHOT: Final = int(Kind.DEPTH_SNAPSHOT)
_CLEAR: Final = int(Kind.DEPTH_CLEAR)


class StandingBooks:
    """Which books stand after the events seen."""

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        """Begin with the books of these instruments standing."""
        self._standing = set(numbers)

    def append(self, events: EventArray) -> None:
        """See the next events."""
        kinds = events["kind"]
        depth = events[(kinds == _SNAPSHOT) | (kinds == _CLEAR)]
        if not len(depth):
            return
        for number in np.unique(depth["instrument"]).tolist():
            of_one = depth[depth["instrument"] == number]
            if of_one["kind"][-1] == Kind.DEPTH_SNAPSHOT:
                self._standing.add(number)
            else:
                self._standing.discard(number)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Instruments whose book stands, rising."""
        return tuple(sorted(self._standing))


class BrokenBooks:
    """Books that stood when the run before ended at ``since_ns``, and are not yet told anew."""

    def __init__(self, numbers: Iterable[int] = (), since_ns: int = 0) -> None:
        self._broken = set(numbers)
        self._since_ns = since_ns

    def begin(self, now_ns: int) -> EventArray:
        """Return GAP and DEPTH_CLEAR of each: what came between the runs is not known."""
        events = empty_events(2 * len(self._broken))
        events["ts_event"] = events["ts_recv"] = now_ns
        events["version"] = 1
        for place, number in enumerate(sorted(self._broken)):
            pair = events[2 * place : 2 * place + 2]
            pair["instrument"] = number
            pair["kind"] = (Kind.GAP, Kind.DEPTH_CLEAR)
            pair["flags"][1] = MarketFlag.LAST_OF_MESSAGE
            pair["w2"][0] = self._since_ns
        return events

    def mend(self, events: EventArray) -> EventArray:
        """Return ``events`` with RESYNC before the first snapshot of each broken book."""
        if not self._broken:
            return events
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
        event["code"], event["w3"] = RESYNC_BY_SNAPSHOT, self._since_ns
        return event
