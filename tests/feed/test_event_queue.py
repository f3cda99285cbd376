import asyncio

import pytest

from tests.feed.test_conflation import events_of
from traider.domain.events import EventArray, Kind
from traider.feed.event_queue import EventQueue

UP, TRADE = Kind.DEPTH_UPDATE, Kind.TRADE


def changes(count: int) -> EventArray:
    return events_of([(UP, 0, 1, 7, number) for number in range(count)])


def test_what_is_put_is_taken_once_in_order() -> None:
    queue = EventQueue(10)
    queue.put(changes(2))
    queue.put(changes(0))
    queue.put(changes(3))
    assert len(queue) == 5
    assert [int(e["size"]) for e in queue.take()] == [0, 1, 0, 1, 2]
    assert (len(queue), len(queue.take())) == (0, 0)


def test_too_many_changes_are_merged_and_counted() -> None:
    queue = EventQueue(10)
    queue.put(changes(11))
    assert (len(queue), queue.conflations, queue.dropped_changes, queue.overflows) == (1, 1, 10, 0)
    assert int(queue.take()["size"][0]) == 10


def test_snapshots_that_another_replaced_do_not_wait() -> None:
    queue = EventQueue(100)
    snapshot = events_of([(Kind.DEPTH_SNAPSHOT, 0, 1, k + 1, k) for k in range(50)])
    for _ in range(200):
        queue.put(snapshot)
    assert len(queue) <= 2 * queue.capacity
    assert queue.dropped_changes == 200 * 50 - len(queue)
    assert queue.take()[-50:]["price"].tolist() == list(range(1, 51))


def test_trades_are_never_dropped() -> None:
    queue = EventQueue(10)
    for _ in range(30):
        queue.put(events_of([(TRADE, 0, 1, 7, 1)]))
    assert queue.overflows >= 1
    assert queue.conflations < 10  # not at every put
    assert len(queue.take()) == 30
    queue.put(changes(11))
    assert queue.dropped_changes == 10  # the capacity is back after a take


def test_a_consumer_waits_until_something_comes() -> None:
    async def run() -> tuple[int, bool]:
        queue = EventQueue()
        waiting = asyncio.create_task(queue.wait())
        await asyncio.sleep(0)
        was_done = waiting.done()
        queue.put(changes(2))
        return len(await waiting), was_done

    assert asyncio.run(run()) == (2, False)


def test_a_queue_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="a queue for 0"):
        EventQueue(0)
