"""When a record of the market had all that the venue knew at a moment of its own clock."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from traider.domain.events import EventArray, Kind

Moment = tuple[int, int]
"""Number of an instrument, and a time by the venue's clock, ns UTC."""

_DEPTH: Final = (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE)


def reception_times(chunks: Iterable[EventArray], moments: Iterable[Moment]) -> dict[Moment, int]:
    """Return when the last news of the book that the venue had by each moment was received.

    Never earlier than the moment itself. Trades do not count, since a venue tells them in batches,
    later than the book that shows them; without a book it is the moment itself. News out of order
    counts as of the latest time told before it.
    """
    wanted: dict[int, list[int]] = {}
    for number, venue_ns in sorted(set(moments)):
        wanted.setdefault(number, []).append(venue_ns)
    waits = {number: _Waiting(times) for number, times in wanted.items()}
    for chunk in chunks:
        is_depth = np.isin(chunk["kind"], _DEPTH)
        for number, waiting in waits.items():
            waiting.take(chunk[is_depth & (chunk["instrument"] == number)])
    return {
        (number, venue_ns): received_ns
        for number, waiting in waits.items()
        for venue_ns, received_ns in waiting.finish()
    }


class _Waiting:
    """The moments of one instrument that later news may still belong to, in order of time."""

    def __init__(self, moments: Sequence[int]) -> None:
        self._moments = np.array(moments, np.int64)
        self._received = self._moments.copy()
        self._done = 0
        self._latest_ns = 0
        self._told_ns = 0

    def take(self, depth: EventArray) -> None:
        """Take the next news of the book."""
        if not len(depth):
            return
        stamped = np.maximum.accumulate(np.maximum(depth["ts_event"], self._latest_ns))
        # Moments before the newest stamp are settled: what follows is later than they are.
        end = int(np.searchsorted(self._moments, stamped[-1], side="left"))
        ours = self._moments[self._done : end]
        places = np.searchsorted(stamped, ours, side="right")
        before = np.where(places > 0, depth["ts_recv"][places - 1], self._told_ns)
        self._received[self._done : end] = np.maximum(ours, before)
        self._done = max(self._done, end)
        self._latest_ns, self._told_ns = int(stamped[-1]), int(depth["ts_recv"][-1])

    def finish(self) -> "zip[tuple[int, int]]":
        """Return every moment with its time of receipt: no more news follows."""
        last = self._received[self._done :]
        np.maximum(last, self._told_ns, out=last)
        return zip(self._moments.tolist(), self._received.tolist(), strict=True)
