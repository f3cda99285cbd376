"""The kill switch of real processes while a part is down, and the dead-man timer that throws it.

A trader that is frozen, and a gateway alone, are in ``test_gateway_apart``; PostgreSQL cut off and
every way at every part are in ``benchmarks.kill_parts``, which plays the same scenes.
"""

import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks.kill_parts import stop_in_each
from benchmarks.live.stopping import Scene, Way
from benchmarks.live.taking_down import Down
from tests.e2e.test_run_demo import ROOT, command, last_status
from traider.domain.errors import UsageError
from traider.domain.events import Kind
from traider.journal import JournalReader
from traider.runtime.control.client import ControlClient
from traider.runtime.control.commands import ManualOrder, Rearm
from traider.runtime.control.dead_man import note_alive
from traider.runtime.status_body import Phase

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it signals processes"),
]


def test_all_is_cancelled_and_closed_while_a_part_is_down() -> None:
    scenes = (
        Scene(Down.FEED, Way.COMMAND),
        Scene(Down.BUS, Way.COMMAND),
        Scene(Down.TABLES, Way.FILE),
        Scene(Down.TRADER, Way.SIGNAL),
    )
    # Each scene asks the exchange what is open, is refused an order, and re-arms.
    done, stamps = stop_in_each(scenes, orders=3)
    assert [each.scene for each in done] == list(scenes)
    for each in done:
        at = [(c, t) for c, t in stamps.cancelled if each.started_ns < t <= each.open_ns]
        assert sum(count for count, _ in at) >= 3


def test_the_timer_stops_a_demo_that_nobody_watches(tmp_path: Path) -> None:
    state = tmp_path / "demo"
    said = ["--set", "run.alive_within_s=8", "--set", "run.alive_warning_s=4"]
    with subprocess.Popen(
        command(state, *said),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            _alive_until_it_trades(state, process)
            _until_killed(state)
            with ControlClient(state) as trader, pytest.raises(UsageError, match="refused"):
                trader.send(
                    ManualOrder(
                        who="ana", why="to try", instrument="COINBASE:BTC-USDT", side="buy",
                        size=Decimal("0.001"),
                    )
                )  # fmt: skip
            with ControlClient(state) as trader:
                trader.send(Rearm(who="ana", why="I am here again"))
            body = last_status(state)
        finally:
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert body is not None
    assert b"everything is stopped in" in errors
    assert b"emergency stop: no sign of life" in errors
    kinds = [
        int(kind) for part in JournalReader(state / "journal").events() for kind in part["kind"]
    ]
    assert kinds.index(Kind.KILL) < kinds.index(Kind.REARM)


def _alive_until_it_trades(state: Path, process: "subprocess.Popen[bytes]") -> None:
    """Give signs of life until orders were sent, however long a busy machine takes for that."""
    for _ in range(1_800):
        body = last_status(state)
        if body is not None and body.phase is Phase.TRADING and body.counts.orders_sent:
            return
        assert process.poll() is None, "the demo ended"
        if state.is_dir():
            note_alive(state)
        time.sleep(0.1)
    raise AssertionError("the demo sent no order")


def _until_killed(state: Path) -> None:
    """Wait until everything is stopped and nothing is open any more."""
    for _ in range(900):
        body = last_status(state)
        is_killed = body is not None and body.phase is Phase.KILLED
        if body is not None and is_killed and not body.orders and not body.positions:
            return
        time.sleep(0.1)
    raise AssertionError(f"never stopped: {last_status(state)}")
