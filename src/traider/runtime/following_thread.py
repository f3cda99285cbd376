"""What follows a run's journal in a thread beside the trader, as a role that is begun again alone.

It reads as any other process could, so the trader never waits for it. What it is told to end
before it has done is made up for by the next one, which finds the place it had come to.
"""

import asyncio
import contextlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final

from traider.runtime.supervision.role import RoleReport
from traider.runtime.supervision.threads import begin_thread

_END_S: Final = 30.0


class FollowingThread(ABC):
    """A follower; ``name`` is what its thread is called."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stop = threading.Event()
        self._is_idle = threading.Event()
        self._is_idle.set()

    async def run(self, report: RoleReport) -> None:
        """Follow in a thread; cancelled, it goes on until it is closed. Raises as ``follow``."""
        loop = asyncio.get_running_loop()

        def told() -> None:
            with contextlib.suppress(RuntimeError):  # the loop ended first
                loop.call_soon_threadsafe(report.ready)

        self._is_idle.clear()
        await begin_thread(lambda: self.follow(told), self._name)

    def close(self) -> None:
        """Do what is left and end; what does not end in time is made up for by the next run."""
        self._stop.set()
        self._is_idle.wait(_END_S)

    def follow(self, told: Callable[[], None] = lambda: None) -> None:
        """Follow until it is closed, and tell each time that it has caught up."""
        self._is_idle.clear()
        try:
            self._follow(told)
        finally:
            self._is_idle.set()

    @abstractmethod
    def _follow(self, told: Callable[[], None]) -> None:
        """Do what the follower is for until ``_stop`` is set, and what was written before that."""
