"""Names and grids of Bybit's symbols, documented and listed."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from traider.domain.errors import DataError
from traider.venues.bybit.instruments import Category, instrument_name, read_products
from traider.venues.product import Product

EIGHT_HOURS_NS = 8 * 3_600 * 10**9


@pytest.mark.parametrize(
    ("category", "symbol", "name"),
    [
        (Category.LINEAR, "BTCUSDT", "BYBIT:BTC-USDT-PERP"),
        (Category.LINEAR, "1000PEPEUSDT", "BYBIT:1000PEPE-USDT-PERP"),
        (Category.LINEAR, "BTCPERP", "BYBIT:BTC-USDC-PERP"),
        (Category.LINEAR, "BTCUSDT-26DEC25", "BYBIT:BTC-USDT-251226"),
        (Category.LINEAR, "BTC-26DEC25", "BYBIT:BTC-USDC-251226"),
        (Category.SPOT, "ethusdt", "BYBIT:ETH-USDT"),
        (Category.SPOT, "ETHBTC", "BYBIT:ETH-BTC"),
    ],
)
def test_a_symbol_has_a_name(category: Category, symbol: str, name: str) -> None:
    assert str(instrument_name(category, symbol)) == name


@pytest.mark.parametrize("symbol", ["BTCXYZ", "USDT", "BTCUSDT-99ZZZ99"])
def test_what_cannot_be_named_is_refused(symbol: str) -> None:
    with pytest.raises(DataError, match=r"not known|no expiry day"):
        instrument_name(Category.LINEAR, symbol)


def listed(folder: Path, name: str) -> list[Product]:
    with pa.input_stream(str(folder / "rest" / name)) as stream:
        return list(read_products(stream.read()))


@pytest.mark.reference
def test_the_listed_contracts_have_names_and_grids(reference_data: Path) -> None:
    found = listed(reference_data, "BYBIT-instruments-linear-20260809.json.zst")
    assert len(found) == 800
    by_symbol = {each.symbol: each for each in found}
    assert by_symbol["BTCUSDT"] == Product(
        "BTCUSDT", "BYBIT:BTC-USDT-PERP", Decimal("0.10"), Decimal("0.001"), EIGHT_HOURS_NS
    )
    assert by_symbol["0GUSDT"].funding_interval_ns == EIGHT_HOURS_NS // 2
    for each in found:
        assert each.name == str(instrument_name(Category.LINEAR, each.symbol))


@pytest.mark.reference
def test_the_listed_pairs_have_names_and_grids(reference_data: Path) -> None:
    found = listed(reference_data, "BYBIT-instruments-spot-20260809.json.zst")
    assert len(found) == 557
    btc = Product("BTCUSDT", "BYBIT:BTC-USDT", Decimal("0.1"), Decimal("0.000001"))
    assert found[0] == btc
    for each in found:
        assert each.name == str(instrument_name(Category.SPOT, each.symbol))
