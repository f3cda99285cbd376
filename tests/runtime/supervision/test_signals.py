"""SIGTERM at any moment of a start: it is told, once, and nothing is left out."""

import signal
import subprocess
import sys

import pytest

from tests.e2e.command import environment
from traider.domain.errors import Interrupted
from traider.runtime.supervision.signals import end_early

EARLY = """
import asyncio, os, signal, sys, threading
from traider.runtime.supervision.signals import end_early, stop_signals

told = sys.argv[2].encode() + b"\\n"
with end_early(told):
    if sys.argv[1] == "early":
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(20)

    async def run():
        asked = asyncio.Event()
        with stop_signals(lambda why: asked.set()):
            os.kill(os.getpid(), signal.SIGTERM)
            await asked.wait()

    asyncio.run(run())
    os.kill(os.getpid(), signal.SIGTERM)
    print("whole")
"""


@pytest.mark.parametrize(
    ("when", "told", "code", "out", "err"),
    [
        ("early", "{}", Interrupted.exit_code, "{}\n", ""),
        ("early", "a line", Interrupted.exit_code, "", "a line\n"),
        ("late", "{}", 0, "whole\n", ""),
    ],
)
def test_what_ends_a_process_is_told_once(
    when: str, told: str, code: int, out: str, err: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EARLY, when, told],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, out, err)


def test_afterwards_the_signal_is_what_it_was() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with end_early(b"{}"):
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
