"""The user channel over real sockets, against the local exchange and what goes wrong there."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

from tests.ports.log import MemoryLog
from tests.venues.simulated.serving import Client, request_for_tests, serve
from traider.ops.clock import SystemClock
from traider.venues.backoff import BackoffTerms
from traider.venues.coinbase.account_reads import AccountReads
from traider.venues.coinbase.rest_messages import Fill, Order, amount
from traider.venues.coinbase.rest_session import RestSession, RestTerms
from traider.venues.coinbase.token import ApiKey
from traider.venues.coinbase.user_feed import UserFeed, UserFeedTerms
from traider.venues.coinbase.user_orders import OVER, OrderUpdate

FAST = request_for_tests(speed=20.0)
"""Heartbeats come each 50 ms."""
PAUSES = BackoffTerms(first_s=0.02, longest_s=0.1, stable_s=60.0)
ORDERS = 60


class Account:
    """An owner of a feed that asks REST for what is absent, and lets a test wait."""

    def __init__(self, client: Client, reads: AccountReads, key: ApiKey, **terms: Any) -> None:
        url = client.server.url("/ws/user", "ws")
        quick = {"silence_s": 5.0, "patience_s": 1.0, "backoff": PAUSES, **terms}
        self.client = client
        self.feed = UserFeed(key, self, SystemClock(), MemoryLog(), UserFeedTerms(url, **quick))
        self.updates: list[OrderUpdate] = []
        self.said: list[str] = []
        self.reads = reads
        self._tasks: set[asyncio.Task[None]] = set()

    def updated(self, update: OrderUpdate) -> None:
        self.updates.append(update)

    def whole(self, absent: tuple[str, ...]) -> None:
        self.said.append("whole")
        task = asyncio.create_task(self._ask(absent))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def broken(self, why: str) -> None:
        assert why
        self.said.append("broken")

    async def _ask(self, absent: tuple[str, ...]) -> None:
        for order_id in absent:
            self.feed.settle(await self.reads.order(order_id))

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(15.0):
            while not is_so():  # noqa: ASYNC110 - what is waited for tells nobody
                await asyncio.sleep(0.01)

    def open_ids(self) -> set[str]:
        """Return the orders that were not told to be over."""
        last = {update.order_id: update.status for update in self.updates}
        return {order_id for order_id, status in last.items() if status not in OVER}

    async def settled(self) -> None:
        """Wait until everything was told."""
        mapper = self.feed.mapper
        await self.until(lambda: mapper.is_whole and not mapper.absent() and not self._tasks)

    async def place(self, kind: str, **fields: str) -> str:
        """Place an order and let the feed expect it."""
        answer = await self.client.order(kind, **fields)
        order_id: str = answer["success_response"]["order_id"]
        self.feed.expect(order_id)
        return order_id

    async def rest(self, count: int) -> list[str]:
        """Place orders that rest below the market."""
        return [
            await self.place("limit_limit_gtc", base_size="0.01", limit_price=f"{1000 + number}")
            for number in range(count)
        ]

    async def lay(self, kind: str, **fields: Any) -> None:
        await self.client.admin("POST", "/faults", {"kind": kind, **fields})


@asynccontextmanager
async def account(client: Client, **terms: Any) -> AsyncIterator[Account]:
    """Give an account whose feed is not running yet, and end what it started."""
    key = ApiKey.read(client.signer.name, client.signer.pem)
    rest = RestTerms(base_url=client.server.url(""), private_per_second=1e6)
    async with RestSession(SystemClock(), key, rest) as session:
        yield Account(client, AccountReads(session), key, **terms)


@asynccontextmanager
async def running(feed: UserFeed) -> AsyncIterator[None]:
    task = asyncio.create_task(feed.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def check(updates: Sequence[OrderUpdate], orders: list[Order], fills: list[Fill]) -> None:
    """Hold what was told of each order against what REST tells of it."""
    size, fees = defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    for fill in fills:
        size[fill.order_id] += fill.base_size
        fees[fill.order_id] += amount(fill.commission)
    assert {update.order_id for update in updates} == {order.order_id for order in orders}
    for order in orders:
        name = order.order_id
        told = [update for update in updates if update.order_id == name]
        assert (told[-1].status, told[-1].filled_size) == (order.status, size[name])
        assert sum((update.fill_size for update in told), Decimal(0)) == size[name]
        assert sum((update.fill_fee for update in told), Decimal(0)) == fees[name]
    times = Counter((each.order_id, each.status, each.filled_size) for each in updates)
    assert set(times.values()) == {1}, "something was told twice"


def test_a_snapshot_whose_first_part_is_lost_is_asked_for_again() -> None:
    async def scenario(client: Client) -> None:
        async with account(client) as mine:
            placed = await mine.rest(ORDERS)
            await mine.lay("drop", channel="user")
            async with running(mine.feed):
                await mine.settled()
            assert {update.order_id for update in mine.updates} == set(placed)
            assert (mine.feed.opened, mine.feed.asked, mine.feed.mapper.gaps) == (1, 1, 1)
            assert mine.said == ["whole", "broken"]  # the last as the feed was ended

    serve(scenario, FAST)


FAULTS = ("drop", "duplicate", "reorder", "sequence_gap", "malformed", "truncated", "disconnect",
          "half_open", "duplicate_fill", "out_of_order_fill", "late_fill")  # fmt: skip


def test_whatever_is_lost_double_or_late_every_order_ends_as_rest_tells_it() -> None:
    async def scenario(client: Client) -> None:
        async with account(client, silence_s=0.6) as mine:
            resting = await mine.rest(3 * len(FAULTS) * 2 + 1)
            await mine.lay("partial_fills", count=2, times=0)
            async with running(mine.feed):
                await mine.settled()
                for number, kind in enumerate(FAULTS * 2):
                    await mine.lay(kind, channel="user", after=number % 3)
                    for _ in range(3):
                        await mine.place("market_market_ioc", base_size="0.002")
                        await client.post("/orders/batch_cancel", {"order_ids": [resting.pop()]})
                    if number % 2:
                        await mine.settled()
                struck = (await client.admin("GET", "/faults"))["faults"]
                await client.admin("DELETE", "/faults")
                await mine.until(lambda: mine.open_ids() == set(resting))
                await mine.settled()
            assert all(rule["struck"] for rule in struck if rule["rule"]["kind"] in FAULTS)
            assert mine.feed.opened > 4
            assert mine.feed.asked >= 4
            fills = await mine.reads.fills()
            assert len(fills) >= 2 * 3 * 2 * len(FAULTS)
            check(mine.updates, await mine.reads.orders(), fills)

    serve(scenario, FAST)


def test_a_token_that_is_too_old_is_made_anew() -> None:
    async def scenario(client: Client) -> None:
        async with account(client) as mine:
            placed = await mine.rest(1)
            await mine.lay("clock_skew", offset_ms=3_600_000)
            async with running(mine.feed):
                await mine.until(lambda: mine.feed.opened > 2)
                assert (mine.updates, mine.said) == ([], [])
                await client.admin("DELETE", "/faults")
                await mine.settled()
            assert [update.order_id for update in mine.updates] == placed

    serve(scenario, FAST)


def test_orders_that_end_or_come_and_go_while_nobody_listens_are_asked_for() -> None:
    async def scenario(client: Client) -> None:
        async with account(client) as mine:
            first, second = await mine.rest(2)
            async with running(mine.feed):
                await mine.settled()
            await client.post("/orders/batch_cancel", {"order_ids": [first]})
            bought = await mine.place("market_market_ioc", base_size="0.002")
            async with running(mine.feed):
                await mine.settled()
            assert mine.said == ["whole", "broken", "whole", "broken"]
            last = {update.order_id: update.status for update in mine.updates}
            assert last == {first: "CANCELLED", second: "OPEN", bought: "FILLED"}
            check(mine.updates, await mine.reads.orders(), await mine.reads.fills())

    serve(scenario, FAST)
