"""Traces made beside the trader: it only copies what it journals, and a thread makes the spans.

A span costs more than the gate, so none is made between a decision and its order. When the thread
cannot keep up, the oldest events are forgotten and some traces stay open; the trader never waits.
"""

import threading
from collections import deque
from typing import Final

from traider.domain.events import EventArray, join_events
from traider.runtime.order_traces import OrderTraces

BATCHES_MAX: Final = 65_536
_EVERY_S: Final = 0.05
_END_S: Final = 5.0


class DeferredTraces:
    """Give events to ``traces`` from a thread. An ``EventSink``."""

    def __init__(self, traces: OrderTraces) -> None:
        self._traces = traces
        self._waiting: deque[EventArray] = deque(maxlen=BATCHES_MAX)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traces", daemon=True)
        self._thread.start()

    def append(self, events: EventArray) -> None:
        """See the next events."""
        if len(events):
            self._waiting.append(join_events([events]))

    def close(self) -> None:
        """Trace what waits, and end."""
        self._stop.set()
        self._thread.join(_END_S)

    def _run(self) -> None:
        while not self._stop.wait(_EVERY_S):
            self._drain()
        self._drain()

    def _drain(self) -> None:
        while self._waiting:
            self._traces.append(self._waiting.popleft())
