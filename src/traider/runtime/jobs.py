"""Long work as jobs: started, watched, paused and resumed by anyone who reaches the database.

    with JobDesk(engine, queue) as desk:
        job, is_new = desk.start_download(request)

A download that is under way already is joined, not started twice; one that shares a series with it
but asks for something else is refused.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine

from traider.domain.errors import UsageError
from traider.feed.download import DownloadRequest
from traider.feed.download.ccxt_exchange import check_venue, lake_venue
from traider.ops.clock import SystemClock
from traider.runtime.jobs_download import DOWNLOAD, request_json
from traider.runtime.jobs_queue import JobQueue
from traider.store.source_names import split_symbol
from traider.store.tables import Job, JobState, JobTable, Wanted, require_schema, upgrade

OPEN: Final = (JobState.QUEUED, JobState.RUNNING, JobState.PAUSED)
"""States of a job that is not over."""


class JobDesk:
    """The jobs of a database, and what wakes their workers."""

    def __init__(self, engine: Engine, queue: JobQueue) -> None:
        """Take ``engine``; the tables of an SQLite file are made when they are not there.

        Raises:
            DatabaseError: the database cannot be reached.
            UsageError: its schema is not that of this version.
        """
        if engine.dialect.name == "sqlite":
            upgrade(engine)
        require_schema(engine)
        self.table = JobTable(engine)
        self.queue = queue
        self._engine = engine

    def close(self) -> None:
        """Let go of the database and of the queue."""
        self.queue.close()
        self._engine.dispose()

    def start_download(self, request: DownloadRequest, who: str = "") -> tuple[Job, bool]:
        """Queue a download for ``who``; return its job, and whether it is new.

        Raises:
            UsageError: the request makes no sense, or a job works on one of its series already.
        """
        request.check(SystemClock().now_ns())
        check_venue(request.place.venue)
        body = request_json(request)
        for job in self.table.list(kinds=[DOWNLOAD], states=OPEN):
            if {**job.request, "who": ""} == {**body, "who": ""}:
                return job, False
            shared = _series(job.request) & _series(body)
            if shared:
                raise UsageError(
                    f"job {job.id} is {job.state} and downloads {min(shared)} too",
                    where="--background",
                    fix=f"wait for it, or: traider jobs cancel {job.id}",
                )
        return self.start(DOWNLOAD, {**body, "who": who}), True

    def start(self, kind: str, body: dict[str, Any]) -> Job:
        """Queue a job of a kind; ``body`` is its request as JSON values."""
        job = self.table.add(kind, body)
        self.queue.wake()
        return job

    def ask(self, number: int, wanted: Wanted) -> Job:
        """Want a job to run again, to pause or to be cancelled.

        Raises:
            UsageError: there is no such job, or it is over.
        """
        job = self.table.ask(number, wanted)
        if job.state is JobState.QUEUED:
            self.queue.wake()
        return job


def result_folder(jobs: Path, kind: str) -> Path:
    """Return the name of a new folder of results below ``jobs``, which no other job has."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    return jobs / f"{kind}-{stamp}-{secrets.token_hex(4)}"


def _series(request: Mapping[str, Any]) -> set[str]:
    """Return names of the series that a request writes to, spellings of symbols made alike."""
    found = set()
    for symbol in request["symbols"]:
        parts = split_symbol(str(symbol).rpartition(":")[2] if "/" not in symbol else symbol)
        name = str(symbol).upper() if parts is None else f"{parts.base}-{parts.quote}{parts.suffix}"
        for what in request["what"]:
            frames = request["timeframes"] if what == "bars" else [""]
            found |= {
                f"{lake_venue(request['venue'])}:{name} {what} {frame}".strip() for frame in frames
            }
    return {f"{name} in {request['to']}" for name in found}
