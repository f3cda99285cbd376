import asyncio

import pytest

from tests.ports.clock import FixedClock
from tests.venues.coinbase.scripted_server import Answer, ScriptedServer, nowhere
from traider.domain.errors import UsageError, VenueError
from traider.runtime.exchange_clock import ExchangeClock, clock_of

SECOND = 1_000_000_000


def asked(answer: Answer) -> ExchangeClock | None:
    async def run() -> ExchangeClock | None:
        async with ScriptedServer(answer).running() as server:
            return await clock_of(server.url, FixedClock())

    return asyncio.run(run())


def test_it_runs_at_the_exchanges_speed_from_the_exchanges_time() -> None:
    clock = FixedClock()
    exchange = ExchangeClock(5_000 * SECOND, 60.0, clock)
    assert exchange.now_ns() == 5_000 * SECOND
    clock.advance(2 * SECOND)
    assert exchange.now_ns() == 5_120 * SECOND
    assert exchange.monotonic_ns() == clock.monotonic_ns()


def test_it_is_asked_for_once() -> None:
    found = asked(Answer({"time_ns": 7 * SECOND, "speed": 2.0, "paused": False}))
    assert found is not None
    assert found.now_ns() == 7 * SECOND


def test_without_a_speed_there_is_no_time_to_follow() -> None:
    assert asked(Answer({"time_ns": 7, "speed": 0.0})) is None


def test_another_server_is_no_exchange() -> None:
    with pytest.raises(UsageError, match="is no local exchange"):
        asked(Answer({"hello": 1}))
    with pytest.raises(VenueError):
        asked(Answer(b"no", 404))


def test_nobody_there_is_one_line() -> None:
    with pytest.raises(VenueError, match="no connection"):
        asyncio.run(clock_of(nowhere(), FixedClock()))
