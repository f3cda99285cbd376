"""Signals as requests: SIGTERM and SIGINT end in order, SIGHUP reads the settings anew."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from traider.domain.errors import Interrupted


class _Early:
    """Ends the process at SIGTERM: nothing has begun yet that would have to be ended in order."""

    def __init__(self, told: bytes) -> None:
        self.is_over = False
        """Whether somebody else listened since: what is done is told by then."""
        self._told = told

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Tell it and end; a write of Python may be under way, a system call is safe."""
        del number, frame
        if not self.is_over:
            os.write(1 if self._told.startswith(b"{") else 2, self._told)
            os._exit(Interrupted.exit_code)


@contextmanager
def end_early(told: bytes) -> Iterator[None]:
    """End at SIGTERM with ``told`` until ``stop_signals`` listens; from then on that counts.

    ``told`` is an object for stdout, or a line for stderr. Outside the main thread nothing is
    changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _Early(told))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def stop_signals(
    ask_stop: Callable[[str], None],
    reload: Callable[[], None] | None = None,
    again: Callable[[], None] | None = None,
) -> Iterator[None]:
    """Turn signals into requests on the running loop, while the block runs.

    A second SIGINT ends the process at once; with ``again`` it calls that, such as to say what is
    still waited for, and the third one ends. Shells start background jobs with SIGINT ignored;
    here it is heard all the same. Outside the main thread nothing is changed.
    """
    loop = asyncio.get_running_loop()
    interrupts = 0

    def on_interrupt() -> None:
        nonlocal interrupts
        interrupts += 1
        if interrupts == 1:
            ask_stop("SIGINT")
        elif interrupts == 2 and again is not None:
            again()
        else:
            os._exit(Interrupted.exit_code)

    handlers = {signal.SIGINT: on_interrupt, signal.SIGTERM: lambda: ask_stop("SIGTERM")}
    if reload is not None:
        handlers[signal.SIGHUP] = reload
    before = {}
    try:
        for number, handler in handlers.items():
            before[number] = former = signal.getsignal(number)
            if isinstance(former, _Early):
                former.is_over = True
            loop.add_signal_handler(number, handler)
    except (ValueError, RuntimeError):  # not the main thread
        before.clear()
    try:
        yield
    finally:
        for number, former in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, former)
