"""Laws of what is asked of a trader that is frozen, by real processes.

1. What its asker gave up is never carried out, and its asker is told so.
2. An emergency stop is, from its file too, and no re-arming that was asked for before lifts it.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import ROOT, environment
from traider.domain.errors import UsageError
from traider.runtime.control.client import ControlClient, SilentTraderError
from traider.runtime.control.commands import Kill, ManualOrder, Pause, Rearm, SetLimit
from traider.runtime.control.kill_file import leave_kill

WHO: dict[str, Any] = {"who": "ana", "why": "a test"}
ORDER = ManualOrder(**WHO, instrument="COINBASE:BTC-USD", side="buy", size=Decimal(1))
PATIENCE_S = 30.0


class Serving:
    """A process that serves a desk and tells what it is asked, a line each."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.runtime.control.desk_process", str(state)],
            cwd=ROOT,
            env={**environment(), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.line() == "ready"

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ended(self) -> list[str]:
        self.process.terminate()
        said, _ = self.process.communicate(timeout=PATIENCE_S)
        return said.split()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        os.kill(self.process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    made = Serving(tmp_path)
    yield made
    made.process.kill()
    made.process.communicate()


def test_what_was_given_up_is_never_carried_out(serving: Serving) -> None:
    limit = SetLimit(**WHO, name="max_leverage", value=Decimal("0.5"))
    with serving.frozen():
        for command in (limit, ORDER, Pause(**WHO)):
            never = pytest.raises(SilentTraderError, match="not carried out, and will not be")
            with never, ControlClient(serving.state, 0.2) as trader:
                trader.send(command)
        leave_kill(serving.state, Kill(**WHO))
        for last in (Kill(**WHO), Rearm(**WHO)):
            silent = pytest.raises(SilentTraderError)
            with silent as found, ControlClient(serving.state, 0.2) as trader:
                trader.send(last)
            assert "an emergency stop waits in the folder" in str(found.value.fix)
    with ControlClient(serving.state) as trader:
        trader.status()
        assert trader.send(Pause(**WHO)) == "Pause done"
    assert set(serving.ended()) == {"Kill", "Pause"}


@pytest.mark.parametrize("way", ["the folder", "the socket"])
def test_a_stop_is_not_lifted_by_what_was_asked_before_it(serving: Serving, way: str) -> None:
    def rearm() -> None:
        with contextlib.suppress(UsageError), ControlClient(serving.state, PATIENCE_S) as trader:
            trader.send(Rearm(**WHO))

    asking = threading.Thread(target=rearm)
    with serving.frozen():
        asking.start()
        time.sleep(0.1)  # the stop is the later one
        if way == "the folder":
            leave_kill(serving.state, Kill(**WHO))
        else:
            with pytest.raises(SilentTraderError), ControlClient(serving.state, 0.1) as trader:
                trader.send(Kill(**WHO))
    asking.join(PATIENCE_S)
    with ControlClient(serving.state) as trader:
        trader.send(Pause(**WHO))
    asked = serving.ended()
    assert asked[-2:] == ["Kill", "Pause"]
