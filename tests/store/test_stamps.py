"""What times mean: lengths, stamps at the close, hours of settlements."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.source_tables import MINUTE_NS, START_NS
from traider.domain.errors import DataError
from traider.store.stamps import (
    HOUR_NS,
    JITTER_NS_MAX,
    bar_length_ns,
    close_evidence,
    opened_at,
    settled_at,
)


def length(*steps: int, said: str = "", guessed: str = "") -> int:
    return bar_length_ns(np.array(steps, np.int64), said, guessed, "f")


def test_the_length_is_the_most_common_step() -> None:
    assert length(HOUR_NS, HOUR_NS, 5 * HOUR_NS, MINUTE_NS) == HOUR_NS
    assert length(HOUR_NS, 0, 0, 0) == HOUR_NS
    assert length(guessed="5m") == 5 * MINUTE_NS
    assert length(said="1m", guessed="5m") == MINUTE_NS
    assert length() == 0


def test_a_thin_market_may_have_a_finer_timeframe_than_its_steps() -> None:
    assert length(3 * MINUTE_NS, 3 * MINUTE_NS, said="1m") == MINUTE_NS
    with pytest.raises(DataError, match="most bars are 1m apart, which is no multiple of 5m"):
        length(MINUTE_NS, said="5m")


def test_steps_that_are_no_timeframe_are_refused() -> None:
    with pytest.raises(DataError, match="most bars are 7m apart, which is no timeframe"):
        length(7 * MINUTE_NS)


@pytest.mark.parametrize("before_ns", [1_000_000, 1_000, 1_000_000_000])
def test_stamps_in_the_last_second_of_bars_are_closes(before_ns: int) -> None:
    ts = START_NS + np.arange(50) * HOUR_NS + HOUR_NS - before_ns
    found = close_evidence(ts, HOUR_NS, named_close=False)
    assert found is not None
    assert found.is_certain
    assert opened_at(ts, HOUR_NS).tolist() == (START_NS + np.arange(50) * HOUR_NS).tolist()


def test_days_from_their_second_bar_to_midnight_may_be_closes() -> None:
    ts = START_NS + np.arange(1, 25) * HOUR_NS
    found = close_evidence(ts, HOUR_NS, named_close=False)
    assert found is not None
    assert not found.is_certain
    assert opened_at(ts, HOUR_NS)[0] == START_NS


@pytest.mark.parametrize("length_ns", [1_000_000_000, MINUTE_NS, HOUR_NS, 24 * HOUR_NS])
def test_whole_days_stamped_at_the_opening_are_not(length_ns: int) -> None:
    ts = START_NS + np.arange(0, 48 * HOUR_NS, length_ns)
    assert close_evidence(ts, length_ns, named_close=False) is None
    assert close_evidence(ts, length_ns, named_close=True) is not None
    assert close_evidence(ts[:0], length_ns, named_close=False) is None


@given(st.integers(0, 10**6), st.integers(0, JITTER_NS_MAX))
def test_settlements_go_to_their_hour(hour: int, late_ns: int) -> None:
    settled, late = settled_at(np.array([hour * HOUR_NS + late_ns]))
    assert settled.tolist() == [hour * HOUR_NS]
    assert late.tolist() == [late_ns]


def test_what_is_no_jitter_stays() -> None:
    settled, late = settled_at(np.array([HOUR_NS + JITTER_NS_MAX + 1]))
    assert (settled.tolist(), late.tolist()) == ([HOUR_NS + JITTER_NS_MAX + 1], [0])
