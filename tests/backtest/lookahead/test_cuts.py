"""Cuts: spread over time, at different places of short groups of bars, at decisions too."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backtest.bar_tables import HOUR_NS
from tests.backtest.lookahead.planted import START_NS
from traider.backtest.lookahead.cuts import BARS_MIN, choose_cuts
from traider.domain.errors import DataError, UsageError

CLOSES = START_NS + np.arange(1, 2_001, dtype=np.int64) * HOUR_NS
NOBODY = CLOSES[:0]


@given(st.integers(0, 2**31), st.integers(1, 20))
def test_cuts_rise_and_lie_inside_the_data(seed: int, count: int) -> None:
    cuts = choose_cuts(CLOSES, NOBODY, count, seed)
    assert len(cuts) == count
    assert np.all(np.diff(cuts) > 0)
    assert np.isin(cuts, CLOSES).all()
    assert CLOSES[190] < cuts[0]
    assert cuts[-1] < CLOSES[-1]


@given(st.integers(0, 2**31))
def test_no_short_group_ends_at_every_cut(seed: int) -> None:
    numbers = choose_cuts(CLOSES, NOBODY, 5, seed) // HOUR_NS
    for group in (2, 3, 4, 6, 12):
        assert (numbers % group != 0).any()
    assert len(set((numbers % 2).tolist())) == 2
    assert len(set((numbers % 3).tolist())) == 3


def test_every_second_cut_is_taken_at_a_decision() -> None:
    decided = CLOSES[np.array([300, 700, 750, 1_100, 1_500, 1_700])]
    cuts = choose_cuts(CLOSES, decided, 5, 1)
    assert np.isin(cuts, decided).sum() >= 2


def test_the_seed_decides() -> None:
    assert choose_cuts(CLOSES, NOBODY, 5, 1).tolist() == choose_cuts(CLOSES, NOBODY, 5, 1).tolist()
    assert choose_cuts(CLOSES, NOBODY, 5, 1).tolist() != choose_cuts(CLOSES, NOBODY, 5, 2).tolist()


@pytest.mark.parametrize("count", [0, -1, 201])
def test_a_number_of_cuts_must_mean_something(count: int) -> None:
    with pytest.raises(UsageError, match="--cuts"):
        choose_cuts(CLOSES, NOBODY, count, 1)


def test_few_bars_cannot_be_cut() -> None:
    with pytest.raises(DataError, match="too few"):
        choose_cuts(CLOSES[: BARS_MIN - 1], NOBODY, 5, 1)
