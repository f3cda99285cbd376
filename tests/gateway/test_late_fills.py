"""A fill that comes after memory let go of its order is booked from the disk, and once."""

import asyncio
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.desk import Books, running
from tests.gateway.fake_venue import LOT, PRICE, SYMBOL
from tests.gateway.orders import NOW_NS, cancel, intent, packed
from traider.domain.events import Kind
from traider.gateway.executor import VenueFill
from traider.gateway.order_lives import OrderLives

ORDERS: Final = 24
KEPT: Final = 3
FIRST: Final = 100


def late(number: int, place: int) -> VenueFill:
    """Return the fill of one lot of an order that was taken back."""
    return VenueFill(
        fill_id=f"late-{number}",
        venue_id=f"v-{place}",
        instrument=0,
        symbol=SYMBOL,
        side=1,
        price=PRICE,
        size=LOT,
        fee=Decimal("0.05"),
        is_maker=True,
        ts_ns=NOW_NS + number,
        order_id=packed(FIRST + place),
    )


async def play(folder: Path, places: list[int]) -> list[int]:
    """Take many orders back, hear of fills of some of them, again and again; return those told."""
    async with running(Books(folder)) as desk:
        lives = desk.log.lives
        lives._ended_kept = KEPT
        for place in range(ORDERS):
            desk.want([intent(packed(FIRST + place))])
            await desk.quiet()
            desk.want([cancel(packed(FIRST + place))])
            await desk.quiet()
            assert len(lives.ended()) <= KEPT
        assert lives.get(packed(FIRST)) is None
        fills = [late(number, place) for number, place in enumerate(places)]
        for fill in (*fills, *fills):
            desk.connection.tell_fill(fill)
            await desk.quiet()
            # Whoever compares books asks no more for fills as old as this one.
            desk.gateway.account.forget(2 * NOW_NS)
            assert len(lives.ended()) <= KEPT
        told = desk.books.reports.events[desk.books.reports.events["kind"] == Kind.FILL]
        assert lives.position_lots == {0: len(fills)}
        assert desk.gateway.account.holding(0).size == len(fills) * LOT
        whole = OrderLives()
        for events in desk.log.events_after(0):
            whole.take(events)
        for place in set(places):
            found, known = desk.log.find(packed(FIRST + place)), whole.get(packed(FIRST + place))
            assert found is not None
            assert known is not None
            assert found.filled_lots == known.filled_lots == places.count(place)
        return list(map(int, told["order_id"]))


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, ORDERS - 1), min_size=1, max_size=8))
def test_a_fill_of_an_order_that_memory_let_go_of_is_booked_once(places: list[int]) -> None:
    with TemporaryDirectory() as folder:
        told = asyncio.run(play(Path(folder), places))
    assert told == [packed(FIRST + place) for place in places]
