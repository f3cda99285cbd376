"""Laws of thinned series.

1. Never more points than asked for, rising, first and last row among them.
2. Lowest and highest row of the whole are kept; so are those of any equal span of it.
3. A series that is short enough stays whole.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import UsageError
from traider.portfolio.thinning import KEPT_A_SPAN, thinned


@given(
    steps=st.lists(st.integers(1, 5_000), min_size=1, max_size=300),
    seed=st.integers(0, 2**32 - 1),
    points=st.integers(8, 60),
)
def test_extremes_of_every_span_are_kept(steps: list[int], seed: int, points: int) -> None:
    ts_ns = np.cumsum(np.array(steps, np.int64)) + 1_700_000_000_000_000_000
    values = np.random.default_rng(seed).integers(-50, 50, len(ts_ns))
    kept = thinned(ts_ns, values, points)
    assert np.all(np.diff(kept) > 0)
    if len(ts_ns) <= points:
        assert kept.tolist() == list(range(len(ts_ns)))
        return
    assert len(kept) <= points
    assert (kept[0], kept[-1]) == (0, len(ts_ns) - 1)
    assert values[kept].min() == values.min()
    assert values[kept].max() == values.max()
    spans = points // KEPT_A_SPAN
    length = int(ts_ns[-1]) - int(ts_ns[0]) + 1
    numbers = ((ts_ns - ts_ns[0]) * (spans / length)).astype(np.int64).clip(0, spans - 1)
    for number in np.unique(numbers):
        inside = np.flatnonzero(numbers == number)
        shown = values[np.intersect1d(inside, kept)]
        assert (shown.min(), shown.max()) == (values[inside].min(), values[inside].max())


def test_too_few_points_are_refused() -> None:
    with pytest.raises(UsageError, match="8 or more"):
        thinned(np.arange(20, dtype=np.int64), np.arange(20, dtype=np.int64), 7)
