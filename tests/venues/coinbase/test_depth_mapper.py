"""Depth as records: snapshots, changes, what breaks a book and what mends it."""

from collections import Counter

import pytest

from tests.venues.coinbase.wire import (
    BOOK,
    LEVEL_TIME_NS,
    TIME_NS,
    Wire,
    depth,
    heartbeat,
    kinds,
    trades,
)
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, MarketFlag, sort_events
from traider.venues.coinbase.continuity import OLD_RUN_MAX, SequenceKey

LAST = int(MarketFlag.LAST_OF_MESSAGE)
BEFORE = int(MarketFlag.GAP_BEFORE)


def synced(wire: Wire) -> Wire:
    """Return a wire with a book of BTC-USD."""
    wire.send("l2_data", depth("snapshot"))
    return wire


def test_a_snapshot_is_the_whole_book() -> None:
    wire = Wire()
    events = wire.send("l2_data", depth("snapshot"))
    assert kinds(events) == ["DEPTH_SNAPSHOT"] * 2
    assert events["side"].tolist() == [1, -1]
    assert events["price"].tolist() == [9999, 10001]
    assert events["size"].tolist() == [200_000_000, 150_000_000]
    assert events["flags"].tolist() == [0, LAST]
    assert set(events["ts_event"].tolist()) == {LEVEL_TIME_NS}
    assert set(events["ts_recv"].tolist()) == {wire.ts_recv}
    assert wire.mapper.is_whole("BTC-USD")


def test_rows_of_1970_have_the_time_of_the_message() -> None:
    events = Wire().send("l2_data", depth("snapshot", time="1970-01-01T00:00:00Z"))
    assert set(events["ts_event"].tolist()) == {TIME_NS}


def test_changes_are_absolute_and_any_zero_removes() -> None:
    levels = [("bid", "99.98", "0"), ("bid", "99.97", "0.00000000"), ("offer", "100.02", "3.25")]
    events = synced(Wire()).send("l2_data", depth("update", levels))
    assert kinds(events) == ["DEPTH_UPDATE"] * 3
    assert events["size"].tolist() == [0, 0, 325_000_000]
    assert events["id"].tolist() == [1, 1, 1]
    assert events["flags"].tolist() == [0, 0, LAST]


def test_levels_come_in_the_order_told() -> None:
    levels = [("offer", "100.02", "3"), ("bid", "99.98", "1"), ("bid", "99.98", "2")]
    events = synced(Wire()).send("l2_data", depth("update", levels))
    assert events["side"].tolist() == [-1, 1, 1]
    assert events["size"].tolist() == [300_000_000, 100_000_000, 200_000_000]


def test_levels_of_several_times_have_the_last() -> None:
    event = depth("update", [("bid", "99.98", "1"), ("bid", "99.97", "1")])
    event["updates"][1]["event_time"] = "2026-01-01T00:00:00.9Z"
    events = synced(Wire()).send("l2_data", event)
    assert set(events["ts_event"].tolist()) == {TIME_NS + 800_000_000}


def test_changes_before_a_snapshot_say_nothing() -> None:
    wire = Wire()
    assert len(wire.send("l2_data", depth("update"))) == 0
    assert wire.mapper.missing() == ("BTC-USD",)
    assert wire.mapper.counts_of("BTC-USD").depth_applied == 0


def test_a_second_snapshot_replaces_the_book() -> None:
    events = synced(Wire()).send("l2_data", depth("snapshot", BOOK[:1]))
    assert kinds(events) == ["DEPTH_SNAPSHOT"]
    assert events["w3"].tolist() == [0]


def test_a_lost_message_of_any_channel_breaks_all_books() -> None:
    wire = Wire("BTC-USD", "ETH-USD")
    wire.send("l2_data", depth("snapshot"), depth("snapshot", product="ETH-USD"))
    events = wire.send("heartbeats", heartbeat(), number=3)
    assert kinds(events) == ["GAP", "DEPTH_CLEAR"] * 2
    assert events["instrument"].tolist() == [0, 0, 1, 1]
    assert (events["w0"][0], events["w1"][0]) == (1, 2)
    assert wire.mapper.missing() == ("BTC-USD", "ETH-USD")
    assert len(wire.send("l2_data", depth("update"))) == 0
    events = wire.send("l2_data", depth("snapshot"))
    assert kinds(events) == ["RESYNC", "DEPTH_SNAPSHOT", "DEPTH_SNAPSHOT"]
    assert events["flags"].tolist() == [0, BEFORE, LAST]
    assert wire.mapper.missing() == ("ETH-USD",)


def test_a_snapshot_that_shows_the_gap_mends_it_at_once() -> None:
    wire = synced(Wire())
    events = wire.send("l2_data", depth("snapshot"), number=5)
    assert kinds(events) == ["GAP", "RESYNC", "DEPTH_SNAPSHOT", "DEPTH_SNAPSHOT"]
    assert sort_events(events).tobytes() == events.tobytes()
    assert wire.mapper.is_whole("BTC-USD")


def test_a_refused_snapshot_that_showed_the_gap_leaves_no_book() -> None:
    wire = synced(Wire())
    with pytest.raises(DataError, match="no multiple"):
        wire.send("l2_data", depth("snapshot", [("bid", "1.005", "1")]), number=5)
    assert kinds(wire.out.take()) == ["GAP", "DEPTH_CLEAR"]
    assert wire.mapper.missing() == ("BTC-USD",)


def test_a_refused_change_leaves_a_hole_that_the_next_message_shows() -> None:
    wire = synced(Wire())
    with pytest.raises(DataError, match="no multiple"):
        wire.send("l2_data", depth("update", [("bid", "1.005", "1")]))
    assert len(wire.out) == 0
    assert kinds(wire.send("heartbeats", heartbeat())) == ["GAP", "DEPTH_CLEAR"]


def test_a_frame_told_again_is_passed_over_and_counted() -> None:
    wire = synced(Wire())
    wire.send("l2_data", depth("update", [("bid", "99.98", "1")]))
    assert len(wire.send("l2_data", depth("update", [("bid", "99.98", "7")]), number=1)) == 0
    assert len(wire.send("market_trades", trades("update", 4), number=0)) == 0
    assert wire.mapper.counts.messages_old == 2
    assert wire.mapper.is_whole("BTC-USD")
    wire.number = 2
    assert len(wire.send("l2_data", depth("update", [("bid", "99.98", "1")]))) == 1


def test_the_end_of_the_connection_breaks_all_books() -> None:
    wire = synced(Wire("BTC-USD", "ETH-USD"))
    assert kinds(wire.disconnect()) == ["GAP", "DEPTH_CLEAR"]
    assert len(wire.disconnect()) == 0
    assert kinds(wire.send("l2_data", depth("snapshot"))) == ["RESYNC", *["DEPTH_SNAPSHOT"] * 2]


@pytest.mark.parametrize(
    ("key", "channel", "product", "broken"),
    [
        (SequenceKey.CONNECTION, "market_trades", "ETH-USD", {0, 1}),
        (SequenceKey.CHANNEL, "market_trades", "ETH-USD", set()),
        (SequenceKey.CHANNEL, "l2_data", "ETH-USD", {0, 1}),
        (SequenceKey.PRODUCT, "market_trades", "ETH-USD", {1}),
        (SequenceKey.PRODUCT, "l2_data", "BTC-USD", {0}),
    ],
)
def test_what_a_number_counts_can_be_chosen(
    key: SequenceKey, channel: str, product: str, broken: set[int]
) -> None:
    wire, numbers = Wire("BTC-USD", "ETH-USD", key=key), Counter[str]()

    def send(channel: str, product: str, how: str = "update", skipped: int = 0) -> EventArray:
        count = key.of(channel, product)
        number = numbers[count] + skipped
        numbers[count] = number + 1
        event = depth(how, product=product)
        if channel == "market_trades":
            event = trades(how, number, product=product)
        return wire.send(channel, event, number=number)

    for name in ("BTC-USD", "ETH-USD"):
        send("l2_data", name, "snapshot")
        send("market_trades", name)
    events = send(channel, product, skipped=3)
    assert set(events[events["kind"] == Kind.GAP]["instrument"].tolist()) == broken


@pytest.mark.parametrize(("channel", "kind"), [("market_trades", "TRADE"), ("ticker", "QUOTE")])
def test_a_hole_of_a_channel_without_books_marks_its_next_record(channel: str, kind: str) -> None:
    wire = synced(Wire(key=SequenceKey.CHANNEL))
    ticker = {"product_id": "BTC-USD", "best_bid": "99.99", "best_bid_quantity": "2"}
    told = trades("update", 5), {"type": "update", "tickers": [ticker]}
    event = told[channel == "ticker"]
    empty = {**event, list(event)[1]: []}
    assert wire.send(channel, event, number=0)["flags"].tolist() == [LAST]
    assert len(wire.send(channel, empty, number=4)) == 0
    follows = trades("update", 6) if channel == "market_trades" else event
    events = wire.send(channel, follows, number=5)
    assert (kinds(events), events["flags"].tolist()) == ([kind], [LAST | BEFORE])
    assert wire.mapper.counts.others == {f"hole before {channel}": 1}
    assert wire.mapper.is_whole("BTC-USD")


@pytest.mark.parametrize("told", ["BTC-USD", "BTC-USDC"])
def test_the_count_of_a_product_is_that_of_its_stream(told: str) -> None:
    wire = Wire("BTC-USDC", key=SequenceKey.PRODUCT)
    wire.send("l2_data", depth("snapshot", product="BTC-USD"))
    events = wire.send("l2_data", depth("update", product=told), number=4)
    assert kinds(events) == ["GAP", "DEPTH_CLEAR"]
    events = wire.send("l2_data", depth("snapshot", product=told), number=5)
    assert kinds(events) == ["RESYNC", "DEPTH_SNAPSHOT", "DEPTH_SNAPSHOT"]
    events = wire.send("l2_data", depth("snapshot", product=told), number=9)
    assert kinds(events) == ["GAP", "RESYNC", "DEPTH_SNAPSHOT", "DEPTH_SNAPSHOT"]


def test_a_new_book_of_a_lower_number_begins_the_count_anew() -> None:
    wire = synced(Wire("BTC-USD", "ETH-USD"))
    wire.send("l2_data", depth("snapshot", product="ETH-USD"))
    for _ in range(4):
        wire.send("l2_data", depth("update", [("bid", "99.98", "1")]))
    events = wire.send("l2_data", depth("snapshot"), number=0)
    mine = events[events["instrument"] == 0]
    assert kinds(mine) == ["GAP", "RESYNC", "DEPTH_SNAPSHOT", "DEPTH_SNAPSHOT"]
    assert wire.mapper.missing() == ("ETH-USD",)
    assert kinds(wire.send("l2_data", depth("update", [("bid", "99.98", "3")]))) == ["DEPTH_UPDATE"]
    assert wire.mapper.counts.others == {"sequence_num that began anew": 1}
    assert kinds(wire.send("heartbeats", heartbeat(), number=6)) == ["GAP", "DEPTH_CLEAR"]


def test_more_frames_told_again_in_a_row_than_can_be_begin_the_count_anew() -> None:
    wire = synced(Wire())
    for _ in range(20):
        wire.send("l2_data", depth("update", [("bid", "99.98", "1")]))
    for number in range(OLD_RUN_MAX):
        assert len(wire.send("market_trades", trades("update", 5 + number), number=number)) == 0
    assert wire.mapper.is_whole("BTC-USD")
    events = wire.send("market_trades", trades("update", 5 + OLD_RUN_MAX))
    assert kinds(events) == ["GAP", "DEPTH_CLEAR", "TRADE"]
    assert len(wire.send("market_trades", trades("update", 6 + OLD_RUN_MAX))) == 1
    assert wire.mapper.counts.messages_old == OLD_RUN_MAX


def test_frames_told_again_now_and_then_break_nothing() -> None:
    wire = synced(Wire())
    for number in range(1, 3 * OLD_RUN_MAX):
        wire.send("l2_data", depth("update", [("bid", "99.98", "1")]), number=number)
        wire.send("l2_data", depth("update", [("bid", "99.98", "7")]), number=number)
    assert wire.mapper.is_whole("BTC-USD")


def test_several_events_of_a_product_are_one_message() -> None:
    wire = synced(Wire())
    change = depth("update", [("bid", "99.98", "1")])
    events = wire.send("l2_data", change, depth("update", [("offer", "100.05", "4")]))
    assert events["flags"].tolist() == [0, LAST]
    events = wire.send("l2_data", change, depth("snapshot"), depth("update", [("bid", "1", "1")]))
    assert kinds(events) == ["DEPTH_SNAPSHOT"] * 3
    assert events["price"].tolist() == [9999, 10001, 100]
    assert sort_events(events).tobytes() == events.tobytes()


def test_an_empty_snapshot_empties_the_book() -> None:
    wire = synced(Wire())
    assert kinds(wire.send("l2_data", depth("snapshot", []))) == ["DEPTH_CLEAR"]
    assert len(wire.send("l2_data", depth("update", []))) == 0
    assert wire.mapper.is_whole("BTC-USD")


def test_a_message_that_cannot_be_counted_writes_nothing() -> None:
    wire = Wire("BTC-USD", "ETH-USD")
    off = depth("snapshot", [("bid", "1.005", "1")], product="ETH-USD")
    with pytest.raises(DataError, match=r"price 1\.005 is no multiple"):
        wire.send("l2_data", depth("snapshot"), off)
    assert len(wire.out) == 0


def test_a_hole_is_told_even_by_a_message_that_is_refused() -> None:
    wire = synced(Wire())
    with pytest.raises(DataError, match="is about XRP-USD"):
        wire.send("l2_data", depth("update", product="XRP-USD"), number=5)
    assert kinds(wire.out.take()) == ["GAP", "DEPTH_CLEAR"]
    assert len(wire.disconnect()) == 0


def test_a_size_finer_than_the_lot_is_rounded_and_counted() -> None:
    wire = Wire(step="0.01")
    events = wire.send("l2_data", depth("snapshot", [("bid", "1", "0.019")]))
    assert events["size"].tolist() == [1]
    counts = wire.mapper.counts_of("BTC-USD")
    assert (counts.off_lot, counts.off_lot_first) == (1, "0.019")
