"""Events of a feed handed over: at once after a while, together when they come in a hurry."""

import asyncio
import contextlib

import pytest

from tests.feed.plain_books import PlainBooks
from tests.ports.alert import MemoryAlerts
from tests.ports.log import MemoryLog
from traider.domain.events import EventArray, empty_events, join_events
from traider.feed.feed import Feed
from traider.feed.feed_ports import FeedPorts
from traider.journal import JournalFailedError
from traider.ops.clock import SystemClock
from traider.runtime.live_feed import keep


class Kept:
    def __init__(self) -> None:
        self.parts: list[EventArray] = []

    def append(self, events: EventArray) -> None:
        if len(events):
            self.parts.append(events)


def numbered(first: int, count: int) -> EventArray:
    events = empty_events(count)
    events["w0"] = range(first, first + count)
    return events


def handed_over(pause_s: float) -> Kept:
    """Put an event into a feed's queue thirty times, a millisecond apart, then end it."""
    kept = Kept()

    async def scenario() -> None:
        ports = FeedPorts(SystemClock(), MemoryLog(), MemoryAlerts())
        feed = Feed([], PlainBooks(0), ports)
        keeping = asyncio.create_task(keep(feed, kept, pause_s))
        for number in range(30):
            await asyncio.sleep(0.001)
            feed.queue.put(numbered(number, 1))
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping

    asyncio.run(scenario())
    return kept


def test_nothing_waits_without_a_pause() -> None:
    kept = handed_over(0.0)
    assert [len(part) for part in kept.parts] == [1] * 30


def test_what_comes_in_a_pause_goes_over_together_and_nothing_is_left_at_the_end() -> None:
    kept = handed_over(10.0)
    assert [len(part) for part in kept.parts] == [1, 29]
    assert join_events(kept.parts)["w0"].tolist() == list(range(30))


class Refusing(Kept):
    def append(self, events: EventArray) -> None:
        super().append(events)
        if len(events):
            raise JournalFailedError("the disk refuses", fix="mend it")


def test_a_message_is_handed_over_before_the_next_is_read_and_a_fault_ends_the_keeping() -> None:
    refusing = Refusing()

    async def scenario() -> None:
        ports = FeedPorts(SystemClock(), MemoryLog(), MemoryAlerts())
        feed = Feed([], PlainBooks(0), ports)
        keeping = asyncio.create_task(keep(feed, refusing))
        await asyncio.sleep(0.001)
        feed.queue.put(numbered(1, 2))
        feed.on_message()
        assert [len(part) for part in refusing.parts] == [2]
        with pytest.raises(ExceptionGroup) as found:
            await keeping
        assert found.group_contains(JournalFailedError)

    asyncio.run(scenario())
    assert len(refusing.parts) == 1
