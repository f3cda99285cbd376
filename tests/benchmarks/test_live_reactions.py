"""The stopwatch of the live path: every reaction is matched, and its stages add up to the whole."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.live.reactions import STAGES, measure_reactions
from benchmarks.live.stamped_exchange import StampedTerms


@pytest.mark.slow
def test_reactions_are_matched_with_what_the_exchange_noted(tmp_path: Path) -> None:
    found = measure_reactions(20, StampedTerms(actions_per_second=15.0, speed=2.0), tmp_path)
    assert len(found.whole_ns) >= 20
    assert found.unmatched == 0
    assert found.stages_ns.shape == (len(found.whole_ns), len(STAGES))
    assert (found.stages_ns.sum(axis=1) == found.whole_ns).all()
    assert (found.stages_ns[:, 2:] > 0).all()
    assert 0 < np.median(found.whole_ns) < 5_000_000_000
