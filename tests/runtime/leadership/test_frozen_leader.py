"""A leader frozen by the system, and the gateway's own process: no order of it comes late.

Law: from the moment that the gateway knows a later leader, the venue gets none of the old one's
orders, whether the old one looks at its lease before it orders or not.
"""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.gateway.desk import Books
from tests.gateway.test_process_gateway import Process
from tests.runtime.leadership.traders import Trader
from traider.domain.orders import OrderId


def epochs_of(books: Books) -> list[int]:
    """Return the epochs of the orders that the venue has, in the order they came."""
    names = (name.rpartition("-")[2] for name in books.venue.orders)
    return [OrderId.unpack(int(name, 16)).epoch for name in names]


@pytest.mark.parametrize(("how", "said"), [("led", "lost"), ("blind", "fenced")])
def test_nothing_of_a_frozen_leader_comes_late(tmp_path: Path, how: str, said: str) -> None:
    path = tmp_path / "gateway.sock"

    def ordering() -> Trader:
        return Trader("tests.runtime.leadership.ordering", str(tmp_path), str(path), how)

    async def scene(old: Trader, new: Trader) -> Books:
        books = Books(tmp_path / "orders")
        async with Process(books, path).running() as process:
            await asyncio.to_thread(old.until, "leads 1")
            await orders_come(books, process, 1)
            old.signal(signal.SIGSTOP)
            await asyncio.to_thread(new.until, "leads 2")
            await orders_come(books, process, 2)
            old.signal(signal.SIGCONT)
            assert await asyncio.to_thread(old.until, said) == said
            await orders_come(books, process, 2)
        return books

    old = ordering()
    try:
        old.until("waits")
        new = ordering()
        try:
            books = asyncio.run(scene(old, new))
        finally:
            new.end()
    finally:
        old.end()
    epochs = epochs_of(books)
    assert set(epochs) == {1, 2}
    assert epochs == sorted(epochs)
    assert books.venue.doubles == []


async def orders_come(books: Books, process: Process, epoch: int) -> None:
    """Wait until the venue has some more orders of a leader."""
    before = epochs_of(books).count(epoch)
    async with asyncio.timeout(10.0):
        while epochs_of(books).count(epoch) < before + 5:
            process.desk.connection.deliver()
            await asyncio.sleep(0.01)
