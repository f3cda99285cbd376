"""A limit on how often a venue is asked: a bucket that fills at a steady rate.

    limit = RateLimit(per_second=10, burst=10, clock=clock)
    await limit.turn()      # returns when the next request may go

Turns are given in the order they are asked for. ``pause`` empties the bucket after the venue said
that too much came: then nobody goes before the time it named.
"""

import asyncio

from traider.domain.ports import Clock

_SECOND_NS = 1_000_000_000


class RateLimit:
    """Spread requests so that no more than ``burst`` and then ``per_second`` go."""

    def __init__(self, per_second: float, burst: int, clock: Clock) -> None:
        if not (per_second > 0.0 and burst >= 1):
            raise ValueError(f"a limit of {per_second} a second with a burst of {burst}")
        self._step_ns = round(_SECOND_NS / per_second)
        self._slack_ns = self._step_ns * (burst - 1)
        self._clock = clock
        self._next_ns = clock.monotonic_ns()
        """When the next request may go at a steady pace; up to the slack earlier in a burst."""

    def reserve_ns(self) -> int:
        """Take the next turn and return how long to wait for it, ns."""
        now = self._clock.monotonic_ns()
        begins = max(self._next_ns, now - self._slack_ns)
        self._next_ns = begins + self._step_ns
        return max(begins - now, 0)

    def take(self) -> bool:
        """Take the next turn where it is now; return whether it is."""
        now = self._clock.monotonic_ns()
        begins = max(self._next_ns, now - self._slack_ns)
        if begins > now:
            return False
        self._next_ns = begins + self._step_ns
        return True

    def pause(self, seconds: float) -> None:
        """Let nobody go for so long."""
        until = self._clock.monotonic_ns() + round(seconds * _SECOND_NS)
        self._next_ns = max(self._next_ns, until)

    async def turn(self) -> None:
        """Wait for the next turn."""
        wait_ns = self.reserve_ns()
        if wait_ns > 0:
            await asyncio.sleep(wait_ns / _SECOND_NS)
