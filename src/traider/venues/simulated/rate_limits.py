"""Rate limits: so many requests a second, a second's worth at once."""

from collections.abc import Callable


class RateLimit:
    """A bucket of permits for each caller; a rate of 0 permits everything.

    It fills with virtual time or with the machine's, whichever has moved more, so that a fast
    exchange lets its clients be fast and a paused one does not lock them out.
    """

    def __init__(self, per_second: float, clocks: tuple[Callable[[], int], ...]) -> None:
        self.per_second = per_second
        self._clocks = clocks
        self._callers: dict[str, tuple[float, tuple[int, ...]]] = {}

    def take(self, caller: str) -> tuple[bool, int]:
        """Return whether ``caller`` may go on, and the permits it has left."""
        if not self.per_second:
            return True, 1
        now = tuple(clock() for clock in self._clocks)
        full = max(1.0, self.per_second)
        permits, before = self._callers.get(caller, (full, now))
        passed_s = max(after - earlier for after, earlier in zip(now, before, strict=True)) / 1e9
        permits = min(full, permits + passed_s * self.per_second)
        allowed = permits >= 1
        self._callers[caller] = (permits - 1 if allowed else permits, now)
        return allowed, int(self._callers[caller][0])
