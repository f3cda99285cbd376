import asyncio

from tests.bus.streams import Ledger, batch, drain, instrument, numbered
from traider.bus import EventPublisher, InProcessBus, InProcessTerms, Source
from traider.domain.events import join_events
from traider.domain.ports import EventSink


def test_instruments_are_counted_apart_and_long_runs_are_cut() -> None:
    bus = InProcessBus(InProcessTerms(1))
    source = Source("feed", 3, [instrument("TEST:A"), instrument("TEST:B")])
    publisher = EventPublisher(bus.publisher("market"), source, 4)
    sink: EventSink = publisher
    sink.append(join_events([numbered(0, 6), numbered(0, 3, 1), numbered(6, 1)]))
    publisher.append(numbered(3, 1, 1))
    with bus.subscribe("market", "group") as reader:
        taken = [reader.take(0.0) for _ in range(4)]
    told = [(e.batch.key, e.batch.epoch, e.batch.first, len(e.batch.events)) for e in taken if e]
    assert told == [
        ("TEST:A", 3, 0, 4), ("TEST:A", 3, 4, 3), ("TEST:B", 3, 0, 3), ("TEST:B", 3, 3, 1),
    ]  # fmt: skip
    assert publisher.events == 11


def test_sending_lets_the_loop_go_on_while_there_is_no_room() -> None:
    bus = InProcessBus(InProcessTerms(1, queue_events=10, retain_events=10))
    publisher = EventPublisher(bus.publisher("market"), Source("feed", 1, [instrument()]), 10)
    ledger, turns = Ledger(), 0

    async def read() -> None:
        nonlocal turns
        with bus.subscribe("market", "group") as reader:
            while ledger.count < 200:
                turns += 1
                await asyncio.sleep(0.001)
                drain(reader, ledger, ledger.count + 1)

    async def both() -> None:
        reading = asyncio.create_task(read())
        await asyncio.sleep(0)
        await publisher.send(numbered(0, 200))
        await reading

    asyncio.run(both())
    assert ledger.numbers("TEST:A") == list(range(200))
    assert turns == 20


def test_an_end_is_told_of_every_instrument() -> None:
    bus = InProcessBus(InProcessTerms(1))
    source = Source("feed", 1, [instrument("TEST:A"), instrument("TEST:B")])
    publisher = EventPublisher(bus.publisher("market"), source)
    publisher.append(numbered(0, 6))
    publisher.end()
    publisher.end()  # said twice, told once
    with bus.subscribe("market", "group") as reader:
        taken = []
        while (delivery := reader.take(0.0)) is not None:
            taken.append((delivery.batch.key, delivery.batch.end, delivery.batch.is_last))
    assert taken == [("TEST:A", 6, False), ("TEST:A", 6, True), ("TEST:B", 0, True)]


def test_a_batch_since_a_number_is_what_follows() -> None:
    whole = batch(10, 5)
    assert [int(e["price"]) for e in whole.since(12).events] == [12, 13, 14]
    assert (whole.since(12).first, whole.since(3).first, whole.since(99).first) == (12, 10, 99)
