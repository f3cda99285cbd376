"""Laws of conflation, against a plain dictionary book.

1. Everything but levels keeps its order, times and bytes, but for the mark of what it replaces.
2. At each clear after a book was set anew last, and at the end, every book is what it was.
3. Of the snapshots of a book the last alone is left, with the mark of a gap before any of them.
4. Times of receipt still rise, and each merged message ends once.
5. A level is told once a stretch, and nothing is merged twice over.
"""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.events import EventArray, Kind, MarketFlag, empty_events
from traider.feed.conflation import conflate

Levels = dict[tuple[int, int, int], int]
CHANGES = int(Kind.DEPTH_UPDATE)
SNAPSHOT, CLEAR = int(Kind.DEPTH_SNAPSHOT), int(Kind.DEPTH_CLEAR)
GAP_BEFORE, CONFLATED = int(MarketFlag.GAP_BEFORE), int(MarketFlag.CONFLATED)
DRAWN = (
    *[Kind.DEPTH_UPDATE] * 6,
    *[Kind.DEPTH_SNAPSHOT] * 2,
    Kind.TRADE,
    Kind.DEPTH_CLEAR,
    Kind.GAP,
    Kind.HEALTH,
)

rows = st.lists(
    st.tuples(
        st.sampled_from(DRAWN),
        st.integers(0, 1),
        st.sampled_from([-1, 1]),
        st.integers(1, 4),
        st.integers(0, 3),
    ),
    max_size=60,
)


def events_of(drawn: Sequence[tuple[Kind, int, int, int, int]]) -> EventArray:
    events = empty_events(len(drawn))
    for place, (kind, instrument, side, price, size) in enumerate(drawn):
        one = events[place : place + 1]
        one["ts_event"], one["ts_recv"] = 10 * place, 10 * place + 5
        one["kind"], one["instrument"], one["side"] = kind, instrument, side
        one["price"], one["size"] = price, size
        one["flags"] = MarketFlag.LAST_OF_MESSAGE * (place % 3 == 0)
        if kind is Kind.DEPTH_SNAPSHOT and size:
            # A level of the snapshot before it; of size 0 one begins, maybe after a gap.
            one["w3"] = place + 1
        elif kind is Kind.DEPTH_SNAPSHOT:
            one["size"] = 5
            one["flags"] |= MarketFlag.GAP_BEFORE * (price == 1)
        elif kind is Kind.DEPTH_CLEAR and not size:
            one["side"] = 0
    return events


def is_setting(event: np.void) -> bool:
    """Whether it sets both sides of a book anew."""
    if event["kind"] == SNAPSHOT:
        return bool(event["w3"] == 0)
    return bool(event["kind"] == CLEAR and event["side"] == 0)


def books_after(events: EventArray) -> list[Levels]:
    """Return the levels at each clear after a book was set anew last, and at the end."""
    levels: Levels = {}
    seen: dict[int, list[Levels]] = {0: [], 1: []}
    for event in events:
        book, side = int(event["instrument"]), int(event["side"])
        if is_setting(event):
            levels = {k: v for k, v in levels.items() if k[0] != book}
            seen[book].clear()
        if event["kind"] in (CHANGES, SNAPSHOT):
            levels[book, side, int(event["price"])] = int(event["size"])
            if not event["size"]:
                del levels[book, side, int(event["price"])]
        elif event["kind"] == CLEAR and side:
            seen[book].append({k: v for k, v in levels.items() if k[0] == book})
            levels = {k: v for k, v in levels.items() if k[:2] != (book, side)}
    return [*seen[0], *seen[1], levels]


def unmarked(events: EventArray) -> bytes:
    """Return the bytes of events without the marks that conflation leaves on clears."""
    bare = events.copy()
    bare["flags"][bare["kind"] == CLEAR] &= 0xFFFF ^ (GAP_BEFORE | CONFLATED)
    return bare.tobytes()


@given(rows)
def test_books_are_the_same_wherever_one_is_set_and_at_the_end(
    drawn: list[tuple[Kind, int, int, int, int]],
) -> None:
    events = events_of(drawn)
    merged = conflate(events)
    assert books_after(merged) == books_after(events)
    others = ~np.isin(events["kind"], (CHANGES, SNAPSHOT))
    kept = ~np.isin(merged["kind"], (CHANGES, SNAPSHOT))
    assert unmarked(merged[kept]) == unmarked(events[others])
    assert (np.diff(merged["ts_recv"]) >= 0).all()


@given(rows)
def test_of_books_set_anew_the_last_alone_is_left_with_the_marks_of_all(
    drawn: list[tuple[Kind, int, int, int, int]],
) -> None:
    events = events_of(drawn)
    merged = conflate(events)
    for book in (0, 1):
        mine, left = events[events["instrument"] == book], merged[merged["instrument"] == book]
        settings = [k for k in range(len(mine)) if is_setting(mine[k])]
        if not settings:
            continue
        before = mine[: settings[-1]]
        replaced = before[np.isin(before["kind"], (CHANGES, SNAPSHOT))]
        at = [k for k in range(len(left)) if is_setting(left[k])][-1]
        assert not np.isin(left[:at]["kind"], (CHANGES, SNAPSHOT)).any()
        flags, was = int(left[at]["flags"]), int(mine[settings[-1]]["flags"])
        assert bool(flags & CONFLATED) == bool(len(replaced))
        was_broken = (replaced["flags"] & GAP_BEFORE > 0).any()
        assert bool(flags & GAP_BEFORE) == bool(was & GAP_BEFORE or was_broken)


@given(rows)
def test_a_merged_message_ends_once_and_says_each_level_once(
    drawn: list[tuple[Kind, int, int, int, int]],
) -> None:
    merged = conflate(events_of(drawn))
    changes = merged[merged["kind"] == CHANGES]
    assert (changes["flags"] & MarketFlag.CONFLATED > 0).all()
    ends = changes["flags"] & MarketFlag.LAST_OF_MESSAGE > 0
    messages = {(int(e["ts_recv"]), int(e["instrument"])) for e in changes}
    assert ends.sum() == len(messages)
    said = [
        (int(e["ts_recv"]), *(int(e[n]) for n in ("instrument", "side", "price"))) for e in changes
    ]
    assert len(set(said)) == len(said)
    assert conflate(merged).tobytes() == merged.tobytes()


def test_the_last_size_stands_at_the_time_of_the_last_change() -> None:
    up, trade = Kind.DEPTH_UPDATE, Kind.TRADE
    merged = conflate(
        events_of([(up, 0, 1, 9, 1), (up, 0, 1, 8, 5), (trade, 0, 1, 9, 1), (up, 0, 1, 9, 3)])
    )
    assert [
        (int(e["kind"]), int(e["price"]), int(e["size"]), int(e["ts_recv"])) for e in merged
    ] == [
        (Kind.TRADE, 9, 1, 25),
        (Kind.DEPTH_UPDATE, 8, 5, 35),
        (Kind.DEPTH_UPDATE, 9, 3, 35),
    ]
