"""Names, grids and contract sizes of OKX's instruments, documented and listed."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from traider.domain.errors import DataError
from traider.venues.okx.instruments import instrument_name, read_products
from traider.venues.product import Product


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("BTC-USDT", "OKX:BTC-USDT"),
        ("BTC-USDT-SWAP", "OKX:BTC-USDT-PERP"),
        ("UNI-USD-SWAP", "OKX:UNI-USD-PERP"),
        ("BTC-USD-220527", "OKX:BTC-USD-220527"),
    ],
)
def test_an_instrument_has_a_name(symbol: str, name: str) -> None:
    assert str(instrument_name(symbol)) == name


@pytest.mark.parametrize("symbol", ["BTC", "BTC-USD-220527-30000-C"])
def test_what_cannot_be_named_is_refused(symbol: str) -> None:
    with pytest.raises(DataError, match="has no name here"):
        instrument_name(symbol)


def listed(folder: Path, name: str) -> dict[str, Product]:
    with pa.input_stream(str(folder / "rest" / name)) as stream:
        found = list(read_products(stream.read()))
    assert all(each.name == str(instrument_name(each.symbol)) for each in found)
    return {each.symbol: each for each in found}


@pytest.mark.reference
def test_the_listed_swaps_count_in_contracts(reference_data: Path) -> None:
    found = listed(reference_data, "OKX-instruments-swap-20220513.json.zst")
    assert len(found) == 166
    linear, inverse = found["BTC-USDT-SWAP"], found["BTC-USD-SWAP"]
    assert (linear.tick_size, linear.lot_size) == (Decimal("0.1"), Decimal("0.01"))
    assert (linear.contract_size, inverse.contract_size) == (Decimal("0.01"), Decimal(100))
    assert (inverse.name, inverse.lot_size) == ("OKX:BTC-USD-PERP", Decimal(100))


@pytest.mark.reference
def test_the_listed_pairs_count_in_the_base(reference_data: Path) -> None:
    found = listed(reference_data, "OKX-instruments-spot-20220513.json.zst")
    assert len(found) == 513
    assert found["BTC-USDT"] == Product(
        "BTC-USDT", "OKX:BTC-USDT", Decimal("0.1"), Decimal("0.00000001")
    )


def test_an_instrument_without_a_tick_is_left_out() -> None:
    body = b'{"data":[{"instId":"A-B","instType":"SPOT","tickSz":"","lotSz":"1"}]}'
    assert list(read_products(body)) == []
