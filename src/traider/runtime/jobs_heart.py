"""The heart of a job at work: it reports that the worker lives, and learns what is wanted of it."""

import threading
from types import TracebackType
from typing import Final, Self

from traider.domain.errors import TraiderError
from traider.store.tables import Job, JobTable, Wanted

TOTAL: Final = 1000
"""Parts that progress is counted in."""


class Heart:
    """Beats while a job is done. A context: left, it has beaten a last time."""

    def __init__(self, table: JobTable, job: Job, every_s: float) -> None:
        self.wanted = Wanted.RUN
        self.is_lost = False
        """Whether another worker has the job by now."""
        self.done = 0
        self.note = ""
        self._table = table
        self._job = job
        self._every_s = every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        """Begin to beat."""
        self._report()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Beat a last time, unless the work broke."""
        self._ended.set()
        self._thread.join()
        if error is None:
            self._report()

    @property
    def is_over(self) -> bool:
        """Whether the work shall stop."""
        return self.is_lost or self.wanted is not Wanted.RUN

    def progress(self, share: float, note: str) -> None:
        """Take how far the work is, 0 to 1, and what is being done."""
        self.done = round(TOTAL * min(max(share, 0.0), 1.0))
        self.note = note

    def _beat(self) -> None:
        while not self._ended.wait(self._every_s):
            self._report()

    def _report(self) -> None:
        try:
            wanted = self._table.report(self._job, done=self.done, total=TOTAL, note=self.note)
        except TraiderError:
            # The database is out of reach for now: the next beat may come through, and whoever
            # takes the job over meanwhile finds its series locked.
            return
        if wanted is None:
            self.is_lost = True
        else:
            self.wanted = wanted
