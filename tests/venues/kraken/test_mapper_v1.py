"""Kraken's protocol v1, documented and recorded, and the events it means."""

from typing import Any

import pytest

from tests.venues.kraken.test_checksum import ASKS, BIDS, TOLD
from tests.venues.stream_wire import LAST, NS, StreamWire, kinds, listing
from traider.domain.errors import DataError
from traider.venues.kraken.mapper_v1 import KrakenV1Mapper

PAIR = "XBT/USD"
EARLIER, LATER = "1721347020.900000", "1721347020.984007"


def wire() -> StreamWire:
    return StreamWire(KrakenV1Mapper([listing(PAIR, lot="0.00000001")]))


def levels(rows: list[tuple[str, str]], seconds: str = EARLIER) -> list[tuple[str, ...]]:
    return [(*row, seconds) for row in rows]


def opened() -> StreamWire:
    """The book of the checksum guide, as ten levels a side."""
    made = wire()
    made.send([0, {"as": levels(ASKS), "bs": levels(BIDS, LATER)}, "book-10", PAIR])
    return made


def test_a_snapshot_is_as_old_as_its_newest_level_and_has_no_checksum() -> None:
    made = wire()
    book = {"as": levels(ASKS[:1]), "bs": levels(BIDS[:1], LATER)}
    found = made.said([0, book, "book-10", PAIR])
    shared = {"kind": "DEPTH_SNAPSHOT", "ts_event": NS + 7_000, "id": 0}
    assert found == [
        {**shared, "flags": 0, "side": 1, "price": 452_835, "size": 10_000_000, "index": 0},
        {**shared, "flags": LAST, "side": -1, "price": 452_852, "size": 100_000, "index": 1},
    ]
    assert made.mapper.counts.checksums_right == 0


def test_two_payloads_are_one_message_with_one_checksum() -> None:
    made = opened()
    # The best bid goes and comes back, so that the book is the guide's again at the end.
    asks = {"a": [("45285.2", "0.00100000", EARLIER)]}
    bids = {"b": [("45283.5", "0.00000000", LATER), ("45283.5", "0.10000000", LATER)]}
    events = made.send([0, asks, {**bids, "c": str(TOLD)}, "book-10", PAIR])
    assert events["side"].tolist() == [1, 1, -1]
    assert events["flags"].tolist() == [0, 0, LAST]
    assert events["ts_event"][0] == NS + 7_000
    assert made.mapper.counts.checksums_right == 1


def test_a_level_told_again_is_set_like_any_other() -> None:
    made = opened()
    bids = [("45276.6", "0.15445238", LATER, "r")]
    assert len(made.send([0, {"b": bids, "c": str(TOLD)}, "book-10", PAIR])) == 1


def test_a_wrong_checksum_breaks_the_book() -> None:
    made = opened()
    change = {"b": [("45283.5", "0.30000000", LATER)], "c": str(TOLD)}
    assert kinds(made.send([0, change, "book-10", PAIR])) == ["GAP", "DEPTH_CLEAR"]
    assert made.mapper.missing() == (PAIR,)
    assert made.mapper.counts.checksums_wrong == 1


def test_trades_have_the_side_of_the_order_that_triggered_them() -> None:
    rows = [
        ("5541.2", "0.15850568", "1534614057.321597", "s", "l", ""),
        ("6060.0", "0.02455000", "1534614057.324998", "b", "l", ""),
    ]
    found = wire().said([0, rows, "trade", PAIR])
    shared = {"kind": "TRADE", "flags": LAST, "id": 0}
    first = {"ts_event": 1_534_614_057_321_597_000, "price": 55_412, "size": 15_850_568}
    second = {"ts_event": 1_534_614_057_324_998_000, "price": 60_600, "size": 2_455_000}
    assert found == [{**shared, **first, "side": -1}, {**shared, **second, "side": 1}]


def test_other_messages_are_counted_by_name() -> None:
    made = wire()
    for message in (
        [340, {"a": []}, "ticker", PAIR],
        [42, [], "ohlc-5", PAIR],
        {"event": "heartbeat"},
        {"event": "systemStatus", "status": "online", "connectionID": 1, "version": "1.8.3"},
        {"event": "subscriptionStatus", "status": "subscribed", "pair": PAIR},
    ):
        assert len(made.send(message)) == 0
    others = {"ticker": 1, "ohlc-5": 1, "heartbeat": 1, "systemStatus": 1}
    assert made.mapper.counts.others == others


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            {
                "event": "subscriptionStatus",
                "status": "error",
                "errorMessage": "Currency pair not supported",
            },
            "Currency pair not supported",
        ),
        ([0, [("1", "1", "1534614057.3", "x", "l", "")], "trade", PAIR], "a trade has side 'x'"),
        ([0, {"b": [], "c": ""}, "book-10", PAIR], "have no checksum"),
        ([0, {"b": []}, "book-10", PAIR], "have no checksum"),
        ([0, {"b": []}], "lacks its channel or pair"),
        ([0, {"b": [["1", "1", "never"]], "c": "1"}, "book-10", PAIR], "cannot be read"),
        ([0, {"b": []}, "book-10", "A/B"], "about 'A/B'"),
    ],
)
def test_what_breaks_the_schema_is_refused(message: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        wire().send(message)
