"""The worker of long jobs: claims one, does it, reports while it works, and looks for the next.

A worker that is killed leaves its job running without a heartbeat; the next that claims takes it
over: a download goes on at its checkpoint, a back-test begins anew. A worker that is asked to end
finishes its page and queues its job again.
"""

import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from traider.domain.errors import TraiderError
from traider.runtime.jobs import JobDesk
from traider.runtime.jobs_heart import TOTAL, Heart
from traider.store.tables import Job, JobState, Wanted

_STATES: Final = {Wanted.PAUSE: JobState.PAUSED, Wanted.CANCEL: JobState.CANCELLED}

Work = Callable[[Job, Heart, Callable[[], bool]], str]
"""Does a job of one kind, and asks whether to stop; returns what was done, in one line.

It raises a TraiderError where it fails, and where it stopped before its end.
"""


@dataclass(frozen=True)
class WorkerTerms:
    """How a worker keeps time."""

    stale_s: float = 30.0
    """A job whose worker was not heard for so long is taken over."""
    heartbeat_s: float = 1.0
    look_s: float = 5.0
    """How often the table is looked at without being woken."""
    idle_s: float = 0.0
    """A worker that had nothing to do for so long ends; 0 waits for ever."""


class Worker:
    """Do jobs, one at a time.

    Args:
        desk: whose jobs.
        stop: asked between two pieces of work.
        tell: takes lines for a person.
        works: what is done, by kind of job; jobs of other kinds are left to other workers.
        terms: how it keeps time.
    """

    def __init__(
        self,
        desk: JobDesk,
        stop: Callable[[], bool],
        tell: Callable[[str], None],
        works: Mapping[str, Work],
        terms: WorkerTerms | None = None,
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._desk = desk
        self._stop = stop
        self._tell = tell
        self._works = works
        self._terms = terms or WorkerTerms()

    def run(self, *, is_once: bool = False) -> int:
        """Do jobs until asked to stop; with ``is_once`` until there is none. Return how many.

        Raises:
            DatabaseError: the database cannot be reached.
        """
        done = 0
        stale_ns = round(self._terms.stale_s * 1e9)
        since_s = time.monotonic()
        while not self._stop():
            job = self._desk.table.claim(self.name, [*self._works], stale_ns=stale_ns)
            if job is not None:
                self._do(job)
                done += 1
                since_s = time.monotonic()
                continue
            if is_once or 0 < self._terms.idle_s <= time.monotonic() - since_s:
                break
            self._desk.queue.wait(self._terms.look_s, self._stop)
        return done

    def _do(self, job: Job) -> None:
        self._tell(f"job {job.id}: attempt {job.attempt}")
        with Heart(self._desk.table, job, self._terms.heartbeat_s) as heart:
            state, error = self._worked(job, heart)
        if not heart.is_lost and self._desk.table.finish(job, state, error):
            self._tell(f"job {job.id}: {state}{f': {error}' if error else ''}")
        else:
            self._tell(f"job {job.id}: another worker has it")

    def _worked(self, job: Job, heart: Heart) -> tuple[JobState, str]:
        """Do the work; return the state the job comes to, and its error."""

        def stop() -> bool:
            return heart.is_over or self._stop()

        try:
            heart.note = self._works[job.kind](job, heart, stop)
        except TraiderError as error:
            return self._ended(heart, error)
        heart.done = TOTAL
        return JobState.DONE, ""

    def _ended(self, heart: Heart, error: TraiderError) -> tuple[JobState, str]:
        """Return the state of a job that ended early: as wanted, queued again, or failed."""
        if heart.wanted in _STATES:
            return _STATES[heart.wanted], ""
        if self._stop():
            return JobState.QUEUED, ""
        return JobState.FAILED, error.line()
