"""Depth as records: what each kind carries, and that the book is never wrong.

1. Whatever is lost, told twice or late, and whenever snapshots come: where the mapper says that it
   has a book, that is the venue's book at the number told last.
2. When nothing is lost, a snapshot that a client asked for in time always gives a book, and the
   book stands at the last message. Its records are in the total order as they were written.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.venues.binance.venue import Venue, venues
from tests.venues.binance.wire import MS, NS, Wire, kinds, snapshot, spot_depth, usdm_depth
from tests.venues.dictionary_book import DictionaryBook
from traider.domain.events import EventArray, MarketFlag, join_events, sort_events
from traider.venues.binance.instruments import Market

LAST = int(MarketFlag.LAST_OF_MESSAGE)
BEFORE = int(MarketFlag.GAP_BEFORE)

step = st.one_of(
    st.just(("next", 0)),
    st.just(("lose", 0)),
    st.tuples(st.just("again"), st.integers(0, 11)),
    st.tuples(st.just("snapshot"), st.integers(-4, 4)),
)


def ask(venue: Venue, sent: int, shift: int) -> dict[str, Any]:
    """Return a snapshot ``shift`` numbers after what was sent before."""
    reached = venue.groups[sent - 1][-1][0] if sent else venue.first_number
    return venue.snapshot(max(reached + shift, 0))


@pytest.mark.uncounted
@settings(max_examples=500)
@given(venues(), st.lists(step, min_size=4, max_size=30))
def test_law_1_a_book_that_stands_is_the_venues(venue: Venue, steps: list[tuple[str, int]]) -> None:
    wire, book, sent = Wire(venue.market), DictionaryBook(), 0
    for what, number in steps:
        if what == "snapshot":
            message = ask(venue, sent, number)
        elif what == "again" and sent:
            message = venue.message(number % sent)
        elif sent < len(venue.groups):
            message = venue.message(sent)
            sent += 1
        else:
            break
        if what == "lose":
            continue
        book.replay(wire.send(message))
        if wire.mapper.is_whole("BTCUSDT"):
            wanted = venue.book_at(_standing(wire))
            assert (book.bids, book.asks) == wanted
        else:
            assert (book.bids, book.asks) == ({}, {})


def _standing(wire: Wire) -> int:
    """Return the number that the mapper has applied everything to."""
    state: Any = wire.mapper._symbols["BTCUSDT"].depth.continuity.state
    return int(state.last_id)


@given(venues(), st.data())
def test_law_2_without_loss_there_is_a_book(venue: Venue, data: st.DataObject) -> None:
    wire, book = Wire(venue.market), DictionaryBook()
    before = data.draw(st.integers(0, len(venue.groups) - 1))
    # A client takes a snapshot that is no older than its first message, and waits for more of them.
    least = venue.groups[0][0][0] - 1
    number = data.draw(st.integers(least, venue.last_number))
    parts = []
    for place in range(len(venue.groups)):
        if place == before:
            parts.append(wire.send(venue.snapshot(number)))
        parts.append(wire.send(venue.message(place)))
    events = join_events(parts)
    assert sort_events(events).tobytes() == events.tobytes()
    book.replay(events)
    assert wire.mapper.is_whole("BTCUSDT")
    assert (book.bids, book.asks) == venue.book_at(venue.last_number)
    counts = wire.mapper.counts
    assert (counts.gaps, counts.snapshots, counts.snapshots_refused) == (0, 1, 0)
    assert counts.depth == counts.depth_applied + counts.depth_old == len(venue.groups)


def synced(wire: Wire) -> Wire:
    """Start a book that stands at number 100."""
    wire.send(snapshot(100, [("99.9", "1")], [("100.1", "2")], E=MS, T=MS))
    return wire


def test_a_snapshot_is_a_record_a_level() -> None:
    found = Wire().said(snapshot(100, [("99.9", "1"), ("99.8", "2")], [("100.1", "3")], T=MS - 2))
    shared = {"kind": "DEPTH_SNAPSHOT", "ts_event": NS - 2_000_000, "id": 100}
    assert found == [
        {**shared, "flags": 0, "side": 1, "price": 999, "size": 1000, "index": 0},
        {**shared, "flags": 0, "side": 1, "price": 998, "size": 2000, "index": 1},
        {**shared, "flags": LAST, "side": -1, "price": 1001, "size": 3000, "index": 2},
    ]


def test_a_snapshot_of_spot_has_the_time_of_receipt() -> None:
    found = Wire(Market.SPOT).said(snapshot(100, [("99.9", "1")]))
    assert "ts_event" not in found[0]


def test_an_empty_snapshot_empties_the_book() -> None:
    wire = synced(Wire())
    assert wire.said(snapshot(150)) == [
        {"kind": "DEPTH_CLEAR", "flags": LAST, "side": 0, "id": 150}
    ]
    assert len(wire.send(usdm_depth((149, 160, 148), [("99.9", "6")]))) == 1


def test_an_empty_snapshot_without_a_book_before_only_starts_one() -> None:
    wire = Wire()
    wire.send(usdm_depth((99, 105, 98), [("99.9", "5")]))
    assert kinds(wire.send(snapshot(100))) == ["DEPTH_UPDATE"]
    assert wire.mapper.is_whole("BTCUSDT")


def test_a_change_is_a_record_a_level_bids_first() -> None:
    wire = synced(Wire())
    found = wire.said(usdm_depth((99, 105, 98), [("99.9", "0.000")], [("100.1", "3"), ("7", "1")]))
    shared = {"kind": "DEPTH_UPDATE", "ts_event": NS + 1_000_000, "id": 105}
    assert found == [
        {**shared, "flags": 0, "side": 1, "price": 999, "size": 0},
        {**shared, "flags": 0, "side": -1, "price": 1001, "size": 3000},
        {**shared, "flags": LAST, "side": -1, "price": 70, "size": 1000},
    ]


def test_a_change_of_spot_has_the_time_it_was_sent() -> None:
    wire = synced(Wire(Market.SPOT))
    assert wire.said(spot_depth((101, 101), [("99.9", "5")]))[0]["ts_event"] == NS + 3_000_000


def test_a_change_without_levels_only_moves_the_number() -> None:
    wire = synced(Wire())
    assert len(wire.send(usdm_depth((99, 105, 98)))) == 0
    assert len(wire.send(usdm_depth((107, 109, 105), [("99.9", "5")]))) == 1


def test_sizes_finer_than_the_lot_are_rounded_toward_zero_and_counted() -> None:
    wire = synced(Wire())
    found = wire.send(usdm_depth((99, 105, 98), [("99.9", "244.5663"), ("99.8", "0.0009")]))
    assert found["size"].tolist() == [244_566, 0]
    assert wire.mapper.counts.off_lot == 2


def test_a_gap_is_told_and_clears_the_book() -> None:
    wire = synced(Wire())
    wire.send(usdm_depth((99, 105, 98), [("99.9", "5")]))
    before = wire.ts_recv
    found = wire.said(usdm_depth((120, 130, 111), [("99.9", "6")]))
    assert found == [
        {
            "kind": "GAP",
            "flags": 0,
            "side": 0,
            "first_missing": 106,
            "last_missing": 111,
            "from_ns": before,
            "until_ns": 0,
        },
        {"kind": "DEPTH_CLEAR", "flags": LAST, "side": 0, "id": 105},
    ]
    assert len(wire.send(usdm_depth((131, 140, 130), [("99.9", "7")]))) == 0


def test_spot_tells_what_is_missing_from_its_own_numbers() -> None:
    wire = synced(Wire(Market.SPOT))
    found = wire.said(spot_depth((103, 104), [("99.9", "5")]))
    assert (found[0]["first_missing"], found[0]["last_missing"]) == (101, 102)


def resynced() -> tuple[Wire, int, EventArray]:
    """Break a stream, send two more changes and a snapshot between them."""
    wire = synced(Wire())
    wire.send(usdm_depth((120, 130, 111), [("99.9", "6")]))
    broken_ns = wire.ts_recv
    wire.send(usdm_depth((131, 140, 130), [("99.9", "7")]))
    return wire, broken_ns, wire.send(snapshot(135, [("99.9", "6.5"), ("99.8", "1")]))


def test_a_resync_is_told_with_the_snapshot_and_the_changes_held() -> None:
    wire, broken_ns, events = resynced()
    assert kinds(events) == ["RESYNC", "DEPTH_SNAPSHOT", "DEPTH_SNAPSHOT", "DEPTH_UPDATE"]
    assert events["flags"].tolist() == [0, BEFORE, LAST, LAST]
    assert (events["code"][0], events["id"][0], events["w3"][0]) == (1, 135, broken_ns)
    assert set(events["ts_recv"].tolist()) == {wire.ts_recv}
    assert events["size"].tolist()[1:] == [6500, 1000, 7000]
    assert sort_events(events).tobytes() == events.tobytes()
    assert wire.mapper.is_whole("BTCUSDT")


def test_after_a_resync_the_stream_goes_on() -> None:
    wire, _, _ = resynced()
    assert len(wire.send(usdm_depth((141, 142, 140), [("99.9", "7")]))) == 1
    assert wire.mapper.counts.gaps == 1


def test_a_snapshot_from_before_the_break_is_refused() -> None:
    wire = synced(Wire())
    wire.send(usdm_depth((120, 130, 111), [("99.9", "6")]))
    assert len(wire.send(snapshot(110, [("1", "1")]))) == 0
    assert wire.mapper.counts.snapshots_refused == 1
    assert kinds(wire.send(snapshot(111, [("1", "1")])))[:2] == ["RESYNC", "DEPTH_SNAPSHOT"]


def test_a_newer_snapshot_replaces_a_sound_book_and_an_older_one_does_not() -> None:
    wire = synced(Wire())
    assert len(wire.send(snapshot(99, [("1", "1")]))) == 0
    assert kinds(wire.send(snapshot(150, [("1", "1")]))) == ["DEPTH_SNAPSHOT"]
    assert len(wire.send(usdm_depth((120, 130, 111), [("99.9", "6")]))) == 0
    assert len(wire.send(usdm_depth((149, 160, 148), [("99.9", "6")]))) == 1
    counts = wire.mapper.counts
    assert (counts.snapshots, counts.snapshots_refused, counts.depth_old) == (2, 1, 1)


def test_a_change_told_again_is_dropped_in_silence_of_events() -> None:
    wire = synced(Wire())
    change = usdm_depth((99, 105, 98), [("99.9", "5")])
    assert len(wire.send(change)) == 1
    assert len(wire.send(change)) == 0
    assert wire.mapper.counts.depth_old == 1
    assert len(join_events([wire.send(usdm_depth((106, 107, 105), [("99.9", "5")]))])) == 1


def test_the_end_of_a_connection_breaks_the_book_until_a_new_snapshot() -> None:
    wire = synced(Wire())
    wire.mapper.disconnect(wire.ts_recv + 1, wire.out)
    events = wire.out.take()
    assert kinds(events) == ["GAP", "DEPTH_CLEAR"]
    assert not wire.mapper.is_whole("BTCUSDT")
    assert wire.mapper.missing() == ("BTCUSDT",)
    wire.ts_recv += 1
    assert len(wire.send(usdm_depth((112, 120, 111), [("99.9", "6")]))) == 0
    wire.mapper.disconnect(wire.ts_recv + 1, wire.out)
    assert len(wire.out.take()) == 0
    wire.ts_recv += 1
    assert kinds(wire.send(snapshot(150, [("1", "1")]))) == ["RESYNC", "DEPTH_SNAPSHOT"]
    assert wire.mapper.missing() == ()


def test_what_was_held_before_a_disconnect_is_not_joined_to_what_follows() -> None:
    wire = Wire()
    wire.send(usdm_depth((99, 105, 98), [("99.9", "5")]))
    wire.mapper.disconnect(wire.ts_recv + 1, wire.out)
    wire.ts_recv += 1
    events = wire.send(snapshot(100, [("99.9", "1")]))
    assert kinds(events) == ["DEPTH_SNAPSHOT"]
    assert events["size"].tolist() == [1000]
