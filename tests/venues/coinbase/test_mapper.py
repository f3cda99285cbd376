"""Trades, tickers, status, subscriptions, and what is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.coinbase.wire import (
    LEVEL_TIME_NS,
    TIME,
    TIME_NS,
    Wire,
    depth,
    heartbeat,
    kinds,
    trades,
)
from traider.domain.errors import DataError
from traider.domain.events import MarketFlag
from traider.domain.instruments import InstrumentStatus

LAST = int(MarketFlag.LAST_OF_MESSAGE)
BEFORE = int(MarketFlag.GAP_BEFORE)
HISTORY = int(MarketFlag.HISTORY)

TICKER = {
    "type": "ticker",
    "product_id": "BTC-USD",
    "price": "100.00",
    "best_bid": "99.99",
    "best_bid_quantity": "2",
    "best_ask": "100.01",
    "best_ask_quantity": "1.5",
}


def test_the_side_of_a_trade_is_the_takers() -> None:
    wire = Wire()
    (bought,) = wire.send("market_trades", trades("update", 5, side="SELL"))
    (sold,) = wire.send("market_trades", trades("update", 6, side="BUY"))
    assert (bought["side"], sold["side"]) == (1, -1)
    assert (bought["price"], bought["size"], bought["id"]) == (10001, 50_000_000, 5)
    assert (bought["ts_event"], bought["flags"]) == (LEVEL_TIME_NS, LAST)


def test_trades_come_oldest_first_and_holes_in_their_numbers_are_marked() -> None:
    events = Wire().send("market_trades", trades("update", 7, 5, 8))
    assert events["id"].tolist() == [5, 7, 8]
    assert events["flags"].tolist() == [LAST, LAST | BEFORE, LAST]


def test_the_past_is_marked_and_never_told_twice() -> None:
    wire = Wire()
    past = wire.send("market_trades", trades("snapshot", 1, 2, 3))
    assert past["flags"].tolist() == [LAST | HISTORY] * 3
    assert wire.send("market_trades", trades("update", 4))["flags"].tolist() == [LAST]
    wire.disconnect()
    missed = wire.send("market_trades", trades("snapshot", 2, 3, 4, 5, 6))
    assert missed["id"].tolist() == [5, 6]
    assert missed["flags"].tolist() == [LAST, LAST]
    wire.disconnect()
    late = wire.send("market_trades", trades("snapshot", 9, 10))
    assert late["flags"].tolist() == [LAST | BEFORE, LAST]
    counts = wire.mapper.counts_of("BTC-USD")
    assert (counts.trades, counts.trades_old, counts.trade_gaps) == (8, 3, 1)


def test_a_ticker_is_a_quote_and_a_batch_is_none() -> None:
    wire = Wire()
    event = {"type": "update", "tickers": [TICKER]}
    (quote,) = wire.send("ticker", event)
    assert [quote[f"w{k}"] for k in range(4)] == [9999, 200_000_000, 10001, 150_000_000]
    assert quote["ts_event"] == TIME_NS
    batch = {name: text for name, text in TICKER.items() if not name.startswith("best")}
    assert len(wire.send("ticker_batch", {"type": "update", "tickers": [batch]})) == 0
    assert wire.mapper.counts.others == {"ticker_batch": 1}


def test_a_side_that_is_empty_is_quoted_as_zero() -> None:
    one_sided = {**TICKER, "best_ask": "", "best_ask_quantity": ""}
    (quote,) = Wire().send("ticker", {"type": "update", "tickers": [one_sided]})
    assert [quote[f"w{k}"] for k in range(4)] == [9999, 200_000_000, 0, 0]


def test_a_status_is_told_when_it_changes() -> None:
    wire = Wire()

    def said(status: str) -> list[int]:
        product = {"id": "BTC-USD", "status": status, "base_increment": "0.00000001"}
        found = wire.send("status", {"type": "update", "products": [product]})["code"].tolist()
        return [int(code) for code in found]

    assert said("online") == [InstrumentStatus.TRADING]
    assert said("online") == []
    assert said("offline") == [InstrumentStatus.HALTED]
    assert said("delisted") == [InstrumentStatus.DELISTED]


def test_the_status_of_a_product_that_was_not_asked_for_is_passed_over_and_counted() -> None:
    wire = Wire("BTC-USDC")
    products = [{"id": name, "status": "online"} for name in ("ETH-USD", "BTC-USD", "XRP-USD")]
    events = wire.send("status", {"type": "snapshot", "products": products})
    assert events["code"].tolist() == [InstrumentStatus.TRADING]
    assert wire.mapper.counts.others == {"status of a product not asked for": 2}


def test_other_channels_say_nothing_but_are_followed() -> None:
    wire = Wire()
    wire.send("l2_data", depth("snapshot"))
    candle = dict.fromkeys(("start", "high", "low", "open", "close", "volume"), "1")
    candles = {"type": "update", "candles": [{**candle, "product_id": "BTC-USD"}]}
    for channel, event in (
        ("heartbeats", heartbeat()),
        ("heartbeats", heartbeat("8")),
        ("candles", candles),
        ("user", {"type": "snapshot", "orders": []}),
    ):
        assert len(wire.send(channel, event)) == 0
    assert wire.mapper.counts.others == {"heartbeats": 2, "candles": 1, "user": 1}
    assert wire.mapper.is_whole("BTC-USD")
    assert kinds(wire.send("futures_balance_summary", {}, number=9)) == ["GAP", "DEPTH_CLEAR"]


def test_a_heartbeat_counter_that_jumps_is_counted_and_breaks_nothing() -> None:
    wire = Wire()
    wire.send("l2_data", depth("snapshot"))
    for counter in (7, "8", 11, "12", "soon", 20):
        assert len(wire.send("heartbeats", heartbeat(counter))) == 0
    assert wire.mapper.counts.others == {"heartbeats": 6, "heartbeat_counter that jumped": 2}
    assert wire.mapper.is_whole("BTC-USD")
    wire.disconnect()
    wire.send("heartbeats", heartbeat(90))
    assert wire.mapper.counts.others["heartbeat_counter that jumped"] == 2


def test_what_is_subscribed_is_the_last_answer() -> None:
    wire = Wire()
    wire.send(
        "subscriptions", {"subscriptions": {"level2": ["BTC-USD"], "heartbeats": ["heartbeats"]}}
    )
    assert wire.mapper.subscriptions == {"level2": ("BTC-USD",), "heartbeats": ("heartbeats",)}
    wire.send("subscriptions", {"subscriptions": {}})
    assert wire.mapper.subscriptions == {}


def test_a_usdc_product_is_answered_under_its_usd_name() -> None:
    wire = Wire("BTC-USDC", "USDT-USDC")
    assert len(wire.send("l2_data", depth("snapshot", product="BTC-USD"))) == 2
    assert len(wire.send("l2_data", depth("snapshot", product="USDT-USDC"))) == 2
    assert wire.mapper.is_whole("BTC-USDC")
    with pytest.raises(DataError, match="listed twice"):
        Wire("BTC-USDC", "BTC-USD")


def test_a_refusal_is_said_in_one_line() -> None:
    with pytest.raises(DataError, match="refused a request: 'authentication failure'"):
        Wire().raw(b'{"type":"error","message":"authentication failure"}')


def test_a_book_cannot_be_fetched() -> None:
    wire = Wire()
    with pytest.raises(DataError, match="subscribe level2 again"):
        wire.mapper.snapshot("BTC-USD", b"{}", 1, wire.out)


def envelope(**more: Any) -> bytes:
    message = {"channel": "l2_data", "timestamp": TIME, "sequence_num": 0, "events": []}
    return json.dumps({**message, **more}).encode()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "cannot be read"),
        (b"{}", "cannot be read"),
        (b"[]", "cannot be read"),
        (b"null", "cannot be read"),
        (b'{"channel":"l2_data"}', "cannot be read"),
        (envelope(sequence_num=-1), "cannot be read"),
        (envelope(sequence_num=2**63), "cannot be read"),
        (
            envelope(timestamp="yesterday", events=[depth("snapshot", [])]),
            "no time of RFC 3339",
        ),
        (envelope(events=[depth("snapshot", [("ask", "1", "1")])]), "cannot be read"),
        (envelope(events=[depth("snapshot", [("bid", "-1", "1")])]), "no decimal number"),
        (envelope(events=[depth("snapshot", [("bid", "0", "1")])]), "is zero"),
        (envelope(events=[depth("snapshot", [("bid", "1e3", "1")])]), "no decimal number"),
        (envelope(events=[depth("snapshot", time="soon")]), "no time of RFC 3339"),
        (envelope(events=[depth("snapshot", product="XRP-USD")]), "is about XRP-USD"),
        (envelope(channel="market_trades", events=[trades("update", -5)]), "no number of a trade"),
        (
            envelope(channel="market_trades", events=[trades("update", 2**63)]),
            "no number of a trade",
        ),
    ],
)
def test_what_breaks_the_schema_is_refused_without_an_event(raw: bytes, said: str) -> None:
    wire = Wire()
    with pytest.raises(DataError, match=said) as caught:
        wire.raw(raw)
    assert caught.value.fix
    assert len(wire.out) == 0


@given(st.data())
def test_a_truncated_message_is_refused(data: st.DataObject) -> None:
    whole = envelope(events=[depth("snapshot")])
    cut = data.draw(st.integers(0, len(whole) - 1))
    wire = Wire()
    with pytest.raises(DataError):
        wire.raw(whole[:cut])
    assert len(wire.out) == 0
    assert len(wire.raw(whole)) == 2
