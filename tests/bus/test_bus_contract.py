"""What every bus does, whichever it is.

Laws:
1. Every event of a key comes, once, in the order it was published.
2. What was committed does not come again to the group; what was not, does.
3. What comes twice is taken once, within a life of the reader and across its restart.
4. What is missing is told.
5. Readers of a group share the keys; when a share changes hands nothing is lost or done twice.
"""

import threading

import pytest

from tests.bus.streams import Ledger, batch, drain, instrument, numbered, numbers
from traider.bus import Bus, BusError, EventPublisher, Position, Source
from traider.bus.batches import last_batch
from traider.domain.events import empty_events

NAMES = [f"TEST:{letter}" for letter in "ABCDEF"]


def mixed_publisher(bus: Bus, topic: str, batch_events: int = 50) -> EventPublisher:
    source = Source("test", 1, [instrument(name) for name in NAMES])
    return EventPublisher(bus.publisher(topic), source, batch_events)


def test_every_event_comes_in_the_order_of_its_key(bus: Bus, topic: str) -> None:
    publisher = mixed_publisher(bus, topic)
    events = empty_events(3_000)
    for place in range(3_000):
        events[place : place + 1] = numbered(place, 1, place * 7 % len(NAMES))
    for begin in range(0, 3_000, 250):
        publisher.append(events[begin : begin + 250])
    publisher.end()
    ledger = Ledger()
    with bus.subscribe(topic, "all") as reader:
        drain(reader, ledger, 3_000)
        for number, name in enumerate(NAMES):
            sent = events[events["instrument"] == number]
            assert b"".join(part.tobytes() for part in ledger.events[name]) == sent.tobytes()
        assert (ledger.missing, reader.duplicates, publisher.events) == (0, 0, 3_000)


def test_a_delivery_tells_what_was_published(bus: Bus, topic: str) -> None:
    publisher = bus.publisher(topic)
    publisher.publish(batch(5, 3, epoch=7))
    publisher.publish(last_batch(instrument(), "test", Position(7, 8)))
    with bus.subscribe(topic, "all") as reader:
        first, last = reader.take(10.0), reader.take(10.0)
    assert first is not None
    assert last is not None
    assert first.batch.instrument == instrument()
    assert (first.batch.producer, first.position) == ("test", Position(7, 8))
    assert (first.missing, first.begins_anew, first.batch.is_last) == (0, False, False)
    assert (len(last.batch.events), last.batch.is_last) == (0, True)
    # Compiled functions write to events of their own, and are compiled for such alone.
    assert first.batch.events.flags.writeable


def test_each_group_gets_everything(bus: Bus, topic: str) -> None:
    bus.publisher(topic).publish(batch(0, 100))
    for group in ("one", "other"):
        ledger = Ledger()
        with bus.subscribe(topic, group) as reader:
            drain(reader, ledger, 100)
        assert ledger.numbers("TEST:A") == list(range(100))


def test_a_group_goes_on_behind_its_commit(bus: Bus, topic: str) -> None:
    publisher = bus.publisher(topic)
    for first in range(0, 100, 10):
        publisher.publish(batch(first, 10))
    ledger = Ledger()
    with bus.subscribe(topic, "group") as reader:
        drain(reader, ledger, 40)
        drain(reader, ledger, 60, commit=False)
    again = Ledger()
    with bus.subscribe(topic, "group") as reader:
        drain(reader, again, 60)
    assert again.numbers("TEST:A") == list(range(40, 100))


def test_a_commit_holds_for_the_deliveries_before_it(bus: Bus, topic: str) -> None:
    publisher = bus.publisher(topic)
    for first in range(0, 50, 10):
        publisher.publish(batch(first, 10))
    with bus.subscribe(topic, "group") as reader:
        taken = [reader.take(10.0) for _ in range(3)]
        assert taken[2] is not None
        assert reader.commit(taken[2])
    with bus.subscribe(topic, "group") as reader:
        following = reader.take(10.0)
    assert following is not None
    assert following.batch.first == 30


def test_what_comes_twice_is_taken_once(bus: Bus, topic: str) -> None:
    publisher = bus.publisher(topic)
    for first, count in ((0, 20), (0, 20), (10, 20), (30, 5), (25, 5), (35, 1)):
        publisher.publish(batch(first, count))
    ledger = Ledger()
    with bus.subscribe(topic, "group") as reader:
        drain(reader, ledger, 36)
        assert ledger.numbers("TEST:A") == list(range(36))
        assert (reader.duplicates, reader.missing) == (20 + 10 + 5, 0)


def test_what_comes_twice_across_a_restart_is_taken_once(bus: Bus, topic: str) -> None:
    publisher = bus.publisher(topic)
    publisher.publish(batch(0, 20))
    ledger = Ledger()
    with bus.subscribe(topic, "group") as reader:
        drain(reader, ledger, 20)
    publisher.publish(batch(0, 20))
    publisher.publish(batch(15, 10))
    with bus.subscribe(topic, "group") as reader:
        drain(reader, ledger, 25)
        assert reader.duplicates == 25
    assert ledger.numbers("TEST:A") == list(range(25))


def test_what_the_reader_itself_knows_is_not_done_again(bus: Bus, topic: str) -> None:
    publisher = bus.publisher(topic)
    for first in range(0, 50, 10):
        publisher.publish(batch(first, 10))
    ledger = Ledger()
    with bus.subscribe(topic, "group", ledger) as reader:
        drain(reader, ledger, 30, commit=False)  # done and written down, but killed before a commit
    with bus.subscribe(topic, "group", ledger) as reader:
        drain(reader, ledger, 50)
        assert reader.duplicates == 30
    assert ledger.numbers("TEST:A") == list(range(50))


def test_a_gap_is_told(bus: Bus, topic: str) -> None:
    publisher = bus.publisher(topic)
    publisher.publish(batch(0, 10))
    publisher.publish(batch(17, 10))
    ledger = Ledger()
    with bus.subscribe(topic, "group") as reader:
        drain(reader, ledger, 20)
        assert (ledger.missing, reader.missing) == (7, 7)
    publisher.publish(batch(30, 10))
    with bus.subscribe(topic, "group") as reader:
        drain(reader, ledger, 30)
        assert reader.missing == 3


def test_an_epoch_begins_anew_and_ends_the_one_before(bus: Bus, topic: str) -> None:
    publisher = bus.publisher(topic)
    publisher.publish(batch(0, 10, epoch=1))
    publisher.publish(batch(0, 5, epoch=2))
    publisher.publish(batch(10, 10, epoch=1))  # of a producer that does not know it was replaced
    publisher.publish(batch(5, 5, epoch=2))
    with bus.subscribe(topic, "group") as reader:
        taken = [reader.take(10.0) for _ in range(3)]
        assert reader.take(0.1) is None
    told = [(each.position, each.begins_anew, each.missing) for each in taken if each]
    assert told == [
        (Position(1, 10), False, 0),
        (Position(2, 5), True, 0),
        (Position(2, 10), False, 0),
    ]


def test_nothing_comes_while_paused_and_everything_after(bus: Bus, topic: str) -> None:
    publisher = bus.publisher(topic)
    publisher.publish(batch(0, 10))
    ledger = Ledger()
    with bus.subscribe(topic, "group") as reader:
        drain(reader, ledger, 10)
        reader.pause()
        publisher.publish(batch(10, 10))
        assert reader.take(0.3) is None
        reader.resume()
        drain(reader, ledger, 20)
    assert ledger.numbers("TEST:A") == list(range(20))


def test_a_slow_reader_loses_nothing(bus: Bus, topic: str) -> None:
    publisher = mixed_publisher(bus, topic, 500)
    total = 60_000  # six times what may wait in one process

    def publish() -> None:
        for begin in range(0, total, 1_000):
            publisher.append(numbered(begin, 1_000))
        publisher.end(60.0)

    ledger = Ledger()
    with bus.subscribe(topic, "group") as reader:
        thread = threading.Thread(target=publish)
        thread.start()
        while ledger.count < total:
            drain(reader, ledger, ledger.count + 10_000)
            threading.Event().wait(0.02)
        thread.join()
    assert ledger.numbers("TEST:A") == list(range(total))
    assert ledger.missing == 0


def test_a_second_reader_joins_and_leaves_in_mid_stream(bus: Bus, topic: str) -> None:
    publisher = mixed_publisher(bus, topic, 10)
    total, ledger, rounds = 0, Ledger(), 0

    def publish() -> None:
        nonlocal total
        for number in range(len(NAMES)):
            publisher.append(numbered(total // len(NAMES), 20, number))
        total += 20 * len(NAMES)

    first = bus.subscribe(topic, "group", ledger)
    publish()
    drain(first, ledger, total)
    second, by_second = bus.subscribe(topic, "group", ledger), 0
    while not by_second:
        rounds += 1
        assert rounds < 200, "the second reader got nothing"
        publish()
        for reader in (first, second, first, second):
            before = ledger.count
            while (delivery := reader.take(0.02)) is not None:
                ledger.take(delivery)
                reader.commit(delivery)
            by_second += ledger.count - before if reader is second else 0
    assert ledger.given_up
    first.close()
    publish()
    drain(second, ledger, total)
    second.close()
    for name in NAMES:
        assert ledger.numbers(name) == list(range(total // len(NAMES)))
    assert ledger.missing == 0


def test_a_commit_of_a_share_that_was_given_away_is_refused(bus: Bus, topic: str) -> None:
    publisher = bus.publisher(topic)
    for name in NAMES:
        publisher.publish(batch(0, 10, name))
    ledger = Ledger()
    with bus.subscribe(topic, "group", ledger) as first:
        held = [delivery for _ in NAMES if (delivery := first.take(10.0)) is not None]
        with bus.subscribe(topic, "group", ledger) as second:
            for _ in range(400):
                first.take(0.01)
                if second.take(0.01) is not None:
                    break
            else:
                pytest.fail("the second reader got nothing")
            kept = {delivery.batch.key: first.commit(delivery) for delivery in held}
    refused = {name for name, is_kept in kept.items() if not is_kept}
    assert refused
    assert refused <= set(ledger.given_up)


def test_what_is_closed_takes_and_gives_nothing(bus: Bus, topic: str) -> None:
    publisher = bus.publisher(topic)
    publisher.publish(batch(0, 1))
    publisher.close()
    publisher.close()
    with pytest.raises(BusError, match="closed"):
        publisher.offer(batch(1, 1))
    reader = bus.subscribe(topic, "group")
    reader.close()
    reader.close()
    with pytest.raises(BusError, match="closed"):
        reader.take(0.1)


def test_numbers_are_what_the_tests_believe() -> None:
    assert numbers(batch(3, 4).events) == [3, 4, 5, 6]
