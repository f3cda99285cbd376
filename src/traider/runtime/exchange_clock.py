"""The time of a local exchange, for a feed that listens to it.

A local exchange owns its time: it can replay last year, or an hour in a minute. Whoever judges how
old its messages are must go by that time, which this clock asks for once and then follows at the
exchange's speed. An exchange that runs as fast as it can has no time that could be followed.
"""

import msgspec
from msgspec import Struct

from traider.domain.errors import UsageError
from traider.domain.ports import Clock
from traider.venues.public_rest import PublicRest, PublicRestTerms

_STATE = "/admin/state"


class _State(Struct, frozen=True):
    time_ns: int
    speed: float


class ExchangeClock:
    """Start at a time and run at a speed."""

    def __init__(self, now_ns: int, speed: float, clock: Clock) -> None:
        self._start_ns = now_ns
        self.speed = speed
        """Seconds of the exchange in one of the machine."""
        self._clock = clock
        self._since_ns = clock.monotonic_ns()

    def now_ns(self) -> int:
        """Return the exchange's time, ns UTC."""
        return self._start_ns + round((self.monotonic_ns() - self._since_ns) * self.speed)

    def monotonic_ns(self) -> int:
        """Return the machine's own count: patience has nothing to do with the market's time."""
        return self._clock.monotonic_ns()


async def clock_of(url: str, clock: Clock) -> ExchangeClock | None:
    """Return the clock of the local exchange at ``url``; None when it runs as fast as it can.

    Raises:
        UsageError: whoever answers there is no local exchange.
        VenueError: nobody answers.
    """
    async with PublicRest(PublicRestTerms(tries=1)) as rest:
        raw = await rest.get(f"{url}{_STATE}")
    try:
        state = msgspec.json.decode(raw, type=_State)
    except msgspec.DecodeError:
        raise UsageError(
            f"{url} is no local exchange", where="--at", fix="give the REST address it printed"
        ) from None
    return ExchangeClock(state.time_ns, state.speed, clock) if state.speed > 0 else None
