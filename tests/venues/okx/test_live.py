"""What OKX is asked for, word by word."""

import json
from decimal import Decimal

from traider.venues.listing import Listing
from traider.venues.okx.live import LiveOkx


def listing(symbol: str, number: int) -> Listing:
    return Listing(symbol, number, Decimal("0.1"), Decimal("0.001"))


NAMED = [
    ("OKX:BTC-USDT", listing("BTC-USDT", 0)),
    ("OKX:BTC-USDT-PERP", listing("BTC-USDT-SWAP", 1)),
    ("OKX:BTC-USD-261225", listing("BTC-USD-261225", 2)),
]


def test_only_the_lists_that_are_needed_are_asked_for() -> None:
    base = "https://www.okx.com/api/v5/public/instruments?instType="
    venue = LiveOkx()
    assert venue.list_urls(["BTC-USDT"]) == (f"{base}SPOT",)
    names = [name.partition(":")[2] for name, _ in NAMED]
    assert venue.list_urls(names) == (f"{base}SPOT", f"{base}SWAP", f"{base}FUTURES")


def test_contracts_bring_their_mark_price_and_perpetuals_their_funding() -> None:
    (stream,) = LiveOkx(stream_url="ws://x").streams(NAMED)
    assert (stream.url, stream.name) == ("ws://x/ws/v5/public", "OKX")
    (request,) = [json.loads(each) for each in stream.subscribe()]
    asked: dict[str, list[str]] = {}
    for each in request["args"]:
        asked.setdefault(each["channel"], []).append(each["instId"])
    assert request["op"] == "subscribe"
    assert asked == {
        "books": ["BTC-USDT", "BTC-USDT-SWAP", "BTC-USD-261225"],
        "trades": ["BTC-USDT", "BTC-USDT-SWAP", "BTC-USD-261225"],
        "mark-price": ["BTC-USDT-SWAP", "BTC-USD-261225"],
        "funding-rate": ["BTC-USDT-SWAP"],
    }
    assert stream.keepalive() == b"ping"


def test_a_new_snapshot_is_got_by_leaving_and_entering() -> None:
    (stream,) = LiveOkx().streams(NAMED)
    arguments = [{"channel": "books", "instId": "BTC-USDT"}]
    assert [json.loads(each) for each in stream.resubscribe(("BTC-USDT",))] == [
        {"op": "unsubscribe", "args": arguments},
        {"op": "subscribe", "args": arguments},
    ]
