"""Ctrl-C in a real terminal, during a back-test that would go on for long."""

import json
import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.backtest.bar_tables import columns_of, write_bars
from tests.e2e.command import SMA_CROSS, command, environment

BARS: Final = 5_000_000
"""Minutes of almost ten years: a second and more in each fill tier."""


@contextmanager
def terminal(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start ``traider`` with a terminal as its standard error."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command("backtest", *arguments),
        cwd=folder,
        env={**environment(), "TERM": "xterm", "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        try:
            yield process, ours
        finally:
            process.kill()
            os.close(ours)


def read_until(terminal_end: int, wanted: bytes) -> bytes:
    """Read what the terminal shows until ``wanted`` is there, or the program is gone."""
    shown = b""
    with suppress(OSError):  # the other end closed
        while wanted not in shown:
            shown += os.read(terminal_end, 65_536)
    return shown


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    closes = 100.0 + 20.0 * np.sin(np.arange(BARS) / 5_000.0)
    columns = columns_of(np.round(closes, 2).tolist(), step_ms=60_000)
    columns["ts"] -= 300_000_000_000
    return write_bars(tmp_path_factory.mktemp("long") / "LONG.parquet", columns)


@pytest.mark.slow
def test_an_interrupt_keeps_what_is_done_and_says_so(tmp_path: Path, long_file: Path) -> None:
    arguments = ("--config", str(SMA_CROSS), "--data", str(long_file), "--from", "2014-01-01")
    settings = ("--to", "2026-01-01", "--set", "strategy.slow=9000")
    with terminal(tmp_path, *arguments, *settings) as (process, screen):
        assert b"pessimistic fills" in read_until(screen, b"pessimistic fills")
        process.send_signal(signal.SIGINT)
        assert b"what is done is kept" in read_until(screen, b"what is done is kept")
        assert process.stdout is not None
        printed = process.stdout.read().decode()
        assert process.wait(timeout=120) == 130
    (folder,) = (path for path in (tmp_path / "runs").iterdir() if path.is_dir())
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert list(summary["tiers"]) == ["pessimistic"]
    assert summary["tiers"]["pessimistic"]["complete"] is False
    assert 0 < summary["bars"] < BARS
    assert any("results are partial" in note for note in summary["notes"])
    assert pq.read_table(folder / "equity.parquet").num_rows > 0
    assert (folder / "trades.parquet").is_file()
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "results are partial" in page
    assert "partial" in printed
    assert "Traceback" not in printed


@pytest.mark.slow
def test_an_interrupt_before_the_first_bar_ends_as_cleanly(tmp_path: Path, long_file: Path) -> None:
    source = """
import os, signal
from traider.signals import alpha

os.kill(os.getpid(), signal.SIGINT)

@alpha(features=("close",))
def own(x, p):
    return 0.0, 0.0
"""
    (tmp_path / "own.py").write_text(source, encoding="utf-8")
    config = tmp_path / "own.toml"
    alphas = '[[strategy.alphas]]\nname = "own"\nfile = "own.py"\n'
    config.write_text(f'[data]\nfiles = ["{long_file}"]\n{alphas}', encoding="utf-8")
    done = subprocess.run(
        command("backtest", "--config", str(config), "--json"),
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 130, done.stderr
    found = json.loads(done.stdout)
    assert found["bars"] == 0
    assert found["complete"] is False
    assert (tmp_path / found["report"]).is_file()
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_compiling_is_told_and_can_be_stopped(tmp_path: Path) -> None:
    with subprocess.Popen(
        command("backtest", "--config", str(SMA_CROSS), "--json"),
        cwd=tmp_path,
        env={**environment(), "TRAIDER_CACHE_DIR": str(tmp_path / "empty")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=120)
    assert first.startswith("traider: compiling (once)")
    assert process.returncode == 130
    assert json.loads(printed)["error"]["what"] == "stopped while compiling"
