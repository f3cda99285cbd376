"""``traider run --standby``: a leader that trades on the local exchange freezes, and is replaced.

The second trader leads within five seconds, under the next epoch, and trades on; the journal of
both replays without a difference.
"""

import fcntl
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import ROOT, command, environment
from traider.cli.main import run
from traider.domain.events import Kind, join_events
from traider.journal import JournalReader
from traider.runtime.control.client import ControlClient, NoTraderError
from traider.runtime.state_folder import RUN_LOCK
from traider.runtime.status_source import find_status

BARS = ROOT / "data" / "sample" / "BINANCE-PERP-BTC-USDT-1m.parquet"
PATIENCE_S = 120.0


@contextmanager
def traider(*words: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a command of Traider, and kill it at the end."""
    process = subprocess.Popen(
        command(*words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(30.0)
        assert process.stdout is not None
        process.stdout.close()


def said(state: Path, message: str, **fields: object) -> dict[str, Any]:
    """Wait for the last line of a run's log that says ``message`` and return it."""
    wanted = {"message": message, **fields}
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        log = state / "log.jsonl"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        found = [line for line in map(json.loads, lines) if wanted.items() <= line.items()]
        if found:
            last: dict[str, Any] = found[-1]
            return last
        time.sleep(0.05)
    raise AssertionError(f"nobody said {message!r}")


def holder_of(state: Path) -> int:
    """Return the process that holds a state folder; 0 for none."""
    with (state / RUN_LOCK).open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(lock.read())
    return 0


@pytest.mark.slow
def test_a_frozen_leader_is_replaced(tmp_path: Path) -> None:
    state = tmp_path / "run"
    exchange_words = ("exchange", "--json", "--bars", str(BARS), "--list-as", "BTC-USDT")
    with traider(*exchange_words, "--history", "5h", "--speed", "20") as exchange:
        assert exchange.stdout is not None
        rest = json.loads(exchange.stdout.readline())["rest"]
        words = ("run", "--exchange", rest, "--product", "BTC-USDT", "--state", str(state))
        settings = ("--config", "examples/demo.toml", "--json")
        with traider(*words, *settings) as leader:
            said(state, "trading")
            with traider(*words, *settings, "--standby", "--for", "5s") as standby:
                said(state, "warm, following")
                time.sleep(2.0)
                (beside,) = find_status(state, 5.0).body.standbys
                assert beside.pid == standby.pid
                assert beside.is_ready
                assert beside.lag_s >= 0.0
                leader.send_signal(signal.SIGSTOP)
                said(state, "took over")
                assert leader.wait(30.0) == -signal.SIGKILL
                # The folder is the new leader's: a third process is refused there.
                assert said(state, "run begins", epoch=2)
                assert holder_of(state) == standby.pid
                assert find_status(state, 5.0).body.standbys == ()
                assert standby.stdout is not None
                outcome = json.loads(standby.stdout.read())
    assert outcome["parity"]["ok"]
    kept = join_events(list(JournalReader(state / "journal").events()))
    assert list(kept["w0"][kept["kind"] == Kind.LEADER_EPOCH]) == [1, 2]
    assert run(["parity", str(state), "--json"]) == 0
    with pytest.raises(NoTraderError):
        ControlClient(state)
