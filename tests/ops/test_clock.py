"""Law 1: the monotonic clock never goes back."""

import time

from tests.ports.clock import FixedClock
from traider.domain.ports import Clock
from traider.ops.clock import SystemClock


def test_system_clock_reads_utc_nanoseconds() -> None:
    before_ns = time.time_ns()
    now_ns = SystemClock().now_ns()
    assert before_ns <= now_ns <= time.time_ns()


def test_monotonic_clock_never_goes_back() -> None:
    clock = SystemClock()
    readings = [clock.monotonic_ns() for _ in range(100)]
    assert readings == sorted(readings)


def test_fixed_clock_moves_only_when_told() -> None:
    fixed = FixedClock(now_ns=5)
    clock: Clock = fixed
    assert (clock.now_ns(), clock.monotonic_ns()) == (5, 0)
    fixed.advance(7)
    assert (clock.now_ns(), clock.monotonic_ns()) == (12, 7)
