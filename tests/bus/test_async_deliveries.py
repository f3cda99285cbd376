import asyncio

import pytest

from tests.bus.streams import Ledger, batch
from traider.bus import Bus, BusError
from traider.bus.async_deliveries import AsyncDeliveries


def test_a_slow_task_pauses_the_reader_and_gets_everything(bus: Bus, topic: str) -> None:
    publisher, ledger = bus.publisher(topic), Ledger()

    async def read() -> int:
        with bus.subscribe(topic, "group") as reader:
            async with AsyncDeliveries(reader, ahead=4, hold_s=0.1) as deliveries:
                while ledger.count < 400:
                    delivery = await deliveries.take(10.0)
                    assert delivery is not None
                    ledger.take(delivery)
                    if ledger.count == 200:
                        await asyncio.sleep(0.4)
                    assert await deliveries.commit(delivery)
                return deliveries.pauses

    for first in range(0, 400, 10):
        publisher.publish(batch(first, 10))
    assert asyncio.run(read()) == 1
    assert ledger.numbers("TEST:A") == list(range(400))
    with bus.subscribe(topic, "group") as reader:
        assert reader.take(1.0) is None


def test_nothing_comes_in_the_time_allowed(bus: Bus, topic: str) -> None:
    async def read() -> None:
        with bus.subscribe(topic, "group") as reader:
            async with AsyncDeliveries(reader) as deliveries:
                assert await deliveries.take(0.05) is None

    asyncio.run(read())


def test_what_ends_the_reader_is_told_to_the_task(bus: Bus, topic: str) -> None:
    async def read() -> None:
        reader = bus.subscribe(topic, "group")
        async with AsyncDeliveries(reader) as deliveries:
            reader.close()
            with pytest.raises(BusError, match="closed"):
                await deliveries.take(5.0)

    asyncio.run(read())
