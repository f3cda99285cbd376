"""Ctrl-C as a request: the first one asks for a clean stop, the second one ends at once."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from traider.domain.errors import Interrupted


@dataclass
class StopRequest:
    """Whether the person asked to stop; called by the run between two pieces of work."""

    asked: bool = False

    def __call__(self) -> bool:
        """Return whether to stop."""
        return self.asked


@contextmanager
def stop_on_interrupt(*, quiet: bool = False) -> Iterator[StopRequest]:
    """Turn SIGINT into a stop request while the context is open.

    A second SIGINT ends the process at once, with the exit code of an interrupt. Outside the main
    thread, where Python takes no signals, the request is simply never asked.
    """
    request = StopRequest()

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        if request.asked:
            # Raised inside the compiler, an exception would come out as another one.
            os._exit(Interrupted.exit_code)
        request.asked = True
        if not quiet:
            # A signal may arrive inside a write of stderr; a system call is safe there.
            os.write(2, b"\nstopping, what is done is kept; Ctrl-C again ends at once\n")

    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = signal.signal(signal.SIGINT, on_signal)
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, before)
