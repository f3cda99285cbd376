"""Memory stays flat: bars are read in batches, and nothing grows with their number."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tests.backtest.bar_tables import columns_of, write_bars
from tests.e2e.command import SMA_CROSS, environment

BARS: Final = 300_000
GROWTH_MB_MAX: Final = 30.0
"""Allowed for four times as many bars; held whole, they would take 43 MB as numbers and 115 MB
as events."""

# A child's own peak, from the kernel's count: ru_maxrss of a fork starts with its parent's.
MEASURED: Final = """
import pathlib, sys
from traider.cli.main import run
code = run(sys.argv[1:])
status = pathlib.Path("/proc/self/status").read_text()
peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
print(int(peak.split()[1]) / 1024.0)
raise SystemExit(code)
"""


def peak_megabytes(folder: Path, bars: int) -> float:
    """Return the most memory a back-test of ``bars`` minutes held."""
    closes = 100.0 + 5.0 * np.sin(np.arange(bars) / 9_000.0)
    columns = columns_of(np.round(closes, 2).tolist(), step_ms=60_000)
    columns["ts"] -= 90_000_000_000
    path = write_bars(folder / f"M{bars}.parquet", columns)
    arguments = ("--config", str(SMA_CROSS), "--data", str(path))
    dates = ("--from", "2019-01-01", "--to", "2026-01-01")
    settings = ("--set", "strategy.fast=2000", "--set", "strategy.slow=9000")
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "backtest", "--json", *arguments, *dates, *settings],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    outcome, peak = done.stdout.splitlines()
    found = json.loads(outcome)
    assert found["bars"] == bars
    assert found["trades"] < 200
    return float(peak)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="needs Linux's /proc")
def test_four_times_the_bars_need_hardly_more_memory(tmp_path: Path) -> None:
    peak_megabytes(tmp_path, 20_000)  # machine code is compiled and kept, where it was not
    small, large = peak_megabytes(tmp_path, BARS), peak_megabytes(tmp_path, 4 * BARS)
    assert large - small < GROWTH_MB_MAX
