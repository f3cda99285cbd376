"""Drawdown episodes: those of the whole curve, whatever the chunks it came in.

1. They equal the drawdowns that ``worst_drawdowns`` finds in the returns of the same curve.
2. They do not depend on the chunks.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from traider.portfolio.drawdown import worst_drawdowns
from traider.portfolio.drawdown_episodes import (
    EPISODES,
    DrawdownEpisode,
    DrawdownRecorder,
    FloatArray,
)

# Powers of two, so that compounding returns gives the levels back to the last bit.
levels = st.lists(st.integers(-3, 4).map(lambda power: 2.0**power), min_size=1, max_size=80)


def recorded(nav: FloatArray, cuts: list[int]) -> tuple[DrawdownEpisode, ...]:
    recorder = DrawdownRecorder()
    ts = 1_000 + np.arange(len(nav), dtype=np.int64)
    place = 0
    for cut in [*cuts, len(nav)]:
        recorder.add(ts[place : place + cut], nav[place : place + cut])
        place += cut
    return recorder.episodes()


@given(levels)
def test_they_are_the_worst_drawdowns_of_the_curve(values: list[float]) -> None:
    """Law 1."""
    nav = np.array(values)
    found = recorded(nav, [])
    expected = worst_drawdowns(nav[1:] / nav[:-1] - 1.0, count=len(values))
    assert [one.depth for one in found] == [one.depth for one in expected[:EPISODES]]
    for one in found:
        start, low = one.peak_ns - 1_000, one.trough_ns - 1_000
        assert (
            nav[low] / nav[start] - 1.0 == one.depth == nav[start : low + 1].min() / nav[start] - 1
        )
        end = one.recovered_ns - 1_000 if one.recovered_ns else len(nav) - 1
        assert one.length_ns == end - start
        assert (nav[start + 1 : end] < nav[start]).all()
        assert (nav[end] >= nav[start]) == bool(one.recovered_ns)


@given(levels, st.lists(st.integers(0, 9), max_size=20))
def test_they_do_not_depend_on_the_chunks(values: list[float], cuts: list[int]) -> None:
    """Law 2."""
    assert recorded(np.array(values), cuts) == recorded(np.array(values), [])


def test_a_long_walk_keeps_the_deepest_of_many() -> None:
    nav = np.exp(np.cumsum(np.random.default_rng(5).normal(0.001, 0.02, 30_000)))
    found = recorded(nav, [7_000, 1, 9_000])
    assert len(found) == EPISODES
    assert found[0].depth == (nav / np.maximum.accumulate(nav) - 1.0).min()
    depths = [one.depth for one in found]
    assert depths == sorted(depths)


def test_a_fall_that_lasts_has_no_recovery() -> None:
    assert recorded(np.array([10.0, 8.0, 9.0]), [2]) == (
        DrawdownEpisode(1_000, 1_001, 0, 8.0 / 10.0 - 1.0, 2),
    )


def test_equity_that_never_was_positive_has_none() -> None:
    assert recorded(np.array([-1.0, -2.0, 0.0]), []) == ()
    assert recorded(np.array([1.0, 2.0, 3.0]), []) == ()
    assert DrawdownRecorder().episodes() == ()
