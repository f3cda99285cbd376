"""From the user channel to what happened to orders, and whether all of it was heard.

    mapper = UserMapper()
    for update in mapper.take(raw): …      # OrderUpdate, in the order they were told
    mapper.is_whole                        # a snapshot came whole, and nothing was lost since
    mapper.absent()                        # open as far as is known, and not in that snapshot

The channel tells each order as it stands, and opens with a snapshot of those that are open; what
is new of one is derived (``user_orders``). ``sequence_num`` counts every message of a connection
from 0 on, of whatever channel, so a connection whose first message has another number lost some.

| stage | how it is reached | how it is left |
| --- | --- | --- |
| WAITING | a connection begins; a broken one says that it left the channel | a snapshot, a hole |
| WHOLE | a snapshot's last message (fewer than 50 orders), no number missing | a hole, the end |
| BROKEN | a number is missing, a message cannot be read | the channel is left, the end |

A hole inside a snapshot may be 50 of its orders, so that one never makes WHOLE. The answer to an
``unsubscribe``, in which ``user`` stands no more, parts what is left of it from the snapshot that
a new ``subscribe`` brings; or the connection ends.

| quirk | what is done |
| --- | --- |
| states are told again, or older ones, after a reconnect | passed over, counted in ``repeated`` |
| an order ended while nobody listened | no snapshot names it: ``absent``; ask REST, ``settle`` |
| one was placed and filled meanwhile | the same, of those that were named to ``expect`` |
| an order first met in a snapshot was filled before | that is one fill, ``is_history`` |
| ``leaves_quantity`` is 0 for what is over | what is over is told by ``status`` |
| a refusal has neither channel nor number | DataError; nothing was lost |
| amounts may be empty, ``order_type`` is spelled several ways | empty is zero; it is not read |

Sources: docs.cdp.coinbase.com, "WebSocket channels: user" (2026-06); nautilus_trader's Coinbase
adapter for what the channel repeats; ``continuity`` for the count.
"""

from enum import Enum
from typing import Final

import msgspec
from msgspec import Struct

from traider.domain.errors import DataError
from traider.venues.coinbase.rest_messages import Order
from traider.venues.coinbase.user_orders import (
    OVER,
    KnownOrders,
    OrderState,
    OrderUpdate,
    UserOrder,
)

SNAPSHOT_ORDERS: Final = 50
"""Orders in a full message of a snapshot."""

_SNAPSHOT: Final = "snapshot"


class _Event(Struct, frozen=True):
    type: str = ""
    orders: list[UserOrder] = []


class _Subscribed(Struct, frozen=True):
    subscriptions: dict[str, list[str] | None]


class _Message(Struct, frozen=True):
    channel: str = ""
    type: str = ""
    message: str = ""
    sequence_num: int = -1
    events: list[msgspec.Raw] = []


class _Stage(Enum):
    WAITING = "a snapshot is to come, or is coming"
    WHOLE = "nothing was lost"
    BROKEN = "something was lost"


class UserMapper:
    """The orders of one connection after the other; what is known of orders outlives them."""

    def __init__(self) -> None:
        self.gaps = 0
        """Times that messages were lost."""
        self.repeated = 0
        """States that were told before, or were older than the one known."""
        self._stage = _Stage.WAITING
        self._next = 0
        """Number that the next message of this connection must have."""
        self._known = KnownOrders()
        self._present: set[str] = set()
        """Orders told since the subscription."""
        self._expected: set[str] = set()
        """Orders that were placed, and never told."""

    @property
    def is_whole(self) -> bool:
        """Whether every order that is open, and all that became of it, was told."""
        return self._stage is _Stage.WHOLE

    @property
    def is_broken(self) -> bool:
        """Whether the channel must be left and entered again, or the connection made anew."""
        return self._stage is _Stage.BROKEN

    def absent(self) -> tuple[str, ...]:
        """Return the orders last told as open, or expected, that were not told since.

        They ended while nobody listened, or wait to become open: ask REST for each, and hand the
        answer to ``settle``. Empty as long as no snapshot came whole.
        """
        if not self.is_whole:
            return ()
        candidates = (*self._known.open_ids(), *sorted(self._expected))
        return tuple(name for name in candidates if name not in self._present)

    def expect(self, order_id: str) -> None:
        """Note that an order was placed: it is absent until it is told."""
        if order_id not in self._known:
            self._expected.add(order_id)

    def settle(self, order: Order) -> OrderUpdate | None:
        """Take what REST tells of an order; return what is new of it, None when nothing is.

        Raises:
            DataError: an amount is none.
        """
        state = OrderState.of_rest(order)
        self._present.add(order.order_id)
        return self._news(state, is_history=False)

    def disconnect(self) -> None:
        """Note that the connection ended: the next message is the first of a new one."""
        self._next = 0
        self._wait()

    def take(self, raw: bytes) -> list[OrderUpdate]:
        """Return what one message tells of orders.

        Raises:
            DataError: it cannot be read, or says that a request was refused; of its orders
                nothing was taken then.
        """
        try:
            message = msgspec.json.decode(raw, type=_Message)
            events = self._events(message)
        except (msgspec.DecodeError, DataError) as fault:
            self._stage = _Stage.BROKEN
            raise DataError(f"a message cannot be read: {fault}", fix="connect again") from fault
        if message.type == "error":
            raise DataError(
                f"Coinbase refused a request: {message.message[:200]!r}",
                fix="check the key, and that this machine's clock is right to the minute",
            )
        if message.sequence_num >= 0 and not self._follows(message.sequence_num):
            return []
        if message.channel == "subscriptions":
            self._subscribed(message)
        return [update for kind, states in events for update in self._event(kind, states)]

    def _events(self, message: _Message) -> list[tuple[str, list[OrderState]]]:
        """Read all orders of a message before any is taken."""
        if message.channel != "user":
            return []
        events = [msgspec.json.decode(body, type=_Event) for body in message.events]
        return [(each.type, [OrderState.of_channel(one) for one in each.orders]) for each in events]

    def _follows(self, number: int) -> bool:
        """Place a message in the count; return whether it is a new one."""
        if number < self._next:
            self.repeated += 1
            return False
        if number > self._next:
            self.gaps += 1
            self._stage = _Stage.BROKEN
        self._next = number + 1
        return True

    def _subscribed(self, message: _Message) -> None:
        """Note that a broken subscription was left."""
        try:
            told = [msgspec.json.decode(body, type=_Subscribed) for body in message.events]
        except msgspec.DecodeError:
            return  # it is no answer that is known: the subscription stays broken
        if self.is_broken and told and not any(each.subscriptions.get("user") for each in told):
            self._wait()

    def _wait(self) -> None:
        self._stage = _Stage.WAITING
        self._present.clear()

    def _event(self, kind: str, states: list[OrderState]) -> list[OrderUpdate]:
        is_snapshot = kind == _SNAPSHOT
        self._present.update(state.order_id for state in states)
        updates = [self._news(state, is_history=is_snapshot) for state in states]
        if is_snapshot and len(states) < SNAPSHOT_ORDERS and self._stage is _Stage.WAITING:
            self._stage = _Stage.WHOLE
        return [update for update in updates if update is not None]

    def _news(self, state: OrderState, *, is_history: bool) -> OrderUpdate | None:
        self._expected.discard(state.order_id)
        update = self._known.take(state, is_history=is_history)
        if state.status in OVER:
            self._present.discard(state.order_id)  # only what is open can be absent
        if update is None:
            self.repeated += 1
        return update
