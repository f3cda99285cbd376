"""Tasks that run beside the session and end with it."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self


def first_fault(fault: BaseException | None) -> BaseException | None:
    """Return a fault itself, or the first of those that came together."""
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return fault


class Background:
    """A context: left, every task is cancelled and waited for, the latest first.

    Unlike a group of the library it cancels nobody when one fails: whoever runs the session ends it
    in order, and asks ``tasks`` why.
    """

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[Any]] = []

    def add(self, work: Coroutine[Any, Any, Any]) -> None:
        """Begin to work."""
        self.tasks.append(asyncio.create_task(work))

    @property
    def has_ended(self) -> bool:
        """Whether one of them is over, which none should be before the session is."""
        return any(task.done() for task in self.tasks)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cancel and wait; what fails meanwhile was not asked for any more."""
        for task in reversed(self.tasks):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
