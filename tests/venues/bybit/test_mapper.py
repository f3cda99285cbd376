"""Bybit's messages, documented and recorded, and the events they mean."""

from typing import Any

import pytest

from tests.venues.stream_wire import LAST, NS, StreamWire, kinds, listing
from traider.domain.errors import DataError
from traider.venues.bybit.mapper import BybitMapper, trade_number

MS = 1_721_347_020_984
TIMES = {"ts": MS + 5, "cts": MS + 3}
MADE_NS = NS + 3_000_000
HOUR_NS = 3_600_000_000_000


def wire(*symbols: str) -> StreamWire:
    names = symbols or ("BTCUSDT",)
    return StreamWire(BybitMapper([listing(name, k) for k, name in enumerate(names)]))


def book(kind: str, number: int, bids: Any = (), asks: Any = (), **more: Any) -> dict[str, Any]:
    data = {"s": "BTCUSDT", "b": bids, "a": asks, "u": number, "seq": 7961638724}
    return {"topic": "orderbook.50.BTCUSDT", "type": kind, "data": data, **TIMES, **more}


def opened() -> StreamWire:
    """A book that stands at number 100."""
    made = wire()
    made.send(book("snapshot", 100, [["99.9", "1"]], [["100.1", "2"]]))
    return made


def trade(number: str = "2290000000007764263", **more: Any) -> dict[str, Any]:
    """One trade as the documents have it."""
    data = {"i": number, "T": MS, "p": "100.1", "v": "0.5", "S": "Buy", "s": "BTCUSDT", "BT": False}
    return {
        "topic": "publicTrade.BTCUSDT",
        "type": "snapshot",
        "ts": MS,
        "data": [{**data, "seq": 1783284617, **more}],
    }


def ticker(**fields: str) -> dict[str, Any]:
    data = {"symbol": "BTCUSDT", **fields}
    return {"topic": "tickers.BTCUSDT", "type": "delta", "data": data, "cs": 1, "ts": MS + 5}


def test_a_snapshot_and_a_delta_are_records_at_the_time_of_the_engine() -> None:
    made = wire()
    found = made.said(book("snapshot", 100, [["99.9", "1"]], [["100.1", "2"]]))
    shared = {"kind": "DEPTH_SNAPSHOT", "ts_event": MADE_NS, "id": 100}
    assert found == [
        {**shared, "flags": 0, "side": 1, "price": 999, "size": 1000, "index": 0},
        {**shared, "flags": LAST, "side": -1, "price": 1001, "size": 2000, "index": 1},
    ]
    found = made.said(book("delta", 101, [["99.9", "0"]], [["100.2", "3"]]))
    shared = {"kind": "DEPTH_UPDATE", "ts_event": MADE_NS, "id": 101}
    assert found == [
        {**shared, "flags": 0, "side": 1, "price": 999, "size": 0},
        {**shared, "flags": LAST, "side": -1, "price": 1002, "size": 3000},
    ]


def test_without_the_time_of_the_engine_the_time_it_was_sent_counts() -> None:
    message = book("snapshot", 100, [["99.9", "1"]])
    del message["cts"]
    assert wire().said(message)[0]["ts_event"] == NS + 5_000_000
    del message["ts"]
    with pytest.raises(DataError, match="a message has no time"):
        wire().send(message)


@pytest.mark.parametrize("number", [1, 100, 7000])
def test_a_snapshot_replaces_the_book_at_any_time(number: int) -> None:
    made = opened()
    assert kinds(made.send(book("snapshot", number, [["98.0", "5"]]))) == ["DEPTH_SNAPSHOT"]
    assert (made.book.bids, made.book.asks) == ({980: 5000}, {})
    assert len(made.send(book("delta", number + 1, [["98.0", "6"]]))) == 1
    assert made.mapper.counts.gaps == 0


def test_a_number_that_does_not_follow_is_a_gap() -> None:
    made = opened()
    before = made.ts_recv
    found = made.said(book("delta", 104, [["99.9", "6"]]))
    assert found == [
        {
            "kind": "GAP",
            "flags": 0,
            "side": 0,
            "first_missing": 101,
            "last_missing": 103,
            "from_ns": before,
            "until_ns": 0,
        },
        {"kind": "DEPTH_CLEAR", "flags": LAST, "side": 0, "id": 100},
    ]
    assert len(made.send(book("delta", 105, [["99.9", "7"]]))) == 0
    found = made.said(book("snapshot", 1, [["99.9", "1"]]))
    assert [each["kind"] for each in found] == ["RESYNC", "DEPTH_SNAPSHOT"]


def test_a_delta_told_twice_is_dropped() -> None:
    made = opened()
    change = book("delta", 101, [["99.9", "5"]])
    assert [len(made.send(change)), len(made.send(change))] == [1, 0]
    assert made.mapper.counts.depth_old == 1


def test_the_first_depth_of_a_symbol_makes_its_book() -> None:
    made = opened()
    other = book("snapshot", 7, [["1.0", "1"]], topic="orderbook.1.BTCUSDT")
    assert len(made.send(other)) == 0
    assert made.mapper.counts.others == {"orderbook.1.BTCUSDT": 1}
    made.disconnect()
    assert kinds(made.send(other)) == ["RESYNC", "DEPTH_SNAPSHOT"]


def test_a_trade_has_the_takers_side_and_a_number() -> None:
    made = wire()
    shared = {"kind": "TRADE", "flags": LAST, "ts_event": NS, "price": 1001, "size": 500}
    assert made.said(trade()) == [{**shared, "side": 1, "id": 2_290_000_000_007_764_263}]
    found = made.said(trade("a9188a0a-82bc-50de-be60-03eedbe3cdd7", seq=1783284618, S="Sell"))
    assert found == [{**shared, "side": -1, "id": 0xA9188A0A82BC50DE >> 1}]


def test_a_trade_told_before_is_counted() -> None:
    made = wire()
    for message in (trade("1"), trade("2"), trade("1"), trade("3", seq=9), trade("4", seq=8)):
        made.send(message)
    made.send(trade("5", seq=None))
    counts = made.mapper.counts
    assert (counts.trades, counts.trades_old) == (3, 3)


def test_a_trade_beside_the_book_makes_no_event() -> None:
    made = wire()
    assert len(made.send(trade(BT=True))) == 0
    assert made.mapper.counts.trades_off_book == 1


@pytest.mark.parametrize("text", ["", "x", "99999999999999999999", "12-34"])
def test_a_trade_number_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="a trade has id"):
        trade_number(text)


def test_tickers_tell_mark_and_funding() -> None:
    made = wire()
    due = str(MS + 1000)
    found = made.said(
        ticker(
            markPrice="100.05",
            indexPrice="100.04",
            fundingRate="-0.0001",
            nextFundingTime=due,
            fundingIntervalHour="8",
        )
    )
    mark = {"kind": "MARK", "side": 0, "ts_event": NS + 5_000_000, "mark": 10_005_000_000}
    due_ns = NS + 1_000_000_000
    funding = {"kind": "FUNDING", "flags": LAST, "side": 0, "ts_event": NS + 5_000_000}
    told = {"rate": -100_000_000, "mark": 10_005_000_000, "next_ns": due_ns, "settled": 0}
    assert found == [
        {**mark, "flags": 0, "index_price": 10_004_000_000},
        {**funding, **told, "interval_ns": 8 * HOUR_NS},
    ]
    found = made.said(ticker(indexPrice="100.03", bid1Price="100.0"))
    assert found == [{**mark, "flags": LAST, "index_price": 10_003_000_000}]
    assert made.said(ticker(bid1Price="100.0")) == []


def test_a_passed_settlement_is_told_with_the_rate_announced_last() -> None:
    made = wire()
    due, following = str(MS + 1), str(MS + 1 + 8 * 3_600_000)
    made.send(ticker(markPrice="100", fundingRate="0.0001", nextFundingTime=due))
    found = made.said(ticker(fundingRate="0.0002", nextFundingTime=following))
    shared = {"kind": "FUNDING", "side": 0, "mark": 10_000_000_000}
    due_ns = NS + 1_000_000
    settled = {"ts_event": due_ns, "next_ns": due_ns, "interval_ns": 8 * HOUR_NS, "settled": 1}
    assert found[0] == {**shared, **settled, "flags": 0, "rate": 100_000_000}
    assert (found[1]["rate"], found[1]["settled"], found[1]["flags"]) == (200_000_000, 0, LAST)
    assert made.mapper.counts.settlements == 1


def test_a_ticker_of_spot_makes_no_event() -> None:
    made = wire()
    assert len(made.send(ticker(lastPrice="65140.5", usdIndexPrice="65091.459221"))) == 0
    assert made.mapper.counts.messages == 1


@pytest.mark.parametrize(
    "message",
    [
        {"success": True, "ret_msg": "", "conn_id": "x", "req_id": "", "op": "subscribe"},
        {"success": True, "ret_msg": "pong", "conn_id": "x", "op": "ping"},
        {"req_id": "", "op": "pong", "args": ["1675418560633"], "conn_id": "x"},
    ],
)
def test_answers_make_no_event(message: dict[str, Any]) -> None:
    made = wire()
    assert len(made.send(message)) == 0
    assert made.mapper.counts.others == {}


def test_other_messages_are_counted_by_name() -> None:
    made = wire()
    for message in ({"topic": "kline.1.BTCUSDT", "data": []}, {"topic": "allLiquidation.X"}, {}):
        made.send(message)
    assert made.mapper.counts.others == {
        "kline.1.BTCUSDT": 1,
        "allLiquidation.X": 1,
        "unnamed": 1,
    }


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"success": False, "ret_msg": "Invalid topic", "op": "subscribe"}, "refused a request"),
        (book("partial", 1), "a book is of type 'partial'"),
        (trade(S="Long"), "a trade has side 'Long'"),
        (ticker(nextFundingTime="soon"), "'soon' for a whole number"),
        (trade(T=5), "cannot be read"),
        (ticker(markPrice="high"), "no decimal number"),
    ],
)
def test_what_breaks_the_schema_is_refused(message: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        wire().send(message)


def test_symbols_of_a_connection_have_counts_of_their_own() -> None:
    made = wire("BTCUSDT", "ETHUSDT")
    made.send(trade())
    made.send(trade("9", s="ETHUSDT"))
    assert made.mapper.counts_of("ETHUSDT").trades == 1
    assert made.mapper.counts.trades == 2
    assert made.mapper.missing() == ("BTCUSDT", "ETHUSDT")
