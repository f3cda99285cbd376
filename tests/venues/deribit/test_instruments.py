"""Names and grids of Deribit's instruments."""

from decimal import Decimal

import pytest

from traider.domain.errors import DataError
from traider.venues.deribit.instruments import instrument_name, read_products, written_name


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("BTC-PERPETUAL", "DERIBIT:BTC-USD-PERP"),
        ("UNI_USDC-PERPETUAL", "DERIBIT:UNI-USDC-PERP"),
        ("BTC-25MAR22", "DERIBIT:BTC-USD-220325"),
        ("BTC-6AUG21", "DERIBIT:BTC-USD-210806"),
        ("BTC_USDC", "DERIBIT:BTC-USDC"),
    ],
)
def test_an_instrument_has_a_name(symbol: str, name: str) -> None:
    assert str(instrument_name(symbol)) == written_name(symbol) == name


def test_an_option_keeps_the_venues_own_name() -> None:
    assert written_name("BTC-24SEP21-8000-P") == "DERIBIT:BTC-24SEP21-8000-P"
    with pytest.raises(DataError, match="has no name here"):
        instrument_name("BTC-24SEP21-8000-P")


@pytest.mark.parametrize("symbol", ["BTC", "BTC-SOON"])
def test_what_cannot_be_named_is_refused(symbol: str) -> None:
    with pytest.raises(DataError, match=r"has no name here|no expiry day"):
        written_name(symbol)


def test_an_answer_tells_the_grid() -> None:
    body = (
        b'{"jsonrpc":"2.0","result":['
        b'{"instrument_name":"ETH-PERPETUAL","tick_size":0.05,"min_trade_amount":1},'
        b'{"instrument_name":"BTC-FS-25MAR22_PERP","tick_size":0.5,"min_trade_amount":10.0}]}'
    )
    (found,) = read_products(body)
    assert (found.symbol, found.name) == ("ETH-PERPETUAL", "DERIBIT:ETH-USD-PERP")
    assert (found.tick_size, found.lot_size) == (Decimal("0.05"), Decimal(1))
