"""The clock port: the only way to learn what time it is."""

from typing import Protocol


class Clock(Protocol):
    """Tell wall time and measure durations.

    The kernel has no clock: its time is ``ts_recv`` of the last event.
    """

    def now_ns(self) -> int:
        """Return the time in nanoseconds since the epoch, UTC."""

    def monotonic_ns(self) -> int:
        """Return a count of nanoseconds that never goes back, for durations."""
