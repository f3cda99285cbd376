import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ports.clock import FixedClock
from traider.venues.rate_limit import RateLimit

SECOND = 1_000_000_000


@given(st.lists(st.integers(0, SECOND), max_size=60), st.integers(1, 20), st.integers(1, 5))
def test_no_more_go_than_a_burst_and_the_rate_allow(
    pauses: list[int], per_second: int, burst: int
) -> None:
    clock = FixedClock()
    limit = RateLimit(per_second, burst, clock)
    times = []
    for pause in pauses:
        clock.advance(pause)
        times.append(clock.monotonic_ns() + limit.reserve_ns())
    assert times == sorted(times)
    step = round(SECOND / per_second)
    for first in range(len(times)):
        for last in range(first + burst, len(times)):
            assert times[last] - times[first] >= (last - first - burst + 1) * step


def test_a_pause_holds_everybody_back() -> None:
    limit = RateLimit(10, 3, clock := FixedClock())
    assert limit.reserve_ns() == 0
    limit.pause(2.0)
    assert limit.reserve_ns() == 2 * SECOND
    clock.advance(3 * SECOND)
    assert limit.reserve_ns() == 0


def test_a_turn_is_waited_for() -> None:
    async def take() -> float:
        limit = RateLimit(100, 1, FixedClock())
        loop = asyncio.get_running_loop()
        began = loop.time()
        for _ in range(3):
            await limit.turn()
        return loop.time() - began

    assert asyncio.run(take()) >= 0.03 * 0.9


@pytest.mark.parametrize(("rate", "burst"), [(0.0, 1), (1.0, 0)])
def test_a_limit_that_lets_nothing_through_is_refused(rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="a limit of"):
        RateLimit(rate, burst, FixedClock())
