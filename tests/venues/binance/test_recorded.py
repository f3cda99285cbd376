"""Recordings of Binance: what a connection and an answer must tell."""

from decimal import Decimal

import pytest

from traider.domain.errors import DataError
from traider.venues.binance.instruments import Market
from traider.venues.binance.recorded import BinanceRecordings
from traider.venues.recordings import Connection

SPOT = "wss://stream.binance.com:9443/stream?streams=btcusdt@depth@100ms/ethbtc@trade/btcusdt@trade"
SUBSCRIBE = b'{"method":"SUBSCRIBE","params":["xrpusdt@depth","!ticker@arr"],"id":1}'


def names(connection: Connection) -> list[str]:
    return [product.name for product in BinanceRecordings().products(connection, ())]


def test_symbols_are_told_by_the_address() -> None:
    assert names(Connection("one", SPOT)) == ["BINANCE:BTC-USDT", "BINANCE:ETH-BTC"]
    futures = SPOT.replace("stream.binance", "fstream.binance")
    assert names(Connection("one", futures))[0] == "BINANCE:BTC-USDT-PERP"


def test_symbols_are_told_by_requests_else_by_the_name() -> None:
    asked = Connection("one", "wss://stream.binance.com/ws", (SUBSCRIBE, b'{"method":"PING"}'))
    assert names(asked) == ["BINANCE:XRP-USDT"]
    assert names(Connection("BINANCE-USDM-ETHUSDT-1")) == ["BINANCE:ETH-USDT-PERP"]
    assert names(Connection("BINANCE-SPOT-ETHUSDT")) == ["BINANCE:ETH-USDT"]


def test_grids_are_those_of_the_registry_else_unknown() -> None:
    known, unknown = BinanceRecordings().products(Connection("one", SPOT), ())
    assert (known.tick_size, known.lot_size) == (Decimal("0.01"), Decimal("0.00001"))
    assert (unknown.tick_size, unknown.lot_size) == (None, None)
    (perpetual,) = BinanceRecordings().products(Connection("BINANCE-USDM-BTCUSDT-1"), ())
    assert perpetual.funding_interval_ns == 8 * 3_600 * 10**9


def test_the_mapper_is_of_the_market() -> None:
    mapper = BinanceRecordings().mapper(Connection("BINANCE-USDM-BTCUSDT-1"), [])
    assert mapper.market is Market.USDM


@pytest.mark.parametrize(
    ("url", "symbol"),
    [
        ("https://api.binance.com/api/v3/depth?symbol=NKNUSDT&limit=1000", "NKNUSDT"),
        ("https://fapi.binance.com/fapi/v1/depth?limit=5&symbol=CTKUSDT", "CTKUSDT"),
        ("https://api.binance.com/api/v3/exchangeInfo", ""),
        ("https://api.binance.com/api/v3/depth", ""),
    ],
)
def test_an_answer_with_a_book_names_its_symbol(url: str, symbol: str) -> None:
    assert BinanceRecordings().snapshot_symbol(url) == symbol


@pytest.mark.parametrize(
    ("connection", "said"),
    [
        (Connection("notes"), "nothing tells which symbols"),
        (Connection("one", "wss://x", (b"{",)), "a request cannot be read"),
    ],
)
def test_what_tells_nothing_is_refused(connection: Connection, said: str) -> None:
    with pytest.raises(DataError, match=said):
        names(connection)
