"""Order books over a stop: those that stood when a run ended are broken, until told anew.

A run that goes on says so in its journal: of each such book a GAP and a DEPTH_CLEAR at the
beginning, and RESYNC before its first snapshot, as a venue's mapper writes them when a connection
breaks. A book that was broken already when the run ended is told whole again too: the mapper that
broke it is gone, and nobody else would say that the gap is over.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np

from traider.domain.events import EventArray, Kind, MarketFlag, empty_events, join_events
from traider.venues.depth_writer import RESYNC_BY_SNAPSHOT

_SNAPSHOT: Final = int(Kind.DEPTH_SNAPSHOT)
_CLEAR: Final = int(Kind.DEPTH_CLEAR)
_GAP: Final = int(Kind.GAP)
_RESYNC: Final = int(Kind.RESYNC)


class StandingBooks:
    """Which books stand after the events seen, and which wait for the end of a gap."""

    def __init__(self, numbers: Iterable[int] = (), gapped: Iterable[int] = ()) -> None:
        """Begin with the books of these instruments standing, or waiting."""
        self._standing = set(numbers)
        self._gapped = set(gapped)

    def append(self, events: EventArray) -> None:
        """See the next events."""
        kinds = events["kind"]
        for place in np.flatnonzero((kinds == _GAP) | (kinds == _RESYNC)).tolist():
            number = int(events["instrument"][place])
            (self._gapped.add if kinds[place] == _GAP else self._gapped.discard)(number)
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

    @property
    def gapped(self) -> tuple[int, ...]:
        """Instruments with a gap that nobody said is over, rising."""
        return tuple(sorted(self._gapped))


class BrokenBooks:
    """Books that are not yet told anew, of the run before that ended at ``since_ns``.

    Args:
        numbers: stood then.
        since_ns: when it ended.
        gapped: were broken then.
    """

    def __init__(
        self, numbers: Iterable[int] = (), since_ns: int = 0, gapped: Iterable[int] = ()
    ) -> None:
        self._stood = tuple(sorted(numbers))
        self._broken = {*self._stood, *gapped}
        self._since_ns = since_ns

    def begin(self, now_ns: int) -> EventArray:
        """Return GAP and DEPTH_CLEAR of each that stood: what came meanwhile is not known."""
        events = empty_events(2 * len(self._stood))
        events["ts_event"] = events["ts_recv"] = now_ns
        events["version"] = 1
        for place, number in enumerate(self._stood):
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
