import threading

import pytest

from tests.bus.streams import Ledger, batch, drain
from traider.bus import BusFullError, InProcessBus, InProcessTerms


def test_a_publisher_waits_for_the_slowest_reader() -> None:
    bus = InProcessBus(InProcessTerms(1, queue_events=100, retain_events=100))
    publisher = bus.publisher("market")
    with bus.subscribe("market", "slow") as slow, bus.subscribe("market", "fast") as fast:
        assert publisher.offer(batch(0, 60))
        assert publisher.offer(batch(60, 40))
        assert not publisher.offer(batch(100, 1))
        for _ in range(2):
            assert fast.take(0.0) is not None
        assert not publisher.offer(batch(100, 1))
        with pytest.raises(BusFullError, match=r"no reader took enough for 0\.05 s"):
            publisher.publish(batch(100, 1), 0.05)
        thread = threading.Thread(target=publisher.publish, args=(batch(100, 1), 10.0))
        thread.start()
        assert slow.take(0.0) is not None
        thread.join()
        assert publisher.offer(batch(101, 30))


def test_a_batch_larger_than_the_queue_goes_through_alone() -> None:
    bus = InProcessBus(InProcessTerms(1, queue_events=10, retain_events=10))
    publisher = bus.publisher("market")
    with bus.subscribe("market", "group") as reader:
        assert publisher.offer(batch(0, 50))
        assert not publisher.offer(batch(50, 1))
        delivery = reader.take(0.0)
        assert delivery is not None
        assert len(delivery.batch.events) == 50
        assert publisher.offer(batch(50, 1))


def test_memory_is_bounded_where_nobody_reads_and_a_group_that_was_away_is_told() -> None:
    bus = InProcessBus(InProcessTerms(1, queue_events=100, retain_events=100))
    publisher, ledger = bus.publisher("market"), Ledger()
    with bus.subscribe("market", "away") as reader:
        publisher.publish(batch(0, 10))
        drain(reader, ledger, 10)
    for first in range(10, 1_010, 10):
        assert publisher.offer(batch(first, 10))
    with bus.subscribe("market", "away") as reader:
        drain(reader, ledger, 110)
        assert reader.missing == 900
    assert ledger.numbers("TEST:A") == [*range(10), *range(910, 1_010)]


def test_a_late_group_reads_from_the_oldest_that_is_kept() -> None:
    bus = InProcessBus(InProcessTerms(1, queue_events=100, retain_events=100))
    publisher = bus.publisher("market")
    for first in range(0, 1_000, 10):
        publisher.publish(batch(first, 10))
    with bus.subscribe("market", "late") as reader:
        delivery = reader.take(0.0)
    assert delivery is not None
    assert (delivery.batch.first, delivery.missing) == (900, 0)


def test_terms_that_could_drop_what_waits_are_refused() -> None:
    with pytest.raises(ValueError, match="must be kept"):
        InProcessTerms(1, queue_events=100, retain_events=99)
    with pytest.raises(ValueError, match="partition"):
        InProcessTerms(0)


def test_a_closed_bus_keeps_nothing() -> None:
    bus = InProcessBus()
    bus.publisher("market").publish(batch(0, 10))
    bus.close()
    with bus.subscribe("market", "group") as reader:
        assert reader.take(0.0) is None
