"""Laws: percentiles rise, lie within the values, and shares count what is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.backtest.monte_carlo.distribution import PERCENTILES, Distribution, share_error

numbers = st.lists(
    st.one_of(st.floats(-1e9, 1e9), st.just(math.nan), st.just(math.inf)), max_size=60
)


@given(numbers)
def test_percentiles_rise_and_lie_within_the_values(values: list[float]) -> None:
    found = Distribution(np.array(values, np.float64))
    levels = list(found.percentiles().values())
    known = [value for value in values if math.isfinite(value)]
    if not known:
        assert all(math.isnan(level) for level in levels)
        assert math.isnan(found.mean)
        assert math.isnan(found.share_below(0.0))
        return
    assert levels == sorted(levels)
    assert min(known) <= levels[0]
    assert levels[-1] <= max(known)
    assert found.share_below(0.0) == sum(value < 0.0 for value in known) / len(known)
    assert found.share_at_or_below(0.0) == sum(value <= 0.0 for value in known) / len(known)


def test_a_known_distribution() -> None:
    found = Distribution(np.arange(101.0))
    assert found.percentiles() == {level: float(level) for level in PERCENTILES}
    assert found.mean == 50.0
    assert found.share_below(25.0) == pytest.approx(25 / 101)


def test_the_error_of_a_share() -> None:
    assert share_error(0.5, 100) == 0.05
    assert share_error(0.0, 100) == 0.0
    assert math.isnan(share_error(0.5, 0))
