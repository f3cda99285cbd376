"""SIGTERM before anything trades: it ends in order, soon, and prints one object with ``--json``.

1. A standby that never led comes to what it is, and exit code 0.
2. A run of two processes that has not begun says so.
"""

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import ROOT, started
from traider.domain.errors import Interrupted

pytestmark = pytest.mark.slow
PATIENCE_S = 60.0


def ended(log: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Begin a run, ask for its end when its log is there; return exit code and object."""
    with started(ROOT, "run", *words, "--state", str(log.parent), "--json") as process:
        until = time.monotonic() + PATIENCE_S
        while not log.exists():
            assert time.monotonic() < until
            time.sleep(0.01)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert "Traceback" not in err
    told: dict[str, Any] = json.loads(out)
    return process.returncode, told


def test_a_standby_that_never_led_ends_in_order(tmp_path: Path) -> None:
    state = tmp_path / "run"
    told = ended(state / "log.jsonl", "--demo", "--standby", "--set", "observability.port=0")
    assert told == (0, {"state": str(state), "led": False})


def test_two_processes_that_have_not_begun_say_so(tmp_path: Path) -> None:
    state = tmp_path / "run"
    log = state / "supervisor.log.jsonl"
    code, told = ended(log, "--demo", "--gateway", "apart", "--set", "observability.port=0")
    assert code == Interrupted.exit_code
    assert told["error"]["what"] == "stopped before it began"
    assert not (state / "journal").exists()
