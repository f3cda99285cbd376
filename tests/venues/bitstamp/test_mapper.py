"""Bitstamp's messages, documented and recorded, and the events they mean.

1. However changes and snapshots interleave, a book that stands after a message is the venue's book
   at the time of the last change or snapshot applied; without loss it stands from the first
   snapshot on that is new enough.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.stream_wire import LAST, NS, StreamWire, kinds, listing
from tests.venues.venue_model import VenueModel, models
from traider.domain.errors import DataError
from traider.venues.bitstamp import mapper as bitstamp
from traider.venues.bitstamp.mapper import BitstampMapper

US = NS // 1000


def wire() -> StreamWire:
    return StreamWire(BitstampMapper([listing("ethusd")]))


def levels(number: int, bids: Any = (), asks: Any = ()) -> dict[str, Any]:
    times = {"timestamp": str(US // 10**6), "microtimestamp": str(US + number)}
    return {**times, "bids": bids, "asks": asks}


def change(number: int, bids: Any = (), asks: Any = ()) -> dict[str, Any]:
    data = levels(number, bids, asks)
    return {"event": "data", "channel": "diff_order_book_ethusd", "data": data}


def opened() -> StreamWire:
    """A book that stands at 100 us."""
    made = wire()
    made.answer("ethusd", levels(100, [["99.9", "1"]], [["100.1", "2"]]))
    return made


def trade(number: int, kind: int = 0) -> dict[str, Any]:
    """One trade as it was recorded."""
    data = {
        "id": number,
        "timestamp": str(US // 10**6),
        "amount": 0.079,
        "amount_str": "0.07900000",
        "price": 3805.4,
        "price_str": "3805.40",
        "type": kind,
        "microtimestamp": str(US + 7),
        "buy_order_id": 1443875737346049,
        "sell_order_id": 1443875731320832,
    }
    return {"data": data, "channel": "live_trades_ethusd", "event": "trade"}


def test_changes_after_the_snapshot_follow_it_and_older_ones_do_not() -> None:
    made = wire()
    for number, size in ((90, "7"), (100, "8"), (110, "9")):
        assert len(made.send(change(number, [["99.9", size]]))) == 0
    events = made.answer("ethusd", levels(100, [["99.9", "1"]], [["100.1", "2"]]))
    assert kinds(events) == ["DEPTH_SNAPSHOT", "DEPTH_SNAPSHOT", "DEPTH_UPDATE"]
    assert events["ts_event"].tolist() == [NS + 100_000, NS + 100_000, NS + 110_000]
    assert events["flags"].tolist() == [0, LAST, LAST]
    assert events["id"].tolist() == [US + 100, US + 100, US + 110]
    assert made.book.bids == {999: 9000}
    counts = made.mapper.counts
    assert (counts.depth, counts.depth_applied, counts.depth_old) == (3, 1, 2)


def test_changes_that_arrive_late_are_old_until_the_first_one_is_newer() -> None:
    made = opened()
    assert len(made.send(change(90, [["99.9", "7"]]))) == 0
    assert len(made.send(change(110, [["99.9", "9"]]))) == 1
    assert (made.mapper.counts.depth_old, made.mapper.counts.gaps) == (1, 0)


def test_a_change_told_twice_is_dropped() -> None:
    made = opened()
    assert [len(made.send(change(110, [["99.9", "9"]]))) for _ in range(2)] == [1, 0]
    assert made.mapper.counts.depth_old == 1


def test_two_changes_of_one_microsecond_are_both_applied() -> None:
    made = opened()
    made.send(change(110, [["99.9", "9"]]))
    assert len(made.send(change(110, [["99.8", "3"]]))) == 1


def test_time_that_runs_back_breaks_the_book() -> None:
    made = opened()
    made.send(change(120, [["99.9", "9"]]))
    assert kinds(made.send(change(110, [["99.9", "7"]]))) == ["GAP", "DEPTH_CLEAR"]
    assert len(made.answer("ethusd", levels(119, [["99.9", "1"]]))) == 0
    assert kinds(made.answer("ethusd", levels(125, [["99.9", "1"]])))[0] == "RESYNC"
    assert made.mapper.counts.snapshots_refused == 1


def test_after_what_could_not_be_read_a_snapshot_must_be_newer_than_the_next_change() -> None:
    made = opened()
    with pytest.raises(DataError, match="cannot be read"):
        made.send(b'{"event":')
    assert len(made.answer("ethusd", levels(500, [["1.0", "1"]]))) == 1
    assert kinds(made.send(change(510, [["99.9", "9"]]))) == ["GAP", "DEPTH_CLEAR"]
    assert len(made.answer("ethusd", levels(509, [["99.9", "1"]]))) == 0
    assert kinds(made.answer("ethusd", levels(510, [["99.9", "1"]]))) == [
        "RESYNC",
        "DEPTH_SNAPSHOT",
    ]


def test_a_hole_of_unknown_time_takes_no_snapshot_before_a_change() -> None:
    made = wire()
    made.send(change(90, [["99.9", "7"]]))
    with pytest.raises(DataError, match="cannot be read"):
        made.send(b'{"event":')
    made.send(trade(1))
    assert len(made.answer("ethusd", levels(500, [["99.9", "1"]]))) == 0
    assert made.mapper.counts.depth_unused == 1


def test_a_snapshot_no_newer_than_the_book_is_refused() -> None:
    made = opened()
    assert len(made.answer("ethusd", levels(100, [["1.0", "1"]]))) == 0
    assert kinds(made.answer("ethusd", levels(101, [["98.0", "1"]]))) == ["DEPTH_SNAPSHOT"]
    assert made.book.bids == {980: 1000}


def test_no_more_than_the_bound_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bitstamp, "HELD_MAX", 2)
    made = wire()
    for number in (90, 100, 110):
        made.send(change(number, [["99.9", "7"]]))
    assert len(made.answer("ethusd", levels(99, [["99.9", "1"]]))) == 0
    assert len(made.answer("ethusd", levels(100, [["99.9", "1"]]))) == 2
    assert made.mapper.counts.depth_unused == 1


def test_a_lost_connection_forgets_what_was_held() -> None:
    made = opened()
    assert kinds(made.disconnect()) == ["GAP", "DEPTH_CLEAR"]
    made.send(change(110, [["99.9", "7"]]))
    made.disconnect()
    events = made.answer("ethusd", levels(105, [["99.9", "1"]]))
    assert kinds(events) == ["RESYNC", "DEPTH_SNAPSHOT"]
    assert made.mapper.missing() == ()


def test_a_snapshot_older_than_the_first_change_held_does_not_join() -> None:
    made = wire()
    made.send(change(100, [["99.9", "7"]]))
    assert len(made.answer("ethusd", levels(99, [["99.9", "1"]]))) == 0
    assert made.mapper.missing() == ("ethusd",)
    assert len(made.answer("ethusd", levels(100, [["99.9", "1"]]))) == 1


def test_a_trade_has_the_takers_side() -> None:
    made = wire()
    shared = {"kind": "TRADE", "flags": LAST, "ts_event": NS + 7_000, "price": 38_054, "size": 79}
    assert made.said(trade(5)) == [{**shared, "side": 1, "id": 5}]
    assert made.said(trade(9, 1)) == [{**shared, "side": -1, "id": 9}]
    assert made.said(trade(5)) == []
    assert made.mapper.counts.trades_old == 1


def test_other_messages_are_counted_by_name() -> None:
    made = wire()
    for message in (
        {"event": "bts:subscription_succeeded", "channel": "live_trades_ethusd", "data": {}},
        {"event": "bts:request_reconnect", "channel": "", "data": ""},
        {"event": "data", "channel": "order_book_ethusd", "data": {}},
    ):
        assert len(made.send(message)) == 0
    assert made.mapper.counts.others == {"bts:request_reconnect": 1, "data order_book": 1}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            {"event": "bts:error", "channel": "", "data": {"code": None, "message": "Bad channel"}},
            "Bad channel",
        ),
        (trade(1, 2), "a trade is of type 2"),
        ({"event": "data", "channel": "diff_order_book_btcusd", "data": levels(1)}, "cannot be|'b"),
        ({"event": "data", "channel": "diff_order_book_ethusd", "data": {}}, "cannot be read"),
    ],
)
def test_what_breaks_the_schema_is_refused(message: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        wire().send(message)


def test_an_answer_that_breaks_the_schema_is_refused() -> None:
    with pytest.raises(DataError, match="cannot be read"):
        wire().answer("ethusd", {"bids": []})
    with pytest.raises(DataError, match="about 'btcusd'"):
        wire().answer("btcusd", levels(1))


step = st.one_of(
    st.just(("next", 0)), st.just(("again", 0)), st.tuples(st.just("ask"), st.integers(0, 12))
)


@given(models(), st.lists(step, min_size=4, max_size=24))
def test_law_1_a_book_that_stands_is_the_venues(
    model: VenueModel, steps: list[tuple[str, int]]
) -> None:
    made, place, standing = wire(), 0, -1
    for what, number in steps:
        if what == "ask":
            at = min(number, len(model.groups))
            before = made.mapper.counts_of("ethusd").snapshots
            made.answer("ethusd", levels(at, *model.snapshot(at)))
            if made.mapper.counts_of("ethusd").snapshots > before:
                standing = max(at, place)
        elif what == "again" and place:
            made.send(change(place, *model.changes(place - 1)))
        elif place < len(model.groups):
            made.send(change(place + 1, *model.changes(place)))
            place += 1
            standing = max(standing, place) if standing >= 0 else standing
        if made.mapper.is_whole("ethusd"):
            assert (made.book.bids, made.book.asks) == model.sight(standing)
        else:
            assert (made.book.bids, made.book.asks, standing) == ({}, {}, -1)
