"""The exchange's own time: virtual, so that a day can pass in minutes.

Everything the exchange says or decides bears virtual time. Only tokens and certificates are judged
by the wall clock, since the person's machine makes them.
"""

import time
from collections.abc import Callable
from typing import Final

WALL_NS: Final[Callable[[], int]] = time.time_ns


class VirtualClock:
    """Time that runs ``speed`` times as fast as the machine's; a speed of 0 is as fast as it can.

    Args:
        start_ns: virtual time at the start.
        speed: virtual seconds in a second.
        monotonic_ns: the machine's count of nanoseconds.
    """

    def __init__(
        self,
        start_ns: int,
        speed: float,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.speed = speed
        self.now_ns = start_ns
        """Virtual time up to which everything has happened."""
        self._monotonic_ns = monotonic_ns
        self._anchor_ns = start_ns
        self._since_ns = monotonic_ns()

    def target_ns(self) -> int:
        """Return the virtual time that should have been reached by now, at a finite speed."""
        elapsed = self._monotonic_ns() - self._since_ns
        return self._anchor_ns + int(elapsed * (self.speed or 1.0))

    def reach(self, time_ns: int) -> None:
        """Say that everything up to ``time_ns`` has happened."""
        self.now_ns = max(self.now_ns, time_ns)

    def restart(self) -> None:
        """Go on from the time reached, as after a pause."""
        self._anchor_ns, self._since_ns = self.now_ns, self._monotonic_ns()

    def wall_seconds(self, virtual_ms: int) -> float:
        """Return how long some milliseconds of virtual time last on the machine."""
        return virtual_ms / 1e3 / (self.speed or 1.0)

    def follow(self, time_ns: int) -> None:
        """Take ``time_ns`` for now: what was due until then is made up for at once."""
        self._anchor_ns, self._since_ns = max(time_ns, self.now_ns), self._monotonic_ns()

    def wall_seconds_until(self, time_ns: int) -> float:
        """Return the seconds of the machine until ``time_ns`` is due."""
        return (time_ns - self.target_ns()) / 1e9 / (self.speed or 1.0)
