"""Laws of a stream over the bus, as a trader takes it.

1. Whatever of it is old when it is read, the book that is told with now is the stream's.
2. Nothing of the past is told as now but the book that stands.
3. After a hole, or a producer that began anew, the book is broken until its next snapshot, and that
   is told to be whole again.
"""

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.feed.dictionary_books import DictionaryBooks
from traider.bus import BusInstrument, Delivery, EventBatch
from traider.domain.events import EventArray, Kind, MarketFlag, empty_events, join_events
from traider.domain.market_health import MarketHealth
from traider.feed.books import Top
from traider.runtime.stream_of_now import StreamOfNow, messages_of

SECOND = 1_000_000_000
STALE = 5 * SECOND
NAME = BusInstrument("TEST:A-B", Decimal("0.01"), Decimal("0.001"))


def level(kind: Kind, at_ns: int, side: int, price: int, size: int, place: int = 0) -> EventArray:
    """Return one level of a book, a message by itself."""
    event = empty_events(1)
    event["kind"], event["version"], event["instrument"] = kind, 1, 3
    event["ts_event"] = event["ts_recv"] = at_ns
    event["side"], event["price"], event["size"], event["w3"] = side, price, size, place
    event["flags"] = MarketFlag.LAST_OF_MESSAGE
    return event


def snapshot(at_ns: int) -> EventArray:
    """Return a book of two levels."""
    both = join_events(
        [
            level(Kind.DEPTH_SNAPSHOT, at_ns, 1, 90, 5),
            level(Kind.DEPTH_SNAPSHOT, at_ns, -1, 110, 5, 1),
        ]
    )
    both["flags"][0] = 0
    return both


def delivery(events: EventArray, first: int, **changes: object) -> Delivery:
    """Return a batch as it arrives."""
    batch = EventBatch(NAME, "feed", 1, first, events)
    terms = {"missing": 0, "begins_anew": False, "partition": 0, "offset": 0, **changes}
    return Delivery(batch, **terms)  # type: ignore[arg-type]


def is_whole(state: StreamOfNow, seen: EventArray) -> bool:
    """Return whether the book stands after the messages of ``seen``."""
    for message in messages_of(seen):
        state.see(message)
    return state.is_whole


def top_of(parts: list[EventArray]) -> Top:
    """Return the best levels after events."""
    books = DictionaryBooks(1)
    for message in messages_of(join_events(parts)):
        books.apply(message)
    return books.top(0)


CHANGE = st.tuples(st.sampled_from((1, -1)), st.integers(0, 8), st.integers(0, 9))
CHANGES = st.lists(CHANGE, min_size=1, max_size=40)


@given(CHANGES, st.integers(0, 40), st.integers(1, 7))
def test_laws_1_and_2_an_old_stream_is_a_book_when_now_comes(
    changes: list[tuple[int, int, int]], old: int, size: int
) -> None:
    told = [snapshot(SECOND)]
    for number, (side, step, lots) in enumerate(changes):
        price = 100 - side * (1 + step)
        told.append(level(Kind.DEPTH_UPDATE, 2 * SECOND + number, side, price, lots))
    trade = level(Kind.TRADE, 2 * SECOND + len(changes), 1, 100, 1)
    stream = join_events([*told, trade])
    now_ns = 60 * SECOND
    # What is of now is stamped so; the rest is old.
    old = min(old, len(stream) - 1)
    stream["ts_recv"][old:] = now_ns + np.arange(len(stream) - old)
    state, taken = StreamOfNow(0, STALE), []
    for first in (*range(0, old, size), *range(old, len(stream), size)):
        last = min(first + size, old if first < old else len(stream))
        taken.append(state.take(delivery(stream[first:last], first), now_ns).events)
        if last <= old:
            assert not len(taken[-1])
    own = join_events([stream])
    own["instrument"] = 0
    assert top_of(taken) == top_of([own])
    trades = [part for part in taken if (part["kind"] == Kind.TRADE).any()]
    assert len(trades) == 1


def test_law_3_a_hole_breaks_the_book_until_a_snapshot() -> None:
    for changes in ({"missing": 7}, {"begins_anew": True}):
        state = StreamOfNow(0, STALE)
        assert is_whole(state, state.take(delivery(snapshot(1), 0), 1).events)
        update = level(Kind.DEPTH_UPDATE, 9, 1, 95, 2)
        broken = state.take(delivery(update, 9, **changes), 9).events
        assert broken["kind"].tolist() == [Kind.GAP, Kind.DEPTH_CLEAR]
        assert not is_whole(state, broken)
        whole = state.take(delivery(snapshot(11), 10), 11).events
        assert whole["kind"].tolist() == [
            Kind.RESYNC, Kind.DEPTH_SNAPSHOT, Kind.DEPTH_SNAPSHOT,
        ]  # fmt: skip
        assert is_whole(state, whole)
        after = state.take(delivery(update, 12), 12).events
        assert after["kind"].tolist() == [Kind.DEPTH_UPDATE]


def test_what_a_feed_role_says_of_its_health_is_no_event_of_ours() -> None:
    health = level(Kind.HEALTH, 5, 0, 0, 0)
    health["code"] = MarketHealth.FROZEN
    market = StreamOfNow(0, STALE).take(delivery(join_events([health, snapshot(6)]), 0), 7)
    assert market.health is MarketHealth.FROZEN
    assert market.events["kind"].tolist() == [Kind.DEPTH_SNAPSHOT] * 2
