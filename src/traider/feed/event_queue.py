"""The queue between a feed and whoever takes its events: bounded in book changes, never in trades.

When more than ``capacity`` events wait, the changes of the books among them are merged
(``conflation``): the consumer falls behind in detail, not in truth. Trades and marks of health are
never dropped; if they alone pass the capacity the queue grows and says so (``overflows``).
"""

import asyncio

from traider.domain.events import EventArray, empty_events, join_events
from traider.feed.conflation import conflate


class EventQueue:
    """Events in order, from one feed to one consumer."""

    def __init__(self, capacity: int = 65_536) -> None:
        if capacity < 1:
            raise ValueError(f"a queue for {capacity} events")
        self.capacity = capacity
        self.conflations = 0
        """How often the waiting changes were merged."""
        self.dropped_changes = 0
        """Changes of levels that a later one replaced before they were taken."""
        self.overflows = 0
        """How often merging did not bring the queue below its capacity."""
        self._parts: list[EventArray] = []
        self._waiting = 0
        self._limit = capacity
        self._ready = asyncio.Event()

    def __len__(self) -> int:
        """Return how many events wait."""
        return self._waiting

    def put(self, events: EventArray) -> None:
        """Append events; merge what waits when it is too much."""
        if not len(events):
            return
        self._parts.append(events)
        self._waiting += len(events)
        if self._waiting > self._limit:
            self._merge()
        self._ready.set()

    def take(self) -> EventArray:
        """Return all that waits, nothing when nothing does."""
        parts, self._parts = self._parts, []
        self._waiting, self._limit = 0, self.capacity
        self._ready.clear()
        return join_events(parts) if parts else empty_events(0)

    def wake(self) -> None:
        """Have whoever waits look, though nothing may be there."""
        self._ready.set()

    async def wait(self) -> EventArray:
        """Return all that waits, once something does; nothing where it was taken meanwhile."""
        await self._ready.wait()
        return self.take()

    def _merge(self) -> None:
        whole = join_events(self._parts)
        merged = conflate(whole)
        self.conflations += 1
        self.dropped_changes += len(whole) - len(merged)
        self._parts, self._waiting = [merged], len(merged)
        # When little was won the next try waits, so that merging does not eat the feed's time.
        self._limit = max(self.capacity, 2 * len(merged))
        self.overflows += len(merged) > self.capacity
