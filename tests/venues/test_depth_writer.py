"""Depth as every venue writes it: the order of records, their flags, and what is counted."""

from decimal import Decimal

import pytest

from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, MarketFlag, sort_events
from traider.venues.counts import MapperCounts
from traider.venues.depth_writer import DepthWriter
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing

LAST = int(MarketFlag.LAST_OF_MESSAGE)
BEFORE = int(MarketFlag.GAP_BEFORE)


class Desk:
    """A writer of one instrument and what it wrote."""

    def __init__(self) -> None:
        self.counts = MapperCounts()
        self.depth = DepthWriter(Listing("X", 3, Decimal("0.1"), Decimal("0.01")), self.counts)
        self.out = EventWriter()

    def snapshot(self, ts_recv: int) -> EventArray:
        """Write a book of two levels."""
        self.depth.write_snapshot((5, ts_recv), [("1.0", "2")], [("1.2", "3")], 70, self.out)
        return self.out.take()


def kinds(events: EventArray) -> list[str]:
    return [Kind(kind).name for kind in events["kind"].tolist()]


def test_a_snapshot_is_counted_from_zero_bids_first() -> None:
    desk = Desk()
    events = desk.snapshot(9)
    assert kinds(events) == ["DEPTH_SNAPSHOT"] * 2
    assert events["price"].tolist() == [10, 12]
    assert events["size"].tolist() == [200, 300]
    assert events["side"].tolist() == [1, -1]
    assert events["w3"].tolist() == [0, 1]
    assert events["id"].tolist() == [70, 70]
    assert events["flags"].tolist() == [0, LAST]
    assert (events["ts_event"][0], events["ts_recv"][0], events["instrument"][0]) == (5, 9, 3)
    assert desk.depth.is_whole
    assert (desk.counts.snapshots, desk.counts.level_updates) == (1, 2)


def test_changes_carry_the_last_flag_on_whichever_side_ends_them() -> None:
    desk = Desk()
    desk.depth.write_changes((5, 9), [("1.0", "2")], [], 71, desk.out)
    desk.depth.write_changes((5, 10), [("1.0", "2")], [("1.1", "0")], 72, desk.out)
    desk.depth.write_changes((5, 11), [], [], 73, desk.out)
    events = desk.out.take()
    assert events["flags"].tolist() == [LAST, 0, LAST]
    assert events["size"].tolist() == [200, 200, 0]
    assert (desk.counts.depth_applied, desk.counts.level_updates) == (3, 3)


def test_a_gap_clears_and_the_next_snapshot_resyncs() -> None:
    desk = Desk()
    desk.snapshot(9)
    desk.depth.write_gap(20, (71, 73), 70, desk.out)
    gap = desk.out.take()
    assert kinds(gap) == ["GAP", "DEPTH_CLEAR"]
    assert (gap["w0"][0], gap["w1"][0], gap["w2"][0]) == (71, 73, 9)
    assert not desk.depth.is_whole
    again = desk.snapshot(30)
    assert kinds(again) == ["RESYNC", "DEPTH_SNAPSHOT", "DEPTH_SNAPSHOT"]
    assert again["flags"].tolist() == [0, BEFORE, LAST]
    assert again["w3"][0] == 20
    assert kinds(desk.snapshot(40)) == ["DEPTH_SNAPSHOT"] * 2


def test_a_gap_without_a_book_is_none() -> None:
    desk = Desk()
    desk.depth.write_gap(20, (1, 2), 0, desk.out)
    assert len(desk.out) == desk.counts.gaps == 0


def test_a_gap_shown_by_the_snapshot_itself_keeps_the_total_order() -> None:
    desk = Desk()
    desk.snapshot(9)
    desk.depth.write_gap(20, (71, 71), 70, desk.out, clears=False)
    events = desk.snapshot(20)
    assert kinds(events) == ["GAP", "RESYNC", "DEPTH_SNAPSHOT", "DEPTH_SNAPSHOT"]
    assert sort_events(events).tobytes() == events.tobytes()


def test_an_empty_snapshot_clears_a_standing_book_only() -> None:
    desk = Desk()
    desk.depth.write_snapshot((5, 9), [], [], 70, desk.out)
    assert len(desk.out) == 0
    desk.depth.write_snapshot((5, 10), [], [], 71, desk.out)
    assert kinds(desk.out.take()) == ["DEPTH_CLEAR"]


def test_what_lies_off_the_tick_writes_nothing() -> None:
    desk = Desk()
    with pytest.raises(DataError, match="no multiple"):
        desk.depth.write_snapshot((5, 9), [("1.0", "2")], [("1.25", "3")], 70, desk.out)
    with pytest.raises(DataError, match="no multiple"):
        desk.depth.write_changes((5, 9), [("1.0", "2")], [("1.25", "3")], 70, desk.out)
    assert len(desk.out) == desk.counts.level_updates == desk.counts.snapshots == 0
    assert not desk.depth.is_whole
