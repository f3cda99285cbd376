"""What Binance is asked for, word by word."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from tests.venues.binance.wire import MS, combined, snapshot, usdm_depth
from tests.venues.stream_wire import StreamWire, kinds
from traider.venues.binance.instruments import Market, instrument_name, read_products
from traider.venues.binance.live import LiveBinance
from traider.venues.binance.market_stream import BinanceStream
from traider.venues.listing import Listing
from traider.venues.market_stream import FetchedBooks


def listing(symbol: str, number: int = 0) -> Listing:
    return Listing(symbol, number, Decimal("0.1"), Decimal("0.001"))


NAMED = [
    ("BINANCE:BTC-USDT-PERP", listing("BTCUSDT")),
    ("BINANCE:ETH-USDT-PERP", listing("ETHUSDT", 1)),
]


def test_only_the_lists_that_are_needed_are_asked_for() -> None:
    venue = LiveBinance()
    spot, usdm = (
        "https://api.binance.com/api/v3/exchangeInfo",
        "https://fapi.binance.com/fapi/v1/exchangeInfo",
    )
    assert venue.list_urls(["BTC-USDT"]) == (spot,)
    assert venue.list_urls(["BTC-USDT-PERP", "BTC-USDT"]) == (spot, usdm)


def test_spot_is_one_connection_whose_address_names_its_streams() -> None:
    (stream,) = LiveBinance().streams([("BINANCE:BTC-USDT", listing("BTCUSDT"))])
    assert stream.url == (
        "wss://stream.binance.com:9443/stream?streams="
        "btcusdt@depth@100ms/btcusdt@trade/btcusdt@bookTicker"
    )
    assert isinstance(stream, FetchedBooks)
    url = "https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=1000"
    assert stream.book_url("BTCUSDT") == url
    assert (stream.subscribe(), stream.resubscribe(("BTCUSDT",))) == ([], [])
    assert stream.mapper.missing() == ("BTCUSDT",)


def test_contracts_have_a_second_connection_without_a_book() -> None:
    books, marks = LiveBinance(stream_url="ws://x", rest_url="http://y").streams(NAMED)
    assert isinstance(books, BinanceStream)
    assert books.url.startswith("ws://x/public/stream?streams=btcusdt@depth@100ms/")
    assert books.book_url("ETHUSDT") == "http://y/fapi/v1/depth?symbol=ETHUSDT&limit=1000"
    assert marks.url == (
        "ws://x/market/stream?streams=btcusdt@aggTrade/btcusdt@markPrice@1s/"
        "ethusdt@aggTrade/ethusdt@markPrice@1s"
    )
    assert not isinstance(marks, FetchedBooks)
    assert marks.mapper.missing() == ()
    assert books.mapper.missing() == ("BTCUSDT", "ETHUSDT")


def test_a_connection_without_a_book_says_what_the_other_one_says() -> None:
    books, marks = LiveBinance().streams(NAMED)
    first, second = StreamWire(books.mapper), StreamWire(marks.mapper)
    mark = {"e": "markPriceUpdate", "E": MS, "p": "100.5", "i": "100.4", "r": "0.0001", "T": MS + 9}
    assert kinds(second.send(combined("markPrice@1s", mark))) == ["MARK", "FUNDING"]
    assert not marks.mapper.is_whole("BTCUSDT")
    first.answer("BTCUSDT", snapshot(100, [("99.9", "1")]))
    first.send(usdm_depth((99, 105, 98), [("99.9", "5")]))
    assert marks.mapper.is_whole("BTCUSDT")
    assert len(second.disconnect()) == 0
    assert marks.mapper.is_whole("BTCUSDT")
    assert (marks.mapper.counts.marks, marks.mapper.counts_of("BTCUSDT").depth) == (1, 0)
    assert len(second.answer("ETHUSDT", snapshot(7, [("9.9", "1")]))) == 1
    assert books.mapper.is_whole("ETHUSDT")


def test_the_answer_to_the_question_makes_no_event() -> None:
    (stream,) = LiveBinance().streams([("BINANCE:BTC-USDT", listing("BTCUSDT"))])
    assert stream.keepalive() == b'{"method":"LIST_SUBSCRIPTIONS","id":1}'
    wire = StreamWire(stream.mapper)
    assert len(wire.send({"result": ["btcusdt@trade"], "id": 1})) == 0
    assert wire.mapper.counts.others == {}


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "market", "count", "symbol", "tick", "lot"),
    [
        ("BINANCE-SPOT-exchangeInfo-20211012", Market.SPOT, 1_695, "ETHBTC", "0.000001", "0.0001"),
        ("BINANCE-USDM-exchangeInfo-20210722", Market.USDM, 122, "BTCUSDT", "0.01", "0.001"),
    ],
)
def test_the_listed_symbols_have_names_and_grids(
    reference_data: Path, name: str, market: Market, count: int, symbol: str, tick: str, lot: str
) -> None:
    with pa.input_stream(str(reference_data / "rest" / f"{name}.json.zst")) as stream:
        raw = stream.read()
    found = {each.symbol: each for each in LiveBinance().read_list(raw)}
    assert len(found) == count
    assert (found[symbol].tick_size, found[symbol].lot_size) == (Decimal(tick), Decimal(lot))
    assert all(each.name == str(instrument_name(market, each.symbol)) for each in found.values())
    assert list(read_products(market, raw)) == list(found.values())


def test_prices_are_counted_in_the_finer_of_tick_and_decimals() -> None:
    def step(decimals: str, tick: str) -> Decimal | None:
        body = (
            f'{{"symbols":[{{"symbol":"CTKUSDT","baseAsset":"CTK","quoteAsset":"USDT",{decimals}'
            f'"filters":[{{"filterType":"PRICE_FILTER","tickSize":"{tick}"}}]}}]}}'
        )
        (found,) = read_products(Market.USDM, body.encode())
        return found.tick_size

    assert step('"pricePrecision":5,', "0.00100") == Decimal("0.00001")
    assert step('"pricePrecision":2,', "0.001") == Decimal("0.001")
    assert step("", "0.001") == Decimal("0.001")
    assert step("", "0") is None
