"""Kraken's protocol v2, documented, and the events it means."""

import json
from typing import Any

import pytest

from tests.venues.kraken.test_checksum import ASKS, BIDS, TOLD
from tests.venues.stream_wire import BEFORE, LAST, NS, StreamWire, kinds, listing
from traider.domain.errors import DataError
from traider.venues.kraken.mapper import KrakenMapper

TIME = "2024-07-18T23:57:00.985123Z"
TIME_NS = NS + 1_123_000
PAIR = "BTC/USD"

Levels = list[tuple[str, str]]


def wire() -> StreamWire:
    return StreamWire(KrakenMapper([listing(PAIR, lot="0.00000001")]))


def number(text: str) -> str:
    """Return a number as Kraken sends it: without zeros at its end."""
    whole, dot, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0')}".rstrip(".") if dot else whole


def book(kind: str, bids: Levels, asks: Levels, told: int, symbol: str = PAIR) -> bytes:
    """A message of ``book`` whose numbers are JSON numbers."""
    sides = [
        ",".join(f'{{"price":{number(price)},"qty":{number(size)}}}' for price, size in levels)
        for levels in (bids, asks)
    ]
    return (
        f'{{"channel":"book","type":"{kind}","data":[{{"symbol":"{symbol}","bids":[{sides[0]}],'
        f'"asks":[{sides[1]}],"checksum":{told},"timestamp":"{TIME}"}}]}}'
    ).encode()


def opened() -> StreamWire:
    """The book of the guide."""
    made = wire()
    made.send(book("snapshot", BIDS, ASKS, TOLD))
    return made


def trades(kind: str, *numbers: int) -> dict[str, Any]:
    """Trades of the documents' shape: buys, numbered."""
    data = [
        {
            "symbol": PAIR,
            "side": "buy",
            "price": 4136.4,
            "qty": 0.23374249,
            "ord_type": "limit",
            "trade_id": each,
            "timestamp": TIME,
        }
        for each in numbers
    ]
    return {"channel": "trade", "type": kind, "data": data}


def test_the_example_of_the_guide_comes_as_numbers_and_is_right() -> None:
    raw = book("snapshot", BIDS, ASKS, TOLD)
    assert b'"price":45281,"qty":0.1}' in raw
    made = wire()
    events = made.send(raw)
    assert kinds(events) == ["DEPTH_SNAPSHOT"] * 20
    assert events["price"].tolist()[:2] == [452_835, 452_834]
    assert events["size"].tolist()[:2] == [10_000_000, 154_582_015]
    assert set(events["ts_event"].tolist()) == {TIME_NS}
    assert (made.mapper.counts.checksums_right, made.mapper.counts.checksums_wrong) == (1, 0)


def test_a_float_would_lose_digits_and_a_decimal_does_not() -> None:
    assert float("1234567890.12345678") == float("1234567890.1234567")
    made = wire()
    events = made.send(book("snapshot", [("45281.0", "1234567890.12345678")], [], 1_596_582_824))
    assert made.mapper.counts.checksums_right == 1
    assert events["size"].tolist() == [123_456_789_012_345_678]


def test_a_wrong_checksum_breaks_the_book() -> None:
    made = opened()
    found = made.send(book("update", [("45283.5", "0.2")], [], 5))
    assert kinds(found) == ["GAP", "DEPTH_CLEAR"]
    assert (found["w0"][0], found["w1"][0]) == (0, 0)
    assert len(made.send(book("update", [("45283.5", "0.2")], [], TOLD))) == 0
    assert kinds(made.send(book("snapshot", BIDS, ASKS, TOLD)))[0] == "RESYNC"
    assert made.send(book("snapshot", BIDS, ASKS, 7))["kind"].tolist() == found["kind"].tolist()
    counts = made.mapper.counts
    assert (counts.checksums_wrong, counts.snapshots_refused, counts.depth_unused) == (2, 1, 2)


def test_a_full_book_pushes_its_last_level_out() -> None:
    made = opened()
    removed = book("update", [("45283.6", "0.5")], [], 1_267_292_553)
    found = made.said(removed)
    shared = {"kind": "DEPTH_UPDATE", "side": 1, "ts_event": TIME_NS, "id": 0}
    assert found == [
        {**shared, "flags": 0, "price": 452_836, "size": 50_000_000},
        {**shared, "flags": LAST, "price": 452_766, "size": 0},
    ]
    assert len(made.book.bids) == 10


def test_the_answer_to_the_subscribe_tells_the_depth() -> None:
    made = wire()
    answer = {"channel": "book", "depth": 25, "snapshot": True, "symbol": PAIR}
    made.send({"method": "subscribe", "result": answer, "success": True, "req_id": 1})
    made.send(book("snapshot", BIDS, ASKS, TOLD))
    assert len(made.send(book("update", [("45283.6", "0.5")], [], 1_267_292_553))) == 1
    assert len(made.book.bids) == 11


def test_the_instrument_channel_tells_the_decimals() -> None:
    made = StreamWire(KrakenMapper([listing(PAIR, tick="0.01", lot="0.001")]))
    assert len(made.send(book("snapshot", BIDS, ASKS, TOLD))) == 0
    pair = {"symbol": PAIR, "price_precision": 1, "qty_precision": 8, "base": "BTC"}
    other = {"symbol": "A/B", "price_precision": 3, "qty_precision": 2}
    told = {"assets": [], "pairs": [pair, other]}
    assert len(made.send({"channel": "instrument", "type": "snapshot", "data": told})) == 0
    assert len(made.send(book("snapshot", BIDS, ASKS, TOLD))) == 20


def test_a_trade_has_the_takers_side_and_a_jump_shows() -> None:
    made = wire()
    shared = {"kind": "TRADE", "ts_event": TIME_NS, "price": 41_364, "size": 23_374_249}
    assert made.said(trades("update", 4665906)) == [
        {**shared, "flags": LAST, "side": 1, "id": 4665906}
    ]
    found = made.said(trades("update", 4665906, 4665909))
    assert found == [{**shared, "flags": LAST | BEFORE, "side": 1, "id": 4665909}]
    assert (made.mapper.counts.trades_old, made.mapper.counts.trade_gaps) == (1, 1)


def test_trades_from_before_the_subscription_are_counted_only() -> None:
    made = wire()
    assert len(made.send(trades("snapshot", 7, 8, 9))) == 0
    assert made.send(trades("update", 9, 10))["flags"].tolist() == [LAST]
    made.disconnect()
    made.send(trades("snapshot", 12, 13))
    assert made.send(trades("update", 14))["flags"].tolist() == [LAST | BEFORE]
    assert made.mapper.counts.trades_old == 6


def test_other_messages_are_counted_by_name() -> None:
    made = wire()
    for message in (
        {"channel": "heartbeat"},
        {"channel": "status", "type": "update", "data": [{"system": "online"}]},
        {"channel": "ticker", "type": "snapshot", "data": []},
        {"method": "pong", "req_id": 1},
        {},
    ):
        assert len(made.send(message)) == 0
    assert made.mapper.counts.others == {"heartbeat": 1, "status": 1, "ticker": 1, "unnamed": 1}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            {"method": "subscribe", "success": False, "error": "Currency pair not supported"},
            "Currency pair not supported",
        ),
        (book("whole", BIDS, ASKS, TOLD), "a book is of type 'whole'"),
        (json.dumps(trades("update", 1)).replace("buy", "up").encode(), "a trade has side 'up'"),
        (book("snapshot", BIDS, ASKS, TOLD, "ETH/USD"), "about 'ETH/USD'"),
        (book("snapshot", BIDS, ASKS, TOLD).replace(b"18T", b"18 "), "is no time of RFC 3339"),
        (b'{"channel":"book","type":"update","data":[{"symbol":"BTC/USD"}]}', "cannot be read"),
    ],
)
def test_what_breaks_the_schema_is_refused(message: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        wire().send(message)
