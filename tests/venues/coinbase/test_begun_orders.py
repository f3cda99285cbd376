"""Laws of an order that leaves at once.

1. What came of it is told as of one that ``place`` sends, whatever the answer, and it is sent once.
2. Where it cannot leave at once nothing is sent, and ``place`` does it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.venues.coinbase.approved import approved, entry_of, intent
from tests.venues.coinbase.keys import KEY
from tests.venues.coinbase.scripted_server import Answer, Asked, asking
from traider.domain.approvals import ApprovedOrder, NotApprovedError
from traider.domain.orders import OrderType
from traider.venues.coinbase.order_entry import Accepted, OrderEntry, Refused, Unknown
from traider.venues.coinbase.rest_session import RestSession

ORDER = approved(intent(OrderType.LIMIT, size="0.001", price="50000"))
PLACED = Answer({"success": True, "success_response": {"order_id": "o-1"}})
REFUSED = Answer({"success": False, "error_response": {"error": "INSUFFICIENT_FUND"}})


async def warm(session: RestSession) -> asyncio.Task[None]:
    """Have connections kept, and return when one is ready."""
    keeping = asyncio.create_task(session.keep_warm())
    async with asyncio.timeout(30.0):
        while session.warm_ready < 2:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.001)
    return keeping


@asynccontextmanager
async def standing(
    *answers: Answer, **terms: Any
) -> AsyncIterator[tuple[OrderEntry, RestSession, list[Asked]]]:
    """Give an entry whose session has connections that are ready."""
    async with asking(*answers, key=KEY, **terms) as (session, asked):
        keeping = await warm(session)
        yield entry_of(session), session, asked
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (PLACED, Accepted),
        (REFUSED, Refused),
        (Answer(b"Unauthorized", 401), Refused),
        (Answer({}, 429, {"Retry-After": "0.01"}), Unknown),
        (Answer(b"<html>", 503), Unknown),
        (Answer({}), Unknown),
        (Answer(cuts=True), Unknown),
        (Answer({}, delay_s=0.6), Unknown),
    ],
)
def test_law_1(answer: Answer, kind: type[Accepted | Refused | Unknown]) -> None:
    async def scenario() -> None:
        async with standing(answer, timeout_s=0.2) as (entry, _, asked):
            begun = entry.begin([ORDER])
            assert begun is not None
            found = await entry.finish(begun)
            assert isinstance(found, kind)
            assert [each.path for each in asked] == ["/api/v3/brokerage/orders"]
            placed = await entry.place([ORDER])
            assert type(placed) is type(found)
            assert asked[1].body == asked[0].body
            if isinstance(found, Accepted | Refused):
                assert placed == found

    asyncio.run(scenario())


def test_law_2_nothing_stands_ready() -> None:
    async def scenario() -> None:
        async with asking(PLACED, key=KEY) as (session, asked):
            assert entry_of(session).begin([ORDER]) is None
            assert asked == []

    asyncio.run(scenario())


def test_law_2_the_limit_is_used_up() -> None:
    async def scenario() -> None:
        async with standing(PLACED, private_per_second=0.001, burst=1) as (entry, _, asked):
            begun = entry.begin([ORDER])
            assert begun is not None
            assert entry.begin([ORDER]) is None
            await entry.finish(begun)
            assert len(asked) == 1

    asyncio.run(scenario())


def test_nothing_leaves_that_was_not_approved() -> None:
    async def scenario() -> None:
        by_hand = ApprovedOrder(ORDER.record, ORDER.client_order_id, bytes(16))
        async with standing(PLACED) as (entry, _, asked):
            with pytest.raises(NotApprovedError):
                entry.begin([ORDER, by_hand])
            assert asked == []

    asyncio.run(scenario())
