"""The pace of a replay: events are handed on when their time has come, at any speed."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np

from traider.domain.events import EventArray
from traider.runtime.event_stream import EventStream

_LOOK_S: Final = 0.1
"""Longest sleep between two looks at whether to stop."""


def paced(
    chunks: Iterable[EventArray],
    speed: float,
    stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[EventArray]:
    """Yield the events of ``chunks`` at ``speed`` seconds of their time a second; 0 does not wait.

    Time runs from the first event on. ``stop`` is asked between two pieces and ends it.
    """
    begun_ns, begun = 0, 0.0
    for chunk in chunks:
        if stop():
            return
        if speed <= 0.0 or not len(chunk):
            yield chunk
            continue
        # A clock that was set back lets nothing come earlier than what stands before it.
        times = np.maximum.accumulate(chunk["ts_recv"])
        if not begun_ns:
            begun_ns, begun = int(times[0]), monotonic()
        place = 0
        while place < len(chunk):
            now_ns = begun_ns + round((monotonic() - begun) * speed * 1e9)
            end = int(times.searchsorted(now_ns, "right"))
            if end > place:
                yield chunk[place:end]
                place = end
            else:
                sleep(min((int(times[place]) - now_ns) / 1e9 / speed, _LOOK_S))
            if stop():
                return


def at_speed(
    stream: EventStream, speed: float, stop: Callable[[], bool] = lambda: False
) -> EventStream:
    """Return a record whose events come at ``speed``; asked to stop, it ends early."""
    return EventStream(stream.kind, stream.instruments, lambda: paced(stream.chunks(), speed, stop))
