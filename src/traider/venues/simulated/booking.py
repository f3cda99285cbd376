"""Fills in the books: what an order has done, and who pays whom."""

from traider.venues.simulated.amounts import share_of
from traider.venues.simulated.ledger import CROWD, FEES, Ledger
from traider.venues.simulated.market import Trade
from traider.venues.simulated.orders import Fill, Order


def take_fill(order: Order, trade: Trade, fill_id: str, *, is_maker: bool) -> Fill:
    """Add a trade to what an order has done; return it as the account sees it."""
    value = trade.ticks * trade.lots * order.product.tick_lot_units
    rate = order.maker_rate_millionths if is_maker else order.taker_rate_millionths
    fill = Fill(
        fill_id=fill_id,
        trade_id=trade.trade_id,
        order_id=order.order_id,
        time_ns=trade.time_ns,
        price_ticks=trade.ticks,
        lots=trade.lots,
        value_units=value,
        fee_units=share_of(value, rate),
        is_maker=is_maker,
    )
    order.filled_lots += fill.lots
    order.filled_units += fill.value_units
    order.fee_units += fill.fee_units
    order.fills.append(fill)
    return fill


def pay_fill(ledger: Ledger, order: Order, fill: Fill) -> None:
    """Move coins and money between the account and the crowd, and the fee to the venue.

    Every fill is settled with the crowd, also one between two accounts: they may pay in different
    currencies, and the crowd's two halves cancel out where they do not.
    """
    product, coins = order.product, order.side * fill.lots * order.product.lot_units
    ledger.move(CROWD, order.owner, product.base, coins)
    ledger.move(order.owner, CROWD, product.quote, order.side * fill.value_units)
    ledger.move(order.owner, FEES, product.quote, fill.fee_units)
