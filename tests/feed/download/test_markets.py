"""Any spelling finds the market that a person means."""

import asyncio
from typing import Any

import pytest

from tests.feed.download.downloads import MINUTE_MS, QUICK, START_MS
from tests.servers.history_exchange import serving
from tests.servers.history_exchange_data import History, made_bars
from traider.domain.errors import UsageError
from traider.feed.download import Place
from traider.feed.download.asking import Asking
from traider.feed.download.markets import find_market
from traider.ops.clock import SystemClock

HISTORIES = {base: History(MINUTE_MS, made_bars(START_MS, 5, MINUTE_MS)) for base in ("BTC", "ETH")}


@pytest.fixture(scope="module")
def exchanges() -> dict[str, Any]:
    """Each venue with its markets loaded."""

    async def load(url: str) -> dict[str, Any]:
        found = {}
        for venue in ("binance", "okx", "kraken", "coinbase", "bybit"):
            async with Asking(Place(venue, url), QUICK, SystemClock(), lambda: False) as asking:
                await asking.load_markets()
                found[venue] = asking.exchange
        return found

    with serving(HISTORIES, START_MS) as exchange:
        return asyncio.run(load(exchange.url))


@pytest.mark.parametrize(
    ("venue", "text", "name"),
    [
        ("binance", "BTC/USDT", "BINANCE:BTC-USDT"),
        ("binance", "btc-usdt", "BINANCE:BTC-USDT"),
        ("binance", "BTC_USDT", "BINANCE:BTC-USDT"),
        ("binance", "BTCUSDT", "BINANCE:BTC-USDT"),
        ("binance", "BINANCE:BTC-USDT-PERP", "BINANCE:BTC-USDT-PERP"),
        ("binance", "BTC/USDT:USDT", "BINANCE:BTC-USDT-PERP"),
        ("binance", "BTCUSDT-PERP", "BINANCE:BTC-USDT-PERP"),
        ("bybit", "ETHUSDT", "BYBIT:ETH-USDT"),
        ("okx", "BTC-USDT-SWAP", "OKX:BTC-USDT-PERP"),
        ("okx", "BTC-USDT", "OKX:BTC-USDT"),
        ("kraken", "XBTUSD", "KRAKEN:BTC-USD"),
        ("kraken", "XBT/USD", "KRAKEN:BTC-USD"),
        ("kraken", "XXBTZUSD", "KRAKEN:BTC-USD"),
        ("kraken", "BTC/USD", "KRAKEN:BTC-USD"),
        ("coinbase", "ETH-USD", "COINBASE:ETH-USD"),
    ],
)
def test_spellings(exchanges: dict[str, Any], venue: str, text: str, name: str) -> None:
    assert str(find_market(exchanges[venue], text).name) == name


def test_contracts_tell_their_size(exchanges: dict[str, Any]) -> None:
    assert find_market(exchanges["okx"], "BTC-USDT-SWAP").contract_size == 0.01
    assert find_market(exchanges["okx"], "BTC-USDT").contract_size == 1.0


@pytest.mark.parametrize("text", ["DOGE/USDT", "BTC", "", "BTC-USDT-240628", "USDT/BTC"])
def test_what_is_not_listed_is_refused(exchanges: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError, match="lists no market"):
        find_market(exchanges["binance"], text)
