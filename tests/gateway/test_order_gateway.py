"""The gateway over a venue with real books: logged before sent, sent once, told once."""

import asyncio
from pathlib import Path

from tests.gateway.desk import Books, running
from tests.gateway.orders import intent, packed
from traider.domain.events import Kind
from traider.domain.order_states import Filled

ONE = packed(100)
V, S = Kind.VERDICT, Kind.SENT


def test_an_order_goes_out_and_comes_back_as_events(tmp_path: Path) -> None:
    async def scene() -> None:
        books = Books(tmp_path)
        async with running(books) as desk:
            assert desk.gateway.is_ready
            desk.want([intent(ONE)])
            assert desk.kinds() == [V, S]
            await desk.quiet()
            placed = books.venue.named("v-0")
            for lots in (4, 6):
                fill = books.venue.trade(placed, lots)
                assert fill is not None
                desk.connection.tell_fill(fill)
            await desk.quiet()
            assert desk.kinds() == [V, S, Kind.ACK, Kind.FILL, Kind.FILL]
            reports = books.reports.events
            assert reports["leaves"][3:].tolist() == [6, 0]
            assert reports["fee"][3:].tolist() == [20_000_000, 30_000_000]
            life = desk.log.lives.get(ONE)
            assert life is not None
            assert life.state == Filled(10)
            assert desk.log.lives.position_lots == {0: 10}

    asyncio.run(scene())
