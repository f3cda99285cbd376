"""Long work that is asked for at the front door: its jobs, and the workers that are kept for it.

Jobs are rows of the database of the settings, so that ``traider jobs`` sees the same; where nobody
named one, it is a file in the folder of market data. Nothing is made before it is needed.
"""

import contextlib
from pathlib import Path
from threading import Lock
from typing import Annotated, Final

from fastapi import Depends, Request

from traider.api.terms import ApiTerms
from traider.domain.errors import TraiderError
from traider.runtime.config_database import DatabaseConfig
from traider.runtime.config_jobs import JobsConfig
from traider.runtime.jobs import JobDesk
from traider.runtime.jobs_keeper import JobsKeeper, KeeperTerms
from traider.runtime.jobs_queue import JobQueue
from traider.runtime.jobs_results import Keeping
from traider.store.lake_paths import DEFAULT_LAKE
from traider.store.tables import DatabaseAddress, open_engine

JOBS_FOLDER: Final = "jobs"
"""In the state folder: results of jobs, and what workers say."""
_DATA: Final = Path("data")


class Workshop:
    """Jobs and workers of one application; thread-safe."""

    def __init__(self, terms: ApiTerms) -> None:
        self._terms = terms
        self._lock = Lock()
        self._desk: JobDesk | None = None
        self._keeper: JobsKeeper | None = None

    @property
    def results(self) -> Path:
        """Folder that results of jobs go into."""
        return (self._terms.state / JOBS_FOLDER).absolute()

    @property
    def lake(self) -> Path:
        """The lake that downloads go into: that of the command line, or in the data folder."""
        data = self._terms.data
        return DEFAULT_LAKE if data == _DATA else data / DEFAULT_LAKE

    @property
    def desk(self) -> JobDesk:
        """The jobs.

        Raises:
            DatabaseError: the database cannot be reached.
            UsageError: its schema is not that of this version.
        """
        with self._lock:
            if self._desk is None:
                self._desk = self._opened()
            return self._desk

    def begin(self) -> None:
        """Go on with jobs that were left, where there are any."""
        address = DatabaseAddress.parse(self._url)
        if not address.is_sqlite or address.file.is_file():
            # Without its database there are no jobs to go on with; who asks for them is told why.
            with contextlib.suppress(TraiderError):
                self.look()

    def look(self) -> None:
        """Have somebody work: a job was queued."""
        desk = self.desk
        if not self._terms.config.jobs.keeps_workers:
            return
        with self._lock:
            if self._keeper is None:
                self._keeper = JobsKeeper(desk, self._keeper_terms())
                self._keeper.start()
            self._keeper.look()

    def close(self) -> None:
        """End the workers, and let the database go."""
        with self._lock:
            keeper, desk = self._keeper, self._desk
            self._keeper = self._desk = None
        if keeper is not None:
            keeper.stop()
        if desk is not None:
            desk.close()

    @property
    def _url(self) -> str:
        named = self._terms.config.database.url.get_secret_value()
        if named != DatabaseConfig().url.get_secret_value():
            return named
        return f"sqlite:///{(self._terms.data / 'traider.db').absolute()}"

    @property
    def _queue(self) -> str:
        named = self._terms.config.jobs.queue.get_secret_value()
        if named != JobsConfig().queue.get_secret_value():
            return named
        return f"sqlite:///{(self._terms.data / 'queue.db').absolute()}"

    def _opened(self) -> JobDesk:
        engine = open_engine(self._url)
        return JobDesk(engine, JobQueue.open(self._queue))

    def _keeper_terms(self) -> KeeperTerms:
        jobs = self._terms.config.jobs
        keeping = Keeping(jobs.keep_results, jobs.keep_days)
        return KeeperTerms(self._url, self._queue, self.results, jobs.nice, jobs.idle_s, keeping)


def workshop_of(request: Request) -> Workshop:
    """Return the workshop of the application that ``request`` came to."""
    workshop = request.app.state.workshop
    assert isinstance(workshop, Workshop)  # noqa: S101 - create_application put it there
    return workshop


WorkshopNow = Annotated[Workshop, Depends(workshop_of)]
"""The workshop, for a route."""
