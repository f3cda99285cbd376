"""What a feed that runs as a role of its own says of itself: rates, gaps, ages, health.

    asyncio.create_task(FeedWatch(seen, feed, clock).run())

Where a trader runs in the same process, it says all this, and no second watch is needed.
"""

import asyncio
from typing import Final

from traider.domain import metric_names as names
from traider.domain.market_health import MarketHealth
from traider.domain.ports import Clock
from traider.feed.connection import ConnectionState
from traider.feed.feed import Feed
from traider.runtime.observability import RoleObservation

_EVERY_S: Final = 1.0
_NS_PER_S: Final = 1_000_000_000


class FeedWatch:
    """Tell once a second how a feed is; ``clock`` is the one it goes by."""

    def __init__(self, seen: RoleObservation, feed: Feed, clock: Clock) -> None:
        self._seen = seen
        self._feed = feed
        self._clock = clock
        self._began_ns = seen.clock.monotonic_ns()
        self._told: dict[tuple[str, str], int] = {}

    def look(self) -> None:
        """Tell how it is now."""
        seen, feed, now_ns = self._seen, self._feed, self._clock.now_ns()
        for instrument, watch in zip(feed.instruments, feed.watches, strict=True):
            name, counts = instrument.name, watch.counts
            self._rise(names.FEED_MESSAGES_TOTAL, counts.messages, name)
            self._rise(names.GAPS_TOTAL, counts.gaps, name)
            if counts.messages:
                age_s = max(now_ns - watch.last_heard_ns, 0) / _NS_PER_S
                seen.metrics.set(names.LAST_TICK_AGE_SECONDS, age_s, instrument=name)
            words = watch.health.name.lower().replace("_", " ")
            self._report(f"market {name}", words, is_good=watch.health is MarketHealth.HEALTHY)
        opened = 0
        for connection in feed.connections:
            opened += max(connection.counts.opened - 1, 0)
            is_open = connection.state is ConnectionState.OPEN
            words = connection.why or connection.state.value
            self._report(f"connection {connection.stream.name}", words, is_good=is_open)
        self._rise(names.RECONNECTS_TOTAL, opened)
        seen.metrics.set(names.QUEUE_EVENTS, len(feed.queue), queue="feed")
        lived_ns = seen.clock.monotonic_ns() - self._began_ns
        seen.metrics.set(names.UPTIME_SECONDS, lived_ns / _NS_PER_S)
        seen.health.beat()
        seen.health.set_ready(is_ready=True)
        seen.metrics.set(names.ROLE_READY, float(seen.health.ready().is_good), role=seen.role)

    async def run(self) -> None:
        """Look once a second, until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(_EVERY_S)

    def _rise(self, name: str, total: int, instrument: str = "") -> None:
        """Count what came since the last look; a report at midnight begins the counts anew."""
        known = self._told.get((name, instrument), 0)
        risen = total - known if total >= known else total
        labels = {"instrument": instrument} if instrument else {}
        self._seen.metrics.count(name, float(risen), **labels)
        self._told[name, instrument] = total

    def _report(self, part: str, words: str, *, is_good: bool) -> None:
        self._seen.health.report(part, is_good=is_good, detail="" if is_good else words)
        self._seen.metrics.set(names.HEALTH_GOOD, float(is_good), part=part)
