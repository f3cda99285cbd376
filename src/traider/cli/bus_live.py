"""The feed role while it listens to a venue: what is shown, and the end."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from traider.bus import Bus
from traider.cli.feed_live import show_live
from traider.domain.ports import Clock
from traider.feed.feed_ports import FeedPorts
from traider.runtime.exchange_clock import clock_of
from traider.runtime.feed_watch import FeedWatch
from traider.runtime.live_feed import LiveFeedRequest, open_feed
from traider.runtime.observability import RoleObservation
from traider.runtime.roles import publish_feed

_LOOK_S: Final = 0.05


@dataclass(frozen=True)
class LiveSource:
    """A venue that is listened to, and how it is shown."""

    request: LiveFeedRequest
    at: str
    """Address of a local exchange; empty for the real venue."""
    batch_events: int
    is_shown: bool
    """Whether stdout shows how the feed is."""


async def publish_live(
    source: LiveSource, bus: Bus, seen: RoleObservation, stop: Callable[[], bool]
) -> int:
    """Publish a live feed until ``stop`` is answered with yes; return its events.

    Raises:
        TraiderError: the venue cannot be asked, or the bus not be used.
    """
    clock: Clock | None = await clock_of(source.at, seen.clock) if source.at else seen.clock
    request = replace(source.request, is_timed=clock is not None)
    clock = clock or seen.clock
    feed = await open_feed(request, FeedPorts(clock, seen.log, seen.alerts))
    published = 0

    async def publish() -> None:
        nonlocal published
        published = await publish_feed(feed, bus, clock.now_ns(), source.batch_events)

    publishing = asyncio.create_task(publish())
    others = [asyncio.create_task(_asked(stop))]
    others.append(asyncio.create_task(FeedWatch(seen, feed, clock).run()))
    if source.is_shown:
        others.append(asyncio.create_task(show_live(feed, publishing, clock, as_json=False)))
    await asyncio.wait({publishing, others[0]}, return_when=asyncio.FIRST_COMPLETED)
    publishing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await publishing
    for task in others:
        task.cancel()
    await asyncio.wait(others)
    return published


async def _asked(stop: Callable[[], bool]) -> None:
    """Return when ``stop`` says so; signals set it, in whichever thread they arrive."""
    while not stop():  # noqa: ASYNC110 - what a signal sets is no event of this loop
        await asyncio.sleep(_LOOK_S)
