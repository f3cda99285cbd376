"""How fast the connections of a feed may open and ask: one pace for all that share an address.

A venue counts connections and messages of an address, not of a connection, so those that start
together wait for one another. Only a few are between opening and their last subscription at a time:
each has one message waiting, so the first one goes long before a venue gives up a silent client.
"""

import asyncio
from typing import Final

from traider.domain.ports import Clock
from traider.venues.market_stream import StreamLimits
from traider.venues.rate_limit import RateLimit

_OPENING: Final = 4
"""Connections that are opened and subscribed at a time."""
_SLOWER_S: Final = 3.0
"""Silence after a venue said that too much came: its second is over, and a client that has just
connected is still in time."""


class Pacing:
    """Turns for connections and for messages; a limit of 0 lets everything go at once."""

    def __init__(self, limits: StreamLimits, clock: Clock) -> None:
        self.opening = asyncio.Semaphore(_OPENING)
        self._connections = _limit(limits.connections_per_s, clock)
        self._messages = _limit(limits.messages_per_s, clock)

    async def connection_turn(self) -> None:
        """Wait until the next connection may be opened."""
        if self._connections is not None:
            await self._connections.turn()

    async def message_turn(self) -> None:
        """Wait until the next message may be sent."""
        if self._messages is not None:
            await self._messages.turn()

    def slow_down(self) -> None:
        """Let nobody go for a while: the venue said that too much came."""
        for limit in (self._connections, self._messages):
            if limit is not None:
                limit.pause(_SLOWER_S)


def _limit(per_second: float, clock: Clock) -> RateLimit | None:
    # Evenly, without a burst: so no second holds more than allowed, wherever the venue begins it.
    return RateLimit(per_second, 1, clock) if per_second else None
