"""What names tell, and what they do not."""

from pathlib import Path

import pytest

from traider.domain.errors import UsageError
from traider.store.source_names import instrument_parts, name_parts, split_symbol


@pytest.mark.parametrize(
    ("name", "instrument", "timeframe"),
    [
        ("BINANCE-BTC-USDT-1h.parquet", "BINANCE:BTC-USDT", "1h"),
        ("binance-btc-usdt-5m.csv.gz", "BINANCE:BTC-USDT", "5m"),
        ("BINANCE-PERP-BTC-USDT-5m-2023.parquet", "BINANCE:BTC-USDT-PERP", "5m"),
        ("BYBIT-PERP-BTC-USDT-1m-GAPPY.parquet", "BYBIT:BTC-USDT-PERP", "1m"),
        ("BITVAVO-BTC-EUR-1h.parquet", "BITVAVO:BTC-EUR", "1h"),
        ("Coinbase_BTCUSD_1h.csv", "COINBASE:BTC-USD", "1h"),
        ("Binance_XRPETH_d.csv", "BINANCE:XRP-ETH", ""),
        ("BINANCE-1000PEPEUSDT.parquet", "BINANCE:1000PEPE-USDT", ""),
        ("BINANCE-BTCUSDT_250627-1d.parquet", "BINANCE:BTC-USDT-250627", "1d"),
        ("BINANCE-BTCUSDT-aggTrades-2024-01-01.zip", "BINANCE:BTC-USDT", ""),
        ("HYPERLIQUID-BTC.parquet", "HYPERLIQUID:BTC-USD-PERP", ""),
        ("OKX-BTC-USDT-SWAP-1m.csv", "OKX:BTC-USDT-PERP", "1m"),
        ("lake/venue=OKX/instrument=BTC-USDT/kind=bars-4h/day=2024-01-01/part.parquet",
         "OKX:BTC-USDT", "4h"),
    ],
)  # fmt: skip
def test_file_names_tell_the_instrument(name: str, instrument: str, timeframe: str) -> None:
    parts = name_parts(Path(name))
    assert (str(parts.instrument), parts.timeframe) == (instrument, timeframe)


@pytest.mark.parametrize(
    ("name", "venue", "base"),
    [
        ("BTCUSDT-1h-2025-01.csv", "", "BTC"),
        ("BTC-USDT-1h.csv", "", "BTC"),
        ("mine-BTC-USDT-1h.csv", "", "BTC"),
        ("BINANCE-PERP-PANEL-4h.parquet", "BINANCE", ""),
        ("BINANCE-BTC.parquet", "BINANCE", ""),
        ("bars.csv", "", ""),
        ("a-b-c.csv", "", ""),
    ],
)
def test_what_a_name_does_not_tell_is_left_open(name: str, venue: str, base: str) -> None:
    parts = name_parts(Path(name))
    assert parts.instrument is None
    assert (parts.venue, parts.base) == (venue, base)


def test_mark_prices_are_told() -> None:
    parts = name_parts(Path("BINANCE-PERP-BTC-USDT-1h-mark.parquet"))
    assert parts.is_mark
    assert str(parts.instrument) == "BINANCE:BTC-USDT-PERP"


@pytest.mark.parametrize(
    ("symbol", "parts"),
    [
        ("BTCUSDT", ("BTC", "USDT", "")),
        ("btc/usdt", ("BTC", "USDT", "")),
        ("BTC/USDT:USDT", ("BTC", "USDT", "PERP")),
        ("BTC-USDT-SWAP", ("BTC", "USDT", "PERP")),
        ("BTCUSDT_210326", ("BTC", "USDT", "210326")),
        ("BTC-USD-250627", ("BTC", "USD", "250627")),
        ("ETHBTC", ("ETH", "BTC", "")),
        ("BTCFDUSD", ("BTC", "FDUSD", "")),
        ("LUNA2USDT", ("LUNA2", "USDT", "")),
    ],
)
def test_symbols_are_split(symbol: str, parts: tuple[str, str, str]) -> None:
    found = split_symbol(symbol)
    assert found is not None
    assert (found.base, found.quote, found.suffix) == parts


@pytest.mark.parametrize("symbol", ["BTC", "USDT", "", "BTC-XYZ", "A-B-C-D"])
def test_symbols_without_a_known_quote_are_not(symbol: str) -> None:
    assert split_symbol(symbol) is None


@pytest.mark.parametrize(
    ("text", "venue", "pair"),
    [
        ("BINANCE:BTC-USDT-PERP", "BINANCE", ("BTC", "USDT", "PERP")),
        ("btc-usdt", "", ("BTC", "USDT", "")),
        ("KRAKEN:XBT-CHF", "KRAKEN", ("XBT", "CHF", "")),
        ("BTCUSDT", "", ("BTC", "USDT", "")),
        ("BTC/USDT:USDT", "", ("BTC", "USDT", "PERP")),
    ],
)
def test_a_person_may_name_any_instrument(
    text: str, venue: str, pair: tuple[str, str, str]
) -> None:
    parts = instrument_parts(text)
    assert (parts.venue, (parts.base, parts.quote, parts.suffix)) == (venue, pair)


@pytest.mark.parametrize("text", ["BTC", "BTC-", "BTC-USDT-FOO", "BTC-USDT-251399", "a b-c"])
def test_what_is_no_instrument_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        instrument_parts(text)
