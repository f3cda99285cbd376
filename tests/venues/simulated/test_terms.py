"""Order configurations: what each must have, and what is refused."""

from typing import Any

import pytest

from traider.venues.simulated.amounts import ONE
from traider.venues.simulated.orders import OrderTerms, OrderType, TimeInForce
from traider.venues.simulated.products import product_on_grid
from traider.venues.simulated.refusals import Refusal
from traider.venues.simulated.terms import terms_of

PRODUCT = product_on_grid("BTC-USD", "0.01", "0.001")
LIMIT = {"base_size": "0.5", "limit_price": "100.25"}
END = {"end_time": "2026-01-01T00:00:00Z"}
STOP = {"stop_price": "99", "stop_direction": "STOP_DIRECTION_STOP_UP"}


@pytest.mark.parametrize(
    ("key", "fields", "kind", "life"),
    [
        ("market_market_ioc", {"base_size": "1"}, OrderType.MARKET, TimeInForce.IOC),
        ("sor_limit_ioc", LIMIT, OrderType.LIMIT, TimeInForce.IOC),
        ("limit_limit_gtc", LIMIT, OrderType.LIMIT, TimeInForce.GTC),
        ("limit_limit_gtd", LIMIT | END, OrderType.LIMIT, TimeInForce.GTD),
        ("limit_limit_fok", LIMIT, OrderType.LIMIT, TimeInForce.FOK),
        ("stop_limit_stop_limit_gtc", LIMIT | STOP, OrderType.STOP_LIMIT, TimeInForce.GTC),
        ("stop_limit_stop_limit_gtd", LIMIT | STOP | END, OrderType.STOP_LIMIT, TimeInForce.GTD),
        ("trigger_bracket_gtc", LIMIT | {"stop_trigger_price": "90"}, OrderType.BRACKET,
         TimeInForce.GTC),
        ("trigger_bracket_gtd", LIMIT | END | {"stop_trigger_price": "90"}, OrderType.BRACKET,
         TimeInForce.GTD),
    ],
)  # fmt: skip
def test_every_configuration_is_understood(
    key: str, fields: dict[str, Any], kind: OrderType, life: TimeInForce
) -> None:
    terms = terms_of({key: fields}, PRODUCT)
    assert isinstance(terms, OrderTerms)
    assert (terms.order_type, terms.time_in_force) == (kind, life)
    assert terms.lots == (1000 if kind is OrderType.MARKET else 500)
    assert terms.limit_ticks == (0 if kind is OrderType.MARKET else 10025)
    assert bool(terms.end_ns) == (life is TimeInForce.GTD)


def test_an_amount_to_spend_is_units_or_what_it_buys_at_the_limit() -> None:
    market = terms_of({"market_market_ioc": {"quote_size": "12.5"}}, PRODUCT)
    assert isinstance(market, OrderTerms)
    assert (market.lots, market.quote_units) == (0, 25 * ONE // 2)
    limit = terms_of({"limit_limit_gtc": {"quote_size": "50", "limit_price": "100"}}, PRODUCT)
    assert isinstance(limit, OrderTerms)
    assert (limit.lots, limit.quote_units) == (500, 0)


@pytest.mark.parametrize(
    ("configuration", "reason"),
    [
        ({}, "INVALID_REQUEST"),
        ({"limit_limit_gtc": LIMIT, "limit_limit_fok": LIMIT}, "INVALID_REQUEST"),
        ({"limit_limit_gtc": "all"}, "INVALID_REQUEST"),
        ({"twap_limit_gtd": LIMIT}, "UNSUPPORTED_ORDER_CONFIGURATION"),
        ({"limit_limit_gtc": {"limit_price": "1"}}, "INVALID_REQUEST"),
        ({"limit_limit_gtc": LIMIT | {"quote_size": "1"}}, "INVALID_REQUEST"),
        ({"limit_limit_gtc": {"base_size": "1"}}, "INVALID_REQUEST"),
        ({"limit_limit_gtc": LIMIT | {"limit_price": 100}}, "INVALID_REQUEST"),
        ({"limit_limit_gtc": LIMIT | {"limit_price": "0"}}, "INVALID_LIMIT_PRICE"),
        ({"limit_limit_gtc": LIMIT | {"limit_price": "1.001"}}, "INVALID_PRICE_PRECISION"),
        ({"limit_limit_gtc": LIMIT | {"base_size": "0.0001"}}, "INVALID_SIZE_PRECISION"),
        ({"limit_limit_gtd": LIMIT | {"end_time": "soon"}}, "INVALID_REQUEST"),
        ({"stop_limit_stop_limit_gtc": LIMIT | {"stop_price": "1"}}, "INVALID_REQUEST"),
        ({"stop_limit_stop_limit_gtc": LIMIT}, "INVALID_REQUEST"),
        ({"market_market_ioc": {"quote_size": "1.005"}}, "INVALID_SIZE_PRECISION"),
    ],
)
def test_what_cannot_be_understood_has_a_reason(configuration: dict[str, Any], reason: str) -> None:
    refusal = terms_of(configuration, PRODUCT)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason
