"""Orders, fills and previews as REST tells them."""

from typing import Any

from traider.venues.simulated.amounts import ratio_text, share_of, text_of
from traider.venues.simulated.desk import Desk
from traider.venues.simulated.matching import plan_match
from traider.venues.simulated.order_matching import incoming_of
from traider.venues.simulated.orders import Fill, Order, OrderType, Status
from traider.venues.simulated.portfolios import Portfolio
from traider.venues.simulated.refusals import Refusal
from traider.venues.simulated.times import time_text

Shape = dict[str, Any]


def created(order: Order) -> Shape:
    """Return the answer to an order that was accepted, or that existed already."""
    success = {
        "order_id": order.order_id,
        "product_id": order.product.product_id,
        "side": side_name(order),
        "client_order_id": order.client_order_id,
    }
    if order.attached_order_id:
        success["attached_order_id"] = order.attached_order_id
    return {
        "success": True,
        "success_response": success,
        "order_configuration": order.configuration,
    }


def refused(refusal: Refusal, configuration: Shape) -> Shape:
    """Return the answer to an order that was refused: HTTP 200 all the same."""
    return {
        "success": False,
        "error_response": {
            "error": refusal.reason,
            "message": refusal.message,
            "error_details": "",
            "preview_failure_reason": refusal.preview_reason,
            "new_order_failure_reason": refusal.reason,
        },
        "order_configuration": configuration,
    }


def order_shape(order: Order, portfolio: Portfolio) -> Shape:
    """Return one order of a list."""
    product, terms = order.product, order.terms
    is_market = terms.order_type is OrderType.MARKET
    last_fill = time_text(order.fills[-1].time_ns) if order.fills else None
    return {
        "order_id": order.order_id,
        "product_id": product.product_id,
        "user_id": portfolio.user_id,
        "order_configuration": _configuration_now(order),
        "side": side_name(order),
        "client_order_id": order.client_order_id,
        "status": str(order.status),
        "time_in_force": str(terms.time_in_force),
        "created_time": time_text(order.created_ns),
        "completion_percentage": ratio_text(order.filled_lots * 100, order.lots, 2),
        "filled_size": product.size_text(order.filled_lots),
        "average_filled_price": ratio_text(
            order.filled_units, order.filled_lots * product.lot_units, 16
        ),
        "fee": "",
        "number_of_fills": str(len(order.fills)),
        "filled_value": text_of(order.filled_units),
        "pending_cancel": False,
        "size_in_quote": bool(terms.quote_units),
        "total_fees": text_of(order.fee_units),
        "size_inclusive_of_fees": bool(terms.quote_units) and is_market and order.side > 0,
        "total_value_after_fees": text_of(order.filled_units + order.side * order.fee_units),
        "trigger_status": str(order.trigger),
        "order_type": str(terms.order_type),
        "reject_reason": order.reject_reason or "REJECT_REASON_UNSPECIFIED",
        "settled": order.status is Status.FILLED,
        "product_type": "SPOT",
        "reject_message": order.reject_reason,
        "cancel_message": order.cancel_reason,
        "order_placement_source": "RETAIL_ADVANCED",
        "outstanding_hold_amount": text_of(order.hold_units),
        "is_liquidation": False,
        "last_fill_time": last_fill,
        "edit_history": [
            {
                "price": edit.price,
                "size": edit.size,
                "replace_accept_timestamp": time_text(edit.time_ns),
            }
            for edit in order.edits
        ],
        "leverage": "",
        "margin_type": "UNKNOWN_MARGIN_TYPE",
        "retail_portfolio_id": order.owner,
        "originating_order_id": order.originating_order_id,
        "attached_order_id": order.attached_order_id,
        "attached_order_configuration": order.attached.configuration if order.attached else None,
        "current_pending_replace": None,
        "workable_size": product.size_text(order.leaves_lots),
        "last_update_time": time_text(order.changed_ns),
    }


def fill_shape(order: Order, fill: Fill, portfolio: Portfolio) -> Shape:
    """Return one fill. One of an order that spends an amount has its size in quote currency."""
    product, in_quote = order.product, bool(order.terms.quote_units)
    return {
        "entry_id": fill.fill_id,
        "trade_id": str(fill.trade_id),
        "order_id": order.order_id,
        "trade_time": time_text(fill.time_ns),
        "trade_type": "FILL",
        "price": product.price_text(fill.price_ticks),
        "size": text_of(fill.value_units) if in_quote else product.size_text(fill.lots),
        "commission": text_of(fill.fee_units),
        "product_id": product.product_id,
        "sequence_timestamp": time_text(fill.time_ns),
        "liquidity_indicator": "MAKER" if fill.is_maker else "TAKER",
        "size_in_quote": in_quote,
        "user_id": portfolio.user_id,
        "side": side_name(order),
        "retail_portfolio_id": order.owner,
    }


def preview_shape(desk: Desk, order: Order | Refusal, preview_id: str) -> Shape:
    """Return what an order would cost, or why it would be refused."""
    if isinstance(order, Refusal):
        return {
            "order_total": "0", "commission_total": "0", "errs": [order.preview_reason],
            "warning": [], "quote_size": "0", "base_size": "0", "best_bid": "", "best_ask": "",
            "is_max": False, "order_margin_total": "0", "leverage": "", "long_leverage": "",
            "short_leverage": "", "slippage": "0", "preview_id": preview_id,
        }  # fmt: skip
    product, market = order.product, desk.market_of(order.product)
    plan = plan_match(market.book, incoming_of(order))
    rests = 0 if order.terms.order_type is OrderType.MARKET else order.lots - plan.lots
    value = plan.value_units + rests * order.limit_ticks * product.tick_lot_units
    fee = share_of(plan.value_units, order.taker_rate_millionths) + share_of(
        value - plan.value_units, order.maker_rate_millionths
    )
    bid, ask = market.book.best_ticks(1) or 0, market.book.best_ticks(-1) or 0
    return {
        "order_total": text_of(value + order.side * fee),
        "commission_total": text_of(fee),
        "errs": [],
        "warning": [],
        "quote_size": text_of(value),
        "base_size": product.size_text(plan.lots + rests),
        "best_bid": product.price_text(bid),
        "best_ask": product.price_text(ask),
        "is_max": False,
        "order_margin_total": "0",
        "leverage": "",
        "long_leverage": "",
        "short_leverage": "",
        "slippage": _slippage(order, plan.value_units, plan.lots, ask if order.side > 0 else bid),
        "average_filled_price": ratio_text(plan.value_units, plan.lots * product.lot_units, 16),
        "preview_id": preview_id,
    }


def side_name(order: Order) -> str:
    """Return the side as the wire has it."""
    return "BUY" if order.side > 0 else "SELL"


def _slippage(order: Order, value_units: int, lots: int, best_ticks: int) -> str:
    """Return by how much the average price is worse than the best one, as a fraction."""
    at_best = lots * best_ticks * order.product.tick_lot_units
    return ratio_text(abs(value_units - at_best), at_best, 8)


def _configuration_now(order: Order) -> Shape:
    """Return the configuration with the prices and the size an edit gave it."""
    if not order.edits:
        return order.configuration
    product, fields = order.product, dict(order.configuration[order.terms.key])
    fields["limit_price"] = product.price_text(order.limit_ticks)
    fields["base_size"] = product.size_text(order.lots)
    for name in ("stop_price", "stop_trigger_price"):
        if name in fields:
            fields[name] = product.price_text(order.stop_ticks)
    return {order.terms.key: fields}
