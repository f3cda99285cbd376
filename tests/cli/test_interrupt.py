import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from traider.cli.interrupt import stop_on_interrupt

TWICE = """
import os, signal
from traider.cli.interrupt import stop_on_interrupt

with stop_on_interrupt() as stop:
    assert not stop()
    os.kill(os.getpid(), signal.SIGINT)
    assert stop()
    try:
        os.kill(os.getpid(), signal.SIGINT)
    finally:
        print("not at once")
"""


def test_the_first_interrupt_asks_and_the_second_ends(repo_root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TWICE],
        env={**os.environ, "PYTHONPATH": str(repo_root / "src")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 130
    assert done.stdout == ""
    assert done.stderr == "\nstopping, what is done is kept; Ctrl-C again ends at once\n"


def test_quiet_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with stop_on_interrupt(quiet=True) as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop()
    assert capfd.readouterr().err == ""


def test_the_handler_before_comes_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_on_interrupt():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_outside_the_main_thread_nothing_is_asked() -> None:
    asked: list[bool] = []

    def work() -> None:
        with stop_on_interrupt() as stop:
            asked.append(stop())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert asked == [False]
