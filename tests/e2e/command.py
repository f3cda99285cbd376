"""Run the real command line in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
SMA_CROSS: Final = ROOT / "examples" / "sma-cross.toml"
ENSEMBLE: Final = ROOT / "examples" / "ensemble.toml"
SAMPLE: Final = ROOT / "data" / "sample" / "BINANCE-BTC-USDT-1h.parquet"


def command(*arguments: str) -> list[str]:
    """Return the command line of ``traider`` with ``arguments``."""
    return [sys.executable, "-m", "traider", *arguments]


def environment() -> dict[str, str]:
    """Return this process's environment without settings of the product but its cache.

    A run serves nothing beside it.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TRAIDER_") or name == "TRAIDER_CACHE_DIR"
    }
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "TRAIDER_API__IS_SERVED": "false"}


def traider(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``traider`` in ``folder``, where its results and its log go."""
    return subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Begin ``traider`` in ``folder``; what still runs at the end is killed."""
    with subprocess.Popen(
        command(*arguments),
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def backtest_json(folder: Path, *arguments: str) -> dict[str, Any]:
    """Run a back-test that must work; return the one object it prints."""
    done = traider(folder, "backtest", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    found: dict[str, Any] = json.loads(done.stdout)
    return found
