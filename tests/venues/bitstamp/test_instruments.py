"""Names and grids of Bitstamp's pairs, as they are listed."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from traider.domain.errors import DataError
from traider.venues.bitstamp.instruments import instrument_name, read_products
from traider.venues.product import Product


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("ethusd", "BITSTAMP:ETH-USD"),
        ("usdtusd", "BITSTAMP:USDT-USD"),
        ("ethpax", "BITSTAMP:ETH-PAX"),
    ],
)
def test_a_symbol_has_a_name(symbol: str, name: str) -> None:
    assert str(instrument_name(symbol)) == name


def test_what_cannot_be_named_is_refused() -> None:
    with pytest.raises(DataError, match="quote currency of 'ethxyz'"):
        instrument_name("ethxyz")


@pytest.mark.reference
def test_the_listed_pairs_have_names_and_grids(reference_data: Path) -> None:
    path = reference_data / "rest" / "BITSTAMP-trading-pairs-20220105.json.zst"
    with pa.input_stream(str(path)) as stream:
        found = list(read_products(stream.read()))
    assert len(found) == 140
    assert found[0] == Product("btcusd", "BITSTAMP:BTC-USD", Decimal("0.01"), Decimal("0.00000001"))
    assert all(each.name == str(instrument_name(each.symbol)) for each in found)
