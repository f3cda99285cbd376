"""The time of receipt: rising from message to message, whatever the system's clock does.

Events are ordered by when they were received, so two messages never share a time: one that comes
in the same nanosecond, or after the clock was set back, is a nanosecond later than the one before.
"""

from traider.domain.ports import Clock


class ReceiveClock:
    """Give each message of a feed a time of its own; connections share one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_ns = 0

    def stamp(self) -> int:
        """Return the next time of receipt, ns UTC."""
        self._last_ns = max(self._clock.now_ns(), self._last_ns + 1)
        return self._last_ns

    @property
    def last_ns(self) -> int:
        """The time given last, 0 before the first."""
        return self._last_ns
