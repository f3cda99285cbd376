"""How an order meets the market: what it would take, when its stop is met, what comes after it."""

from typing import Final

from traider.venues.simulated.book import BUY
from traider.venues.simulated.market import Market
from traider.venues.simulated.matching import Incoming, Plan, affordable_lots
from traider.venues.simulated.orders import STOP_UP, Order, OrderType, Trigger

LOTS_ANY: Final = 2**62


def incoming_of(order: Order) -> Incoming:
    """Return an order as the match sees it."""
    budget = order.terms.quote_units
    return Incoming(
        owner=order.owner,
        side=order.side,
        lots=LOTS_ANY if budget else order.leaves_lots,
        limit_ticks=order.limit_ticks,
        budget_units=budget,
        rate_millionths=order.taker_rate_millionths if order.side == BUY else 0,
        tick_lot_units=order.product.tick_lot_units,
    )


def attached_order(parent: Order, client_order_id: str, now_ns: int) -> Order:
    """Return the bracket attached to ``parent``, which closes what it has filled."""
    assert parent.attached is not None  # noqa: S101 - asked for orders that have one
    terms = parent.attached.terms
    return Order(
        order_id=parent.attached_order_id,
        client_order_id=client_order_id,
        owner=parent.owner,
        product=parent.product,
        side=-parent.side,
        terms=terms,
        configuration=parent.attached.configuration,
        created_ns=now_ns,
        maker_rate_millionths=parent.maker_rate_millionths,
        taker_rate_millionths=parent.taker_rate_millionths,
        trigger=Trigger.PENDING,
        lots=parent.filled_lots,
        limit_ticks=terms.limit_ticks,
        stop_ticks=terms.stop_ticks,
        originating_order_id=parent.order_id,
    )


def stop_reached(order: Order, last_ticks: int) -> bool:
    """Whether the last price sets the stop of ``order`` off."""
    if order.terms.order_type is OrderType.BRACKET:
        upward = order.side == BUY
    else:
        upward = order.terms.stop_direction == STOP_UP
    return last_ticks >= order.stop_ticks if upward else last_ticks <= order.stop_ticks


def first_reached(market: Market) -> Order | None:
    """Return the oldest order whose stop the last price has reached."""
    last = market.last_ticks
    return next((order for order in market.stops if stop_reached(order, last)), None)


def split_lots(lots: int, pieces: int) -> list[int]:
    """Return ``lots`` in ``pieces`` parts, as equal as can be and none empty."""
    pieces = min(pieces, lots)
    size, rest = divmod(lots, pieces)
    return [size + 1] * rest + [size] * (pieces - rest)


def is_spent(order: Order, plan: Plan) -> bool:
    """Whether what is left of a budget buys nothing at the last price."""
    lot_units = plan.worst_ticks() * order.product.tick_lot_units
    rate = order.taker_rate_millionths if order.side == BUY else 0
    return affordable_lots(plan.left_units, lot_units, rate) == 0
