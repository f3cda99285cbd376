"""``traider run`` killed for good, at random and at a named point: nothing is lost or doubled."""

import asyncio
from pathlib import Path

import pytest

from benchmarks.kills import kill_and_recover


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_stays_whole(tmp_path: Path) -> None:
    done = asyncio.run(kill_and_recover(tmp_path, kills=6, seed=7))
    assert done.violations == []
    assert done.ways.total() >= 6
    assert done.checks
    assert done.orders
