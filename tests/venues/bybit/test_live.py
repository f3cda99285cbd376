"""What Bybit is asked for, word by word."""

import json
from decimal import Decimal

from traider.venues.bybit.live import LiveBybit
from traider.venues.listing import Listing


def listing(symbol: str, number: int = 0) -> Listing:
    return Listing(symbol, number, Decimal("0.1"), Decimal("0.001"))


def test_only_the_lists_that_are_needed_are_asked_for() -> None:
    venue = LiveBybit()
    base = "https://api.bybit.com/v5/market/instruments-info?category="
    contracts = ["BTC-USDT-PERP", "BTC-USDC-PERP", "ETH-USDT-261225"]
    assert venue.list_urls(contracts) == (
        f"{base}linear&limit=1000&baseCoin=BTC",
        f"{base}linear&limit=1000&baseCoin=ETH",
    )
    assert venue.list_urls(["BTC-USDT", "ETH-USDT-PERP"]) == (
        f"{base}linear&limit=1000&baseCoin=ETH",
        f"{base}spot",
    )


def test_a_category_is_a_connection() -> None:
    named = [
        ("BYBIT:BTC-USDT-PERP", listing("BTCUSDT")),
        ("BYBIT:ETH-USDT", listing("ETHUSDT", 1)),
    ]
    linear, spot = LiveBybit(stream_url="ws://x").streams(named)
    assert (linear.url, linear.name, linear.symbols) == (
        "ws://x/v5/public/linear",
        "BYBIT/linear",
        ("BTCUSDT",),
    )
    assert (spot.url, spot.symbols) == ("ws://x/v5/public/spot", ("ETHUSDT",))
    assert linear.mapper.missing() == ("BTCUSDT",)
    assert [json.loads(each) for each in linear.subscribe()] == [
        {
            "op": "subscribe",
            "args": ["orderbook.200.BTCUSDT", "publicTrade.BTCUSDT", "tickers.BTCUSDT"],
        }
    ]
    topics = json.loads(spot.subscribe()[0])["args"]
    assert topics == ["orderbook.200.ETHUSDT", "publicTrade.ETHUSDT"]
    assert json.loads(linear.keepalive()) == {"op": "ping"}


def test_ten_topics_are_a_request() -> None:
    named = [(f"BYBIT:X{n}-USDT", listing(f"X{n}USDT", n)) for n in range(6)]
    (spot,) = LiveBybit().streams(named)
    requests = [json.loads(each) for each in spot.subscribe()]
    assert [len(each["args"]) for each in requests] == [10, 2]
    topics = [topic for each in requests for topic in each["args"]]
    assert len(set(topics)) == 12


def test_a_new_snapshot_is_got_by_leaving_and_entering() -> None:
    (spot,) = LiveBybit().streams([("BYBIT:ETH-USDT", listing("ETHUSDT"))])
    assert [json.loads(each) for each in spot.resubscribe(("ETHUSDT",))] == [
        {"op": "unsubscribe", "args": ["orderbook.200.ETHUSDT"]},
        {"op": "subscribe", "args": ["orderbook.200.ETHUSDT"]},
    ]
