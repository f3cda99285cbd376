"""Order configurations: from the JSON of a request to terms on the product's grid.

Exactly one key names the kind. The kinds are those a spot account uses; ``market_market_fok``,
``twap_limit_gtd`` and ``scaled_limit_gtc`` are answered as unsupported, as the venue answers the
first for spot.
"""

from dataclasses import dataclass
from typing import Final

from traider.venues.simulated.amounts import units_of
from traider.venues.simulated.orders import (
    STOP_DOWN,
    STOP_UP,
    JsonObject,
    OrderTerms,
    OrderType,
    TimeInForce,
)
from traider.venues.simulated.products import Product
from traider.venues.simulated.refusals import (
    BAD_REQUEST,
    LIMIT_PRICE,
    PRICE_PRECISION,
    SIZE_PRECISION,
    UNSUPPORTED,
    Refusal,
)
from traider.venues.simulated.times import parse_time_ns


@dataclass(frozen=True, slots=True)
class _Kind:
    order_type: OrderType
    time_in_force: TimeInForce
    limit: bool = True
    stop_field: str = ""
    end: bool = False


_KINDS: Final = {
    "market_market_ioc": _Kind(OrderType.MARKET, TimeInForce.IOC, limit=False),
    "sor_limit_ioc": _Kind(OrderType.LIMIT, TimeInForce.IOC),
    "limit_limit_gtc": _Kind(OrderType.LIMIT, TimeInForce.GTC),
    "limit_limit_gtd": _Kind(OrderType.LIMIT, TimeInForce.GTD, end=True),
    "limit_limit_fok": _Kind(OrderType.LIMIT, TimeInForce.FOK),
    "stop_limit_stop_limit_gtc": _Kind(
        OrderType.STOP_LIMIT, TimeInForce.GTC, stop_field="stop_price"
    ),
    "stop_limit_stop_limit_gtd": _Kind(
        OrderType.STOP_LIMIT, TimeInForce.GTD, stop_field="stop_price", end=True
    ),
    "trigger_bracket_gtc": _Kind(
        OrderType.BRACKET, TimeInForce.GTC, stop_field="stop_trigger_price"
    ),
    "trigger_bracket_gtd": _Kind(
        OrderType.BRACKET, TimeInForce.GTD, stop_field="stop_trigger_price", end=True
    ),
}


def terms_of(configuration: JsonObject, product: Product) -> OrderTerms | Refusal:
    """Return what ``configuration`` asks, or why it cannot be understood."""
    key, fields = next(iter(configuration.items()), ("", None))
    if len(configuration) != 1 or not isinstance(fields, dict):
        return BAD_REQUEST
    kind = _KINDS.get(key)
    if kind is None:
        return UNSUPPORTED
    sizes = _sizes(fields, product, allows_quote=not kind.stop_field)
    prices = _prices(fields, product, kind)
    if isinstance(sizes, Refusal):
        return sizes
    if isinstance(prices, Refusal):
        return prices
    end = parse_time_ns(str(fields.get("end_time"))) if kind.end else 0
    direction = str(fields.get("stop_direction", ""))
    if end is None or (
        kind.order_type is OrderType.STOP_LIMIT and direction not in (STOP_UP, STOP_DOWN)
    ):
        return BAD_REQUEST
    lots, quote_units = sizes
    limit, stop = prices
    if quote_units and limit:
        # An amount to spend at a limit is the size that the amount buys there.
        lots, quote_units = quote_units // (limit * product.tick_lot_units), 0
    return OrderTerms(
        key=key,
        order_type=kind.order_type,
        time_in_force=kind.time_in_force,
        lots=lots,
        quote_units=quote_units,
        limit_ticks=limit,
        stop_ticks=stop,
        stop_direction=direction,
        post_only=fields.get("post_only") is True,
        end_ns=end,
    )


def _sizes(
    fields: JsonObject, product: Product, *, allows_quote: bool
) -> tuple[int, int] | Refusal:
    """Return lots and units to spend, of which one is zero."""
    base, quote = fields.get("base_size"), fields.get("quote_size")
    if base and not quote:
        lots = grid_count(base, product.lot_units)
        return SIZE_PRECISION if lots is None else (lots, 0)
    if quote and not base and allows_quote:
        steps = grid_count(quote, product.quote_step_units)
        return SIZE_PRECISION if steps is None else (0, steps * product.quote_step_units)
    return BAD_REQUEST


def _prices(fields: JsonObject, product: Product, kind: _Kind) -> tuple[int, int] | Refusal:
    """Return limit and stop, 0 where the kind has none."""
    limit = _price(fields.get("limit_price"), product) if kind.limit else 0
    stop = _price(fields.get(kind.stop_field), product) if kind.stop_field else 0
    if isinstance(limit, Refusal):
        return limit
    return stop if isinstance(stop, Refusal) else (limit, stop)


def _price(value: object, product: Product) -> int | Refusal:
    if not isinstance(value, str):
        return BAD_REQUEST
    ticks = grid_count(value, product.tick_units)
    if ticks is None:
        return PRICE_PRECISION
    return ticks or LIMIT_PRICE


def grid_count(value: object, step_units: int) -> int | None:
    """Return how many steps a decimal text is; None off the grid, or when it is no decimal."""
    units = units_of(value) if isinstance(value, str) else None
    if units is None or units % step_units:
        return None
    return units // step_units
