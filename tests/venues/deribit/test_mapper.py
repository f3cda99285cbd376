"""Deribit's messages, documented and recorded, and the events they mean."""

from typing import Any

import pytest

from tests.venues.stream_wire import BEFORE, LAST, NS, StreamWire, kinds, listing
from traider.domain.errors import DataError
from traider.venues.deribit.mapper import DeribitMapper

MS = NS // 1_000_000
NAME = "BTC-PERPETUAL"


def wire() -> StreamWire:
    return StreamWire(DeribitMapper([listing(NAME, tick="0.5", lot="10")]))


def told(channel: str, data: Any) -> dict[str, Any]:
    return {
        "jsonrpc": "2.0",
        "method": "subscription",
        "params": {"channel": channel, "data": data},
    }


def book(kind: str, ids: tuple[int | None, int], bids: Any = (), asks: Any = ()) -> dict[str, Any]:
    """A message of ``book``; ``ids`` are prev_change_id, change_id."""
    data = {"type": kind, "timestamp": MS + 4, "instrument_name": NAME, "bids": bids, "asks": asks}
    data |= {"change_id": ids[1]} | ({"prev_change_id": ids[0]} if ids[0] else {})
    return told(f"book.{NAME}.raw", data)


def opened() -> StreamWire:
    """A book that stands at number 100."""
    made = wire()
    made.send(book("snapshot", (None, 100), [["new", 42500.0, 1000.0]], [["new", 42501.0, 800.0]]))
    return made


def trade(number: int, **more: Any) -> dict[str, Any]:
    """One trade as the documents have it."""
    data = {
        "timestamp": MS + 4,
        "price": 92294.5,
        "amount": 10.0,
        "direction": "sell",
        "index_price": 92276.75,
        "instrument_name": NAME,
        "trade_seq": number,
        "mark_price": 92287.11,
        "tick_direction": 2,
        "trade_id": "403691824",
    }
    return told(f"trades.{NAME}.100ms", [data | more])


def ticker(mark: float, index: float, sent_ms: int = MS) -> dict[str, Any]:
    data = {"instrument_name": NAME, "timestamp": sent_ms, "mark_price": mark, "index_price": index}
    return told(f"ticker.{NAME}.100ms", {**data, "current_funding": 0.0, "funding_8h": 0.00001742})


def test_a_snapshot_and_a_change_are_records() -> None:
    made = wire()
    asks = [["new", 42501.0, 800.0]]
    found = made.said(book("snapshot", (None, 100), [["new", 42500.0, 1000.0]], asks))
    shared = {"kind": "DEPTH_SNAPSHOT", "ts_event": NS + 4_000_000, "id": 100}
    assert found == [
        {**shared, "flags": 0, "side": 1, "price": 85_000, "size": 100, "index": 0},
        {**shared, "flags": LAST, "side": -1, "price": 85_002, "size": 80, "index": 1},
    ]
    bids = [["change", 42500.0, 950.0], ["delete", 42499.5, 0.0]]
    found = made.said(book("change", (100, 107), bids))
    shared = {"kind": "DEPTH_UPDATE", "ts_event": NS + 4_000_000, "id": 107, "side": 1}
    assert found == [
        {**shared, "flags": 0, "price": 85_000, "size": 95},
        {**shared, "flags": LAST, "price": 84_999, "size": 0},
    ]


def test_a_change_that_does_not_follow_is_a_gap_and_one_told_twice_is_dropped() -> None:
    made = opened()
    following = book("change", (100, 107), [["new", 42499.0, 10.0]])
    assert [len(made.send(following)), len(made.send(following))] == [1, 0]
    found = made.said(book("change", (120, 130), [["new", 42498.0, 10.0]]))
    assert [each["kind"] for each in found] == ["GAP", "DEPTH_CLEAR"]
    assert (found[0]["first_missing"], found[0]["last_missing"]) == (108, 120)
    assert len(made.send(book("change", (130, 131), [["new", 42498.0, 10.0]]))) == 0
    assert kinds(made.send(book("snapshot", (None, 140), [["new", 42498.0, 10.0]])))[0] == "RESYNC"
    counts = made.mapper.counts
    assert (counts.depth, counts.depth_applied, counts.depth_old, counts.depth_unused) == (
        4,
        1,
        1,
        2,
    )


def test_a_trade_has_the_takers_side_and_a_jump_shows() -> None:
    made = wire()
    shared = {"kind": "TRADE", "ts_event": NS + 4_000_000, "price": 184_589, "size": 1}
    assert made.said(trade(271252854)) == [{**shared, "flags": LAST, "side": -1, "id": 271_252_854}]
    found = made.said(trade(271252856, direction="buy"))
    assert found == [{**shared, "flags": LAST | BEFORE, "side": 1, "id": 271_252_856}]
    assert made.said(trade(271252856)) == []
    assert made.said(trade(271252857, block_trade_id="154849")) == []
    assert made.said(trade(271252858))[0]["flags"] == LAST
    counts = made.mapper.counts
    assert (counts.trades, counts.trades_old, counts.trade_gaps, counts.trades_off_book) == (
        3,
        1,
        1,
        1,
    )


def test_a_ticker_tells_the_mark_price_when_it_moves() -> None:
    made = wire()
    found = made.said(ticker(92281.78, 92263.55))
    mark = {"mark": 9_228_178_000_000, "index_price": 9_226_355_000_000}
    assert found == [{"kind": "MARK", "flags": LAST, "side": 0, "ts_event": NS, **mark}]
    assert made.said(ticker(92281.78, 92263.55, MS + 9)) == []
    assert len(made.said(ticker(92281.78, 92263.56))) == 1
    assert (made.mapper.counts.messages, made.mapper.counts.marks) == (3, 2)


def test_other_messages_are_counted_by_name() -> None:
    made = wire()
    for message in (
        {"jsonrpc": "2.0", "id": 0, "result": ["book.BTC-PERPETUAL.raw"], "usIn": 1},
        {"jsonrpc": "2.0", "method": "heartbeat", "params": {"type": "test_request"}},
        told(f"book.{NAME}.none.20.100ms", {"instrument_name": NAME, "bids": [[42500.0, 10.0]]}),
        told(f"quote.{NAME}", {}),
    ):
        assert len(made.send(message)) == 0
    assert made.mapper.counts.others == {
        "heartbeat": 1,
        f"book.{NAME}.none.20.100ms": 1,
        f"quote.{NAME}": 1,
    }


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            {"jsonrpc": "2.0", "id": 1, "error": {"code": 10028, "message": "too_many_requests"}},
            "10028 too_many_requests",
        ),
        (book("whole", (None, 1)), "a book is of type 'whole'"),
        (book("snapshot", (None, 1), [["move", 42500.0, 1.0]]), "a level says 'move'"),
        (trade(1, direction="up"), "a trade goes 'up'"),
        (trade(1, instrument_name="X"), "about 'X'"),
        (told(f"ticker.{NAME}.raw", {}), "cannot be read"),
    ],
)
def test_what_breaks_the_schema_is_refused(message: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        wire().send(message)
