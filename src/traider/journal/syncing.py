"""Force files onto the disk in a thread: whoever appends does not wait for it.

One sync is under way at most. What it could not do is told to whoever asks next, and no later than
with ``wait``; so nothing counts as kept that the disk refused.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor


class BackgroundSync:
    """The thread of one writer, begun when it is first needed."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._under_way: Future[None] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a sync is under way."""
        return self._under_way is not None and not self._under_way.done()

    def begin(self, sync: Callable[[], None]) -> None:
        """Begin a sync; none may be under way.

        Raises:
            OSError: the one before could not be done.
        """
        self.wait()
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "journal-sync")
        self._under_way = self._thread.submit(sync)

    def wait(self) -> None:
        """Wait for the sync that is under way.

        Raises:
            OSError: it, or the one before, could not be done.
        """
        found, self._under_way = self._under_way, None
        if found is not None:
            found.result()

    def close(self) -> None:
        """Wait, and end the thread; what could not be done is forgotten."""
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None
        self._under_way = None
