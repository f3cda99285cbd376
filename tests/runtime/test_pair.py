"""Two processes under one parent: who is started again, who ends whom, and who gets the keys.

1. A trader that is done ends both; the gateway ends after it.
2. A gateway that dies is started again, and the trader goes on.
3. What refuses at its start ends both at once.
4. The trader has every variable of the parent but the keys; the gateway has all.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ports.log import MemoryLog
from traider.domain.errors import VenueError
from traider.runtime.config import load_config
from traider.runtime.observability import ObserveTerms, RoleObservation, observe
from traider.runtime.pair import PairOrder, _Child, keep_pair, pair_children
from traider.runtime.supervision.processes import ChildEndedError
from traider.runtime.supervision.role import AfterFault
from traider.runtime.supervision.supervisor import Outcome, Supervisor
from traider.runtime.venue_keys import KEY_NAME, KEY_SECRET

CHILD = """
import os, sys, time
from pathlib import Path
from traider.runtime.supervision.notices import Notices
import threading
folder, name, what = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
with (folder / name).open("a") as told:
    told.write(f"{os.getpid()}\\n")
keys = [each for each in os.environ if each.startswith("TRAIDER_COINBASE")]
(folder / f"{name}.keys").write_text(" ".join(sorted(keys)))
if what == "refuses":
    raise SystemExit(2)
print(f"told {os.getpid()}", flush=True)
notices, ended = Notices.of_environment(), threading.Event()
notices.watch_supervisor(ended.set)
notices.ready()
until = time.monotonic() + (0.6 if what == "is done" else 60.0)
import signal
signal.signal(signal.SIGTERM, lambda *_: ended.set())
while not ended.wait(0.02) and time.monotonic() < until:
    notices.beat()
with (folder / "ends").open("a") as told:
    told.write(f"{name}\\n")
"""


class Stage:
    """A parent's folder, its two children, and what came of it."""

    def __init__(self, folder: Path, seen: RoleObservation) -> None:
        self.folder, self.seen = folder, seen
        (folder / "child.py").write_text(CHILD, encoding="utf-8")

    def command(self, name: str, what: str) -> tuple[str, ...]:
        return (sys.executable, str(self.folder / "child.py"), str(self.folder), name, what)

    def lives(self, name: str) -> list[int]:
        """Return the processes that a child was, in order."""
        path = self.folder / name
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def run(
        self, trader: str, gateway: str, meanwhile: Callable[[], None] = lambda: None
    ) -> Outcome:
        order = PairOrder(
            self.command("trader", trader),
            self.command("gateway", gateway),
            output=self.folder / "output",
        )

        async def whole() -> Outcome:
            kept: list[Supervisor] = []
            task = asyncio.create_task(keep_pair(order, self.seen, (), kept.append))
            await asyncio.to_thread(meanwhile)
            async with asyncio.timeout(60):
                return await task

        return asyncio.run(whole())


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setenv(KEY_NAME, "organizations/1/apiKeys/2")
    monkeypatch.setenv(KEY_SECRET, "secret")
    config = load_config(None, ("observability.metrics=false",))
    with observe(config, "supervisor", ObserveTerms(tmp_path / "log.jsonl")) as seen:
        return Stage(tmp_path, seen)


def test_a_trader_that_is_done_ends_both_and_has_no_keys(stage: Stage) -> None:
    outcome = stage.run("is done", "stays")
    assert outcome.fault is None
    assert outcome.why == "trader is done"
    assert (stage.folder / "ends").read_text().split() == ["trader", "gateway"]
    assert (stage.folder / "trader.keys").read_text() == ""
    assert (stage.folder / "gateway.keys").read_text() == f"{KEY_NAME} {KEY_SECRET}"
    assert len(stage.lives("gateway")) == 1


def test_a_gateway_that_is_killed_is_started_again(stage: Stage) -> None:
    def kill() -> None:
        end = time.monotonic() + 60.0
        while not stage.lives("gateway") and time.monotonic() < end:
            time.sleep(0.01)
        os.kill(stage.lives("gateway")[0], signal.SIGKILL)
        while len(stage.lives("gateway")) < 2 and time.monotonic() < end:
            time.sleep(0.01)
        os.kill(stage.lives("trader")[0], signal.SIGTERM)

    outcome = stage.run("stays", "stays", kill)
    assert outcome.fault is None
    assert (len(stage.lives("gateway")), len(stage.lives("trader"))) == (2, 1)


def test_the_file_holds_what_the_last_trader_printed(
    stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    def kill() -> None:
        end = time.monotonic() + 60.0
        for life in range(2):
            while len(stage.lives("trader")) <= life and time.monotonic() < end:
                time.sleep(0.01)
            is_last = life == 1
            time.sleep(0.3)  # until it hears signals
            os.kill(stage.lives("trader")[life], signal.SIGTERM if is_last else signal.SIGKILL)

    outcome = stage.run("stays", "stays", kill)
    assert outcome.fault is None
    assert (stage.folder / "output").read_text().split() == ["told", str(stage.lives("trader")[1])]
    assert not [pid for pid in stage.lives("trader") if str(pid) in capfd.readouterr().out]


def test_what_refuses_at_its_start_ends_both(stage: Stage) -> None:
    outcome = stage.run("stays", "refuses")
    assert "gateway ended with exit code 2" in str(outcome.fault)
    assert len(stage.lives("gateway")) == 1
    assert [alert.severity for alert in stage.seen.alert_bodies()] == ["critical"]


def test_a_venue_that_does_not_answer_is_waited_for_once_all_was_well() -> None:
    child = _Child(pair_children(PairOrder(("trader",)))[0], MemoryLog())
    silent, broken = ChildEndedError("trader ended"), ChildEndedError("trader ended")
    silent.child_code, broken.child_code = VenueError.exit_code, 5
    assert child.judge(silent) is AfterFault.HALT
    child._was_ready = True
    assert child.judge(silent) is AfterFault.WAIT
    assert child.judge(broken) is AfterFault.AGAIN


def test_where_a_gateway_runs_only_the_trader_is_started() -> None:
    (only,) = pair_children(PairOrder(("trader",)))
    assert only.name == "trader"
    assert only.without == {KEY_NAME, KEY_SECRET}
