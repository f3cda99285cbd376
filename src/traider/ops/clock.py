"""The system's clock."""

import time


class SystemClock:
    """Read the machine's own clocks."""

    def now_ns(self) -> int:
        """Return the time in nanoseconds since the epoch, UTC."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Return a count of nanoseconds that never goes back."""
        return time.monotonic_ns()
