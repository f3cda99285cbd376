"""Laws of the buckets.

1. In any span no more is given than the burst and what came back in it.
2. Whoever waits as long as was told is given.
3. One key takes nothing from another, and what is remembered has a bound.
"""

from hypothesis import given
from hypothesis import strategies as st

from traider.api.passage.buckets import Buckets, whole_seconds

STEPS = st.lists(st.floats(0, 3, allow_nan=False), min_size=1, max_size=60)


@given(STEPS, st.floats(0.5, 20), st.integers(1, 10))
def test_no_span_gives_more_than_the_burst_and_what_came_back(
    steps: list[float], per_second: float, most: int
) -> None:
    buckets, now_s, given_s = Buckets(per_second, most), 0.0, []
    for step in steps:
        now_s += step
        if not buckets.take("ana", now_s):
            given_s.append(now_s)
    for first in range(len(given_s)):
        for last in range(first, len(given_s)):
            came_back = (given_s[last] - given_s[first]) * per_second
            assert last - first + 1 <= most + came_back + 1e-6


@given(STEPS, st.floats(0.5, 20), st.integers(1, 5))
def test_whoever_waits_as_told_is_given(steps: list[float], per_second: float, most: int) -> None:
    buckets, now_s = Buckets(per_second, most), 0.0
    for step in steps:
        now_s += step
        wait_s = buckets.take("ana", now_s)
        if wait_s:
            now_s += wait_s * (1 + 1e-9) + 1e-9
            assert buckets.take("ana", now_s) == 0.0


def test_one_takes_nothing_from_another_and_the_quietest_is_forgotten() -> None:
    buckets = Buckets(1.0, 1, keys_max=2)
    assert buckets.take("ana", 0.0) == 0.0
    assert buckets.take("ben", 0.0) == 0.0
    assert buckets.take("ana", 0.0) > 0.0
    assert buckets.take("cem", 0.0) == 0.0
    assert buckets.take("ana", 0.0) > 0.0
    assert buckets.take("ben", 0.0) == 0.0


def test_a_wait_is_told_in_whole_seconds_that_are_enough() -> None:
    assert [whole_seconds(each) for each in (0.01, 1.0, 1.01)] == [1, 1, 2]
