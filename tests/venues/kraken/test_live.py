"""What Kraken is asked for, word by word."""

import json
from decimal import Decimal

from traider.venues.kraken.live import LiveKraken
from traider.venues.listing import Listing

NAMED = [("KRAKEN:BTC-USD", Listing("BTC/USD", 0, Decimal("0.1"), Decimal("0.00000001")))]


def test_the_list_is_read_as_protocol_v2_spells_it() -> None:
    venue = LiveKraken()
    assert venue.list_urls(["BTC-USD"]) == ("https://api.kraken.com/0/public/AssetPairs",)
    body = b'{"result":{"XXBTZUSD":{"wsname":"XBT/USD","pair_decimals":1,"lot_decimals":8}}}'
    (found,) = venue.read_list(body)
    assert (found.symbol, found.name) == ("BTC/USD", "KRAKEN:BTC-USD")


def test_decimals_come_before_books() -> None:
    (stream,) = LiveKraken(stream_url="ws://x").streams(NAMED)
    assert (stream.url, stream.name, stream.keepalive()) == ("ws://x/v2", "KRAKEN", b"")
    book = {"channel": "book", "symbol": ["BTC/USD"], "depth": 100}
    trade = {"channel": "trade", "symbol": ["BTC/USD"], "snapshot": False}
    assert [json.loads(each) for each in stream.subscribe()] == [
        {"method": "subscribe", "params": {"channel": "instrument", "snapshot": True}},
        {"method": "subscribe", "params": book},
        {"method": "subscribe", "params": trade},
    ]
    assert [json.loads(each) for each in stream.resubscribe(("BTC/USD",))] == [
        {"method": "unsubscribe", "params": book},
        {"method": "subscribe", "params": book},
    ]
