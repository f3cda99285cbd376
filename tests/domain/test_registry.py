from decimal import Decimal

import pytest

from traider.domain.errors import UsageError
from traider.domain.instruments import InstrumentKind, InstrumentName
from traider.domain.registry import find_instrument, shipped_instruments


def test_about_twenty_instruments_are_shipped_under_their_names() -> None:
    shipped = shipped_instruments()
    assert 18 <= len(shipped) <= 25
    assert all(str(instrument.name) == name for name, instrument in shipped.items())
    kinds = {instrument.kind for instrument in shipped.values()}
    assert kinds == {InstrumentKind.SPOT, InstrumentKind.PERPETUAL}


def test_the_shipped_grids_are_the_venues() -> None:
    perpetual = find_instrument("BINANCE:BTC-USDT-PERP")
    assert (perpetual.tick_size, perpetual.lot_size) == (Decimal("0.1"), Decimal("0.001"))
    assert perpetual.min_notional == 100
    assert perpetual.margin is not None
    assert perpetual.margin.tiers[0].max_leverage == 125
    coinbase = find_instrument("COINBASE:ETH-USD")
    assert (coinbase.symbol, coinbase.tick_size) == ("ETH-USD", Decimal("0.01"))


def test_a_name_is_found_however_it_is_written() -> None:
    name = InstrumentName.parse("coinbase:btc-usd")
    assert find_instrument(name) is find_instrument(" coinbase:btc-usd ")


def test_a_near_miss_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean BINANCE:BTC-USDT or"):
        find_instrument("BINANCE:BTCUSDT")
    with pytest.raises(UsageError, match="known are COINBASE:BTC-USD"):
        find_instrument("zzz")
