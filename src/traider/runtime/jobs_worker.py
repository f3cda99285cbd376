"""The worker of long jobs: claims one, does it, reports while it works, and looks for the next.

A worker that is killed leaves its job running without a heartbeat; the next that claims takes it
over, and the download goes on at its checkpoint. A worker that is asked to end finishes its page
and queues its job again.
"""

import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from traider.domain.errors import TraiderError
from traider.feed.download import DownloadOutcome, DownloadTerms, SeriesOutcome, Watch
from traider.runtime.jobs import JobDesk
from traider.runtime.jobs_download import DOWNLOAD, request_of, run_download
from traider.store.tables import Job, JobState, JobTable, Wanted

_TOTAL: Final = 1000
"""Parts that progress is counted in."""
_STATES: Final = {Wanted.PAUSE: JobState.PAUSED, Wanted.CANCEL: JobState.CANCELLED}


@dataclass(frozen=True)
class WorkerTerms:
    """How a worker keeps time."""

    stale_s: float = 30.0
    """A job whose worker was not heard for so long is taken over."""
    heartbeat_s: float = 2.0
    look_s: float = 5.0
    """How often the table is looked at without being woken."""


class Worker:
    """Do jobs, one at a time."""

    def __init__(
        self,
        desk: JobDesk,
        stop: Callable[[], bool],
        tell: Callable[[str], None],
        terms: WorkerTerms | None = None,
        download_terms: DownloadTerms | None = None,
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._desk = desk
        self._stop = stop
        self._tell = tell
        self._terms = terms or WorkerTerms()
        self._download_terms = download_terms or DownloadTerms()

    def run(self, *, is_once: bool = False) -> int:
        """Do jobs until asked to stop; with ``is_once`` until there is none. Return how many.

        Raises:
            DatabaseError: the database cannot be reached.
        """
        done = 0
        stale_ns = round(self._terms.stale_s * 1e9)
        while not self._stop():
            job = self._desk.table.claim(self.name, [DOWNLOAD], stale_ns=stale_ns)
            if job is None:
                if is_once:
                    break
                self._desk.queue.wait(self._terms.look_s, self._stop)
                continue
            self._do(job)
            done += 1
        return done

    def _do(self, job: Job) -> None:
        self._tell(f"job {job.id}: attempt {job.attempt}")
        with _Heart(self._desk.table, job, self._terms.heartbeat_s) as heart:
            state, error = self._download(job, heart)
        if not heart.is_lost and self._desk.table.finish(job, state, error):
            self._tell(f"job {job.id}: {state}{f': {error}' if error else ''}")
        else:
            self._tell(f"job {job.id}: another worker has it")

    def _download(self, job: Job, heart: "_Heart") -> tuple[JobState, str]:
        """Download; return the state the job comes to, and its error."""

        def stop() -> bool:
            return heart.is_over or self._stop()

        watch = Watch(stop, heart.started, heart.changed, heart.finished)
        try:
            outcome = run_download(request_of(job.request), self._download_terms, watch)
        except TraiderError as error:
            return self._ended(heart, error)
        heart.note = summary(outcome)
        if outcome.error is None:
            heart.done = _TOTAL
            return JobState.DONE, ""
        return self._ended(heart, outcome.error)

    def _ended(self, heart: "_Heart", error: TraiderError) -> tuple[JobState, str]:
        """Return the state of a job that ended early: as wanted, queued again, or failed."""
        if heart.wanted in _STATES:
            return _STATES[heart.wanted], ""
        if self._stop():
            return JobState.QUEUED, ""
        return JobState.FAILED, error.line()


class _Heart:
    """Report that a job's worker lives and how far it is; learn what is wanted of it."""

    def __init__(self, table: JobTable, job: Job, every_s: float) -> None:
        self.wanted = Wanted.RUN
        self.is_lost = False
        self.done = 0
        self.note = ""
        self._table = table
        self._job = job
        self._every_s = every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._shares: dict[int, float] = {}
        self._rows = 0

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

    def started(self, outcomes: tuple[SeriesOutcome, ...]) -> None:
        """Take the series of a download."""
        self._shares = dict.fromkeys(map(id, outcomes), 0.0)

    def changed(self, outcome: SeriesOutcome, share: float, rows: int) -> None:
        """Take how far a series is."""
        self._shares[id(outcome)] = share
        self._rows += rows
        self.done = round(_TOTAL * sum(self._shares.values()) / len(self._shares))
        self.note = f"{self._rows:,} rows; {outcome.key}"

    def finished(self, outcome: SeriesOutcome) -> None:
        """Take that a series ended."""
        if outcome.error is None:
            self._shares[id(outcome)] = 1.0

    def _beat(self) -> None:
        while not self._ended.wait(self._every_s):
            self._report()

    def _report(self) -> None:
        try:
            wanted = self._table.report(self._job, done=self.done, total=_TOTAL, note=self.note)
        except TraiderError:
            # The database is out of reach for now: the next beat may come through, and whoever
            # takes the job over meanwhile finds its series locked.
            return
        if wanted is None:
            self.is_lost = True
        else:
            self.wanted = wanted


def summary(outcome: DownloadOutcome) -> str:
    """Return what a download did, in one line."""
    rows = sum(each.stored.fresh for each in outcome.series)
    gaps = sum(each.gaps for each in outcome.series)
    repaired = sum(each.repaired for each in outcome.series)
    parts = [
        f"{rows:,} new rows in {len(outcome.series)} series",
        f"{gaps:,} gap{'' if gaps == 1 else 's'}",
    ]
    if repaired:
        parts.append(f"{repaired:,} bars repaired")
    return ", ".join(parts)
