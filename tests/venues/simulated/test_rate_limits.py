"""Rate limits: a second's worth at once, filled by whichever clock moves more."""

from collections.abc import Callable

from traider.venues.simulated.rate_limits import RateLimit

SECOND = 10**9


class Clocks:
    """Two clocks that are set by hand."""

    def __init__(self) -> None:
        self.virtual = self.wall = 0

    def both(self) -> tuple[Callable[[], int], ...]:
        """Return what reads them."""
        return (lambda: self.virtual, lambda: self.wall)


def test_permits_run_out_and_come_back_with_either_clock() -> None:
    clocks = Clocks()
    limit = RateLimit(3, clocks.both())
    assert [limit.take("a") for _ in range(4)] == [(True, 2), (True, 1), (True, 0), (False, 0)]
    assert limit.take("b") == (True, 2)
    clocks.wall += SECOND // 2
    assert limit.take("a")[0] is True
    assert limit.take("a")[0] is False
    clocks.virtual += 100 * SECOND
    assert limit.take("a") == (True, 2)


def test_less_than_one_a_second_is_one_now_and_then() -> None:
    clocks = Clocks()
    limit = RateLimit(0.1, clocks.both())
    assert [limit.take("a")[0] for _ in range(2)] == [True, False]
    clocks.virtual += 11 * SECOND
    assert limit.take("a")[0] is True


def test_without_a_rate_everything_passes() -> None:
    limit = RateLimit(0, ())
    assert all(limit.take("a")[0] for _ in range(100))
