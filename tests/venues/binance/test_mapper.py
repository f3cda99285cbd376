"""What each message of Binance says as events, and what no event is made of."""

from typing import Any

import pytest

from tests.venues.binance.wire import (
    EIGHT_HOURS_NS,
    MS,
    NS,
    Wire,
    combined,
    kinds,
    snapshot,
    spot_depth,
    trade,
    usdm_depth,
)
from traider.domain.errors import DataError
from traider.domain.events import MarketFlag
from traider.venues.binance.instruments import Market

LAST = int(MarketFlag.LAST_OF_MESSAGE)
BEFORE = int(MarketFlag.GAP_BEFORE)


def test_a_trade_has_the_side_of_its_taker() -> None:
    wire = Wire()
    event = {"kind": "TRADE", "ts_event": NS + 7_000_000, "flags": LAST, "price": 1001, "size": 2}
    assert wire.said(trade(5)) == [{**event, "side": -1, "id": 5}]
    assert wire.said(trade(6, m=False)) == [{**event, "side": 1, "id": 6}]


def test_a_spot_trade_may_name_its_orders() -> None:
    # 2023-04-05: "b" and "a" are order numbers there, not levels.
    data = {"e": "trade", "E": MS, "t": 3, "p": "28165.40000000", "q": "0.05600000", "b": 1, "a": 2}
    found = Wire(Market.SPOT).said(combined("trade", {**data, "T": MS - 1, "m": True, "M": True}))
    assert found[0]["price"] == 281_654
    assert found[0]["size"] == 56
    assert found[0]["ts_event"] == NS - 1_000_000


def test_a_trade_off_the_book_is_counted_and_leaves_no_hole() -> None:
    wire = Wire()
    wire.send(trade(5))
    assert len(wire.send(trade(6, "28722.50", "0.001", X="INSURANCE_FUND"))) == 0
    assert len(wire.send(trade(7, "0", "0", X="NA"))) == 0
    assert wire.said(trade(8))[0]["flags"] == LAST
    assert wire.mapper.counts.trades_off_book == 2
    assert wire.mapper.counts.trades == 2


def test_a_missing_trade_is_flagged_and_an_old_one_dropped() -> None:
    wire = Wire()
    wire.send(trade(5))
    assert wire.said(trade(8))[0]["flags"] == LAST | BEFORE
    assert len(wire.send(trade(8))) == 0
    assert len(wire.send(trade(6))) == 0
    assert wire.said(trade(9))[0]["flags"] == LAST
    counts = wire.mapper.counts
    assert (counts.trade_gaps, counts.trades_old, counts.trades) == (1, 2, 3)


def test_a_trade_of_less_than_a_lot_makes_no_event() -> None:
    wire = Wire()
    assert len(wire.send(trade(5, size="0.0009"))) == 0
    counts = wire.mapper.counts
    assert (counts.trades_below_lot, counts.off_lot, counts.off_lot_first) == (1, 1, "0.0009")


def aggregate(number: int) -> dict[str, Any]:
    data = {"e": "aggTrade", "E": MS + 9, "T": MS + 7, "a": number, "p": "100.1", "q": "0.5"}
    return combined("aggTrade", {**data, "f": 100, "l": 105, "m": False})


def test_an_aggregated_trade_is_a_trade() -> None:
    found = Wire().said(aggregate(77))
    assert found[0]["kind"] == "TRADE"
    assert (found[0]["id"], found[0]["size"], found[0]["side"]) == (77, 500, 1)


@pytest.mark.parametrize("first_is_single", [True, False])
def test_trades_told_by_two_streams_count_once(first_is_single: bool) -> None:
    wire = Wire()
    first, second = (trade, aggregate) if first_is_single else (aggregate, trade)
    assert len(wire.send(first(1))) == 1
    assert len(wire.send(second(1))) == 0
    assert len(wire.send(first(2))) == 1
    assert wire.mapper.counts.trades_doubled == 1


QUOTE = {"u": 9, "b": "100.10", "B": "1.5", "a": "100.20", "A": "0.25"}
QUOTED = {"bid": 1001, "bid_size": 1500, "ask": 1002, "ask_size": 250}


def test_a_quote_of_futures_has_the_time_of_the_matching_engine() -> None:
    found = Wire().said(combined("bookTicker", {"e": "bookTicker", **QUOTE, "T": MS, "E": MS + 4}))
    assert found == [{"kind": "QUOTE", "ts_event": NS, "flags": LAST, "side": 0, **QUOTED}]


@pytest.mark.parametrize("is_wrapped", [True, False])
def test_a_quote_of_spot_has_the_time_of_receipt(is_wrapped: bool) -> None:
    message = combined("bookTicker", QUOTE)
    found = Wire(Market.SPOT).said(message if is_wrapped else message["data"])
    assert found == [{"kind": "QUOTE", "flags": LAST, "side": 0, **QUOTED}]


def test_an_older_quote_is_dropped_and_an_empty_side_is_zero() -> None:
    wire = Wire(Market.SPOT)
    wire.send(combined("bookTicker", QUOTE))
    assert len(wire.send(combined("bookTicker", {**QUOTE, "u": 8}))) == 0
    empty = {**QUOTE, "u": 10, "b": "0.00000000", "B": "0.00000000"}
    assert wire.said(combined("bookTicker", empty))[0]["bid"] == 0
    assert wire.mapper.counts.quotes_old == 1


def mark(
    rate: str = "0.00002754", next_ms: int = MS + 500, price: str = "100.5", at_ms: int = MS
) -> dict[str, Any]:
    data = {"e": "markPriceUpdate", "E": at_ms, "p": price, "P": "1", "i": "100.00000001"}
    return combined("markPrice@1s", {**data, "r": rate, "T": next_ms})


def test_a_mark_announces_funding_when_it_changes() -> None:
    wire = Wire()
    first = wire.said(mark())
    funding = {
        "kind": "FUNDING",
        "ts_event": NS,
        "flags": LAST,
        "side": 0,
        "rate": 27_540_000,
        "mark": 10_050_000_000,
        "next_ns": NS + 500_000_000,
        "interval_ns": EIGHT_HOURS_NS,
        "settled": 0,
    }
    price = {"kind": "MARK", "ts_event": NS, "side": 0, "mark": 10_050_000_000}
    price |= {"index_price": 10_000_000_001}
    assert first == [{**price, "flags": 0}, funding]
    assert wire.said(mark()) == [{**price, "flags": LAST}]
    assert wire.said(mark("-0.00000001"))[1]["rate"] == -10_000
    assert wire.said(mark("-0.00000001", MS + 900))[1]["next_ns"] == NS + 900_000_000
    assert (wire.mapper.counts.marks, wire.mapper.counts.fundings) == (4, 3)


def test_a_settlement_is_the_last_rate_announced_before_it() -> None:
    wire = Wire()
    due, following = MS + 900, MS + 900 + 8 * 3_600_000
    for rate, at, price in (("0.0001", MS, "100"), ("0.0002", MS + 800, "101")):
        wire.send(mark(rate, due, price, at))
    said = wire.said(mark("0.0003", following, "102", MS + 1_800))
    assert [event["kind"] for event in said] == ["MARK", "FUNDING", "FUNDING"]
    assert said[1] == {
        "kind": "FUNDING",
        "ts_event": due * 1_000_000,
        "flags": 0,
        "side": 0,
        "rate": 200_000_000,
        "mark": 10_100_000_000,
        "next_ns": due * 1_000_000,
        "interval_ns": EIGHT_HOURS_NS,
        "settled": 1,
    }
    assert (said[2]["rate"], said[2]["settled"], said[2]["flags"]) == (300_000_000, 0, LAST)
    # A change of plan before it is due, and a stream that was away, settle nothing.
    sooner, away = following - 4 * 3_600_000, following + 3_600_000
    assert len(wire.send(mark("0.0003", sooner, "102", MS + 1_900))) == 2
    assert len(wire.send(mark("0.0001", away, "102", following))) == 2
    assert wire.mapper.counts.settlements == 1


def test_a_dated_future_has_no_funding() -> None:
    data = {"e": "markPriceUpdate", "E": MS, "p": "100.5", "P": "1", "i": "", "r": "", "T": 0}
    found = Wire().said(combined("markPrice", data))
    assert [event["kind"] for event in found] == ["MARK"]
    assert (found[0]["flags"], found[0]["index_price"]) == (LAST, 0)


@pytest.mark.parametrize("name", ["kline_1m", "depth20@100ms", "depth5", "forceOrder"])
def test_a_stream_without_event_is_counted_by_name(name: str) -> None:
    wire = Wire()
    assert len(wire.send(combined(name, {"e": "depthUpdate", "k": {"o": 1}}))) == 0
    assert wire.mapper.counts.others == {f"btcusdt@{name}": 1}


def test_names_of_other_streams_are_bounded() -> None:
    wire = Wire()
    for number in range(100):
        for _ in range(2):
            wire.send({"stream": f"x{number}@{'y' * 200}", "data": {}})
    wire.send({"e": "serverShutdown", "E": MS})
    wire.send({})
    others = wire.mapper.counts.others
    assert len(others) == 65
    assert others["and more"] == 2 * 36 + 2
    assert max(map(len, others)) == 80


def test_a_message_of_a_single_stream_is_read_alike() -> None:
    for message in (trade(1), mark(), combined("bookTicker", {"e": "bookTicker", **QUOTE})):
        assert len(Wire().send(message["data"])) == len(Wire().send(message)) > 0
    wire = Wire()
    wire.send({"e": "serverShutdown", "E": MS})
    wire.send({"unheard": 1})
    assert wire.mapper.counts.others == {"serverShutdown": 1, "unnamed": 1}


def test_the_answer_to_a_request_says_nothing() -> None:
    wire = Wire()
    assert len(wire.send({"result": None, "id": 1})) == 0
    assert wire.mapper.counts.others == {}


@pytest.mark.parametrize(
    "message",
    [
        {"error": {"code": 2, "msg": "Invalid request: unknown variant"}, "id": 3},
        {"code": -1003, "msg": "Invalid request: too many"},
    ],
)
def test_a_refused_request_is_an_error(message: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="Binance refused a request: 'Invalid request"):
        Wire().send(message)


def test_two_symbols_of_a_connection_have_books_of_their_own() -> None:
    wire = Wire(Market.USDM, "BTCUSDT", "ETHUSDT")
    for number, symbol in enumerate(("BTCUSDT", "ETHUSDT")):
        body = b'{"lastUpdateId":%d,"bids":[["1.0","1"]],"asks":[]}' % (10 + number)
        wire.mapper.snapshot(symbol, body, NS, wire.out)
    assert wire.out.take()["instrument"].tolist() == [0, 1]
    found = wire.send(usdm_depth((12, 13, 11), [("1.0", "2")], symbol="ETHUSDT"))
    assert (found["instrument"].tolist(), found["size"].tolist()) == ([1], [2000])
    assert kinds(wire.send(usdm_depth((12, 13, 11), [("1.0", "2")]))) == ["GAP", "DEPTH_CLEAR"]
    assert (wire.mapper.is_whole("BTCUSDT"), wire.mapper.is_whole("ETHUSDT")) == (False, True)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (b"{", "cannot be read"),
        (b"", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"[1,2]", "cannot be read"),
        ({"stream": "btcusdt@depth@0ms", "data": {"s": "BTCUSDT"}}, "missing required field"),
        ({"stream": "btcusdt@depth@0ms"}, "cannot be read"),
        (combined("trade", {**trade(1)["data"], "T": 1_721_347_020}), "T`"),
        (trade(-1), "t`"),
        (trade(2**63), "t`"),
        (trade(1, m="no"), "m`"),
        (trade(1, "100.15"), "price 100.15 is no multiple of 0.1"),
        (trade(1, "-100.1"), "price '-100.1' is no decimal number"),
        (trade(1, "0.0"), "price 0.0 is zero"),
        (trade(1, s="ETHUSDT"), "a message is about ETHUSDT, not BTCUSDT"),
        (spot_depth((1, 2)), "missing required field"),
        (snapshot(1, [("100.05", "1")]), "price 100.05 is no multiple"),
        (mark(price="100.123456789"), "mark price 100.123456789 is no multiple"),
        (mark(next_ms=MS * 1000), "T`"),
        (mark(rate="x"), "funding rate 'x' is no decimal"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(message: Any, said: str) -> None:
    wire = Wire()
    with pytest.raises(DataError) as caught:
        wire.send(message)
    assert said in caught.value.line()
    assert caught.value.fix
    assert "\n" not in caught.value.line()
    assert len(wire.out) == 0


def test_a_snapshot_of_several_symbols_must_be_named() -> None:
    with pytest.raises(DataError, match="a snapshot names no symbol"):
        Wire(Market.USDM, "BTCUSDT", "ETHUSDT").send(snapshot(1))
    with pytest.raises(DataError, match="cannot be read"):
        Wire().mapper.snapshot("BTCUSDT", b"[]", NS, Wire().out)
    with pytest.raises(DataError, match="about XRPUSDT"):
        Wire().mapper.snapshot("XRPUSDT", b"{}", NS, Wire().out)


def test_each_symbol_is_counted_for_itself() -> None:
    wire = Wire(Market.USDM, "BTCUSDT", "ETHUSDT")
    wire.send(trade(1))
    wire.send(usdm_depth((99, 105, 98), [("99.9", "5")], symbol="ETHUSDT"))
    wire.send({"stream": "x@unheard", "data": {}})
    bitcoin, ether = (wire.mapper.counts_of(symbol) for symbol in ("BTCUSDT", "ETHUSDT"))
    assert (bitcoin.messages, bitcoin.trades, bitcoin.depth) == (1, 1, 0)
    assert (ether.messages, ether.trades, ether.depth) == (1, 0, 1)
    whole = wire.mapper.counts
    assert (whole.messages, whole.trades, whole.depth) == (2, 1, 1)
    assert whole.others == {"x@unheard": 1}
