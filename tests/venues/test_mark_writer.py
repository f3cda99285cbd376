"""Mark prices and funding: what is written when, and which settlement is believed."""

from decimal import Decimal

import pytest

from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, MarketFlag
from traider.venues.counts import MapperCounts
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.mark_writer import STALE_NS, MarkWriter

LAST = int(MarketFlag.LAST_OF_MESSAGE)
DUE = 1_000 * STALE_NS
NONE = ("", "")


class Desk:
    """A writer of one instrument and what it wrote."""

    def __init__(self, stale_ns: int = STALE_NS) -> None:
        self.counts = MapperCounts()
        listing = Listing("X", 3, Decimal("0.1"), Decimal("0.01"), 77)
        self.marks = MarkWriter(listing, self.counts, stale_ns=stale_ns)
        self.out = EventWriter()

    def write(
        self, ts: int, prices: tuple[str, str] = NONE, rate: str = "", next_ns: int = 0
    ) -> EventArray:
        self.marks.write((ts, ts + 1), prices, rate, next_ns, self.out)
        return self.out.take()


def kinds(events: EventArray) -> list[str]:
    return [Kind(kind).name for kind in events["kind"].tolist()]


def test_only_the_last_record_of_a_message_ends_it() -> None:
    events = Desk().write(5, ("1.5", "1.4"), "0.0001", DUE)
    assert kinds(events) == ["MARK", "FUNDING"]
    assert events["flags"].tolist() == [0, LAST]
    assert (events["w0"][0], events["w1"][0]) == (150_000_000, 140_000_000)
    words = [int(events[f"w{place}"][1]) for place in range(5)]
    assert words == [100_000_000, 150_000_000, DUE, 77, 0]


def test_what_is_not_told_is_not_written() -> None:
    desk = Desk()
    assert len(desk.write(5)) == 0
    assert kinds(desk.write(6, ("1.5", ""))) == ["MARK"]
    assert kinds(desk.write(7, NONE, "0.0001", DUE)) == ["FUNDING"]
    assert len(desk.write(8, NONE, "0.0001", DUE)) == 0
    assert (desk.counts.marks, desk.counts.fundings) == (1, 1)


@pytest.mark.parametrize(
    ("seen", "announced", "settles"),
    [
        (DUE - STALE_NS, DUE, 1),
        (DUE - STALE_NS - 1, DUE, 0),
        (DUE - 1, DUE - 1, 0),
        (DUE + 5, DUE + 9, 1),
    ],
)
def test_a_settlement_needs_a_fresh_rate_and_a_passed_time(
    seen: int, announced: int, settles: int
) -> None:
    desk = Desk()
    desk.write(seen, ("2", ""), "0.0001", DUE)
    events = desk.write(announced, ("3", ""), "0.0002", DUE + 50)
    assert desk.counts.settlements == settles
    settled = events[(events["kind"] == Kind.FUNDING) & (events["w4"] == 1)]
    assert settled["w1"].tolist() == [200_000_000] * settles
    assert settled["ts_event"].tolist() == [DUE] * settles
    assert settled["w3"].tolist() == [50] * settles


def test_a_rate_may_be_told_less_often_where_the_venue_says_so() -> None:
    desk = Desk(stale_ns=2 * STALE_NS)
    desk.write(DUE - 2 * STALE_NS, ("2", ""), "-0.0001", DUE)
    events = desk.write(DUE + 1, NONE, "0.0002", DUE + 50)
    assert events["w0"].tolist() == [-100_000_000, 200_000_000]


def test_a_rate_that_is_no_number_makes_no_record() -> None:
    desk = Desk()
    with pytest.raises(DataError, match="funding rate"):
        desk.write(5, ("1.5", ""), "much", DUE)
    assert len(desk.out) == 0
