"""Names and grids of Kraken's pairs, documented and listed."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from traider.domain.errors import DataError
from traider.venues.kraken.instruments import instrument_name, read_products, v2_symbol
from traider.venues.product import Product


@pytest.mark.parametrize(
    ("symbol", "name", "of_v2"),
    [
        ("XBT/CHF", "KRAKEN:BTC-CHF", "BTC/CHF"),
        ("BTC/USD", "KRAKEN:BTC-USD", "BTC/USD"),
        ("XDG/XBT", "KRAKEN:DOGE-BTC", "DOGE/BTC"),
        ("WAVES/EUR", "KRAKEN:WAVES-EUR", "WAVES/EUR"),
    ],
)
def test_a_pair_has_one_name_in_both_protocols(symbol: str, name: str, of_v2: str) -> None:
    assert str(instrument_name(symbol)) == name
    assert v2_symbol(symbol) == of_v2
    assert str(instrument_name(of_v2)) == name


def test_what_is_no_pair_is_refused() -> None:
    with pytest.raises(DataError, match="'BTCUSD' is no pair"):
        instrument_name("BTCUSD")


@pytest.mark.reference
def test_the_listed_pairs_have_names_and_grids(reference_data: Path) -> None:
    path = reference_data / "rest" / "KRAKEN-AssetPairs-20210417.json.zst"
    with pa.input_stream(str(path)) as stream:
        found = {each.symbol: each for each in read_products(stream.read())}
    # 304 pairs, of which 11 of the dark pool have no stream, and ETH2.S/ETH no name here.
    assert len(found) == 292
    assert found["XBT/CHF"] == Product(
        "XBT/CHF", "KRAKEN:BTC-CHF", Decimal("0.1"), Decimal("0.00000001")
    )


def test_prices_are_counted_in_decimals_whatever_binds_new_orders() -> None:
    body = b'{"result":{"X":{"wsname":"A/B","pair_decimals":1,"lot_decimals":2,"tick_size":"0.5"}}}'
    (found,) = read_products(body)
    assert (found.tick_size, found.lot_size) == (Decimal("0.1"), Decimal("0.01"))
