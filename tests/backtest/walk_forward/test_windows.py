"""Laws of the windows, for any schedule and any data.

1. Tests follow one another by the step, none overlaps the next, and with step = test they tile
   the data after the first train span to the very end.
2. A train span ends exactly the purge before its test; rolling ones have the same length,
   expanding ones the same start.
3. What is scored of a train span is all of it but the embargo after earlier tests.
"""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from traider.backtest.stream import Span
from traider.backtest.walk_forward import Schedule, Window, plan_windows
from traider.domain.errors import ConfigError
from traider.domain.timeframes import DAY_NS

HOUR_NS = DAY_NS // 24


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    test = draw(st.integers(1, 30))
    return Schedule(
        train_ns=draw(st.integers(1, 90)) * DAY_NS,
        test_ns=test * DAY_NS,
        step_ns=draw(st.integers(test, test + 10)) * DAY_NS,
        kind=draw(st.sampled_from(["rolling", "expanding"])),
        purge_ns=draw(st.integers(0, 5)) * DAY_NS,
        embargo_ns=draw(st.integers(0, 12)) * DAY_NS,
    )


@st.composite
def planned(draw: st.DrawFn) -> tuple[Schedule, int, int, tuple[Window, ...]]:
    schedule = draw(schedules())
    first = draw(st.integers(0, 48)) * HOUR_NS
    last = first + draw(st.integers(2, 250)) * DAY_NS + draw(st.integers(0, 23)) * HOUR_NS
    assume(-(-first // DAY_NS) * DAY_NS + schedule.train_ns + schedule.purge_ns < last)
    return schedule, first, last, plan_windows(schedule, first, last)


@given(planned())
def test_tests_follow_by_the_step_and_reach_the_end(
    case: tuple[Schedule, int, int, tuple[Window, ...]],
) -> None:
    schedule, _, last, windows = case
    assert [window.number for window in windows] == list(range(1, len(windows) + 1))
    for one, following in pairwise(windows):
        assert following.test.start_ns - one.test.start_ns == schedule.step_ns
        assert one.test.end_ns <= following.test.start_ns
        assert one.test.length_ns == schedule.test_ns
        if schedule.step_ns == schedule.test_ns:
            assert one.test.end_ns == following.test.start_ns
    end = windows[-1].test.end_ns
    assert end <= last
    assert end == last or last - end <= schedule.step_ns - schedule.test_ns
    assert all(window.test.length_ns > 0 for window in windows)


@given(planned())
def test_train_ends_the_purge_before_its_test(
    case: tuple[Schedule, int, int, tuple[Window, ...]],
) -> None:
    schedule, first, _, windows = case
    for window in windows:
        assert window.test.start_ns - window.train.end_ns == schedule.purge_ns
        assert window.train.start_ns >= first
        if schedule.kind == "rolling":
            assert window.train.length_ns == schedule.train_ns
        else:
            assert window.train.start_ns == windows[0].train.start_ns
    assert windows[0].train.start_ns % DAY_NS == 0
    assert windows[0].train.start_ns - first < DAY_NS
    assert windows[0].train.length_ns == schedule.train_ns


@given(planned())
def test_the_embargo_after_earlier_tests_is_not_scored(
    case: tuple[Schedule, int, int, tuple[Window, ...]],
) -> None:
    schedule, _, _, windows = case
    for place in {len(windows) // 2, len(windows) - 1}:
        window = windows[place]
        ends = [earlier.test.end_ns for earlier in windows[:place]]
        scored = window.scored()
        hours = range(window.train.start_ns + HOUR_NS, window.train.end_ns + 1, 12 * HOUR_NS)
        for ts_ns in hours:
            is_scored = any(span.start_ns < ts_ns <= span.end_ns for span in scored)
            in_embargo = any(end < ts_ns <= end + schedule.embargo_ns for end in ends)
            assert is_scored is not in_embargo
        assert all(one.end_ns <= two.start_ns for one, two in pairwise(scored))


def test_an_example_in_full() -> None:
    day = DAY_NS
    schedule = Schedule(10 * day, 5 * day, 5 * day, "rolling", 1 * day, 2 * day)
    assert plan_windows(schedule, 0, 25 * day) == (
        Window(1, Span(0, 10 * day), Span(11 * day, 16 * day)),
        Window(2, Span(5 * day, 15 * day), Span(16 * day, 21 * day)),
        Window(
            3,
            Span(10 * day, 20 * day),
            Span(21 * day, 25 * day),
            (Span(16 * day, 18 * day),),
        ),
    )
    expanding = plan_windows(replace(schedule, kind="expanding"), 0, 25 * day)
    assert expanding[2].train == Span(0, 20 * day)
    assert expanding[2].scored() == (Span(0, 16 * day), Span(18 * day, 20 * day))


def test_short_windows_begin_with_the_data() -> None:
    schedule = Schedule(6 * HOUR_NS, 2 * HOUR_NS, 2 * HOUR_NS)
    assert plan_windows(schedule, 5 * HOUR_NS, 20 * HOUR_NS)[0].train.start_ns == 5 * HOUR_NS


def test_overlapping_tests_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"^walk_forward\.step: a step shorter than the test"):
        plan_windows(Schedule(DAY_NS, 2 * DAY_NS, DAY_NS), 0, 9 * DAY_NS)


def test_too_little_data_is_refused() -> None:
    with pytest.raises(ConfigError, match="the data last 9 d, and train with purge 9 d"):
        plan_windows(Schedule(8 * DAY_NS, DAY_NS, DAY_NS, purge_ns=DAY_NS), 0, 9 * DAY_NS)


def test_too_many_windows_are_refused() -> None:
    with pytest.raises(ConfigError, match="more than 10,000 windows"):
        plan_windows(Schedule(10, 10, 10), 0, DAY_NS)


def test_the_true_length_of_the_data_is_told() -> None:
    second = DAY_NS // 86_400
    seconds = r"the data last 15 s, and train with purge 365 d: nothing"
    with pytest.raises(ConfigError, match=seconds):
        plan_windows(Schedule(365 * DAY_NS, DAY_NS, DAY_NS), HOUR_NS, HOUR_NS + 15 * second)
    cut = r"the data last 1 d 2 h \(3 h of them after the first midnight\), and train .* 1 d:"
    with pytest.raises(ConfigError, match=cut):
        plan_windows(Schedule(DAY_NS, DAY_NS, DAY_NS), HOUR_NS, 27 * HOUR_NS)
