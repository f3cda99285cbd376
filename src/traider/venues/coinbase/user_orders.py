"""Orders as the user channel or REST tells them, and what is new since they were told last.

No fill has a row or a number of its own. What was filled between two states is derived:

    size = q1 - q0        price = (avg1 * q1 - avg0 * q0) / size        fee = fees1 - fees0

so the price carries the rounding of two averages: the book of record is the list of fills that
REST gives, and this the quick word of it.

| an order is told again | what is done |
| --- | --- |
| with more filled | that is a fill; a state that is over stays, unless the new one is over too |
| with as much filled | news only when its state went on |
| with less filled | news only when it is over now: what was filled stays |
"""

from collections import deque
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Self

from msgspec import Struct, field

from traider.venues.coinbase.rest_messages import Order, amount

OVER: Final = frozenset({"FILLED", "CANCELLED", "EXPIRED", "FAILED"})
"""States that an order does not leave."""
OVER_KEPT: Final = 8192
"""Orders that are over and still known: news of them may come twice, and late, but not for ever."""

_RANK: Final = {"PENDING": 0, "QUEUED": 0, "OPEN": 1, "EDIT_QUEUED": 2, "CANCEL_QUEUED": 2}
_ZERO: Final = Decimal(0)


class UserOrder(Struct, frozen=True):
    """An order in a message of the user channel, as far as it is read."""

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
    reject_reason_too: str = field(default="", name="reject_Reason")
    """The documents spell it both ways."""


@dataclass(frozen=True)
class OrderState:
    """An order as it stands; amounts add up over its life."""

    order_id: str
    client_order_id: str
    product_id: str
    is_buy: bool
    status: str
    """PENDING, QUEUED, OPEN, EDIT_QUEUED, CANCEL_QUEUED, or one of ``OVER``."""
    filled_size: Decimal
    leaves_size: Decimal
    average_price: Decimal
    fees: Decimal
    reason: str
    """Why it was canceled or rejected, if it was."""

    @classmethod
    def of_channel(cls, order: UserOrder) -> Self:
        """Return what the user channel tells.

        Raises:
            DataError: an amount is none.
        """
        return cls(
            order_id=order.order_id,
            client_order_id=order.client_order_id,
            product_id=order.product_id,
            is_buy=order.order_side == "BUY",
            status=order.status,
            filled_size=amount(order.cumulative_quantity),
            leaves_size=amount(order.leaves_quantity),
            average_price=amount(order.avg_price),
            fees=amount(order.total_fees),
            reason=order.cancel_reason or order.reject_reason or order.reject_reason_too,
        )

    @classmethod
    def of_rest(cls, order: Order) -> Self:
        """Return what REST tells, which is all but what is left.

        Raises:
            DataError: an amount is none.
        """
        return cls(
            order_id=order.order_id,
            client_order_id=order.client_order_id,
            product_id=order.product_id,
            is_buy=order.side == "BUY",
            status=order.status,
            filled_size=amount(order.filled_size),
            leaves_size=_ZERO,
            average_price=amount(order.average_filled_price),
            fees=amount(order.total_fees),
            reason=order.cancel_message or order.reject_message or order.reject_reason,
        )


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
    """What is left of it; 0 when it is over, or when REST told it."""
    fill_size: Decimal
    """What was filled since; 0 for none."""
    fill_price: Decimal
    fill_fee: Decimal
    reason: str
    """Why it was canceled or rejected, if it was."""
    is_history: bool
    """First met in a snapshot: what is filled may have been told before."""


class KnownOrders:
    """Every order that is not over, and the ``OVER_KEPT`` that ended last, as they stood last."""

    def __init__(self, over_kept: int = OVER_KEPT) -> None:
        self._known: dict[str, OrderState] = {}
        self._over: deque[str] = deque()
        self._over_kept = over_kept

    def __contains__(self, order_id: object) -> bool:
        """Whether an order was told."""
        return order_id in self._known

    def open_ids(self) -> list[str]:
        """Return the orders that are not over, as far as was told."""
        return [name for name, order in self._known.items() if order.status not in OVER]

    def take(self, told: OrderState, *, is_history: bool) -> OrderUpdate | None:
        """Return what is new of an order; None when nothing is."""
        before = self._known.get(told.order_id)
        if before is not None:
            merged = _merged(told, before)
            if merged is None:
                return None
            told = merged
        self._known[told.order_id] = told
        if told.status in OVER and (before is None or before.status not in OVER):
            self._forget_but(told.order_id)
        size, price, fee = _fill(told, before)
        return OrderUpdate(
            order_id=told.order_id,
            client_order_id=told.client_order_id,
            product_id=told.product_id,
            is_buy=told.is_buy,
            status=told.status,
            filled_size=told.filled_size,
            leaves_size=told.leaves_size,
            fill_size=size,
            fill_price=price,
            fill_fee=fee,
            reason=told.reason,
            is_history=is_history and before is None,
        )

    def _forget_but(self, order_id: str) -> None:
        """Note that an order is over, and forget the one that ended longest ago."""
        self._over.append(order_id)
        if len(self._over) > self._over_kept:
            self._known.pop(self._over.popleft(), None)


def _merged(told: OrderState, before: OrderState) -> OrderState | None:
    """Return the state after both; None when ``told`` adds nothing to the one before."""
    if told.filled_size > before.filled_size:
        if before.status in OVER and told.status not in OVER:
            return replace(told, status=before.status, leaves_size=_ZERO, reason=before.reason)
        return told
    if before.status in OVER or told.status == before.status:
        return None
    if told.filled_size < before.filled_size:
        if told.status not in OVER:
            return None
        return replace(before, status=told.status, leaves_size=_ZERO, reason=told.reason)
    went_on = _RANK.get(told.status, 1) > _RANK.get(before.status, 1)
    return told if told.status in OVER or went_on else None


def _fill(order: OrderState, before: OrderState | None) -> tuple[Decimal, Decimal, Decimal]:
    """Return size, price and fee of what was filled between two states."""
    known = before.filled_size if before else _ZERO
    size = order.filled_size - known
    if size <= 0:
        return _ZERO, _ZERO, _ZERO
    value, fees = order.average_price * order.filled_size, order.fees
    if before is not None:
        value -= before.average_price * known
        fees -= before.fees
    return size, value / size, fees
