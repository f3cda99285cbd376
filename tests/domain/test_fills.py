from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.strategies import NAME
from traider.domain.errors import DataError
from traider.domain.fills import Fill, fill_from_event
from traider.domain.payloads import encode_event
from traider.domain.registry import find_instrument

FILL = Fill(NAME, -1, Decimal("100.25"), Decimal("0.003"), Decimal("0.00030075"), 7)


def test_a_fill_knows_its_notional() -> None:
    assert FILL.notional == Decimal("0.30075")
    assert FILL.signed_quantity == Decimal("-0.003")
    assert replace(FILL, side=1, multiplier=Decimal(2)).notional == Decimal("0.6015")


@pytest.mark.parametrize("change", [{"side": 0}, {"quantity": Decimal(0)}, {"quantity": -1}])
def test_impossible_fills_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(DataError):
        replace(FILL, **change)


def test_a_record_tells_of_a_fill() -> None:
    event = encode_event(
        {
            "kind": "FILL",
            "ts_event": 7,
            "ts_recv": 9,
            "side": -1,
            "flags": 1,
            "price": 10_025,
            "size": 300,
            "fee": 30_075,
            "order_id": 5,
            "leaves": 2,
        }
    )
    expected = replace(FILL, order_id=5, is_maker=True)
    assert fill_from_event(event, find_instrument(NAME)) == expected
    event["flags"] = 5
    other = replace(expected, fee=Decimal("0.09022500"), fee_currency="BNB", fee_taken=FILL.fee)
    assert fill_from_event(event, find_instrument(NAME), "BNB", Decimal(300)) == other
    with pytest.raises(DataError, match="taken in another currency"):
        fill_from_event(event, find_instrument(NAME))
    with pytest.raises(DataError, match="is not FILL"):
        fill_from_event(encode_event({"kind": "ACK"}), find_instrument(NAME))
