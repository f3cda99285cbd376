"""Products as GET …/products tells them: their names, grids and states."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from traider.domain.errors import DataError
from traider.domain.instruments import InstrumentKind, InstrumentStatus
from traider.venues.coinbase.instruments import (
    grids,
    instrument_name,
    instrument_of,
    product_name,
    product_status,
    read_products,
    stream_symbol,
)

SPOT = {
    "product_id": "BTC-USD",
    "base_increment": "0.00000001",
    "base_min_size": "0.00000001",
    "quote_min_size": "1",
    "price_increment": "0.01",
    "quote_currency_id": "USD",
    "base_currency_id": "BTC",
    "status": "online",
    "alias": "",
}
FUTURE = {
    **SPOT,
    "product_id": "BIT-24APR26-CDE",
    "base_increment": "1",
    "base_min_size": "1",
    "quote_min_size": "0",
    "price_increment": "5",
    "product_type": "FUTURE",
    "status": "",
    "future_product_details": {
        "contract_code": "BIT",
        "contract_expiry": "2026-04-24T15:00:00Z",
        "contract_size": "0.01",
        "contract_root_unit": "BTC",
    },
}


def products(*told: dict[str, Any]) -> bytes:
    return json.dumps({"products": told}).encode()


def test_a_spot_product_is_an_instrument() -> None:
    (product,) = read_products(products(SPOT))
    instrument = instrument_of(product)
    assert str(instrument.name) == "COINBASE:BTC-USD"
    assert (instrument.tick_size, instrument.lot_size) == (Decimal("0.01"), Decimal("1E-8"))
    assert (instrument.min_notional, instrument.settle) == (Decimal(1), "USD")
    assert instrument.status is InstrumentStatus.TRADING


def test_a_future_is_named_by_its_contract_and_counts_contracts() -> None:
    (product,) = read_products(products(FUTURE))
    instrument = instrument_of(product)
    assert str(instrument.name) == "COINBASE:BIT-USD-260424"
    assert instrument.kind is InstrumentKind.FUTURE
    assert (instrument.multiplier, instrument.lot_size) == (Decimal("0.01"), Decimal(1))
    assert instrument.symbol == "BIT-24APR26-CDE"


@pytest.mark.parametrize(
    ("symbol", "stream"),
    [
        ("BTC-USD", "BTC-USD"),
        ("BTC-USDC", "BTC-USD"),
        ("btc-usdc", "BTC-USD"),
        ("USDT-USDC", "USDT-USDC"),
        ("EURC-USDC", "EURC-USDC"),
        ("USDC-EUR", "USDC-EUR"),
        ("BIT-24APR26-CDE", "BIT-24APR26-CDE"),
    ],
)
def test_a_usdc_product_streams_as_its_usd_one(symbol: str, stream: str) -> None:
    assert stream_symbol(symbol) == stream


def test_an_alias_has_the_name_of_its_book() -> None:
    (product,) = read_products(products({**SPOT, "product_id": "BTC-USDC", "alias": "BTC-USD"}))
    assert str(product_name(product)) == "COINBASE:BTC-USD"
    assert str(instrument_name("ETH-USDC")) == "COINBASE:ETH-USD"
    with pytest.raises(DataError, match="no spot product"):
        instrument_name("BTC")


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({}, InstrumentStatus.TRADING),
        ({"status": ""}, InstrumentStatus.TRADING),
        ({"status": "delisted"}, InstrumentStatus.DELISTED),
        ({"status": "offline"}, InstrumentStatus.HALTED),
        ({"trading_disabled": True}, InstrumentStatus.HALTED),
        ({"is_disabled": True}, InstrumentStatus.HALTED),
        ({"view_only": True}, InstrumentStatus.HALTED),
        ({"cancel_only": True, "post_only": True}, InstrumentStatus.CANCEL_ONLY),
        ({"post_only": True}, InstrumentStatus.POST_ONLY),
        ({"limit_only": True}, InstrumentStatus.POST_ONLY),
    ],
)
def test_flags_say_what_may_be_traded(told: dict[str, Any], status: InstrumentStatus) -> None:
    (product,) = read_products(products({**SPOT, **told}))
    assert product_status(product) is status


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_products(b'{"products": [{}]}')
    (odd,) = read_products(products({**SPOT, "price_increment": "fine"}))
    for read in (instrument_of, lambda product: grids([product])):
        with pytest.raises(DataError, match="is no number"):
            read(odd)
    late = {**FUTURE["future_product_details"], "contract_expiry": "never"}  # type: ignore[dict-item]
    (odd,) = read_products(products({**FUTURE, "future_product_details": late}))
    with pytest.raises(DataError, match="cannot be named"):
        instrument_of(odd)


def test_every_product_of_the_venue_is_an_instrument(reference_data: Path) -> None:
    path = reference_data / "rest" / "COINBASE-ADVANCED-products-20260809.json.zst"
    with pa.input_stream(str(path)) as stream:
        found = read_products(stream.read())
    instruments = [instrument_of(product) for product in found]
    assert len(instruments) == 920
    by_symbol = {instrument.symbol: instrument for instrument in instruments}
    assert by_symbol["BTC-USDC"].name == by_symbol["BTC-USD"].name
    assert sum(product.alias != "" for product in found) == 400
    assert all(stream_symbol(p.product_id) == (p.alias or p.product_id) for p in found)
    statuses = [instrument.status for instrument in instruments]
    assert statuses.count(InstrumentStatus.DELISTED) == 8
