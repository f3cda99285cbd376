"""Books over a stop: whatever a run ended in, the next one tells of the end of every gap.

Otherwise the gate, which opens nothing between GAP and RESYNC, would never open anything again.
"""

from hypothesis import given
from hypothesis import strategies as st

from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.runtime.broken_books import BrokenBooks, StandingBooks
from traider.runtime.trading.standing import Standing

WORDS = (Kind.GAP, Kind.DEPTH_CLEAR, Kind.RESYNC, Kind.DEPTH_SNAPSHOT, Kind.TRADE)


def event(kind: Kind, instrument: int) -> EventArray:
    """Return one event."""
    made = empty_events(1)
    made["kind"], made["version"], made["instrument"] = kind, 1, instrument
    return made


def unhealthy(events: EventArray) -> set[int]:
    """Return the instruments that the gate opens nothing of: between GAP and RESYNC."""
    found: set[int] = set()
    for each in events:
        if each["kind"] == Kind.GAP:
            found.add(int(each["instrument"]))
        elif each["kind"] == Kind.RESYNC:
            found.discard(int(each["instrument"]))
    return found


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.integers(0, 2)), max_size=30))
def test_after_a_new_snapshot_no_gap_is_left(told: list[tuple[Kind, int]]) -> None:
    before = join_events([event(kind, number) for kind, number in told] or [empty_events(0)])
    standing = StandingBooks()
    standing.append(before)
    books = BrokenBooks(standing.numbers, 7, standing.gapped)
    begun = books.begin(9)
    snapshots = join_events([event(Kind.DEPTH_SNAPSHOT, number) for number in range(3)])
    after = books.mend(snapshots)
    assert unhealthy(join_events([before, begun, after])) == set()
    # What never broke is told of no gap, and nothing is told twice.
    resynced = after["instrument"][after["kind"] == Kind.RESYNC].tolist()
    assert sorted(resynced) == sorted({*standing.numbers, *standing.gapped})
    assert books.mend(snapshots).tobytes() == snapshots.tobytes()


def test_a_gap_is_kept_with_a_snapshot_of_the_trader() -> None:
    standing = Standing()
    standing.append(join_events([event(Kind.DEPTH_SNAPSHOT, 1), event(Kind.GAP, 0)]))
    again = Standing.from_bytes(standing.to_bytes())
    assert (again.books.numbers, again.books.gapped) == ((1,), (0,))
