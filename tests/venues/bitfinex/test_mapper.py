"""Bitfinex's messages, documented and recorded, and the events they mean."""

from typing import Any

import pytest

from tests.venues.stream_wire import LAST, NS, StreamWire, kinds, listing
from traider.domain.errors import DataError
from traider.venues.bitfinex.mapper import BitfinexMapper

MS = NS // 1_000_000
BOOK, TRADES, TICKER = 10092, 17470, 2


def wire() -> StreamWire:
    made = StreamWire(BitfinexMapper([listing("tBTCUSD"), listing("tETHUSD", 1)]))
    made.send({"event": "info", "version": 2, "platform": {"status": 1}})
    made.send({"event": "conf", "status": "OK", "flags": 65536})
    for number, channel in ((BOOK, "book"), (TRADES, "trades"), (TICKER, "ticker")):
        made.send(subscribed(number, channel))
    return made


def subscribed(number: int, channel: str, symbol: str = "tBTCUSD") -> dict[str, Any]:
    precision = {"prec": "P0", "freq": "F0", "len": "25"} if channel == "book" else {}
    event = {"event": "subscribed", "channel": channel, "chanId": number, "symbol": symbol}
    return event | precision


def opened() -> StreamWire:
    """A book of both symbols at sequence 2."""
    made = wire()
    made.send([BOOK, [[99.9, 1, 1.5], [100.1, 2, -2]], 1])
    made.send(subscribed(77, "book", "tETHUSD"))
    made.send([77, [[50, 1, 1]], 2])
    return made


def test_a_list_of_levels_is_a_snapshot_and_a_level_a_change() -> None:
    made = wire()
    found = made.said([BOOK, [[99.9, 1, 1.5], [100.1, 2, -2]], 1])
    shared = {"kind": "DEPTH_SNAPSHOT", "id": 1}
    assert found == [
        {**shared, "flags": 0, "side": 1, "price": 999, "size": 1500, "index": 0},
        {**shared, "flags": LAST, "side": -1, "price": 1001, "size": 2000, "index": 1},
    ]
    shared = {"kind": "DEPTH_UPDATE", "flags": LAST}
    assert made.said([BOOK, [99.8, 3, 0.25], 2]) == [
        {**shared, "id": 2, "side": 1, "price": 998, "size": 250}
    ]
    assert made.said([BOOK, [100.1, 0, -1], 3]) == [
        {**shared, "id": 3, "side": -1, "price": 1001, "size": 0}
    ]


def test_numbers_with_an_exponent_are_read_digit_by_digit() -> None:
    made = StreamWire(BitfinexMapper([listing("tBTCUSD", tick="0.00000001", lot="1")]))
    made.send(subscribed(BOOK, "book"))
    events = made.send(b"[10092,[[2e-8,1,1E3]],1]")
    assert (events["price"][0], events["size"][0]) == (2, 1000)


def test_an_empty_list_is_an_empty_book() -> None:
    made = opened()
    assert kinds(made.send([BOOK, [], 3])) == ["DEPTH_CLEAR"]


def test_a_sequence_that_jumps_breaks_every_book() -> None:
    made = opened()
    events = made.send([BOOK, [99.8, 3, 0.25], 5])
    assert kinds(events) == ["GAP", "DEPTH_CLEAR"] * 2
    assert events["instrument"].tolist() == [0, 0, 1, 1]
    assert (events["w0"][0], events["w1"][0]) == (3, 4)
    assert made.mapper.missing() == ("tBTCUSD", "tETHUSD")
    assert len(made.send([BOOK, [99.8, 3, 0.25], 6])) == 0
    made.send({"event": "unsubscribed", "status": "OK", "chanId": BOOK})
    made.send(subscribed(99, "book"))
    assert kinds(made.send([99, [[99.9, 1, 1.5]], 7]))[:2] == ["RESYNC", "DEPTH_SNAPSHOT"]
    assert made.mapper.missing() == ("tETHUSD",)


def test_heartbeats_and_tickers_count_in_the_sequence() -> None:
    made = opened()
    made.send([BOOK, "hb", 3])
    made.send([TICKER, [100, 1, 101, 1, 0, 0, 100, 5, 110, 90], 4])
    made.send([424242, "hb", 5])
    assert len(made.send([BOOK, [99.8, 3, 0.25], 6])) == 1
    assert made.mapper.counts.others == {"info": 1, "hb": 2, "ticker": 1}


def test_a_message_that_is_refused_leaves_a_hole() -> None:
    made = opened()
    with pytest.raises(DataError, match="no multiple"):
        made.send([BOOK, [99.85, 3, 0.25], 3])
    assert kinds(made.send([BOOK, "hb", 4])) == ["GAP", "DEPTH_CLEAR"] * 2


@pytest.mark.parametrize("message", [[BOOK, [99.8, 3, 0.25]], [BOOK, "hb"], [TRADES, "te", [1]]])
def test_a_connection_without_sequences_is_refused(message: Any) -> None:
    with pytest.raises(DataError, match="has no sequence") as caught:
        opened().send(message)
    assert "65536" in caught.value.fix


def test_a_trade_has_the_takers_side_and_is_told_once() -> None:
    made = wire()
    shared = {"kind": "TRADE", "flags": LAST, "ts_event": NS, "price": 10_001}
    found = made.said([TRADES, "te", [401597395, MS, 0.005, 1000.1], 1])
    assert found == [{**shared, "side": 1, "size": 5, "id": 401_597_395}]
    assert made.said([TRADES, "tu", [401597395, MS, 0.005, 1000.1], 2]) == []
    found = made.said([TRADES, "te", [401597399, MS, -0.007, 1000.1], 3])
    assert found == [{**shared, "side": -1, "size": 7, "id": 401_597_399}]
    assert made.said([TRADES, "te", [401597395, MS, 0.005, 1000.1], 4]) == []
    counts = made.mapper.counts
    assert (counts.trades, counts.trades_doubled, counts.trades_old) == (2, 1, 1)


def test_trades_from_before_the_subscription_are_counted_only() -> None:
    made = wire()
    past = [[9, MS, 1, 100.1], [8, MS, -1, 100.1]]
    assert len(made.send([TRADES, past, 1])) == 0
    assert len(made.send([TRADES, "te", [9, MS, 1, 100.1], 2])) == 0
    assert len(made.send([TRADES, "te", [10, MS, 1, 100.1], 3])) == 1
    assert made.mapper.counts.trades_old == 3


def test_a_new_connection_counts_anew() -> None:
    made = opened()
    assert kinds(made.disconnect()) == ["GAP", "DEPTH_CLEAR"] * 2
    made.send(subscribed(5, "book"))
    assert kinds(made.send([5, [[99.9, 1, 1.5]], 1])) == ["RESYNC", "DEPTH_SNAPSHOT"]
    made.send([BOOK, [99.8, 3, 0.25], 2])
    assert made.mapper.counts.others["no channel"] == 1


def test_other_messages_are_counted_by_name() -> None:
    made = wire()
    raw = subscribed(3, "book") | {"prec": "R0"}
    for message in (
        raw,
        [3, [[1, 99.9, 1]], 1],
        [BOOK, "cs", -123, 2],
        [TRADES, "fte", [1], 3],
        {"event": "info", "code": 20051, "msg": "Stopping. Please try to reconnect"},
    ):
        assert len(made.send(message)) == 0
    assert made.mapper.counts.others == {
        "info": 1,
        "info 20051": 1,
        "book R0": 1,
        "book P0 cs": 1,
        "trades fte": 1,
    }


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"event": "error", "code": 10300, "msg": "symbol: invalid"}, "10300 symbol: invalid"),
        (subscribed(5, "book", "tXRPUSD"), "about 'tXRPUSD'"),
        ([BOOK], "cut short"),
        ([BOOK, [99.8, 3], 1], "cannot be read"),
        ([BOOK, [99.8, 3, 0.25], "x"], "cannot be read"),
    ],
)
def test_what_breaks_the_schema_is_refused(message: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        wire().send(message)
