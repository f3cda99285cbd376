"""Reports reach the trader after the orders of the same turn have left, in their order."""

import asyncio

import pytest

from tests.kernel.builders import record
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind
from traider.runtime.trading.later_reports import LaterReports


class Taker:
    def __init__(self, said: list[str], *, fails: bool = False) -> None:
        self._said, self._fails = said, fails

    def report(self, events: EventArray) -> None:
        if self._fails:
            raise DataError("the disk is full")
        self._said.append(f"reports {events['order_id'].tolist()}")


def verdict(order_id: int) -> EventArray:
    return record(Kind.VERDICT, 1, order_id=order_id)


def test_an_order_leaves_before_its_reports_are_worked_off() -> None:
    said: list[str] = []

    async def write() -> None:
        said.append("written")

    async def send() -> None:
        # As an HTTP client does before Python 3.12: the request is written by a task of its own.
        await asyncio.create_task(write())

    async def scenario() -> None:
        later = LaterReports(Taker(said))
        running = asyncio.create_task(later.run())
        await asyncio.sleep(0)
        later.append(verdict(1))
        sending = asyncio.create_task(send())
        later.append(verdict(2))
        assert said == []
        await sending
        while len(said) < 2:  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0)
        later.append(verdict(3))
        later.flush()
        running.cancel()

    asyncio.run(scenario())
    assert said == ["written", "reports [1, 2]", "reports [3]"]


def test_a_fault_of_the_trader_ends_it() -> None:
    async def scenario() -> None:
        later = LaterReports(Taker([], fails=True))
        later.append(verdict(1))
        with pytest.raises(DataError, match="full"):
            await asyncio.wait_for(later.run(), 5)

    asyncio.run(scenario())
