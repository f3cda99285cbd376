"""Law: an order survives the way to its intent records and back."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import NAME, instruments, order_ids, orders
from traider.domain.errors import DataError
from traider.domain.events import Kind, OrderFlag, empty_events
from traider.domain.order_intents import IntentHead, cancel_of, intents_of, order_from_intents
from traider.domain.orders import (
    BracketOrder,
    CancelRequest,
    LimitOrder,
    MarketOrder,
    OrderId,
    OrderType,
    Side,
    TimeInForce,
)
from traider.domain.payloads import decode_event
from traider.domain.registry import find_instrument

BTC = find_instrument(NAME)
HEAD = IntentHead(BTC, 3, 1_000)
FIRST = OrderId(1, 7)


@given(st.data())
def test_an_order_survives_the_round_trip(data: st.DataObject) -> None:
    instrument = data.draw(instruments())
    order = data.draw(orders(instrument))
    records = intents_of(order, data.draw(order_ids), IntentHead(instrument, 0, 5))
    assert order_from_intents(records, instrument) == order


def _limit(**terms: Any) -> LimitOrder:
    fields: dict[str, Any] = {"side": Side.BUY, "size": Decimal("0.5"), "price": Decimal(100)}
    return LimitOrder(instrument=NAME, **{**fields, **terms})


def test_a_bracket_is_three_legs() -> None:
    order = BracketOrder(entry=_limit(), stop_trigger=Decimal(90), target_price=Decimal(120))
    entry, stop, target = (decode_event(record) for record in intents_of(order, FIRST, HEAD))
    exit_flags = OrderFlag.CHILD | OrderFlag.REDUCE_ONLY
    assert entry["flags"] == OrderType.LIMIT
    assert stop["flags"] == OrderType.STOP | exit_flags
    assert target["flags"] == OrderType.LIMIT | exit_flags
    assert (entry["price"], stop["trigger"], target["price"]) == (10_000, 9_000, 12_000)
    assert (entry["side"], stop["side"], target["side"]) == (1, -1, -1)
    assert [leg["order_id"] for leg in (entry, stop, target)] == [
        OrderId(1, 7, leg).pack() for leg in range(3)
    ]
    assert {leg["instrument"] for leg in (entry, stop, target)} == {3}


def test_terms_are_flag_bits() -> None:
    order = _limit(time_in_force=TimeInForce.FOK)
    assert intents_of(order, FIRST, HEAD)["flags"][0] == OrderType.LIMIT | 2 << 4
    order = _limit(is_post_only=True)
    assert intents_of(order, FIRST, HEAD)["flags"][0] == OrderType.LIMIT | OrderFlag.POST_ONLY


def test_money_to_spend_is_in_money_units() -> None:
    order = MarketOrder(instrument=NAME, side=Side.BUY, size=Decimal(250), is_quote_sized=True)
    record = intents_of(order, FIRST, HEAD)
    assert record["size"][0] == 250 * 10**8
    assert record["flags"][0] == OrderType.MARKET | OrderFlag.QUOTE_SIZED


def test_a_cancel_names_its_order() -> None:
    request = CancelRequest(instrument=NAME, order_id=FIRST)
    record = cancel_of(request, HEAD)
    assert record["order_id"][0] == FIRST.pack()
    assert order_from_intents(record, BTC) == request


def test_an_order_goes_with_its_own_instrument() -> None:
    other = IntentHead(find_instrument("BINANCE:ETH-USDT"), 0, 0)
    with pytest.raises(DataError, match="written for BINANCE:ETH-USDT"):
        intents_of(_limit(), FIRST, other)


def test_records_that_make_no_order_are_refused() -> None:
    with pytest.raises(DataError, match="no order intents"):
        order_from_intents(empty_events(0), BTC)
    with pytest.raises(DataError, match="no order intents"):
        order_from_intents(empty_events(1), BTC)
    order = BracketOrder(entry=_limit(), stop_trigger=Decimal(90), target_price=Decimal(120))
    with pytest.raises(DataError, match="2 intents make no bracket"):
        order_from_intents(intents_of(order, FIRST, HEAD)[:2], BTC)
    blank = empty_events(1)
    blank["kind"] = Kind.ORDER_INTENT
    blank["side"] = 1
    with pytest.raises(DataError, match="name no type"):
        order_from_intents(blank, BTC)
