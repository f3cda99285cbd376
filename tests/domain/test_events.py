"""Laws of the record: 64 bytes, kinds that never change, and the total order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.events import EVENT, FEW, Kind, empty_events, join_events, sort_events

keys = st.tuples(st.integers(0, 3), st.sampled_from(Kind), st.integers(0, 2))


def test_a_record_is_64_little_endian_bytes() -> None:
    assert EVENT.itemsize == 64
    event = empty_events(1)
    event["ts_event"] = 1
    event["kind"] = Kind.BAR
    event["close"] = -2
    assert event.tobytes()[:8] == (1).to_bytes(8, "little")
    assert event.tobytes()[16:18] == (25).to_bytes(2, "little")
    assert event["w3"][0] == -2
    event["number"] = 0.5
    assert event["f1"][0] == 0.5


@pytest.mark.golden
def test_the_numbers_of_the_kinds_never_change() -> None:
    known = {"CONFIG_DIGEST": 1, "BAR": 25, "FILL": 41, "TIMER": 90, "ORDER_INTENT": 100}
    assert {name: int(Kind[name]) for name in known} == known
    assert len(set(map(int, Kind))) == len(Kind.__members__)


@given(st.lists(keys, max_size=30))
def test_the_total_order_is_time_rank_instrument_arrival(
    found: list[tuple[int, Kind, int]],
) -> None:
    events = empty_events(len(found))
    for position, (ts_recv, kind, instrument) in enumerate(found):
        events[position]["ts_recv"] = ts_recv
        events[position]["kind"] = kind
        events[position]["instrument"] = instrument
        events[position]["w0"] = position
    ordered = [
        (int(event["ts_recv"]), int(event["kind"]), int(event["instrument"]), int(event["w0"]))
        for event in sort_events(events)
    ]
    assert ordered == sorted(ordered)
    assert sorted(event[3] for event in ordered) == list(range(len(found)))


def test_a_timer_follows_what_came_at_its_time() -> None:
    events = empty_events(3)
    events["ts_recv"] = 5
    events["kind"] = [Kind.ORDER_INTENT, Kind.TIMER, Kind.BAR]
    kinds = sort_events(events)["kind"]
    assert np.array_equal(kinds, [Kind.BAR, Kind.TIMER, Kind.ORDER_INTENT])


@pytest.mark.parametrize("counts", [(), (0,), (1, 0, 2), (FEW - 1, 1), (FEW, 1), (3, 2 * FEW)])
def test_joined_records_are_those_of_the_parts_in_memory_of_their_own(
    counts: tuple[int, ...],
) -> None:
    whole = empty_events(sum(counts))
    whole["w0"] = range(len(whole))
    ends = np.cumsum(counts, dtype=int)
    parts = [whole[end - count : end] for end, count in zip(ends, counts, strict=True)]
    joined = join_events(parts)
    assert joined.dtype == EVENT
    assert joined.tobytes() == whole.tobytes()
    joined["w0"] += 1  # what compiled code takes, it could write to
    assert joined.flags.aligned
    assert whole["w0"].tolist() == list(range(len(whole)))
