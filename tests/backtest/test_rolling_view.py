import math

import numpy as np
import pytest

from traider.backtest.rolling_view import rolling_view
from traider.domain.timeframes import DAY_NS
from traider.portfolio.ratios import sharpe


@pytest.mark.parametrize(
    ("days", "window"), [(60, 30), (179, 30), (180, 90), (729, 90), (730, 365), (3_000, 365)]
)
def test_the_window_suits_the_run(days: int, window: int) -> None:
    returns = np.random.default_rng(2).normal(0.001, 0.02, days)
    found = rolling_view(np.arange(days, dtype=np.int64) * DAY_NS, returns)
    assert found.window_days == window
    assert len(found.values) == len(found.ts_ns) == days - window + 1
    assert found.values[0] == sharpe(returns[:window])
    assert found.values[-1] == sharpe(returns[-window:])
    # The value stands at the midnight that ends its last day.
    assert found.ts_ns[0] == window * DAY_NS
    assert found.ts_ns[-1] == days * DAY_NS


def test_a_short_run_has_none() -> None:
    found = rolling_view(np.arange(59, dtype=np.int64) * DAY_NS, np.full(59, 0.01))
    assert len(found.values) == len(found.ts_ns) == 0


def test_equal_returns_have_no_ratio() -> None:
    found = rolling_view(np.arange(60, dtype=np.int64) * DAY_NS, np.zeros(60))
    assert all(math.isnan(value) for value in found.values)
