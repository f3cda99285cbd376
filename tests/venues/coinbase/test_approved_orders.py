"""Intents become what Coinbase takes: the right kind, exact numbers on the product's steps."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.coinbase.approved import (
    FIRST,
    INSTRUMENTS,
    approved,
    bracket,
    instrument,
    intent,
    pair,
)
from traider.domain.approvals import ApprovedOrder
from traider.domain.errors import DataError
from traider.domain.events import EventArray, OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.venues.coinbase.approved_orders import (
    ApprovedOrderTerms,
    Shape,
    request_of,
    shape_of,
)
from traider.venues.coinbase.order_configurations import MarketIoc, StopLimit, Wire
from traider.venues.coinbase.place_request import PlaceRequest

TERMS = ApprovedOrderTerms()
END_NS = "1767225600000000000"
END = "2026-01-01T00:00:00Z"
SIZE: dict[str, Any] = {"size": "0.5"}
WIRE_SIZE = {"base_size": "0.50000000"}
LIMIT = {**WIRE_SIZE, "limit_price": "100.25"}


def placed(*records: EventArray, terms: ApprovedOrderTerms = TERMS) -> PlaceRequest:
    return request_of([approved(record) for record in records], INSTRUMENTS, terms)


def limit(terms: TimeInForce = TimeInForce.GTC, flags: int = 0, **words: Any) -> EventArray:
    return intent(OrderType.LIMIT, flags=flags, terms=terms, price="100.25", **SIZE, **words)


@pytest.mark.parametrize(
    ("record", "wire"),
    [
        (intent(OrderType.MARKET, **SIZE), {"market_market_ioc": WIRE_SIZE}),
        (intent(OrderType.MARKET, spend="12.34999999"),
         {"market_market_ioc": {"quote_size": "12.34"}}),
        (limit(), {"limit_limit_gtc": {**LIMIT, "post_only": False}}),
        (limit(flags=OrderFlag.POST_ONLY), {"limit_limit_gtc": {**LIMIT, "post_only": True}}),
        (limit(flags=OrderFlag.REDUCE_ONLY), {"limit_limit_gtc": {**LIMIT, "post_only": False}}),
        (limit(TimeInForce.GTD, OrderFlag.POST_ONLY, expire=END_NS),
         {"limit_limit_gtd": {**LIMIT, "end_time": END, "post_only": True}}),
        (limit(TimeInForce.IOC), {"sor_limit_ioc": LIMIT}),
        (limit(TimeInForce.FOK), {"limit_limit_fok": LIMIT}),
        (intent(OrderType.STOP_LIMIT, -1, price="99", trigger="100.25", **SIZE),
         {"stop_limit_stop_limit_gtc": {**WIRE_SIZE, "limit_price": "99.00", "stop_price": "100.25",
                                        "stop_direction": "STOP_DIRECTION_STOP_DOWN"}}),
        (intent(OrderType.STOP, -1, trigger="100.25", **SIZE),
         {"stop_limit_stop_limit_gtc": {**WIRE_SIZE, "limit_price": "95.23", "stop_price": "100.25",
                                        "stop_direction": "STOP_DIRECTION_STOP_DOWN"}}),
        (intent(OrderType.STOP, 1, terms=TimeInForce.GTD, trigger="100.25", expire=END_NS, **SIZE),
         {"stop_limit_stop_limit_gtd": {**WIRE_SIZE, "limit_price": "105.27",
                                        "stop_price": "100.25", "end_time": END,
                                        "stop_direction": "STOP_DIRECTION_STOP_UP"}}),
    ],
)  # fmt: skip
def test_every_intent_becomes_its_kind(record: EventArray, wire: Wire) -> None:
    request = placed(record)
    assert request.configuration.wire() == wire
    assert (request.client_order_id, request.product_id) == ("c-1", "BTC-USD")
    assert request.is_buy == (int(record["side"][0]) > 0)
    assert request.attached is None


def test_a_pair_is_one_bracket_under_the_even_legs_id() -> None:
    request = request_of(pair(), INSTRUMENTS, TERMS)
    assert (request.client_order_id, request.is_buy) == ("c-1", False)
    assert request.configuration.wire() == {
        "trigger_bracket_gtc": {
            "base_size": "0.00100000",
            "limit_price": "60000.00",
            "stop_trigger_price": "45000.00",
        }
    }


def test_what_the_gate_left_of_a_pair_is_sent_alone() -> None:
    stop = request_of(pair()[:1], INSTRUMENTS, TERMS)
    assert isinstance(stop.configuration, StopLimit)
    target = request_of(pair()[1:], INSTRUMENTS, TERMS)
    assert (target.client_order_id, set(target.configuration.wire())) == (
        "c-2", {"limit_limit_gtc"}
    )  # fmt: skip


def test_an_entry_with_exits_has_a_bracket_attached() -> None:
    request = request_of(bracket(), INSTRUMENTS, TERMS)
    assert set(request.configuration.wire()) == {"limit_limit_gtc"}
    assert request.attached is not None
    assert request.attached.wire() == {
        "trigger_bracket_gtc": {"limit_price": "60000.00", "stop_trigger_price": "45000.00"}
    }


def changed(orders: list[ApprovedOrder], place: int, **words: Any) -> list[ApprovedOrder]:
    record = orders[place].intent.copy()
    for word, value in words.items():
        record[word] = value
    return [*orders[:place], approved(record), *orders[place + 1 :]]


@pytest.mark.parametrize(
    ("orders", "why"),
    [
        ([], "neither one order"),
        (bracket()[:2], "neither one order"),
        (bracket()[1:2], "neither one order"),
        (list(reversed(pair())), "neither one order"),
        (changed(pair(), 1, order_id=FIRST + 3), "neither one order"),
        ([*pair(), *pair()], "neither one order"),
        (changed(pair(), 1, size=7), "no stop and target over the same lots"),
        (changed(pair(), 1, side=1), "no stop and target over the same lots"),
        (changed(pair(), 0, expire=int(END_NS), flags=3 | 3 << 4 | 0x0800), "different times"),
        (changed(bracket(), 1, side=1), "not for the entry's size, or not against it"),
        (changed(bracket(), 0, size=7), "not for the entry's size, or not against it"),
        ([approved(limit(TimeInForce.IOC, OrderFlag.POST_ONLY))], "post-only and IOC"),
        ([approved(limit(TimeInForce.GTD))], "until a time without the time"),
        ([approved(intent(OrderType.STOP, terms=TimeInForce.IOC, trigger="1", **SIZE))],
         "a stop that is IOC"),
        ([approved(intent(OrderType.LIMIT, **SIZE))], "price is 0 ticks"),
        ([approved(intent(OrderType.STOP, **SIZE))], "trigger is 0 ticks"),
        ([approved(intent(OrderType.MARKET))], "for 0 lots"),
        ([approved(intent(OrderType.MARKET, -1, spend="5"))], "an order to spend"),
        ([approved(intent(OrderType.MARKET, spend="0.009"))], "an order to spend"),
        (changed([approved(limit())], 0, flags=9), "an order of type 9"),
        (changed([approved(limit())], 0, instrument=2), "instrument 2"),
    ],
)  # fmt: skip
def test_what_the_venue_has_no_kind_for_is_refused(orders: list[ApprovedOrder], why: str) -> None:
    with pytest.raises(DataError, match=why):
        request_of(orders, INSTRUMENTS, TERMS)


def test_what_orders_make_together() -> None:
    shapes = [shape_of(orders) for orders in ([approved(limit())], pair(), bracket())]
    assert shapes == [Shape.SINGLE, Shape.PAIR, Shape.BRACKET]


@given(
    st.sampled_from(["0.01", "0.0001", "1"]),
    st.integers(1, 10**12),
    st.integers(1, 10**12),
    st.decimals("0.001", "0.999", places=3),
    st.sampled_from([1, -1]),
)
def test_numbers_are_exact_and_a_stops_limit_lies_beyond_it_by_the_collar(
    tick: str, ticks: int, lots: int, collar: Decimal, side: int
) -> None:
    traded = instrument("BTC-USD", tick)
    record = intent(OrderType.STOP, side)
    record["size"], record["trigger"] = lots, ticks
    request = request_of([approved(record)], [traded], ApprovedOrderTerms(collar))
    made = request.configuration
    assert isinstance(made, StopLimit)
    assert made.base_size == lots * traded.lot_size
    assert made.stop_price == ticks * traded.tick_size
    assert made.limit_price % traded.tick_size == 0
    beyond = side * (made.limit_price - made.stop_price * (1 + side * collar))
    assert made.limit_price > 0
    assert 0 <= beyond < traded.tick_size or made.limit_price == traded.tick_size


@given(st.sampled_from(["0.01", "0.0001", "1", "0.5"]), st.integers(1, 10**14))
def test_what_is_spent_is_never_more_than_approved(tick: str, units: int) -> None:
    record = intent(OrderType.MARKET, flags=OrderFlag.QUOTE_SIZED)
    record["size"] = units
    step = max(Decimal(tick), Decimal("0.01"))
    orders, instruments = [approved(record)], [instrument("BTC-USD", tick)]
    if Decimal(units).scaleb(-8) < step:
        with pytest.raises(DataError, match="an order to spend"):
            request_of(orders, instruments, TERMS)
        return
    made = request_of(orders, instruments, TERMS).configuration
    assert isinstance(made, MarketIoc)
    assert made.quote_size is not None
    assert made.quote_size % step == 0
    assert 0 <= Decimal(units).scaleb(-8) - made.quote_size < step


@pytest.mark.parametrize("collar", ["0", "1", "-0.1"])
def test_a_collar_is_a_fraction(collar: str) -> None:
    with pytest.raises(DataError, match="give a fraction"):
        ApprovedOrderTerms(Decimal(collar))
