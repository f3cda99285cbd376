"""The demo from end to end: it trades, is killed, goes on, and is proved."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.e2e.books_of_demo import check_books
from traider.cli.main import run
from traider.domain.events import Kind, join_events
from traider.journal import JournalReader
from traider.runtime.status_body import Phase, StatusBody

ROOT = Path(__file__).parents[2]
KEYS = [
    "orders_sent", "orders_refused", "fills", "nav", "fees", "fingerprint", "parity",
    "latency_us", "state",
]  # fmt: skip


def command(state: Path, *arguments: str) -> list[str]:
    """Return a demo in ``state``, on a port of metrics that nobody else has."""
    return [
        sys.executable, "-m", "traider", "run", "--demo", "--state", str(state), "--speed", "20",
        "--set", "observability.port=0", *arguments,
    ]  # fmt: skip


def last_status(state: Path) -> StatusBody | None:
    """Return the status that a trader kept last."""
    try:
        return msgspec.json.decode((state / "status.json").read_bytes(), type=StatusBody)
    except FileNotFoundError:
        return None


def until_it_trades(state: Path, process: "subprocess.Popen[bytes]") -> StatusBody:
    """Wait until a demo has sent orders."""
    for _ in range(1_800):
        body = last_status(state)
        if body is not None and body.phase is Phase.TRADING and body.counts.orders_sent:
            return body
        assert process.poll() is None, "the demo ended"
        time.sleep(0.1)
    raise AssertionError("the demo sent no order")


def finished(arguments: list[str]) -> dict[str, Any]:
    """Run a demo to its end; return what it printed."""
    done = subprocess.run(
        arguments, capture_output=True, text=True, cwd=ROOT, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def check_market_times(state: Path, passed_s: float) -> None:
    """Assert that the market went on over a start: not back, nor further than time passed."""
    kept = join_events(list(JournalReader(state / "journal").events()))
    start = int(np.flatnonzero(kept["kind"] == Kind.LEADER_EPOCH)[-1])
    seen = kept["ts_event"] * np.isin(kept["kind"], (Kind.DEPTH_UPDATE, Kind.TRADE, Kind.QUOTE))
    before, after = int(seen[:start].max()), seen[start:][seen[start:] > 0]
    assert before < int(after.min()) < before + passed_s * 1e9


@pytest.mark.slow
def test_a_killed_demo_goes_on_where_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "demo"
    with subprocess.Popen(
        command(state), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as first:
        killed = until_it_trades(state, first)
        first.send_signal(signal.SIGKILL)
    killed_at = time.monotonic()
    outcome = finished(command(state, "--for", "3s", "--json"))
    check_market_times(state, 20.0 * (time.monotonic() - killed_at))
    assert list(outcome) == KEYS
    assert list(outcome["parity"]) == ["ok", "checks"]
    assert list(outcome["latency_us"]) == ["p50", "p99"]
    assert outcome["orders_sent"] >= killed.counts.orders_sent
    assert outcome["parity"]["ok"]
    assert outcome["parity"]["checks"] >= 1
    ended = last_status(state)
    assert ended is not None
    assert (ended.phase, ended.epoch) == (Phase.STOPPED, killed.epoch + 1)
    assert len(list((state / "reports").glob("session-2-*.html"))) == 1
    # The exchange ended with each of its owners.
    assert not (state / "control.sock").exists()
    capsys.readouterr()
    assert run(["parity", str(state), "--json"]) == 0
    proved = json.loads(capsys.readouterr().out)
    assert proved["fingerprint"] == outcome["fingerprint"]
    check_books(state)
    assert run(["run", "--demo", "--state", str(state), "--set", "capital=5000"]) == 2
    assert "begun with capital = 10000, not 5000" in capsys.readouterr().err


@pytest.mark.slow
def test_a_signal_ends_it_in_order(tmp_path: Path) -> None:
    state = tmp_path / "demo"
    with subprocess.Popen(
        command(state, "--json"), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, "TRAIDER_RUN__TABLES": "false"},
    ) as process:  # fmt: skip
        until_it_trades(state, process)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert list(json.loads(out)) == KEYS
    ended = last_status(state)
    assert ended is not None
    assert ended.phase is Phase.STOPPED
    # What is left open guards a position.
    assert len(ended.orders) <= 2 * len(ended.positions)
