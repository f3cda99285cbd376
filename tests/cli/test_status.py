"""``traider status``: of a running trader, a silent one, one that ended, and none."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from tests.runtime.control.desk import KeepingDesk, some_status
from tests.runtime.control.serving import serving
from tests.runtime.test_status_body import BODY
from traider.cli import status_session
from traider.cli.main import run
from traider.runtime.control.messages import SOCKET_NAME
from traider.runtime.control.socket_files import listening_socket
from traider.runtime.state_folder import RunManifest, RunPaths
from traider.runtime.status_body import Mode, StatusBody
from traider.runtime.status_file import STATUS_FILE, write_status


def shown(state: Path, capsys: pytest.CaptureFixture[str], *further: str) -> str:
    assert run(["status", "--state", str(state), *further]) == 0
    return capsys.readouterr().out


def test_a_running_trader_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(tmp_path, KeepingDesk()):
        text = shown(tmp_path, capsys)
        body = msgspec.json.decode(shown(tmp_path, capsys, "--json"), type=StatusBody)
    assert "PAPER: NO ORDER LEAVES" in text
    assert "10,000.00 USD" in text
    assert "positions: none" in text
    assert "open orders: none" in text
    assert "not running" not in text
    assert body == some_status()


def test_one_that_ended_is_shown_as_it_was_with_its_age(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_status(tmp_path, BODY)
    past = time.time() - 200
    os.utime(tmp_path / STATUS_FILE, (past, past))
    text = shown(tmp_path, capsys)
    assert "not running; this was said 3 min 20 s ago" in text
    assert "stopped" in text
    assert "BTC-USD" in text
    body = json.loads(shown(tmp_path, capsys, "--json"))
    assert (body["pid"], body["is_leader"], body["phase"]) == (0, False, "stopped")
    assert Decimal(body["nav"]) == Decimal(BODY.nav)


def test_a_process_that_does_not_answer_is_told_and_exits_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_session, "_ANSWER_S", 0.05)
    write_status(tmp_path, BODY)
    with listening_socket(tmp_path / SOCKET_NAME):
        assert run(["status", "--state", str(tmp_path)]) == 1
        text = capsys.readouterr().out
        assert "PROCESS 4711 DOES NOT ANSWER" in text
        assert run(["status", "--state", str(tmp_path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["phase"] == "trading"


def test_a_run_that_said_nothing_yet_has_no_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = RunManifest(
        run_id="0a1b2c3d",
        created_ns=time.time_ns(),
        mode=Mode.DEMO,
        venue="local",
        products=("BTC-USD",),
        instruments=(),
        settings={"currency": "USD"},
        digest="00",
        versions={},
    )
    RunPaths(tmp_path).manifest.write_bytes(msgspec.json.encode(manifest))
    text = shown(tmp_path, capsys)
    assert "DEMO" in text
    assert "nothing was said yet" in text
    assert json.loads(shown(tmp_path, capsys, "--json"))["nav"] == ""


def test_a_folder_without_a_run_and_a_damaged_one_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["status", "--state", str(tmp_path / "nowhere")]) == 2
    err = capsys.readouterr().err
    assert "there is no run in this folder; start one with traider run" in err
    assert err.count("\n") == 1
    RunPaths(tmp_path).manifest.write_text("{}", encoding="utf-8")
    assert run(["status", "--state", str(tmp_path)]) == 3
    assert "run.json: cannot be read" in capsys.readouterr().err
    (tmp_path / STATUS_FILE).write_text("{", encoding="utf-8")
    assert run(["status", "--state", str(tmp_path), "--json"]) == 3
    assert "remove the file" in json.loads(capsys.readouterr().out)["error"]["line"]


def test_watching_and_one_object_exclude_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["status", "--state", str(tmp_path), "--watch", "--json"]) == 2
    assert "exclude each other" in capsys.readouterr().out


def watching(state: Path, columns: int, number: int) -> tuple[int, str]:
    """Watch on a real terminal, end it after the second picture; return code and what it said."""
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "traider", "status", "--state", str(state), "--watch"],
        stdin=end,
        stdout=end,
        stderr=end,
        env={**os.environ, "TERM": "xterm", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    os.close(end)
    said, until = b"", time.monotonic() + 60.0
    try:
        while process.poll() is None and time.monotonic() < until:
            if select.select([terminal], [], [], 0.1)[0]:
                said += os.read(terminal, 65_536)
            if said.count(b"NAV") >= 2:
                process.send_signal(number)
                said += _rest(terminal)
                break
        return process.wait(20.0), said.decode(errors="replace")
    finally:
        process.kill()
        os.close(terminal)


def _rest(terminal: int) -> bytes:
    said = b""
    while True:
        try:
            part = os.read(terminal, 65_536)
        except OSError:  # the other end was closed: the process ended
            return said
        if not part:
            return said
        said += part


@pytest.mark.slow
@pytest.mark.parametrize(("columns", "number"), [(60, signal.SIGINT), (160, signal.SIGTERM)])
def test_it_watches_on_a_terminal_until_it_is_told_to_end(
    tmp_path: Path, columns: int, number: int
) -> None:
    with serving(tmp_path, KeepingDesk()):
        code, said = watching(tmp_path, columns, number)
    assert code == 0
    assert "Traceback" not in said
    assert "PAPER" in said
    # The alternate screen is left again, and the last picture stays behind it.
    assert "NAV" in said[said.rindex("\x1b[?1049l") :]


@pytest.mark.parametrize("words", [("status",), ("status", "--json"), ("status", "--watch")])
def test_a_file_is_no_state_folder(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.touch()
    assert run([*words, "--state", str(file)]) == 2
    told = capsys.readouterr()
    assert "there is no run in this folder" in told.out + told.err
    assert len((told.out + told.err).splitlines()) == 1
