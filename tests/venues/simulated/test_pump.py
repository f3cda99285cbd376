"""The pump: virtual time, its order, its paces and its pauses."""

import asyncio
import time
from datetime import datetime

from tests.venues.simulated.serving import START_NS, Client, request_for_tests, serve
from traider.runtime.exchange_markets import SourceRequest


async def state(client: Client) -> tuple[float, int, int]:
    """Return virtual seconds since the start of 2026, steps and messages."""
    told = await client.admin("GET", "/state")
    since = datetime.fromisoformat(told["time"]) - datetime.fromisoformat("2026-01-01T00:00:00Z")
    return since.total_seconds(), told["steps"], told["messages"]


def test_time_runs_at_the_speed_that_was_asked_for() -> None:
    async def scenario(client: Client) -> float:
        before, started = await state(client), time.monotonic()
        await asyncio.sleep(0.5)
        after, ended = await state(client), time.monotonic()
        return (after[0] - before[0]) / (ended - started)

    assert 40 < serve(scenario, request_for_tests(speed=100.0)) < 130


def test_nothing_moves_while_it_is_paused_and_nothing_is_skipped_after() -> None:
    async def scenario(client: Client) -> None:
        await client.admin("POST", "/pause")
        before = await state(client)
        await asyncio.sleep(0.2)
        assert await state(client) == before
        placed = await client.order("limit_limit_gtc", base_size="0.01", limit_price="1000")
        assert placed["success"] is True
        await client.admin("POST", "/resume")
        await asyncio.sleep(0.1)
        after = await state(client)
        assert 0 < after[0] - before[0] < 15

    serve(scenario, request_for_tests(speed=50.0))


def test_as_fast_as_it_can_waits_for_someone_to_listen() -> None:
    async def scenario(client: Client) -> tuple[int, int]:
        await asyncio.sleep(0.1)
        before = await state(client)
        async with client.socket() as socket:
            await socket.subscribe("level2", "BTC-USD")
            for _ in range(500):
                await socket.next()
        return before[1], (await state(client))[1]

    before, after = serve(scenario, request_for_tests(speed=0.0))
    assert before == 0
    assert after >= 500


def test_a_rate_sets_the_pace_whatever_the_market_does() -> None:
    async def scenario(client: Client) -> float:
        async with client.socket() as socket:
            await socket.subscribe("level2", "BTC-USD", "ETH-USD")
            await socket.until("subscriptions")
            started = time.monotonic()
            for _ in range(200):
                await socket.next()
            return 200 / (time.monotonic() - started)

    # Far slower than any machine could be, far faster than the market is.
    assert 100 < serve(scenario, request_for_tests(rate=200.0)) < 250


def test_messages_of_a_seed_are_the_same_each_time() -> None:
    async def scenario(client: Client) -> list[str]:
        async with client.socket() as socket:
            await socket.subscribe("level2", "BTC-USD", "ETH-USD")
            return [await socket.connected.receive_str() for _ in range(500)]

    first, again, other = (
        serve(
            scenario,
            request_for_tests(source=SourceRequest(start_ns=START_NS, seed=seed), speed=0.0),
        )
        for seed in (7, 7, 8)
    )
    assert first == again
    assert first != other
