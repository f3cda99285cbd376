"""From the user channel to what happened to orders: their states, and the fills between them.

    mapper = UserMapper()
    for update in mapper.take(raw): …      # OrderUpdate, in the order they were told
    mapper.is_whole                        # whether a snapshot came and nothing was lost since

The channel tells each order as it stands, with what was filled of it so far; no fill has a row or a
number of its own. What is new since the state before is derived:

    size = q1 - q0        price = (avg1 * q1 - avg0 * q0) / size        fee = fees1 - fees0

so the price carries the rounding of two averages: the book of record is the list of fills that
REST gives, and this the quick word of it. Of an order met for the first time all that is filled
counts as one fill, but in a snapshot, where it is history (``is_history``).

| quirk | what is done |
| --- | --- |
| a snapshot holds open orders, 50 a message; one of fewer ends it | ``is_whole`` from then on |
| states are told again, or older ones, after a reconnect | passed over, counted in ``repeated`` |
| ``leaves_quantity`` is 0 for what is over | what is over is told by ``status`` |
| a number is missing in the count of messages | ``is_whole`` ends: ask REST what is so |
| a refusal has no channel | DataError |
| amounts may be empty, ``order_type`` is spelled several ways | empty is zero; it is not read |

Sources: docs.cdp.coinbase.com, "WebSocket channels: user" (2026-06); nautilus_trader's Coinbase
adapter for what the channel repeats.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct

from traider.domain.errors import DataError
from traider.venues.coinbase.continuity import Place, SequenceContinuity
from traider.venues.coinbase.rest_messages import amount

SNAPSHOT_ORDERS: Final = 50
"""Orders in a full message of a snapshot."""
OVER: Final = frozenset({"FILLED", "CANCELLED", "EXPIRED", "FAILED"})
"""States that an order does not leave."""

_RANK: Final = {"PENDING": 0, "QUEUED": 0, "OPEN": 1, "EDIT_QUEUED": 2, "CANCEL_QUEUED": 2}
_ZERO: Final = Decimal(0)
_NONE: Final = (_ZERO, _ZERO, _ZERO)


class _Order(Struct, frozen=True):
    order_id: str
    status: str
    client_order_id: str = ""
    product_id: str = ""
    order_side: str = ""
    cumulative_quantity: str = ""
    leaves_quantity: str = ""
    avg_price: str = ""
    total_fees: str = ""
    cancel_reason: str = ""
    reject_reason: str = ""


class _Event(Struct, frozen=True):
    type: str = ""
    orders: list[_Order] = []


class _Message(Struct, frozen=True):
    channel: str = ""
    type: str = ""
    message: str = ""
    sequence_num: int = -1
    events: list[msgspec.Raw] = []


@dataclass(frozen=True)
class OrderUpdate:
    """An order as it stands, and what of it was filled since it was told last."""

    order_id: str
    client_order_id: str
    product_id: str
    is_buy: bool
    status: str
    """PENDING, OPEN, FILLED, CANCEL_QUEUED, CANCELLED, EXPIRED or FAILED."""
    filled_size: Decimal
    """All that is filled of it."""
    leaves_size: Decimal
    fill_size: Decimal
    """What was filled since; 0 for none."""
    fill_price: Decimal
    fill_fee: Decimal
    reason: str
    """Why it was canceled or rejected, if it was."""
    is_history: bool
    """Told by a snapshot: what is filled may have been told before."""


class UserMapper:
    """The orders of one connection; it outlives reconnections."""

    def __init__(self) -> None:
        self.is_whole = False
        self.gaps = 0
        """Times that messages were lost."""
        self.repeated = 0
        """States that were told before, or were older than the one known."""
        self._continuity = SequenceContinuity()
        self._known: dict[str, _Order] = {}

    def disconnect(self) -> None:
        """Note that the connection ended: the next message is of a new one."""
        self.is_whole = False
        self._continuity.restart()

    def take(self, raw: bytes) -> list[OrderUpdate]:
        """Return what one message tells of orders.

        Raises:
            DataError: it cannot be read, or says that a request was refused.
        """
        try:
            message = msgspec.json.decode(raw, type=_Message)
            bodies = message.events if message.channel == "user" else []
            events = [msgspec.json.decode(body, type=_Event) for body in bodies]
        except msgspec.DecodeError as fault:
            raise DataError(f"a message cannot be read: {fault}", fix="connect again") from fault
        if message.type == "error":
            raise DataError(
                f"Coinbase refused a request: {message.message[:200]!r}",
                fix="check the key, and that this machine's clock is right to the minute",
            )
        if message.sequence_num >= 0 and not self._follows(message.sequence_num):
            return []
        return [update for event in events for update in self._event(event)]

    def _follows(self, number: int) -> bool:
        place = self._continuity.take("", number)
        if place is Place.AHEAD:
            self.gaps += 1
            self.is_whole = False
        elif place is Place.OLD:
            self.repeated += 1
        return place is not Place.OLD

    def _event(self, event: _Event) -> list[OrderUpdate]:
        is_snapshot = event.type == "snapshot"
        found = [
            update
            for order in event.orders
            if (update := self._order(order, is_history=is_snapshot)) is not None
        ]
        if is_snapshot and len(event.orders) < SNAPSHOT_ORDERS:
            self.is_whole = True
        return found

    def _order(self, order: _Order, *, is_history: bool) -> OrderUpdate | None:
        before = self._known.get(order.order_id)
        if before is not None and not _is_newer(order, before):
            self.repeated += 1
            return None
        self._known[order.order_id] = order
        size, price, fee = _fill(order, before)
        return OrderUpdate(
            order_id=order.order_id,
            client_order_id=order.client_order_id,
            product_id=order.product_id,
            is_buy=order.order_side == "BUY",
            status=order.status,
            filled_size=amount(order.cumulative_quantity),
            leaves_size=amount(order.leaves_quantity),
            fill_size=size,
            fill_price=price,
            fill_fee=fee,
            reason=order.cancel_reason or order.reject_reason,
            is_history=is_history and before is None,
        )


def _is_newer(order: _Order, before: _Order) -> bool:
    """Whether a state comes after the one known: more is filled, or it went on."""
    filled, known = amount(order.cumulative_quantity), amount(before.cumulative_quantity)
    if filled != known:
        return filled > known
    if before.status in OVER or order.status == before.status:
        return False
    return order.status in OVER or _RANK.get(order.status, 1) > _RANK.get(before.status, 1)


def _fill(order: _Order, before: _Order | None) -> tuple[Decimal, Decimal, Decimal]:
    """Return size, price and fee of what was filled between two states."""
    filled = amount(order.cumulative_quantity)
    known = amount(before.cumulative_quantity) if before else _ZERO
    size = filled - known
    if size <= 0:
        return _NONE
    value = amount(order.avg_price) * filled
    fees = amount(order.total_fees)
    if before is not None:
        value -= amount(before.avg_price) * known
        fees -= amount(before.total_fees)
    return size, value / size, fees
