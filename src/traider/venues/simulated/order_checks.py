"""What an order must satisfy before it is accepted, in the order the venue looks."""

from traider.venues.simulated.amounts import share_of
from traider.venues.simulated.book import BUY
from traider.venues.simulated.desk import Desk
from traider.venues.simulated.holds import hold_for
from traider.venues.simulated.market import Market
from traider.venues.simulated.matching import plan_match
from traider.venues.simulated.order_matching import incoming_of
from traider.venues.simulated.orders import STOP_UP, Order, OrderTerms, OrderType, TimeInForce
from traider.venues.simulated.products import Product
from traider.venues.simulated.refusals import (
    BASE_TOO_LARGE,
    BASE_TOO_SMALL,
    BRACKET_PRICES,
    END_TIME,
    ENTRY_DISABLED,
    NO_FUNDS,
    NO_LIQUIDITY,
    POST_ONLY_CROSSES,
    POST_ONLY_FOK,
    QUOTE_TOO_LARGE,
    QUOTE_TOO_SMALL,
    STOP_ABOVE_LAST,
    STOP_BELOW_LAST,
    Refusal,
)


def check_order(desk: Desk, order: Order) -> Refusal | None:
    """Return why ``order`` is refused, if it is."""
    market = desk.market_of(order.product)
    return (
        _check_market(market, order.terms)
        or check_size(order.product, order.terms)
        or _check_times(desk.now_ns, order.terms)
        or _check_stop(market, order)
        or check_price(market, order)
        or check_funds(desk, order)
    )


def _check_market(market: Market, terms: OrderTerms) -> Refusal | None:
    flags = market.flags
    closed = (
        flags & {"trading_disabled", "cancel_only"}
        or ("limit_only" in flags and terms.order_type is OrderType.MARKET)
        or ("post_only" in flags and not terms.post_only)
    )
    return ENTRY_DISABLED if closed else None


def check_size(product: Product, terms: OrderTerms) -> Refusal | None:
    """Return why a size is refused: bounds of the product."""
    if terms.quote_units:
        if terms.quote_units < product.quote_min_units:
            return QUOTE_TOO_SMALL
        return QUOTE_TOO_LARGE if terms.quote_units > product.quote_max_units else None
    if terms.lots < max(1, product.lots_min):
        return BASE_TOO_SMALL
    return BASE_TOO_LARGE if terms.lots > product.lots_max else None


def _check_times(now_ns: int, terms: OrderTerms) -> Refusal | None:
    if terms.time_in_force is TimeInForce.GTD and terms.end_ns <= now_ns:
        return END_TIME
    return None


def _check_stop(market: Market, order: Order) -> Refusal | None:
    """A stop must not be met already; a bracket has its limit and its stop on either side."""
    terms, last = order.terms, market.last_ticks
    if terms.order_type is OrderType.BRACKET:
        gain = (order.limit_ticks - order.stop_ticks) * -order.side
        met = (order.stop_ticks - last) * order.side <= 0
        return BRACKET_PRICES if gain <= 0 or met else None
    if terms.order_type is not OrderType.STOP_LIMIT:
        return None
    if terms.stop_direction == STOP_UP:
        return STOP_BELOW_LAST if order.stop_ticks <= last else None
    return STOP_ABOVE_LAST if order.stop_ticks >= last else None


def check_price(market: Market, order: Order) -> Refusal | None:
    """Return why a price is refused: post-only orders must rest, market orders need a book."""
    terms = order.terms
    if terms.order_type is OrderType.MARKET:
        return NO_LIQUIDITY if market.book.best_ticks(-order.side) is None else None
    if terms.post_only and terms.time_in_force is TimeInForce.FOK:
        return POST_ONLY_FOK
    if terms.post_only and market.book.crosses(order.side, order.limit_ticks):
        return POST_ONLY_CROSSES
    return None


def check_funds(desk: Desk, order: Order) -> Refusal | None:
    """Return why an order cannot be paid; what it holds already counts as free."""
    balance = desk.ledger.balance(order.owner, order.hold_currency)
    return NO_FUNDS if needed_units(desk, order) > balance.available + order.hold_units else None


def needed_units(desk: Desk, order: Order) -> int:
    """Return what ``order`` may cost, in units of its ``hold_currency``."""
    if order.terms.order_type is not OrderType.MARKET:
        return hold_for(order)
    if order.side == BUY and order.terms.quote_units:
        return order.terms.quote_units
    plan = plan_match(desk.market_of(order.product).book, incoming_of(order))
    if order.side == BUY:
        return plan.value_units + share_of(plan.value_units, order.taker_rate_millionths)
    return max(plan.lots, order.lots) * order.product.lot_units
