"""What counts as a change: rounding does not, everything else does; decisions to the last bit."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.backtest.lookahead.comparing import changed, first_difference, settled
from traider.backtest.lookahead.trace import Trace
from traider.domain.events import Kind, empty_events
from traider.kernel.records import DECISION

SERIES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30)


@given(SERIES)
def test_rounding_is_no_change(values: list[float]) -> None:
    base = np.array(values)
    assert not changed(base, base * (1.0 + 1e-12)).any()
    assert np.array_equal(settled(base, base * (1.0 + 1e-12)), base)


@given(SERIES, st.floats(1e-6, 1e3))
def test_more_is(values: list[float], share: float) -> None:
    base = np.array(values)
    usual = np.sqrt(np.mean(base**2)) + 1e-9
    other = base.copy()
    other[0] += share * max(abs(base[0]), usual)
    assert changed(base, other).tolist() == [True] + [False] * (len(values) - 1)
    assert settled(base, other)[0] == other[0]


def test_a_value_near_zero_may_round_by_the_size_of_the_others() -> None:
    base = np.array([100.0, 1e-13, -100.0])
    assert not changed(base, np.array([100.0, -3e-13, -100.0])).any()
    assert changed(base, np.array([100.0, 1e-3, -100.0])).tolist() == [False, True, False]


def test_nothing_equals_nothing_and_no_number() -> None:
    base = np.array([np.nan, np.nan, 1.0, 0.0])
    other = np.array([np.nan, 1.0, np.nan, 0.0])
    assert changed(base, other).tolist() == [False, True, True, False]
    assert not changed(np.full(2, np.nan), np.full(2, np.nan)).any()
    assert len(changed(np.zeros(0), np.zeros(0))) == 0


def trace(orders: int = 4, fills: int = 3) -> Trace:
    intents, filled = empty_events(orders), empty_events(fills)
    intents["kind"], filled["kind"] = Kind.ORDER_INTENT, Kind.FILL
    intents["ts_recv"], filled["ts_recv"] = 10 * np.arange(orders), 10 * np.arange(fills) + 1
    intents["size"], filled["price"] = 7, 100
    decisions = np.zeros(orders, DECISION)
    decisions["ts"] = intents["ts_recv"]
    return Trace(intents, decisions, np.zeros((orders, 2)), np.zeros((orders, 3)), filled)


def test_equal_traces_do_not_differ() -> None:
    assert first_difference(trace(), trace()) is None
    assert first_difference(trace(0, 0), trace(0, 0)) is None


def test_a_trace_is_cut_at_an_instant_itself_included() -> None:
    past = trace().until(20)
    assert (len(past.intents), len(past.decisions), len(past.fills)) == (3, 3, 2)
    assert past.scores.shape == (3, 2)
    assert past.features.shape == (3, 3)


def test_an_order_that_changes_is_told_with_its_place() -> None:
    other = trace()
    other.intents["size"][2:] = 9
    found = first_difference(trace(), other)
    assert found is not None
    assert (found.what, found.ts_ns, found.changed, found.compared) == ("order", 20, 2, 4)
    assert (found.before, found.after) == (7.0, 9.0)


def test_an_order_too_few_is_told() -> None:
    found = first_difference(trace(4), trace(3))
    assert found is not None
    assert (found.what, found.ts_ns, found.changed) == ("order", 30, 1)
    assert found.before == 7.0
    assert np.isnan(found.after)
    again = first_difference(trace(3), trace(4))
    assert again is not None
    assert again.ts_ns == 30


@pytest.mark.parametrize(
    ("what", "field"), [("decision", "decisions"), ("fill", "fills"), ("score", "scores")]
)
def test_what_was_known_and_fills_are_compared_too(what: str, field: str) -> None:
    other = trace()
    records = getattr(other, field)
    if what == "decision":
        records["exposure"][1] = 0.5
    elif what == "fill":
        records["price"][1] = 101
    else:
        records[1, 1] = 0.25
    found = first_difference(trace(), other)
    assert found is not None
    assert found.what == what
    assert found.changed == 1


def test_a_feature_that_was_read_is_compared_nothing_with_nothing() -> None:
    base = trace()
    base.features[2, 1] = np.nan
    assert first_difference(base, replace(base, features=base.features.copy())) is None
    other = replace(base, features=np.nan_to_num(base.features, nan=3.0))
    found = first_difference(base, other)
    assert found is not None
    assert (found.what, found.ts_ns, found.after) == ("feature", 20, 3.0)
