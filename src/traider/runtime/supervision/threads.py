"""Work in a thread of its own that the process does not wait for: it may be left behind.

    found = await begin_thread(compile_it, "compile")

The pool of the event loop is waited for at its end; what may hang, or takes minutes in a compiler,
must not be there.
"""

import asyncio
import contextlib
from collections.abc import Callable
from contextvars import copy_context
from threading import Thread
from typing import Any, Final, TypeVar

from traider.domain.errors import Interrupted

T = TypeVar("T")

AT_WORK: Final = "work: "
"""What the names of these threads begin with."""
_GRACE_S: Final = 1.0
"""How long work that is asked to end may take to do so by itself."""
_left: list[Thread] = []


def begin_thread(work: Callable[[], T], name: str) -> "asyncio.Future[T]":
    """Begin ``work`` in a thread that ends with the process; return what it will come to."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, fault: BaseException | None) -> None:
        if found.done():
            return
        if fault is not None:
            found.set_exception(fault)
        else:
            found.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, fault = None, None
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - it is raised to whoever waits
            fault = error
        with contextlib.suppress(RuntimeError):  # the loop ended first
            loop.call_soon_threadsafe(settle, result, fault)

    context = copy_context()
    thread = Thread(target=context.run, args=(run,), name=f"{AT_WORK}{name}", daemon=True)
    found.add_done_callback(lambda done: _note_left(thread, done))
    thread.start()
    return found


async def until_stopped(work: "asyncio.Future[T]", stopped: asyncio.Event, what: str) -> T:
    """Return what work comes to, or leave it behind when a stop is asked for.

    Raises:
        Interrupted: it was left; ``is_left`` says so from then on.
    """
    stopping: asyncio.Future[Any] = asyncio.ensure_future(stopped.wait())
    both: set[asyncio.Future[Any]] = {work, stopping}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            await asyncio.wait({work}, timeout=_GRACE_S)
    finally:
        stopping.cancel()
    if work.done():
        return work.result()
    work.cancel()
    raise Interrupted(f"stopped while {what}", fix="the same command goes on from there")


def is_left() -> bool:
    """Whether a thread was left at its work: the process cannot end by itself then."""
    return any(thread.is_alive() for thread in _left)


def _note_left(thread: Thread, done: "asyncio.Future[T]") -> None:
    if done.cancelled():
        _left.append(thread)
