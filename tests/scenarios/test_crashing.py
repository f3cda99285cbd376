"""A sample of the crashes that ``python -m benchmarks.crashes`` makes: no law breaks."""

import pytest

from tests.scenarios.crashing import crash_session

CRASHES = 6


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 12])
def test_no_law_breaks_wherever_the_trader_dies(seed: int) -> None:
    done = crash_session(seed, CRASHES)
    assert done.points.total() == CRASHES
    assert 0 < len(done.recovered_s) <= CRASHES
