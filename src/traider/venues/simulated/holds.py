"""What an open order sets aside, so that it can always be paid."""

from typing import Final

from traider.venues.simulated.amounts import MILLION, share_of
from traider.venues.simulated.book import BUY
from traider.venues.simulated.orders import Order, OrderType

BRACKET_SLIP_MILLIONTHS: Final = 50_000
"""How far beyond its stop a triggered bracket may trade: 5 %."""


def hold_for(order: Order) -> int:
    """Return what ``order`` holds now, in units of its ``hold_currency``.

    A purchase holds its worst price and the taker fee, whichever fee it will pay; a sale holds
    its coins. Orders that trade at once and never rest hold nothing.
    """
    if not order.is_live or order.terms.order_type is OrderType.MARKET:
        return 0
    if order.side != BUY:
        return order.leaves_lots * order.product.lot_units
    return purchase_units(order, order.leaves_lots, worst_ticks(order))


def purchase_units(order: Order, lots: int, ticks: int) -> int:
    """Return what ``lots`` cost at a price, with the taker fee."""
    value = lots * ticks * order.product.tick_lot_units
    return value + share_of(value, order.taker_rate_millionths)


def worst_ticks(order: Order) -> int:
    """Return the highest price a purchase may come to pay."""
    if order.terms.order_type is OrderType.BRACKET:
        return max(order.limit_ticks, bracket_bound(order))
    return order.limit_ticks


def bracket_bound(order: Order) -> int:
    """Return the worst price a bracket takes once its stop is met."""
    slip = order.side * BRACKET_SLIP_MILLIONTHS
    return max(1, order.stop_ticks * (MILLION + slip) // MILLION)
