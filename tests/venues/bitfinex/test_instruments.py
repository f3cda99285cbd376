"""Names of Bitfinex's symbols."""

import pytest

from traider.domain.errors import DataError
from traider.venues.bitfinex.instruments import instrument_name


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("tBTCUSD", "BITFINEX:BTC-USD"),
        ("tIOTETH", "BITFINEX:IOTA-ETH"),
        ("tAVAX:UST", "BITFINEX:AVAX-USDT"),
        ("tTESTBTC:TESTUSD", "BITFINEX:TESTBTC-TESTUSD"),
        ("tBTCF0:USTF0", "BITFINEX:BTC-USDT-PERP"),
    ],
)
def test_a_symbol_has_a_name(symbol: str, name: str) -> None:
    assert str(instrument_name(symbol)) == name


@pytest.mark.parametrize("symbol", ["BTCUSD", "tBTC", "tBTCUSDT", "fUSD", "tAVAX:"])
def test_what_is_no_pair_is_refused(symbol: str) -> None:
    with pytest.raises(DataError, match="is no pair"):
        instrument_name(symbol)
