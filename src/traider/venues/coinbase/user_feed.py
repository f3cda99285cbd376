"""Keep the user channel coming: opened, subscribed, watched, mended, and opened again.

    feed = UserFeed(key, owner, clock, log)
    await feed.run()              # until it is cancelled

| what happens | what is done |
| --- | --- |
| it opens | heartbeats and the channel are subscribed, each with a token made then |
| a message was lost | the channel is left and entered again at once, for a new snapshot |
| messages are lost again and again, or no snapshot comes whole in ``patience_s`` | it is ended |
| nothing arrives for ``silence_s`` | the connection is ended: it may be half-open |
| a message cannot be read, or refuses a request (a token was too old) | the connection is ended |
| it ends, for whatever reason | it is opened again after a pause (``backoff``), with new tokens |

The owner hears what happened to orders, each state and each fill once, across connections; and
whether what it heard is all there is. What ended while nobody listened is named with each new
snapshot, and each ``patience_s`` until REST was asked and the answer handed to ``settle``:

    def whole(self, absent):          # of the owner; not a coroutine, so the work is left to a task
        self.tasks.create_task(self.ask(absent))

    async def ask(self, absent):
        for order_id in absent:
            feed.settle(await reads.order(order_id))

An order that is placed and filled while nobody listens is in no snapshot: give ``expect`` the id of
each that is accepted, and it is named too.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final, Protocol

from traider.domain.errors import DataError
from traider.domain.ports import Clock, Log
from traider.venues.backoff import Backoff, BackoffTerms
from traider.venues.coinbase.rest_messages import Order
from traider.venues.coinbase.token import ApiKey
from traider.venues.coinbase.user_mapper import UserMapper
from traider.venues.coinbase.user_orders import OrderUpdate
from traider.venues.coinbase.user_stream import (
    USER_URL,
    user_resubscriptions,
    user_subscriptions,
)
from traider.venues.errors import VenueUnreachableError
from traider.venues.web_socket import SocketTerms, WebSocket

_SECOND_NS: Final = 1_000_000_000
_WATCH_S: Final = 0.1


class UserFeedOwner(Protocol):
    """Whoever the orders belong to."""

    def updated(self, update: OrderUpdate) -> None:
        """Take what is new of an order."""

    def whole(self, absent: tuple[str, ...]) -> None:
        """Take note that all open orders were told, and from now on all that becomes of them.

        ``absent`` are those that were open when last heard of, or were expected, and are not among
        them. Told again, without a ``broken`` between, as long as there are some.
        """

    def broken(self, why: str) -> None:
        """Take note that something may have been lost, until the next ``whole``."""


@dataclass(frozen=True)
class UserFeedTerms:
    """Where the channel is, which orders are wanted, and how patient the feed is."""

    url: str = USER_URL
    products: tuple[str, ...] = ()
    """Products whose orders are told; none means all."""
    silence_s: float = 5.0
    """Heartbeats come each second."""
    patience_s: float = 5.0
    """How long a whole snapshot may take."""
    asks_max: int = 3
    """Asks for a new snapshot, one after the other, before the connection is ended."""
    backoff: BackoffTerms = field(default_factory=BackoffTerms)
    socket: SocketTerms = field(default_factory=SocketTerms)


class UserFeed:
    """The orders of one account, over one connection after the other."""

    def __init__(
        self,
        key: ApiKey,
        owner: UserFeedOwner,
        clock: Clock,
        log: Log,
        terms: UserFeedTerms | None = None,
    ) -> None:
        self.terms = terms or UserFeedTerms()
        self.mapper = UserMapper()
        self.opened = 0
        """Connections so far."""
        self.asked = 0
        """Snapshots asked for anew."""
        self.why = ""
        """Why the last connection ended; empty while one is open."""
        self._key = key
        self._owner = owner
        self._clock = clock
        self._log = log.bind(connection="COINBASE/user")
        self._backoff = Backoff(self.terms.backoff)
        self._socket: WebSocket | None = None
        self._heard_ns = 0
        self._asked_ns = 0
        """When the snapshot that is to come was asked for."""
        self._asks = 0
        """Asks since the last whole snapshot."""
        self._told_ns = 0
        """When the owner heard last what is absent."""

    async def run(self) -> None:
        """Connect, and connect again, until cancelled."""
        while True:
            began_ns, held_s = self._clock.monotonic_ns(), 0.0
            try:
                await self._live()
                held_s = (self._clock.monotonic_ns() - began_ns) / _SECOND_NS
            except VenueUnreachableError as fault:
                self.why = fault.what
            pause_s = self._backoff.next_s(held_s)
            self._log.warning("user feed ended", why=self.why, held_s=held_s, pause_s=pause_s)
            await asyncio.sleep(pause_s)

    def expect(self, order_id: str) -> None:
        """Note that an order was accepted: it is named when the channel does not tell it."""
        self.mapper.expect(order_id)

    def settle(self, order: Order) -> None:
        """Take what REST tells of an order; the owner hears of it when it is news.

        Raises:
            DataError: an amount is none.
        """
        update = self.mapper.settle(order)
        if update is not None:
            self._owner.updated(update)

    # ------------------------------------------------------------------------- told by the socket

    def received(self, raw: bytes) -> None:
        """Take one message."""
        if self.why:
            return  # the connection is being ended: what still arrives comes behind a hole
        self._heard_ns = self._clock.monotonic_ns()
        was_whole, was_broken = self.mapper.is_whole, self.mapper.is_broken
        try:
            updates = self.mapper.take(raw)
        except DataError as fault:
            self._log.error("message of the user channel", why=fault.line(), head=repr(raw[:200]))
            if was_whole:
                self._owner.broken(fault.what)
            self.mapper.disconnect()
            self._end(fault.what)
            return
        if was_whole and not self.mapper.is_whole:
            self._owner.broken("messages were lost")
        for update in updates:
            self._owner.updated(update)
        if self.mapper.is_whole and not was_whole:
            self._asks, self._told_ns = 0, self._heard_ns
            self._owner.whole(self.mapper.absent())
        elif self.mapper.is_broken and not was_broken:
            self._ask()

    def closed(self, why: str) -> None:
        """Take note that the connection ended."""
        self.why = self.why or why
        self._socket = None
        was_whole = self.mapper.is_whole
        self.mapper.disconnect()
        if was_whole:
            self._owner.broken(self.why)

    # ------------------------------------------------------------------------------ while it lives

    async def _live(self) -> None:
        """Open the connection and stay until it ends."""
        socket = await WebSocket.open(self.terms.url, self, self.terms.socket)
        self._socket, self.why, self._asks = socket, "", 0
        self._heard_ns = self._asked_ns = self._clock.monotonic_ns()
        self.opened += 1
        for message in user_subscriptions(self._key, self._clock, self.terms.products):
            socket.send(message)
        ended = asyncio.create_task(socket.ended())
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.wait({ended, watching}, return_when=asyncio.FIRST_COMPLETED)
            for task in (watching, ended):
                if task.done():
                    await task  # watching ends by a fault alone
        finally:
            watching.cancel()
            ended.cancel()
            if self._socket is not None:
                socket.close("we stopped")
                await socket.ended()

    async def _watch(self) -> None:
        """Look after silence, snapshots that do not come whole, and orders that stay absent."""
        silence_s, patience_s = self.terms.silence_s, self.terms.patience_s
        while True:
            await asyncio.sleep(_WATCH_S)
            now = self._clock.monotonic_ns()
            if now - self._heard_ns > silence_s * _SECOND_NS:
                self._end(f"nothing was heard for {silence_s:g} s")
            elif not self.mapper.is_whole:
                if now - self._asked_ns > patience_s * _SECOND_NS:
                    self._end(f"no whole snapshot after {patience_s:g} s")
            elif now - self._told_ns > patience_s * _SECOND_NS:
                self._told_ns = now
                if absent := self.mapper.absent():
                    self._owner.whole(absent)

    def _ask(self) -> None:
        """Ask for a new snapshot; end the connection when that does not help."""
        if self._asks >= self.terms.asks_max:
            self._end(f"no whole snapshot after {self._asks} asks")
            return
        self._asks += 1
        self.asked += 1
        self._asked_ns = self._clock.monotonic_ns()
        self._log.info("snapshot of orders asked for", asks=self._asks)
        if self._socket is not None:
            for message in user_resubscriptions(self._key, self._clock, self.terms.products):
                self._socket.send(message)

    def _end(self, why: str) -> None:
        self.why = self.why or why
        if self._socket is not None:
            self._socket.close(why)
