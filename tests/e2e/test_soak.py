"""A soak in short: a quarter of an hour of the market at speed, among faults."""

import asyncio
from pathlib import Path

import pytest

from benchmarks.soak import soak


@pytest.mark.slow
def test_a_short_soak_keeps_every_law(tmp_path: Path) -> None:
    done = asyncio.run(soak(tmp_path, hours=0.25, speed=60.0, seed=2))
    assert done.violations == []
    assert done.samples[-1].hours >= 0.25
    assert done.samples[-1].status.counts.fills
    assert done.faults
