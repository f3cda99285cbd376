"""Products: the shipped list, a file of the venue's own, and grids of recordings."""

import json
from pathlib import Path

import pytest

from traider.domain.errors import DataError
from traider.venues.simulated.products import (
    listed,
    product_on_grid,
    read_products,
    shipped_products,
)

LIST = "COINBASE-ADVANCED-products-20260809.json.zst"


def test_shipped_products_are_those_of_the_venues_list(reference_data: Path) -> None:
    told = read_products(reference_data / "rest" / LIST)
    assert len(told) > 800
    for name, product in shipped_products().items():
        other = told[name]
        assert (product.tick_units, product.lot_units) == (other.tick_units, other.lot_units)
        assert (product.lots_min, product.quote_min_units) == (
            other.lots_min, other.quote_min_units,
        )  # fmt: skip
        assert product.alias == other.alias


def test_aliases_share_a_book() -> None:
    products = shipped_products()
    assert products["BTC-USDC"].book_id == products["BTC-USD"].book_id == "BTC-USD"
    assert products["BTC-USD"].alias_to == ("BTC-USDC",)
    alone = listed([products["BTC-USDC"]])["BTC-USDC"]
    assert (alone.alias, alone.book_id) == ("", "BTC-USDC")


def test_a_recorded_perpetual_trades_as_spot() -> None:
    product = product_on_grid("BTC-USDT-PERP", "0.1", "0.001")
    assert (product.base, product.quote) == ("BTC", "USDT")
    assert (product.price_text(639599), product.size_text(20327)) == ("63959.9", "20.327")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"products": 3}, "is no list of products"),
        ([], "is no list of products"),
        ({"products": [{"status": "online", "product_id": "A-B"}]}, "is no list of products"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, rows: object, said: str) -> None:
    file = tmp_path / "products.json"
    file.write_text(json.dumps(rows))
    with pytest.raises(DataError, match=said):
        read_products(file)
    with pytest.raises(DataError, match="no such file"):
        read_products(tmp_path / "nowhere.json")


def test_steps_must_count_fees_exactly_and_be_positive() -> None:
    with pytest.raises(DataError, match="too fine"):
        product_on_grid("A-B", "0.0000000001", "0.0000000001")
    with pytest.raises(DataError, match="positive decimal"):
        product_on_grid("A-B", "0", "1")
