"""The emergency stop by a signal: SIGUSR1 closes positions, SIGUSR2 keeps them.

    kill -USR1 PID      # of the trader, of the gateway, or of what keeps both

The process leaves the stop in its state folder, as ``traider kill`` does; every process of the run
that is alive finds it there within a tenth of a second, the one that got the signal among them.
"""

import asyncio
import os
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from traider.domain.errors import UsageError
from traider.domain.ports import Log
from traider.runtime.control.commands import Kill
from traider.runtime.control.kill_file import leave_kill

KILL_SIGNALS: Final = {signal.SIGUSR1: True, signal.SIGUSR2: False}
"""Whether each closes positions."""


@contextmanager
def kill_signals(state: Path, lines: Log) -> Iterator[None]:
    """Take the signals on the running loop, while the block runs; in the main thread only."""
    loop = asyncio.get_running_loop()
    taken = []
    try:
        for number, flatten in KILL_SIGNALS.items():
            loop.add_signal_handler(number, partial(_leave, state, lines, number, flatten))
            taken.append(number)
    except (ValueError, RuntimeError):  # not the main thread
        taken.clear()
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)


def _leave(state: Path, lines: Log, number: signal.Signals, flatten: bool) -> None:  # noqa: FBT001
    who, why = number.name, f"a signal to process {os.getpid()}"
    lines.warning("emergency stop asked for", who=who, why=why)
    command = Kill(
        who=who, why=why, flatten=flatten, asked_ns=time.monotonic_ns(), id=uuid.uuid4().hex
    )
    try:
        leave_kill(state, command)
    except UsageError as fault:
        lines.error("the emergency stop cannot be left", why=fault.line())
