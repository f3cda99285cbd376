"""Exchanges without sockets, and orders on them."""

from typing import Any

from traider.venues.simulated.exchange import Exchange, Limits, Opening
from traider.venues.simulated.market import Market
from traider.venues.simulated.order_entry import OrderRequest
from traider.venues.simulated.orders import Order
from traider.venues.simulated.products import listed, product_on_grid
from traider.venues.simulated.refusals import Refusal

START_NS = 1_767_225_600_000_000_000
PRODUCT = "BTC-USD"


def empty_exchange(tick: str = "1", lot: str = "0.001") -> Exchange:
    """Return an exchange of one product, whose market is empty."""
    products = listed([product_on_grid(PRODUCT, tick, lot)])
    return Exchange(Opening(products, START_NS, limits=Limits(0, 0, 0, 0)))


def market_of(exchange: Exchange) -> Market:
    """Return its one market."""
    return exchange.desk.markets[PRODUCT]


def place(
    exchange: Exchange, key: str, side: str = "BUY", client_id: str = "", **fields: Any
) -> Order | Refusal:
    """Send an order of one configuration."""
    client_id = client_id or f"c-{len(exchange.portfolio.orders)}"
    attached = fields.pop("attached", None)
    request = OrderRequest(client_id, PRODUCT, side, {key: fields}, attached)
    return exchange.entry.create(exchange.portfolio, request)


def accepted(exchange: Exchange, key: str, side: str = "BUY", **fields: Any) -> Order:
    """Send an order that must be accepted."""
    order = place(exchange, key, side, **fields)
    assert isinstance(order, Order), order
    return order


def rest(exchange: Exchange, side: str, price: int, lots: int) -> Order:
    """Rest a limit order of an account."""
    size = f"{lots / 1000:.3f}"
    return accepted(exchange, "limit_limit_gtc", side, base_size=size, limit_price=str(price))
