"""A paper run on a venue's market, over real sockets: killed, without a disk, ended, and proved.

The venue is the local exchange behind the addresses that ``[venues.coinbase]`` names, in the
machine's time; no order leaves the process.
"""

import json
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.command import ROOT, command, environment, started
from tests.e2e.test_run_demo import KEYS, last_status
from traider.cli.main import run
from traider.runtime.status_body import Mode, Phase, StatusBody
from traider.runtime.supervision.restarts import RestartTerms

BARS = ROOT / "data" / "sample" / "BINANCE-PERP-BTC-USDT-1m.parquet"
HISTORY = timedelta(hours=2)
EAGER = {
    "clock.decision": "1s",
    "strategy.enter": "0.001",
    "strategy.exit": "0.0005",
    "execution.style": "market",
    "data.files": "",
    "run.tables": "false",
    "run.report": "false",
    "feed.late_s": "120",  # the market of bars opens at a whole minute
    "run.restart.first_s": "0.1",
    "observability.port": "0",
}
"""Decides each second, so that there is something to see at once."""


@contextmanager
def venue(folder: Path) -> Iterator[dict[str, str]]:
    """Run an exchange whose time is the machine's, and that tells the hours before as candles."""
    opens = (datetime.now(UTC) - HISTORY).strftime("%Y-%m-%dT%H:%M:%SZ")
    line = command(
        "exchange", "--json", "--bars", str(BARS), "--list-as", "BTC-USDT", "--history", "2h",
        "--start", opens,
    )  # fmt: skip
    with subprocess.Popen(
        line, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stdout is not None
            ready = json.loads(running.stdout.readline())
            yield {
                "venues.coinbase.rest_url": ready["rest"],
                "venues.coinbase.stream_url": ready["websocket"],
            }
        finally:
            running.terminate()
            running.wait(60)


@contextmanager
def paper(
    state: Path, settings: dict[str, str], *arguments: str
) -> Iterator["subprocess.Popen[str]"]:
    """Run on paper; what still runs at the end is killed."""
    wanted = {**EAGER, **settings}
    said = [word for name, value in wanted.items() for word in ("--set", f"{name}={value}")]
    line = (
        "run", "--venue", "coinbase", "--product", "BTC-USDT", "--state", str(state),
        "--config", str(ROOT / "examples" / "demo.toml"), *said, *arguments,
    )  # fmt: skip
    with started(state.parent, *line) as running:
        yield running


def until(
    state: Path, process: "subprocess.Popen[str]", so: Callable[[StatusBody], bool]
) -> StatusBody:
    """Wait until the status of a run says something."""
    for _ in range(1_800):
        body = last_status(state)
        if body is not None and so(body):
            return body
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError("it did not come about")


def files_may_grow(process: "subprocess.Popen[str]", *, may: bool) -> None:
    """Let the system refuse a process to write, or no more."""
    _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard if may else 1, hard))


@pytest.mark.slow
def test_a_paper_run_on_a_venue_goes_on_through_all_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "paper"
    with venue(tmp_path) as settings:
        with paper(state, settings) as first:
            filled = until(state, first, lambda body: body.counts.fills > 0)
            first.kill()
        assert filled.mode is Mode.PAPER
        assert filled.positions
        with paper(state, settings, "--json") as again:
            trades = until(
                state, again, lambda body: body.epoch == 2 and body.phase is Phase.TRADING
            )
            assert trades.counts.fills >= filled.counts.fills
            # The disk refuses for a moment: the session ends, and another one follows.
            files_may_grow(again, may=False)
            time.sleep(0.5)
            files_may_grow(again, may=True)
            mended = until(
                state, again, lambda body: body.epoch > 2 and body.phase is Phase.TRADING
            )
            again.send_signal(signal.SIGTERM)
            out, errors = again.communicate(timeout=180)
        assert again.returncode == 0, errors
        outcome = json.loads(out)
        (restarted,) = [each for each in mended.restarts if each.part == "session"]
        assert 1 <= restarted.count <= RestartTerms().most
        assert list(outcome) == KEYS
        assert outcome["parity"]["ok"]
        assert outcome["fills"] >= mended.counts.fills
        # One fault is one too many for a run that may begin nothing again.
        with paper(state, {**settings, "run.restart.attempts": "0"}) as last:
            until(state, last, lambda body: body.epoch > mended.epoch)
            files_may_grow(last, may=False)
            _, errors = last.communicate(timeout=180)
        assert last.returncode == 1
        assert "ALERT critical: a part fails again and again: session" in errors
        assert "the session failed more than 0 times" in errors.splitlines()[-1]
    capsys.readouterr()
    assert run(["parity", str(state), "--json"]) == 0
    proved = json.loads(capsys.readouterr().out)
    assert (proved["ok"], proved["mode"]) == (True, "paper")
    assert run(["status", "--state", str(state)]) == 0
