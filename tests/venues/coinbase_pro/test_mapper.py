"""Messages of Coinbase's Exchange feed, documented and recorded, and the events they mean."""

from typing import Any

import pytest

from tests.venues.stream_wire import BEFORE, LAST, NS, StreamWire, kinds, listing
from traider.domain.errors import DataError
from traider.venues.coinbase_pro.mapper import CoinbaseProMapper

TIME = "2024-07-18T23:57:00.984007Z"
TIME_NS = NS + 7_000


def wire() -> StreamWire:
    return StreamWire(CoinbaseProMapper([listing("BTC-USD"), listing("ETH-USD", 1)]))


def snapshot(symbol: str = "BTC-USD") -> dict[str, Any]:
    sides = {"bids": [["99.9", "1.000"]], "asks": [["100.1", "2.000"]]}
    return {"type": "snapshot", "product_id": symbol, **sides}


def change(*levels: tuple[str, str, str], symbol: str = "BTC-USD") -> dict[str, Any]:
    return {"type": "l2update", "product_id": symbol, "changes": levels, "time": TIME}


def match(number: int, kind: str = "match", side: str = "sell") -> dict[str, Any]:
    """One trade as it was recorded."""
    return {
        "type": kind,
        "trade_id": number,
        "maker_order_id": "2a0da34e-61f7-4c36-88e5-c9dd15927b16",
        "taker_order_id": "3c82abaa-c01e-4608-be59-6a1e69742891",
        "side": side,
        "size": "0.985",
        "price": "100.10000000",
        "product_id": "BTC-USD",
        "sequence": 177100030,
        "time": TIME,
    }


def test_a_snapshot_tells_no_time_and_a_change_does() -> None:
    made = wire()
    found = made.said(snapshot())
    shared = {"kind": "DEPTH_SNAPSHOT", "id": 0}
    assert found == [
        {**shared, "flags": 0, "side": 1, "price": 999, "size": 1000, "index": 0},
        {**shared, "flags": LAST, "side": -1, "price": 1001, "size": 2000, "index": 1},
    ]
    found = made.said(change(("sell", "100.1", "0.00"), ("buy", "99.9", "3")))
    shared = {"kind": "DEPTH_UPDATE", "ts_event": TIME_NS, "id": 0}
    assert found == [
        {**shared, "flags": 0, "side": 1, "price": 999, "size": 3000},
        {**shared, "flags": LAST, "side": -1, "price": 1001, "size": 0},
    ]


def test_the_taker_did_the_opposite_of_the_maker() -> None:
    made = wire()
    shared = {"kind": "TRADE", "ts_event": TIME_NS, "flags": LAST, "price": 1001, "size": 985}
    assert made.said(match(280232)) == [{**shared, "side": 1, "id": 280_232}]
    assert made.said(match(280233, side="buy")) == [{**shared, "side": -1, "id": 280_233}]
    assert made.said(match(280236))[0]["flags"] == LAST | BEFORE
    assert made.said(match(280233)) == []
    assert (made.mapper.counts.trade_gaps, made.mapper.counts.trades_old) == (1, 1)


def test_the_match_before_the_subscription_is_counted_only() -> None:
    made = wire()
    assert made.said(match(5, "last_match")) == []
    assert made.said(match(6))[0]["flags"] == LAST
    made.disconnect()
    assert made.said(match(8, "last_match")) == []
    assert made.said(match(9))[0]["flags"] == LAST | BEFORE


def test_what_cannot_be_read_breaks_every_book_with_the_next_message() -> None:
    made = wire()
    made.send(snapshot())
    made.send(snapshot("ETH-USD"))
    for _ in range(2):
        with pytest.raises(DataError, match="cannot be read"):
            made.send(b'{"type":"l2up')
    events = made.send(match(1))
    assert kinds(events) == ["GAP", "DEPTH_CLEAR", "GAP", "DEPTH_CLEAR", "TRADE"]
    assert events["instrument"].tolist() == [0, 0, 1, 1, 0]
    assert made.mapper.missing() == ("BTC-USD", "ETH-USD")
    assert len(made.send(change(("buy", "99.9", "3")))) == 0
    assert kinds(made.send(snapshot()))[0] == "RESYNC"


def test_other_messages_are_counted_by_name() -> None:
    made = wire()
    for message in (
        {"type": "subscriptions", "channels": [{"name": "level2", "product_ids": ["BTC-USD"]}]},
        {"type": "ticker", "product_id": "BTC-USD", "price": "1"},
        {"type": "heartbeat", "sequence": 90, "last_trade_id": 20},
    ):
        assert len(made.send(message)) == 0
    assert made.mapper.counts.others == {"ticker": 1, "heartbeat": 1}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "error", "message": "Failed to subscribe", "reason": "x"}, "Failed to subscribe"),
        (match(1, side="up"), "a match has side 'up'"),
        ({**match(1), "time": "now"}, "is no time"),
        ({**match(1), "product_id": "X-Y"}, "about 'X-Y'"),
        ({"type": "snapshot", "product_id": "BTC-USD"}, "cannot be read"),
    ],
)
def test_what_breaks_the_schema_is_refused(message: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        wire().send(message)


def test_a_side_that_is_none_is_refused() -> None:
    made = wire()
    made.send(snapshot())
    with pytest.raises(DataError, match="a level has side 'offer'"):
        made.send(change(("offer", "100.1", "1")))
