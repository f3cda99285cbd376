"""Symbols and our names: told apart by market, and equal to what the venue says of itself."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from traider.domain.errors import DataError
from traider.venues.binance.instruments import Market, instrument_name, registered


@pytest.mark.parametrize(
    ("market", "symbol", "name"),
    [
        (Market.SPOT, "BTCUSDT", "BINANCE:BTC-USDT"),
        (Market.SPOT, "ethbtc", "BINANCE:ETH-BTC"),
        (Market.SPOT, "USDTTRY", "BINANCE:USDT-TRY"),
        (Market.USDM, "BTCUSDT", "BINANCE:BTC-USDT-PERP"),
        (Market.USDM, "1000PEPEUSDT", "BINANCE:1000PEPE-USDT-PERP"),
        (Market.USDM, "BTCUSDT_240628", "BINANCE:BTC-USDT-240628"),
    ],
)
def test_a_symbol_has_a_name(market: Market, symbol: str, name: str) -> None:
    assert str(instrument_name(market, symbol)) == name


@pytest.mark.parametrize("symbol", ["", "USDT", "BTCXYZ", "_240628"])
def test_a_symbol_without_quote_is_refused(symbol: str) -> None:
    with pytest.raises(DataError, match="quote currency"):
        instrument_name(Market.SPOT, symbol)


def test_the_registry_is_asked_by_market() -> None:
    spot, perpetual = registered(Market.SPOT, "btcusdt"), registered(Market.USDM, "BTCUSDT")
    assert spot is not None
    assert perpetual is not None
    assert str(spot.name) == "BINANCE:BTC-USDT"
    assert str(perpetual.name) == "BINANCE:BTC-USDT-PERP"
    assert registered(Market.SPOT, "NKNUSDT") is None
    assert registered(Market.SPOT, "BTC-USD") is None


@pytest.mark.parametrize(
    ("file", "market", "least"),
    [
        ("BINANCE-SPOT-exchangeInfo-20211012", Market.SPOT, 1_695),
        ("BINANCE-USDM-exchangeInfo-20210722", Market.USDM, 122),
    ],
)
def test_names_are_those_the_venue_lists(
    reference_data: Path, file: str, market: Market, least: int
) -> None:
    with pa.input_stream(str(reference_data / "rest" / f"{file}.json.zst")) as stream:
        listed: list[dict[str, Any]] = json.loads(stream.read())["symbols"]
    names = {each["symbol"]: instrument_name(market, each["symbol"]) for each in listed}
    wrong = [
        (each["symbol"], str(names[each["symbol"]]))
        for each in listed
        if (names[each["symbol"]].base, names[each["symbol"]].quote)
        != (each["baseAsset"], each["quoteAsset"])
    ]
    assert wrong == []
    assert len(names) == least
