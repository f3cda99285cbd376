"""Laws of the control socket.

1. What is asked reaches the desk, and its answer the one who asked; several on one connection.
2. It is its owner's alone: mode 0600, and another user is refused even past the file's mode.
3. Whatever else comes (garbage, too much, too many, half a line) is answered or let go, and the
   next one is served.
4. A file of a dead or frozen process does not stand in the way, and who comes later serves.
5. What is past its time, or whose asker is gone, is not carried out, an emergency stop always.
"""

import asyncio
import os
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.ports.clock import FixedClock
from tests.ports.log import MemoryLog
from tests.ports.metrics import MemoryMetrics
from tests.runtime.control.desk import KeepingDesk, some_status
from tests.runtime.control.serving import serving
from traider.domain.errors import DataError, UsageError
from traider.ops.health import HealthBoard
from traider.runtime.control.client import ControlClient, NoTraderError, SilentTraderError
from traider.runtime.control.commands import ControlCommand, Kill, Pause
from traider.runtime.control.messages import (
    REQUEST_BYTES_MAX,
    SOCKET_NAME,
    Asked,
    AskStatus,
    Request,
    line_of,
)
from traider.runtime.control.server import CONNECTIONS_MAX, ControlServer
from traider.runtime.control.socket_files import listening_socket, short_address
from traider.runtime.supervision.role import RoleReport

WHO: dict[str, Any] = {"who": "ana", "why": "a test"}
NOBODY = 65_534


def raw(state: Path) -> socket.socket:
    opened = socket.socket(socket.AF_UNIX)
    opened.settimeout(30.0)
    with short_address(state / SOCKET_NAME) as address:
        opened.connect(address)
    return opened


def line(request: Request, seconds: float = 60.0) -> bytes:
    now_ns = time.monotonic_ns()
    return line_of(Asked("1", now_ns, now_ns + int(seconds * 1e9), request))


def test_law_1_the_desk_is_asked_and_answers(tmp_path: Path) -> None:
    desk = KeepingDesk()
    with serving(tmp_path, desk) as log, ControlClient(tmp_path) as trader:
        assert trader.status() == some_status()
        assert trader.send(Pause(**WHO)) == "Pause done"
        assert trader.send(Kill(**WHO, flatten=False)) == "Kill done"
    assert desk.asked == [Pause(**WHO), Kill(**WHO, flatten=False)]
    (first, _) = [line for line in log.lines if line.message == "control"]
    assert (first.fields["command"], first.fields["who"]) == ("Pause", "ana")
    assert not (tmp_path / SOCKET_NAME).exists()


def test_law_1_a_refusal_comes_as_the_error_that_it_was(tmp_path: Path) -> None:
    desk = KeepingDesk(refuses=(Pause,))
    with serving(tmp_path, desk), ControlClient(tmp_path) as trader:
        with pytest.raises(UsageError) as found:
            trader.send(Pause(**WHO))
        assert (found.value.what, found.value.where, found.value.exit_code) == (
            "not now",
            "desk",
            2,
        )
        assert trader.send(Kill(**WHO)) == "Kill done"


def test_law_2_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    with serving(tmp_path, KeepingDesk()):
        mode = stat.S_IMODE((tmp_path / SOCKET_NAME).stat().st_mode)
    assert mode == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can ask as another user")
def test_law_2_another_user_is_refused(tmp_path: Path) -> None:
    desk = KeepingDesk()
    ask = (
        "import os, socket, sys\n"
        "s = socket.socket(socket.AF_UNIX); os.chdir(sys.argv[1])\n"
        f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        f"s.connect({SOCKET_NAME!r}); print(s.recv(4096).decode())"
    )
    with serving(tmp_path, desk):
        tmp_path.chmod(0o755)
        (tmp_path / SOCKET_NAME).chmod(0o777)  # as if someone had opened it
        done = subprocess.run(
            [sys.executable, "-c", ask, str(tmp_path)], capture_output=True, text=True, check=True
        )
    assert "another user" in done.stdout
    assert desk.asked == []


@pytest.mark.parametrize(
    "garbage",
    [b"\n", b"{}\n", b"\xff\xfe\n", b'{"command":"kill"}\n', b'{"command":"pause","who":1}\n'],
)
def test_law_3_garbage_is_answered_with_an_error(tmp_path: Path, garbage: bytes) -> None:
    with serving(tmp_path, KeepingDesk()), raw(tmp_path) as asking:
        asking.sendall(garbage)
        assert b'"error"' in asking.recv(4096)
        asking.sendall(line(Pause(**WHO)))
        with asking.makefile("rb") as answers:
            assert b"is_begun" in answers.readline()
            assert b"Pause done" in answers.readline()


def test_law_3_too_long_a_request_ends_the_connection(tmp_path: Path) -> None:
    with serving(tmp_path, KeepingDesk()):
        with raw(tmp_path) as asking:
            asking.sendall(b"x" * (REQUEST_BYTES_MAX + 1))
            assert b"more than" in asking.recv(4096)
            assert asking.recv(4096) == b""
        with ControlClient(tmp_path) as trader:
            assert trader.send(Pause(**WHO)) == "Pause done"


def test_law_3_half_a_line_is_nothing(tmp_path: Path) -> None:
    desk = KeepingDesk()
    with serving(tmp_path, desk):
        with raw(tmp_path) as asking:
            asking.sendall(line(Kill(**WHO))[:-4])
        with ControlClient(tmp_path) as trader:
            trader.send(Pause(**WHO))
    assert desk.asked == [Pause(**WHO)]


def test_law_3_one_too_many_is_told(tmp_path: Path) -> None:
    with serving(tmp_path, KeepingDesk()):
        held = [ControlClient(tmp_path) for _ in range(CONNECTIONS_MAX)]
        for each in held:
            each.status()
        with pytest.raises(UsageError, match="open already"), ControlClient(tmp_path) as late:
            late.status()
        held[0].close()
        for each in held[1:]:
            assert each.status().epoch == 3
            each.close()


def test_law_4_what_a_dead_process_left_is_replaced(tmp_path: Path) -> None:
    left = listening_socket(tmp_path / SOCKET_NAME)
    left.close()
    with pytest.raises(NoTraderError, match="no trader runs here"):
        ControlClient(tmp_path)
    with serving(tmp_path, KeepingDesk()), ControlClient(tmp_path) as trader:
        assert trader.status().epoch == 3


def test_law_4_who_comes_later_serves_and_keeps_its_file(tmp_path: Path) -> None:
    class Later(KeepingDesk):
        pass

    later = Later()
    with serving(tmp_path, later):
        pass
    with serving(tmp_path, KeepingDesk()):  # frozen, say
        with serving(tmp_path, later), ControlClient(tmp_path) as trader:
            trader.send(Pause(**WHO))
        assert later.asked == [Pause(**WHO)]
    assert not (tmp_path / SOCKET_NAME).exists()

    async def one_after_the_other() -> bool:
        path = tmp_path / SOCKET_NAME
        first, second = (ControlServer(path, later, MemoryLog(), MemoryMetrics()) for _ in range(2))
        await first.start()
        await second.start()
        await first.close()
        is_there = path.exists()
        await second.close()
        return is_there

    assert asyncio.run(one_after_the_other())


def test_a_frozen_trader_is_told_from_none(tmp_path: Path) -> None:
    frozen = listening_socket(tmp_path / SOCKET_NAME)
    with pytest.raises(SilentTraderError), ControlClient(tmp_path, timeout_s=0.1) as trader:
        trader.status()
    frozen.close()


def test_a_path_longer_than_the_system_takes(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    with serving(deep, KeepingDesk()), ControlClient(deep) as trader:
        assert trader.send(Pause(**WHO)) == "Pause done"
    assert list(deep.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoTraderError):
        ControlClient(tmp_path / "none")
    with pytest.raises(UsageError, match="no control socket"):
        listening_socket(tmp_path / "none" / SOCKET_NAME)


def test_law_5_what_comes_too_late_is_refused_but_a_stop(tmp_path: Path) -> None:
    desk = KeepingDesk()
    with (
        serving(tmp_path, desk) as log,
        raw(tmp_path) as asking,
        asking.makefile("rb") as answers,
    ):
        for request in (Pause(**WHO), Kill(**WHO)):
            asking.sendall(line(request, -0.1))
            assert b"is_begun" in answers.readline()
            assert (b"came too late" in answers.readline()) is isinstance(request, Pause)
    assert desk.asked == [Kill(**WHO)]
    assert "was not carried out: it came too late" in str(log.lines[0].fields["why"])


def test_law_5_nothing_is_done_for_who_is_gone_but_a_stop(tmp_path: Path) -> None:
    desk = KeepingDesk()

    async def served() -> None:
        server = ControlServer(tmp_path / SOCKET_NAME, desk, MemoryLog(), MemoryMetrics())
        await server.start()
        for request in (Pause(**WHO), Kill(**WHO)):
            with raw(tmp_path) as asking:
                asking.sendall(line(request))
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / SOCKET_NAME))
        writer.write(line(AskStatus()))
        assert b"coinbase" in await reader.readline()
        writer.close()
        await server.close()

    asyncio.run(served())
    assert desk.asked == [Kill(**WHO)]


class FailingDesk(KeepingDesk):
    """A desk that cannot go on."""

    def __init__(self, fault: Exception) -> None:
        super().__init__()
        self.fault = fault

    def command(self, command: ControlCommand) -> str:
        del command
        raise self.fault


@pytest.mark.parametrize("fault", [DataError("the disk is full"), ZeroDivisionError("a mistake")])
def test_a_desk_that_cannot_go_on_is_told_and_raised(tmp_path: Path, fault: Exception) -> None:
    board = HealthBoard(FixedClock())

    async def served() -> None:
        server = ControlServer(
            tmp_path / SOCKET_NAME, FailingDesk(fault), MemoryLog(), MemoryMetrics()
        )
        running = asyncio.create_task(server.run(RoleReport("control", board, MemoryMetrics())))
        await asyncio.sleep(0)
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / SOCKET_NAME))
        writer.write(line(Pause(**WHO)))
        assert b"is_begun" in await reader.readline()
        answer = await reader.readline()
        assert (b"the disk is full" in answer) is isinstance(fault, DataError)
        writer.close()
        await asyncio.wait_for(running, 5.0)

    with pytest.raises(type(fault)):
        asyncio.run(served())
    assert not (tmp_path / SOCKET_NAME).exists()
