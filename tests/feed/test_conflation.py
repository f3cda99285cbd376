"""Laws of conflation, against a plain dictionary book.

1. Everything but changes of levels keeps its order, times and bytes.
2. After each of those events that sets a book, and at the end, every book is what it was.
3. Times of receipt still rise, and each merged message ends once.
4. A level is told once a stretch, and nothing is merged twice over.
"""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.events import EventArray, Kind, MarketFlag, empty_events
from traider.feed.conflation import conflate

Levels = dict[tuple[int, int, int], int]
CHANGES = int(Kind.DEPTH_UPDATE)

rows = st.lists(
    st.tuples(
        st.sampled_from([Kind.DEPTH_UPDATE] * 6 + [Kind.TRADE, Kind.DEPTH_CLEAR, Kind.HEALTH]),
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
    return events


def books_after(events: EventArray) -> list[Levels]:
    """Return the levels after each event that is no change, and at the end."""
    levels: Levels = {}
    seen = []
    for event in events:
        key = (int(event["instrument"]), int(event["side"]), int(event["price"]))
        if event["kind"] == CHANGES:
            levels[key] = int(event["size"])
            if not levels[key]:
                del levels[key]
        elif event["kind"] == Kind.DEPTH_CLEAR:
            seen.append({k: v for k, v in levels.items() if k[0] == key[0]})
            levels = {k: v for k, v in levels.items() if k[0] != key[0]}
    return [*seen, levels]


@given(rows)
def test_books_are_the_same_wherever_one_is_set_and_at_the_end(
    drawn: list[tuple[Kind, int, int, int, int]],
) -> None:
    events = events_of(drawn)
    merged = conflate(events)
    assert books_after(merged) == books_after(events)
    others = events["kind"] != CHANGES
    kept = merged["kind"] != CHANGES
    assert merged[kept].tobytes() == events[others].tobytes()
    assert (np.diff(merged["ts_recv"]) >= 0).all()


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
