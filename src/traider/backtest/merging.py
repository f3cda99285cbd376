"""Several streams of events to one, in the total order, holding little of each."""

from collections.abc import Iterator, Sequence

import numpy as np

from traider.domain.events import EventArray, empty_events, join_events, sort_events


def merge_streams(streams: Sequence[Iterator[EventArray]]) -> Iterator[EventArray]:
    """Yield the events of all streams, sorted; no chunk holds an event of an earlier instant.

    Each stream is sorted in itself and ends no chunk within an instant.
    """
    if len(streams) == 1:
        yield from streams[0]
        return
    pending = [empty_events(0) for _ in streams]
    open_streams = set(range(len(streams)))
    while True:
        for k in sorted(open_streams):
            while not len(pending[k]):
                chunk = next(streams[k], None)
                if chunk is None:
                    open_streams.discard(k)
                    break
                pending[k] = chunk
        if not any(len(events) for events in pending):
            return
        # Up to the earliest end of a stream that may go on, everything is known.
        ends = [pending[k]["ts_recv"][-1] for k in open_streams]
        cut = min(ends) if ends else max(e["ts_recv"][-1] for e in pending if len(e))
        ready = [events[: np.searchsorted(events["ts_recv"], cut, "right")] for events in pending]
        pending = [events[len(taken) :] for events, taken in zip(pending, ready, strict=True)]
        yield sort_events(join_events(ready))
