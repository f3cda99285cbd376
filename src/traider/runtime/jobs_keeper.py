"""Workers of long jobs, kept by a process that takes requests for them: begun for work.

    keeper = JobsKeeper(desk, orders)
    keeper.start()
    …                              # whoever queues a job calls keeper.look()
    keeper.stop()

Each order is one process that does jobs of some kinds at low priority, one at a time, and ends when
it had nothing to do for a while: what a back-test loads costs no memory beside a trader for longer.
One that dies is begun again after a pause that doubles. A process that is left behind by a keeper
that was killed does its job to the end, and then ends by itself. Now and then the keeper removes
results that need not stay.
"""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from traider.domain.errors import TraiderError
from traider.runtime.jobs import JobDesk
from traider.runtime.jobs_backtest import BACKTEST
from traider.runtime.jobs_download import DOWNLOAD
from traider.runtime.jobs_parity import PARITY
from traider.runtime.jobs_results import Keeping, prune_results
from traider.store.tables import JobState, Wanted
from traider.store.tables.jobs import STALE_NS

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "downloads": (DOWNLOAD,),
    "research": (BACKTEST, PARITY),
}
"""Kinds of jobs that one worker does: a download of hours keeps no back-test waiting."""

_LOOK_S: Final = 2.0
_PRUNE_S: Final = 600.0
_LOG_BYTES_MAX: Final = 4 * 2**20
_STOP_S: Final = 10.0
_PAUSE_S: Final = 1.0
_PAUSE_S_MAX: Final = 60.0


@dataclass(frozen=True)
class KeeperTerms:
    """How workers are begun."""

    url: str
    """Of the database; it may hold a password, so it goes into the environment."""
    queue: str
    results: Path
    """Folder of results, and of what workers say."""
    nice: int = 10
    idle_s: float = 300.0
    keeping: Keeping = field(default_factory=Keeping)
    look_s: float = _LOOK_S
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to this process's own."""


class JobsKeeper:
    """Keeps a worker for each group that has work."""

    def __init__(self, desk: JobDesk, terms: KeeperTerms) -> None:
        self._desk = desk
        self._terms = terms
        self._workers = [_Worker(name, kinds, terms) for name, kinds in GROUPS.items()]
        self._prune_s = 0.0
        self._look = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="jobs keeper", daemon=True)

    def start(self) -> None:
        """Begin to look for work."""
        self._thread.start()

    def look(self) -> None:
        """Look for work now: a job was queued."""
        self._look.set()

    def stop(self) -> None:
        """End the workers: each finishes its page, and queues its job again."""
        self._ended.set()
        self._look.set()
        if self._thread.is_alive():
            self._thread.join()
        for worker in self._workers:
            worker.ask_end()
        until_s = time.monotonic() + _STOP_S
        for worker in self._workers:
            worker.end(until_s)

    @property
    def processes(self) -> tuple[int, ...]:
        """Numbers of the processes that work."""
        return tuple(worker.pid for worker in self._workers if worker.pid)

    def _keep(self) -> None:
        while not self._ended.is_set():
            self._look.clear()
            # The database may be out of reach for now: the next look may come through.
            with contextlib.suppress(TraiderError):
                self._prune()
                waiting = self._waiting()
                for worker in self._workers:
                    worker.keep(is_wanted=bool(waiting & set(worker.kinds)))
            self._look.wait(self._terms.look_s)

    def _prune(self) -> None:
        """Remove results that need not stay, now and then."""
        now_s = time.monotonic()
        if now_s >= self._prune_s:
            self._prune_s = now_s + _PRUNE_S
            prune_results(self._desk.table, self._terms.results, self._terms.keeping)

    def _waiting(self) -> set[str]:
        """Return the kinds of which a job waits for a worker."""
        before_ns = time.time_ns() - STALE_NS
        found = set()
        for job in self._desk.table.list(states=[JobState.QUEUED, JobState.RUNNING]):
            is_left = job.state is JobState.RUNNING and (job.heartbeat_ns or 0) < before_ns
            if is_left or (job.state is JobState.QUEUED and job.wanted is Wanted.RUN):
                found.add(job.kind)
        return found


class _Worker:
    """One process, when it is there."""

    def __init__(self, name: str, kinds: Sequence[str], terms: KeeperTerms) -> None:
        self.kinds = kinds
        self._name = name
        self._terms = terms
        self._process: subprocess.Popen[bytes] | None = None
        self._pause_s = _PAUSE_S
        self._next_s = 0.0

    @property
    def pid(self) -> int:
        """Its number; 0 while there is none."""
        return self._process.pid if self._process is not None else 0

    def keep(self, *, is_wanted: bool) -> None:
        """Begin it where it is wanted and not there."""
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            self._process = None
            if code == 0:
                self._pause_s = _PAUSE_S
            else:
                self._next_s = time.monotonic() + self._pause_s
                self._pause_s = min(2 * self._pause_s, _PAUSE_S_MAX)
        if is_wanted and time.monotonic() >= self._next_s:
            self._process = self._begun()

    def ask_end(self) -> None:
        """Ask it to end."""
        if self._process is not None:
            self._process.terminate()

    def end(self, until_s: float) -> None:
        """Wait for its end until a time of the clock that never goes back; then kill it."""
        if self._process is None:
            return
        try:
            self._process.wait(max(until_s - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _begun(self) -> "subprocess.Popen[bytes]":
        terms = self._terms
        terms.results.mkdir(parents=True, exist_ok=True)
        said = terms.results / f"worker-{self._name}.log"
        if said.exists() and said.stat().st_size > _LOG_BYTES_MAX:
            said.replace(said.with_suffix(".1.log"))
        kinds = [word for kind in self.kinds for word in ("--kind", kind)]
        times = ("--nice", str(terms.nice), "--idle", str(terms.idle_s))
        command = [sys.executable, "-m", "traider", "jobs", "work", *kinds, *times]
        environment = {
            **os.environ,
            **terms.environment,
            "TRAIDER_DATABASE__URL": terms.url,
            "TRAIDER_JOBS__QUEUE": terms.queue,
        }
        with said.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own command
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )
