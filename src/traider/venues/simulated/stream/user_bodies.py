"""Events of the user channel: each order as it stands, its numbers cumulative."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from traider.venues.simulated.amounts import ratio_text, text_of
from traider.venues.simulated.orders import Order, OrderType
from traider.venues.simulated.times import NEVER, time_text

USER_BATCH: Final = 50
"""Orders in a message of the snapshot; the first message with fewer ends it."""
_TYPES: Final = {
    OrderType.MARKET: "Market",
    OrderType.LIMIT: "Limit",
    OrderType.STOP_LIMIT: "Stop Limit",
    OrderType.BRACKET: "Bracket",
}
_POSITIONS: Final[dict[str, list[Any]]] = {
    "perpetual_futures_positions": [],
    "expiring_futures_positions": [],
}
_encode: Final = msgspec.json.Encoder().encode


def user_body(kind: str, orders: Iterable[Order]) -> str:
    """Return orders as one event."""
    rows = [user_order(order) for order in orders]
    return _encode({"type": kind, "orders": rows, "positions": _POSITIONS}).decode()


def snapshot_batches(orders: list[Order]) -> list[str]:
    """Return the snapshot of open orders: full batches, and one that is not full."""
    return [
        user_body("snapshot", orders[first : first + USER_BATCH])
        for first in range(0, len(orders) + 1, USER_BATCH)
    ]


def user_order(order: Order) -> dict[str, Any]:
    """Return an order as the channel has it: all values are text."""
    product, terms = order.product, order.terms
    total = order.filled_units + order.side * order.fee_units
    return {
        "avg_price": average_price(order),
        "cancel_reason": order.cancel_reason,
        "client_order_id": order.client_order_id,
        "completion_percentage": completion(order),
        "contract_expiry_type": "UNKNOWN_CONTRACT_EXPIRY_TYPE",
        "cumulative_quantity": product.size_text(order.filled_lots),
        "filled_value": text_of(order.filled_units),
        "leaves_quantity": product.size_text(order.leaves_lots),
        "limit_price": product.price_text(order.limit_ticks) if order.limit_ticks else "",
        "number_of_fills": str(len(order.fills)),
        "order_id": order.order_id,
        "order_side": "BUY" if order.side > 0 else "SELL",
        "order_type": _TYPES[terms.order_type],
        "outstanding_hold_amount": text_of(order.hold_units),
        "post_only": "true" if terms.post_only else "false",
        "product_id": product.product_id,
        "product_type": "SPOT",
        "reject_reason": order.reject_reason,
        "retail_portfolio_id": order.owner,
        "risk_managed_by": "UNKNOWN_RISK_MANAGEMENT_TYPE",
        "status": str(order.status),
        "stop_price": product.price_text(order.stop_ticks) if order.stop_ticks else "",
        "time_in_force": str(terms.time_in_force),
        "total_fees": text_of(order.fee_units),
        "total_value_after_fees": text_of(total),
        "trigger_status": str(order.trigger),
        "creation_time": time_text(order.created_ns),
        "end_time": time_text(terms.end_ns) if terms.end_ns else NEVER,
        "start_time": NEVER,
    }


def average_price(order: Order) -> str:
    """Return value over size, with sixteen decimals at most."""
    return ratio_text(order.filled_units, order.filled_lots * order.product.lot_units, 16)


def completion(order: Order) -> str:
    """Return how much of the order is done, in percent."""
    return ratio_text(order.filled_lots * 100, order.lots, 2)
