"""A leader that was frozen while another took over: none of its orders reaches the venue.

1. It finds out before it asks the gateway for anything.
2. Frozen behind that look, its orders are refused by their epoch, and the log says so.
"""

import asyncio
from pathlib import Path

import pytest

from tests.gateway.desk import Books, Desk, running
from tests.gateway.orders import APPROVED, intent, packed
from tests.ports.log import MemoryLog
from tests.runtime.leadership.test_lease import taken
from traider.domain.events import Kind
from traider.kernel.codes import Verdict
from traider.runtime.leadership.file_lease import FileLease
from traider.runtime.leadership.leadership import Leadership
from traider.runtime.leadership.lease import LeaseLostError, LeaseTerms
from traider.runtime.leadership.led_gateway import LedGateway

TERMS = LeaseTerms(0.2)


def leader(folder: Path) -> Leadership:
    """Return a leadership that nothing renews: of a process that freezes at once."""
    lease = FileLease(folder, TERMS)
    return Leadership(lease, taken(lease), MemoryLog(), lambda _: None)


def verdicts(desk: Desk, order_id: int) -> list[int]:
    """Return the verdicts that were reported about an order."""
    events = desk.books.reports.events
    about = (events["kind"] == Kind.VERDICT) & (events["order_id"] == order_id)
    return [int(code) for code in events["code"][about]]


def test_laws_1_and_2_no_order_of_an_old_leader_reaches_the_venue(tmp_path: Path) -> None:
    old = leader(tmp_path)

    async def traded() -> Books:
        books = Books(tmp_path / "orders")
        async with running(books) as desk:
            led = LedGateway(desk.gateway, old)
            ready = [led.is_ready]
            first = packed(100, epoch=old.epoch)
            books.wanted.append(intent(first))
            led.submit(intent(first), [APPROVED])
            await desk.quiet()
            assert verdicts(desk, first) == [Verdict.APPROVED]

            new = leader(tmp_path)  # which waits until the old one's time is over
            assert new.epoch == 2
            await desk.start()
            ready.append(led.is_ready)
            assert ready == [True, False]
            with pytest.raises(LeaseLostError):
                led.submit(intent(packed(101, epoch=1)), [APPROVED])
            with pytest.raises(LeaseLostError):
                await led.start(1, 0, intent(packed(101, epoch=1))[:0])
            assert verdicts(desk, packed(101, epoch=1)) == []

            late = packed(102, epoch=1)
            books.wanted.append(intent(late))
            desk.gateway.submit(intent(late), [APPROVED])
            await desk.quiet()
            assert verdicts(desk, late) == [Verdict.OLD_EPOCH]
            led.observe(desk.books.reports.events)

            following = packed(103, epoch=2)
            books.wanted.append(intent(following))
            LedGateway(desk.gateway, new).submit(intent(following), [APPROVED])
            await desk.quiet()
            assert verdicts(desk, following) == [Verdict.APPROVED]
        return books

    books = asyncio.run(traded())
    names = {name.rpartition("-")[2] for name in books.venue.orders}
    assert names == {f"{packed(100, epoch=1):016x}", f"{packed(103, epoch=2):016x}"}
    assert books.venue.doubles == []
