"""Faults of threads and tasks that nobody waits for: to the log, the fault reports and an alert.

    with telling_unforeseen(seen.log, seen.faults, seen.alerts):
        …

What is waited for is not told here: whoever waits is.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from traider.domain.ports import Alert, AlertChannel, FaultReports, Log, Severity
from traider.runtime.supervision.shutdown import line_of

_TITLE: Final = "a part failed, and nobody waits for it"


@contextmanager
def telling_unforeseen(log: Log, faults: FaultReports, alerts: AlertChannel) -> Iterator[None]:
    """Tell what threads, and tasks of the running loop, end by while the block runs."""
    loop, before = asyncio.get_running_loop(), threading.excepthook
    handler = loop.get_exception_handler()

    def tell(fault: BaseException, part: str) -> None:
        faults.report(fault, part=part)
        detail = f"{part}: {line_of(fault)}"
        alerts.send(Alert(f"unforeseen:{part}", Severity.CRITICAL, _TITLE, detail))

    def on_thread(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            tell(told.exc_value, "a thread" if told.thread is None else told.thread.name)

    def on_loop(_: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
        fault = told.get("exception")
        if isinstance(fault, BaseException):
            tell(fault, _part_of(told))
        else:
            log.warning("the loop says", what=str(told.get("message", "")))

    threading.excepthook = on_thread
    loop.set_exception_handler(on_loop)
    try:
        yield
    finally:
        loop.set_exception_handler(handler)
        threading.excepthook = before


def _part_of(told: dict[str, Any]) -> str:
    """Return what failed: the function of a task, or what the loop says."""
    task = told.get("task") or told.get("future")
    if isinstance(task, asyncio.Task):
        return str(getattr(task.get_coro(), "__qualname__", task.get_name()))
    return str(told.get("message", "a task"))
