"""An event loop whose time passes only while nothing can be done: nobody waits for it.

Whatever is ready is done first. When nothing is, and no thread works for the loop, its time jumps
to the next timer. So a session of minutes takes as long as its work does, a busy machine makes no
time-out come early, and the same session goes the same way again.
"""

import asyncio
import selectors
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Final, TypeVar

from traider.runtime.supervision.threads import AT_WORK

_NS_PER_S: Final = 1_000_000_000
_FOLLOWS: Final = f"{AT_WORK}audit"
_THREAD_S: Final = 0.05
"""How long the machine's time may pass in one look while a thread works."""

Result = TypeVar("Result")


class _Selector(selectors.DefaultSelector):
    """Looks, and lets the loop's time jump instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ns = 0
        self.threads = 0
        """Calls that threads work on for the loop."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; when nothing is, the time ``timeout`` is over at once."""
        found = super().select(0) or super().select(0)
        if found or timeout == 0:
            return found
        is_awaited = self.threads > 0 or _is_one_at_work()
        if is_awaited or timeout is None:
            return super().select(_THREAD_S if is_awaited else None)
        self.now_ns += max(round(timeout * _NS_PER_S), 1)
        return found


def _is_one_at_work() -> bool:
    """Return whether a thread works that ends; the audit's follows the journal without end."""
    names = (thread.name for thread in threading.enumerate())
    return any(name.startswith(AT_WORK) and name != _FOLLOWS for name in names)


class VirtualLoop(asyncio.SelectorEventLoop):
    """See above."""

    def __init__(self) -> None:
        self._looks = _Selector()
        super().__init__(self._looks)

    def time(self) -> float:
        """Return its own time, s."""
        return self._looks.now_ns / _NS_PER_S

    @property
    def now_ns(self) -> int:
        """Return its own time, ns."""
        return self._looks.now_ns

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Result], *args: Any
    ) -> "asyncio.Future[Result]":
        """Call ``func`` in a thread; no time passes meanwhile."""
        done: asyncio.Future[Result] = super().run_in_executor(executor, func, *args)
        self._looks.threads += 1
        done.add_done_callback(self._has_ended)
        return done

    def _has_ended(self, _done: "asyncio.Future[Any]") -> None:
        self._looks.threads -= 1


class LoopClock:
    """The machine's clocks for whoever lives in a virtual loop."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._began_ns = time.time_ns() - loop.now_ns

    @classmethod
    def here(cls) -> "LoopClock":
        """Return the clocks of the loop that runs."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        return cls(loop)

    def now_ns(self) -> int:
        """Return the time, ns UTC."""
        return self._began_ns + self._loop.now_ns

    def monotonic_ns(self) -> int:
        """Return the loop's own count."""
        return self._loop.now_ns
