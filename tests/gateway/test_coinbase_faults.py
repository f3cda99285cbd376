"""Whatever goes wrong between us and the venue, our books end as the venue's, and nothing is twice.

Each test lays a fault down on a real local exchange, trades through it, and compares to the digit.
"""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from tests.gateway.coinbase_desk import Desk, opened, trading
from tests.venues.simulated.serving import Client, request_for_tests, serve
from traider.domain.approvals import ApprovedOrder, NotApprovedError
from traider.domain.orders import OrderType
from traider.gateway.coinbase_hearing import HearingTerms
from traider.gateway.coinbase_sending import TAKEN_BACK, TOO_MANY
from traider.gateway.executor import VenueState

pytestmark = pytest.mark.uncounted

FAST = request_for_tests(speed=20.0)
"""Heartbeats come each 50 ms."""


async def trade(desk: Desk) -> None:
    """Send what takes, what rests and is taken back, and a pair that is taken back."""
    taking = [desk.one(OrderType.MARKET, side, size="0.02") for side in (1, -1, 1)]
    resting = [desk.resting(price=str(1000 + number)) for number in range(3)]
    pair = desk.pair("30000", "90000", size="0.01")
    everyone = [*taking, *resting, *pair]
    await desk.until(
        lambda: desk.owner.is_sure and all(life.venue_id or life.is_over for life in everyone)
    )
    desk.cancel(*resting, pair[0])
    await desk.over(*everyone)
    await desk.check()


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "answer_lost", "method": "POST", "path": "/orders", "times": 2},
        {"kind": "answer_lost", "method": "POST", "path": "/orders", "status": 504, "times": 3},
        {"kind": "answer_lost", "path": "/orders/batch_cancel", "times": 2},
        {"kind": "answer_lost", "path": "/orders/historical/fills", "times": 3},
        {"kind": "server_error", "method": "POST", "path": "/orders", "times": 3},
        {"kind": "server_error", "path": "/orders/historical", "times": 6},
        {"kind": "slow", "method": "POST", "path": "/orders", "delay_ms": 30_000},
        {"kind": "late_fill", "delay_ms": 4000, "times": 3},
        {"kind": "duplicate_fill", "times": 5},
        {"kind": "out_of_order_fill", "times": 3},
        {"kind": "fill_before_cancel", "times": 2},
        {"kind": "failed_after_accept", "times": 2},
        {"kind": "partial_fills", "count": 3, "times": 0},
        {"kind": "drop", "channel": "user", "times": 3},
        {"kind": "reorder", "channel": "user", "times": 2},
        {"kind": "malformed", "channel": "user"},
        {"kind": "disconnect", "channel": "user", "times": 3},
    ],
    ids=lambda fault: "-".join(str(value).strip("/") for value in fault.values()),
)
def test_books_are_the_venues_whatever_goes_wrong(fault: dict[str, Any]) -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            await opened(desk)
            await desk.lay(**fault)
            await trade(desk)
            if fault.get("method") == "POST":
                assert desk.owner.unknowns

    serve(scenario, FAST)


def test_too_many_requests_send_no_order_twice() -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            await opened(desk)
            await desk.lay("rate_limited", method="POST", path="/orders")
            await trade(desk)
            assert desk.owner.unknowns

    serve(scenario, FAST)


def test_what_happened_while_nobody_listened_is_told_before_all_is_whole() -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            await opened(desk)
            resting = [desk.resting(price=str(1000 + number)) for number in range(3)]
            legs = desk.pair(str(desk.best(1) - 500), "90000", size="0.01")
            await desk.until(lambda: all(life.venue_id for life in (*resting, *legs)))
            wholes = desk.owner.said.count("whole")
            await desk.lay("maintenance", for_ms=20_000)
            await desk.until(lambda: desk.owner.said[-1] == "broken")
            desk.trade_at(str(desk.best(1) - 600))
            exchange = client.server.exchange
            for life in resting:
                exchange.entry.cancel(exchange.portfolio, life.venue_id)
            assert not any(life.is_over for life in (*resting, *legs))
            seen: list[int] = []
            desk.owner.at_whole = lambda: seen.append(
                sum(life.is_over for life in (*resting, *legs))
            )
            await desk.until(lambda: desk.owner.said.count("whole") > wholes)
            assert seen[0] == 5
            assert legs[0].filled == Decimal("0.01")
            await desk.check()

    serve(scenario, FAST)


def test_orders_that_end_while_no_process_runs_are_told_to_the_next() -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            await opened(desk)
            resting = desk.resting()
            legs = desk.pair(str(desk.best(1) - 500), "90000", size="0.01")
            await desk.until(lambda: bool(resting.venue_id and legs[0].venue_id))
            owner = desk.owner
        owner.said.clear()
        desk.trade_at(str(desk.best(1) - 600))
        async with trading(client, owner) as again:
            # Nothing is remembered of the pair: it is looked up, and its legs are told apart.
            found = await again.executor.find(legs[1].approved, 0)
            assert found is not None
            assert found.state is VenueState.FILLED
            await again.over(*legs)
            assert (legs[0].filled, legs[1].filled) == (Decimal("0.01"), Decimal(0))
            again.cancel(resting)
            await again.over(resting)
            await again.check()

    serve(scenario)


def test_an_order_without_approval_is_not_sent() -> None:
    async def scenario(client: Client) -> int:
        async with trading(client) as desk:
            life = desk.resting()
            forged = ApprovedOrder(life.approved.record, "d41a52c0-0000000000000001", b"\0" * 16)
            with pytest.raises(NotApprovedError):
                desk.executor.send([forged])
            with pytest.raises(NotApprovedError):
                desk.executor.send([life.approved, forged])
            await desk.until(lambda: bool(life.venue_id))
            return len(client.server.exchange.portfolio.orders)

    assert serve(scenario) == 1


def test_more_orders_than_may_wait_are_refused_unsent() -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            desk.executor._sending.placing = desk.executor._terms.sending.waiting_max
            life = desk.resting()
            await desk.over(life)
            assert life.refusals == [TOO_MANY]
            assert not client.server.exchange.portfolio.orders

    serve(scenario)


def test_an_order_that_is_taken_back_before_it_left_does_not_leave() -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            await opened(desk)
            await desk.lay("slow", method="POST", path="/orders", delay_ms=2_000)
            first, second = desk.resting(), desk.resting(price="1001")
            await asyncio.sleep(0.02)  # the first is under way, the second waits for its answer
            desk.cancel(first, second)
            await desk.over(first, second)
            assert second.refusals == [TAKEN_BACK]
            assert [state for state, _ in first.ends] == [VenueState.CANCELLED]
            assert len(client.server.exchange.portfolio.orders) == 1
            await desk.check()

    serve(scenario, FAST)


def test_the_end_of_the_process_leaves_what_is_under_way_unknown() -> None:
    async def scenario(client: Client) -> None:
        async with trading(client, timeout_s=30.0) as desk:
            await desk.lay("slow", method="POST", path="/orders", delay_ms=20_000)
            life = desk.resting()
            await asyncio.sleep(0.05)
        assert desk.owner.unknowns == [life.approved.order_id]

    serve(scenario, FAST)


def test_a_long_life_reads_no_more_after_a_break_than_a_short_one() -> None:
    async def scenario(client: Client) -> None:
        quick = HearingTerms(mark_s=0.02, margin_ns=0)
        async with trading(client, hearing=quick) as desk:
            await opened(desk)
            hearing = desk.executor._hearing
            await desk.over(*(desk.one(OrderType.MARKET, size="0.02") for _ in range(3)))
            last_ns = max(fill.ts_ns for fill in desk.owner.account.fills.values())
            await desk.until(lambda: hearing._since_ns > last_ns)
            resting = desk.resting()
            await desk.until(lambda: bool(resting.venue_id))
            wholes = desk.owner.said.count("whole")
            await desk.lay("disconnect", channel="heartbeats")
            await desk.until(lambda: desk.owner.said.count("whole") > wholes)
            assert desk.owner.told_twice == 0
            desk.cancel(resting)
            await desk.over(resting)
            await desk.check()

    serve(scenario, FAST)
