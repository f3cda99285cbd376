"""Orders are checked when they are made; an order id survives its packing."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from tests.strategies import NAME, order_ids
from traider.domain.errors import DataError
from traider.domain.orders import (
    BracketOrder,
    LimitOrder,
    MarketOrder,
    OrderId,
    Side,
    StopLimitOrder,
    StopOrder,
    TimeInForce,
)

ONE, PRICE = Decimal(1), Decimal(100)


def _limit(**terms: Any) -> LimitOrder:
    fields: dict[str, Any] = {"instrument": NAME, "side": Side.BUY, "size": ONE, "price": PRICE}
    return LimitOrder(**{**fields, **terms})


@given(order_ids)
def test_an_order_id_survives_its_packing(order_id: OrderId) -> None:
    word = order_id.pack()
    assert 0 <= word < 2**63
    assert OrderId.unpack(word) == order_id


def test_the_bits_of_an_order_id_are_the_contract() -> None:
    assert OrderId(3, 5, 2).pack() == 3 << 52 | 5 << 8 | 2


@pytest.mark.parametrize(("epoch", "sequence", "leg"), [(2**11, 0, 0), (0, 2**44, 0), (0, 0, 256)])
def test_an_order_id_too_wide_is_refused(epoch: int, sequence: int, leg: int) -> None:
    with pytest.raises(DataError, match="does not fit"):
        OrderId(epoch, sequence, leg)


def test_a_word_that_is_no_order_id_is_refused() -> None:
    with pytest.raises(DataError, match="epoch"):
        OrderId.unpack(-1)


@pytest.mark.parametrize("size", ["0", "-1", "NaN", "Infinity"])
def test_an_order_for_nothing_is_refused(size: str) -> None:
    with pytest.raises(DataError, match="size"):
        MarketOrder(instrument=NAME, side=Side.BUY, size=Decimal(size))


def test_only_purchases_are_sized_in_quote() -> None:
    order = MarketOrder(instrument=NAME, side=Side.BUY, size=ONE, is_quote_sized=True)
    assert order.size == ONE
    with pytest.raises(DataError, match="only a purchase"):
        MarketOrder(instrument=NAME, side=Side.SELL, size=ONE, is_quote_sized=True)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"price": Decimal(0)}, "price is 0"),
        ({"time_in_force": TimeInForce.GTD}, "GTD with expiry 0"),
        ({"expire_ns": 5}, "GTC with expiry 5"),
        ({"time_in_force": TimeInForce.IOC, "is_post_only": True}, "post-only order cannot be IOC"),
        ({"time_in_force": TimeInForce.FOK, "is_post_only": True}, "post-only order cannot be FOK"),
    ],
)
def test_contradicting_limit_terms_are_refused(terms: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        _limit(**terms)


def test_a_stop_sleeps_before_it_trades() -> None:
    with pytest.raises(DataError, match="a stop cannot be IOC"):
        StopOrder(
            instrument=NAME,
            side=Side.SELL,
            size=ONE,
            trigger=PRICE,
            time_in_force=TimeInForce.IOC,
        )
    with pytest.raises(DataError, match="a stop cannot be FOK"):
        StopLimitOrder(
            instrument=NAME,
            side=Side.SELL,
            size=ONE,
            trigger=PRICE,
            price=PRICE,
            time_in_force=TimeInForce.FOK,
        )


@pytest.mark.parametrize(
    ("side", "stop", "target", "is_sound"),
    [
        (Side.BUY, 90, 110, True),
        (Side.BUY, 110, 90, False),
        (Side.BUY, 101, 110, False),
        (Side.BUY, 90, 100, False),
        (Side.SELL, 110, 90, True),
        (Side.SELL, 90, 110, False),
    ],
)
def test_a_brackets_exits_lie_on_their_sides(
    side: Side, stop: int, target: int, is_sound: bool
) -> None:
    exits = {"stop_trigger": Decimal(stop), "target_price": Decimal(target)}
    if is_sound:
        assert BracketOrder(entry=_limit(side=side), **exits).entry.side is side
    else:
        with pytest.raises(DataError, match="bracket with levels"):
            BracketOrder(entry=_limit(side=side), **exits)


def test_a_market_bracket_knows_only_its_exits() -> None:
    entry = MarketOrder(instrument=NAME, side=Side.SELL, size=ONE)
    order = BracketOrder(entry=entry, stop_trigger=Decimal(9), target_price=Decimal(8))
    assert order.entry is entry
    with pytest.raises(DataError, match="bracket with levels"):
        BracketOrder(entry=entry, stop_trigger=Decimal(8), target_price=Decimal(9))


def test_a_bracket_opens_a_known_size() -> None:
    spender = MarketOrder(instrument=NAME, side=Side.BUY, size=ONE, is_quote_sized=True)
    with pytest.raises(DataError, match="known size"):
        BracketOrder(entry=spender, stop_trigger=Decimal(8), target_price=Decimal(9))
    with pytest.raises(DataError, match="known size"):
        BracketOrder(
            entry=_limit(is_reduce_only=True), stop_trigger=Decimal(9), target_price=Decimal(110)
        )
