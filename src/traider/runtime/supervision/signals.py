"""Signals as requests: SIGTERM and SIGINT end in order, SIGHUP reads the settings anew."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from traider.domain.errors import Interrupted


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
            before[number] = signal.getsignal(number)
            loop.add_signal_handler(number, handler)
    except (ValueError, RuntimeError):  # not the main thread
        before.clear()
    try:
        yield
    finally:
        for number, former in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, former)
