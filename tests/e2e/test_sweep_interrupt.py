"""Ctrl-C in a real terminal, during a sweep that would go on for long, and going on with it."""

import json
import os
import pty
import signal
import subprocess
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tests.backtest.bar_tables import columns_of, write_bars
from tests.e2e.command import SMA_CROSS, command, environment, traider
from tests.e2e.test_interrupt import read_until

BARS: Final = 60_000
GRID: Final = ("--grid", "strategy.fast=2:31:1", "--grid", "strategy.slow=40:49:1")
RANGE: Final = ("--from", "2014-01-01", "--to", "2026-01-01")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    closes = 100.0 + 20.0 * np.sin(np.arange(BARS) / 50.0)
    columns = columns_of(np.round(closes, 2).tolist(), step_ms=60_000)
    columns["ts"] -= 30_000_000_000
    return write_bars(tmp_path_factory.mktemp("sweep") / "LONG.parquet", columns)


@pytest.mark.slow
def test_an_interrupted_sweep_is_kept_and_gone_on_with(tmp_path: Path, data: Path) -> None:
    arguments = ("sweep", "--config", str(SMA_CROSS), "--data", str(data), *RANGE, *GRID)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(*arguments),
        cwd=tmp_path,
        env={**environment(), "TERM": "xterm", "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        assert b" of 300 trials" in read_until(ours, b" of 300 trials")
        process.send_signal(signal.SIGINT)
        assert b"what is done is kept" in read_until(ours, b"what is done is kept")
        assert process.stdout is not None
        printed = process.stdout.read().decode()
        assert process.wait(timeout=120) == 130
    os.close(ours)
    assert "Traceback" not in printed
    (folder,) = (path for path in (tmp_path / "runs").iterdir() if path.is_dir())
    assert f"--resume runs/{folder.name}" in printed
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    done = summary["counts"]["run"]
    assert 0 < done < 300
    assert summary["complete"] is False
    assert summary["counts"]["left"] == 300 - done
    assert "Incomplete sweep" in (folder / "report.html").read_text(encoding="utf-8")
    assert len((folder / "trials.jsonl").read_text(encoding="utf-8").splitlines()) == done

    again = traider(tmp_path, *arguments, "--json", "--resume", f"runs/{folder.name}")
    assert again.returncode == 0, again.stderr
    found = json.loads(again.stdout)
    assert found["complete"] is True
    assert found["trials_run_now"] == 300 - done
    whole = traider(tmp_path, *arguments, "--json", "--threads", "1")
    other = tmp_path / json.loads(whole.stdout)["folder"]
    for name in ("trials.jsonl", "summary.json", "trials.parquet", "report.html", "sweep.json"):
        assert (folder / name).read_bytes() == (other / name).read_bytes(), name
