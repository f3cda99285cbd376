"""Replaying at a speed: nothing comes early, nothing is left out, a stop ends it."""

import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.events import EventArray, empty_events, join_events
from traider.runtime.event_stream import EventStream
from traider.runtime.replay_pace import at_speed, paced

SECOND_NS = 1_000_000_000


class SteppedTime:
    """A clock that moves when somebody sleeps, and a little with every look."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        self.now += 0.0005
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def events_at(*times_s: float) -> EventArray:
    events = empty_events(len(times_s))
    events["ts_recv"] = np.array(times_s) * SECOND_NS
    events["w0"] = np.arange(len(times_s))
    return events


@given(
    times=st.lists(st.integers(0, 500), min_size=1, max_size=40),
    cuts=st.lists(st.integers(1, 39), max_size=5),
    speed=st.sampled_from([0.0, 0.5, 1.0, 60.0]),
)
def test_all_events_come_in_order_and_none_before_its_time(
    times: list[int], cuts: list[int], speed: float
) -> None:
    whole = events_at(*(each / 100 for each in times))
    whole["ts_recv"] += SECOND_NS
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    chunks = [whole[begin:end] for begin, end in pairwise(places)]
    clock = SteppedTime()
    met = []
    for piece in paced(chunks, speed, sleep=clock.sleep, monotonic=clock.monotonic):
        met.append(piece)
        if speed:
            passed_ns = (clock.now - 100.0) * speed * SECOND_NS
            assert piece["ts_recv"][-1] - whole["ts_recv"][0] <= passed_ns
    assert join_events(met).tobytes() == whole.tobytes()
    if not speed:
        assert clock.slept == []


def test_a_replay_takes_as_long_as_the_record_did() -> None:
    clock = SteppedTime()
    pieces = list(paced([events_at(1, 1.5, 4)], 2.0, sleep=clock.sleep, monotonic=clock.monotonic))
    assert [len(piece) for piece in pieces] == [1, 1, 1]
    assert sum(clock.slept) == pytest.approx(1.5, abs=0.05)
    assert max(clock.slept) <= 0.1


def test_a_stop_ends_it_between_two_pieces() -> None:
    clock = SteppedTime()
    asked = iter([False, False, True, True, True])
    pieces = list(
        paced(
            [events_at(1, 2, 3), events_at(4)],
            1.0,
            stop=lambda: next(asked),
            sleep=clock.sleep,
            monotonic=clock.monotonic,
        )
    )
    assert [len(piece) for piece in pieces] == [1]
    assert list(paced([events_at(1)], 0.0, stop=lambda: True)) == []


def test_a_record_at_a_speed_is_the_same_record() -> None:
    whole = events_at(1.0, 1.1, 1.25)
    stream = EventStream("journal", [], lambda: iter([whole]))
    begun = time.monotonic()
    pieces = list(at_speed(stream, 2.0).chunks())
    assert time.monotonic() - begun >= 0.125
    assert join_events(pieces).tobytes() == whole.tobytes()
    assert list(at_speed(stream, 2.0, lambda: True).chunks()) == []
