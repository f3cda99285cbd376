import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.feed.latencies import Latencies


@given(st.lists(st.integers(-5, 2**62), min_size=1, max_size=200), st.floats(0.0, 1.0))
def test_a_quantile_is_known_to_a_64th(durations: list[int], share: float) -> None:
    latencies = Latencies()
    for duration in durations:
        latencies.add(duration)
    exact = sorted(max(duration, 0) for duration in durations)
    wanted = exact[max(int(np.ceil(share * len(exact))), 1) - 1]
    found = latencies.quantile_ns(share)
    assert wanted <= found <= wanted + wanted // 64
    assert (latencies.count, latencies.longest_ns) == (len(durations), exact[-1])
    assert latencies.negative == sum(duration < 0 for duration in durations)


def test_without_any_it_is_zero_and_it_can_begin_anew() -> None:
    latencies = Latencies()
    assert latencies.quantile_ns(0.5) == 0
    latencies.add(7)
    assert latencies.quantile_ns(0.5) == 7
    latencies.clear()
    assert (latencies.count, latencies.quantile_ns(1.0)) == (0, 0)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_is_a_share(share: float) -> None:
    with pytest.raises(ValueError, match="a share of"):
        Latencies().quantile_ns(share)
