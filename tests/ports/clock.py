"""A clock that moves only when told to."""


class FixedClock:
    """Stand at ``now_ns`` until ``advance`` is called."""

    def __init__(self, now_ns: int = 1_700_000_000_000_000_000) -> None:
        self._now_ns = now_ns
        self._monotonic_ns = 0

    def now_ns(self) -> int:
        return self._now_ns

    def monotonic_ns(self) -> int:
        return self._monotonic_ns

    def advance(self, duration_ns: int) -> None:
        """Let ``duration_ns`` pass on both clocks."""
        self._now_ns += duration_ns
        self._monotonic_ns += duration_ns
