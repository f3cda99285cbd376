"""Latencies looked up by kind and time, and times of receipt.

Laws:
1. The nearest in time of the same kind decides, whatever the order of what was measured.
2. A moment was received with the last news stamped by then, never before itself, however the
   record is cut.
"""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel.builders import cut, record
from traider.domain.events import Kind, join_events
from traider.runtime.parity.measured_latency import Durations, Spread, measured_latency
from traider.runtime.parity.order_timing import Answered, Likeness, OrderTiming
from traider.runtime.parity.reception import reception_times

BUY, SELL, OTHER = (0, 1, 50), (0, -1, 50), (1, 1, 50)
ROWS = st.lists(
    st.tuples(st.sampled_from([BUY, SELL, OTHER]), st.integers(0, 99), st.integers(-9, 99)),
    max_size=12,
)


def nearest(rows: Sequence[Answered], kind: Likeness, asked_ns: int) -> set[int]:
    """Return how long what may be meant took, by looking at all."""
    for like in (
        [row for row in rows if row.likeness == kind],
        [row for row in rows if row.likeness[0] == kind[0]],
        list(rows),
    ):
        if like:
            least = min(abs(row.asked_ns - asked_ns) for row in like)
            return {
                row.done_ns - row.asked_ns for row in like if abs(row.asked_ns - asked_ns) == least
            }
    return set()


@given(rows=ROWS, kind=st.sampled_from([BUY, SELL, OTHER]), asked_ns=st.integers(-20, 120))
def test_the_nearest_of_the_same_kind_decides(
    rows: list[tuple[Likeness, int, int]], kind: Likeness, asked_ns: int
) -> None:
    answered = [Answered(like, asked, asked + took) for like, asked, took in rows]
    found = Durations(answered).near(kind, asked_ns)
    assert found == Durations(reversed(answered)).near(kind, asked_ns)
    expected = nearest(answered, kind, asked_ns)
    assert found in expected if expected else found is None


def test_the_spread_is_by_the_nearest_rank() -> None:
    hundred = Durations(Answered(BUY, 0, took) for took in range(1, 101))
    assert hundred.spread == Spread(100, 50, 99, 100)
    assert Durations([Answered(SELL, 5, 12)]).spread == Spread(1, 7, 7, 7)
    assert Durations([]).spread == Spread(0, 0, 0, 0)
    assert measured_latency(OrderTiming(), {}) is None


@given(
    stamps=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=15),
    moments=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 70)), max_size=8),
    places=st.lists(st.integers(0, 15), max_size=4),
)
def test_a_moment_was_received_with_the_last_news_stamped_by_then(
    stamps: list[tuple[int, int]], moments: list[tuple[int, int]], places: list[int]
) -> None:
    # News is stamped in order and received in order, later than it was stamped.
    told = [stamp for stamp, _ in sorted(stamps)]
    late = np.maximum.accumulate([stamp + delay for stamp, delay in sorted(stamps)])
    news = [record(Kind.DEPTH_UPDATE, int(received), side=1, price=5, size=1) for received in late]
    for stamp, event in zip(told, news, strict=True):
        event["ts_event"] = stamp
    # A trade says nothing: a venue tells it later than the book that shows it.
    trade = record(Kind.TRADE, int(late[-1]) + 50 if news else 50, price=5, size=1)
    trade["ts_event"] = 0
    events = join_events([*news, trade])
    inner = sorted({place for place in places if 0 < place < len(events)})
    found = reception_times(cut(events, inner), moments)
    assert found.keys() == set(moments)
    for (number, moment), received_ns in found.items():
        known = [int(late[k]) for k, stamp in enumerate(told) if stamp <= moment]
        last = known[-1] if known and number == 0 else moment
        assert received_ns == max(moment, last)
