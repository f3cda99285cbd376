"""The feed role: a live feed, or a record of one, into the topic of market events.

The epoch of a record is the time of its first event: published again, by whomever, its events have
the same numbers, and readers take what they do not have. That of a live feed is the time it began.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Final

from traider.bus import Bus, BusInstrument, EventPublisher, Source
from traider.domain.errors import DataError, Interrupted
from traider.domain.events import EventArray
from traider.feed.feed import Feed
from traider.runtime.bus import MARKET
from traider.runtime.event_stream import EventStream, GriddedInstrument

PRODUCER: Final = "feed"
_FLUSH_S: Final = 30.0


def publish_stream(
    stream: EventStream,
    bus: Bus,
    batch_events: int,
    *,
    told: Callable[[int], None] = lambda events: None,  # noqa: ARG005 - nobody listens
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Publish a record from its beginning, and that it ends; return the number of its events.

    Raises:
        Interrupted: ``stop`` was answered with yes; what was published stays.
        BusError: the bus does not keep it.
        DataError: the record is damaged, or empty.
    """
    chunks = stream.chunks()
    first = next(chunks, None)
    if first is None:
        if stop():
            raise Interrupted("stopped", fix="nothing was published yet")
        raise DataError("holds no event", fix="name another record")
    source = Source(PRODUCER, int(first["ts_recv"][0]), bus_instruments(stream.instruments))
    publisher = bus.publisher(MARKET)
    try:
        events = EventPublisher(publisher, source, batch_events)
        events.append(first)
        for chunk in chunks:
            if stop():
                break
            events.append(chunk)
            told(events.events)
        if stop():
            raise Interrupted("stopped", fix="published again, it goes on where it ended")
        events.end(_FLUSH_S)
    finally:
        publisher.close(_FLUSH_S)
    return events.events


async def publish_feed(feed: Feed, bus: Bus, epoch: int, batch_events: int) -> int:
    """Run a live feed into the bus until cancelled; return the number of events published.

    While the bus has no room, what waits in the feed's queue is conflated there.

    Raises:
        BusError: the bus does not keep what is published.
    """
    source = Source(PRODUCER, epoch, bus_instruments(feed.instruments))
    publisher = bus.publisher(MARKET)
    running = asyncio.create_task(feed.run())
    try:
        events = EventPublisher(publisher, source, batch_events)
        last = await _passed_on(feed, running, events)
        events.append(last)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        publisher.close(_FLUSH_S)
    return events.events


async def _passed_on(
    feed: Feed, running: "asyncio.Task[None]", events: EventPublisher
) -> EventArray:
    """Publish what comes until cancelled; return what is not published yet."""
    sending: asyncio.Task[None] | None = None
    try:
        while not running.done():
            waiting = asyncio.create_task(feed.queue.wait())
            await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                waiting.cancel()
                break
            sending = asyncio.create_task(events.send(waiting.result()))
            await asyncio.shield(sending)
    except asyncio.CancelledError:
        # Asked to end. What comes of our own parting is no fact about the market.
        last = feed.queue.take()
        if sending is not None:
            await sending
        return last
    await running  # it ends by itself only with an error
    return feed.queue.take()


def bus_instruments(instruments: Sequence[GriddedInstrument]) -> tuple[BusInstrument, ...]:
    """Return instruments as the bus knows them, by their numbers."""
    return tuple(BusInstrument(each.name, each.tick_size, each.lot_size) for each in instruments)
