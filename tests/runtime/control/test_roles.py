"""Control as roles: what a person or a file asks reaches the desk, whose fault ends everything."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.ports.log import MemoryLog
from tests.runtime.control.desk import KeepingDesk
from tests.runtime.control.test_server import FailingDesk
from tests.runtime.supervision.parts import Watched
from traider.domain.errors import DataError
from traider.runtime.config import Config
from traider.runtime.control.client import ControlClient
from traider.runtime.control.commands import Kill, Pause, SetLimit
from traider.runtime.control.front_desk import FrontDesk
from traider.runtime.control.kill_file import found_kill, leave_kill
from traider.runtime.control.reloading import ConfigReload
from traider.runtime.control.roles import control_roles, reload_now
from traider.runtime.supervision.supervisor import Outcome

WHO: dict[str, Any] = {"who": "ana", "why": "a test"}


def supervised(tmp_path: Path, desk: KeepingDesk, client: threading.Thread | None) -> Outcome:
    async def run() -> Outcome:
        watched = Watched()
        supervisor = watched.supervisor()
        front = FrontDesk(desk, tmp_path)
        for role in control_roles(front, tmp_path, watched.log, watched.metrics):
            supervisor.add(role)
        running = asyncio.create_task(supervisor.run())
        is_ready = await supervisor.until_ready()
        assert is_ready is (client is not None)
        if client is not None:
            client.start()
            await asyncio.to_thread(client.join, 10.0)
            supervisor.ask_stop("enough")
        return await running

    return asyncio.run(asyncio.wait_for(run(), 20.0))


def test_a_stop_that_was_left_is_done_before_anything_is_asked(tmp_path: Path) -> None:
    desk = KeepingDesk()
    leave_kill(tmp_path, Kill(**WHO, flatten=False))

    def ask() -> None:
        with ControlClient(tmp_path) as trader:
            trader.send(Pause(**WHO))

    outcome = supervised(tmp_path, desk, threading.Thread(target=ask))
    assert (outcome.fault, outcome.left) == (None, ())
    assert desk.asked == [Kill(**WHO, flatten=False), Pause(**WHO)]
    assert found_kill(tmp_path) is None


def test_a_stop_that_cannot_be_done_ends_the_trader(tmp_path: Path) -> None:
    leave_kill(tmp_path, Kill(**WHO))
    outcome = supervised(tmp_path, FailingDesk(DataError("the disk is full")), None)
    assert isinstance(outcome.fault, DataError)
    assert found_kill(tmp_path) is not None  # the next start finds it


@pytest.mark.parametrize("refused", [False, True])
def test_a_signal_reloads(tmp_path: Path, *, refused: bool) -> None:
    desk = KeepingDesk(refuses=(SetLimit,) if refused else ())
    reloading = ConfigReload(
        Config(), lambda: Config.model_validate({"limits": {"max_leverage": 0.9}})
    )
    log = MemoryLog()
    reload_now(FrontDesk(desk, tmp_path, reloading), log)
    assert log.lines[-1].message == ("the reload was refused" if refused else "reload")
    assert len(desk.asked) == (not refused)
