"""What routes read from: the state folder of a run, its tables, the data folder, its settings.

    @router.get("/things")
    def things(facts: FactsNow) -> Page[ThingShape]:
        ...

Routes that read are plain functions, which run in threads: what is here may be read from several.
It is opened when it is first asked for; a run may begin after the API did.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Request
from sqlalchemy import Engine

from traider.api.books import RunBooks
from traider.api.books.attribution import AttributionKeeper
from traider.api.following import LiveView, RunSeries, Standing
from traider.api.making import Beside, LongAnswers
from traider.api.problems import ConflictError
from traider.api.terms import ApiTerms
from traider.runtime.config import Config
from traider.runtime.state_folder import RunManifest, RunPaths, read_manifest
from traider.runtime.status_source import FoundStatus, find_status
from traider.store.tables.engines import open_engine

STATUS_AGE_S: Final = 0.5
"""A status is shared by all who ask within this time."""
STATUS_WAIT_S: Final = 3.0
_KEPT_MAX: Final = 256

Made = TypeVar("Made")


class Facts:
    """Everything that is read of one run; thread-safe."""

    def __init__(self, terms: ApiTerms) -> None:
        self.terms = terms
        self.paths = RunPaths(terms.state)
        self._lock = Lock()
        self._closing = ExitStack()
        self._engine: Engine | None = None
        self._manifest: RunManifest | None = None
        self._view: LiveView | None = None
        self._books: RunBooks | None = None
        self._cache = _Cache()
        self.series = RunSeries(self.state)
        """What the run said of itself over time."""
        self.answers = LongAnswers()
        """Answers that take longer than a request may."""
        self._books_beside, self.risk_beside = Beside(), Beside()
        self.attribution = AttributionKeeper(self.state, self.answers, self._books_beside)
        """Where the profit came from, made beside the answers."""

    def begin(self) -> None:
        """Begin to look at the run now and then, whether or not somebody asks."""
        self.series.start()

    @property
    def state(self) -> Path:
        """State folder of the run."""
        return self.paths.folder

    @property
    def data(self) -> Path:
        """Folder of downloaded market data."""
        return self.terms.data

    @property
    def settings(self) -> Config:
        """Settings of this process."""
        return self.terms.config

    @property
    def manifest(self) -> RunManifest:
        """What the run was begun with.

        Raises:
            ConflictError: there is no run yet.
            DataError: it cannot be read.
        """
        if self._manifest is None:
            self._manifest = read_manifest(self.state)
        if self._manifest is None:
            raise ConflictError(
                "there is no run in the state folder yet",
                where=str(self.state),
                fix="start one with traider run",
            )
        return self._manifest

    @property
    def config(self) -> Config:
        """Settings of the run: what decides something as it was begun, the rest as of this process.

        Raises:
            ConflictError: there is no run yet.
            DataError: what it was begun with cannot be read.
        """
        return self.manifest.request(self.settings).config

    @property
    def tables(self) -> Engine:
        """The tables of the run, read only.

        Raises:
            ConflictError: the run keeps no tables, or has none yet.
        """
        with self._lock:
            if self._engine is None:
                if not self.paths.tables.is_file():
                    raise ConflictError(
                        "the run keeps no tables, or has none yet",
                        where=str(self.paths.tables),
                        fix="begin runs with run.tables = true",
                    )
                self._engine = open_engine(f"sqlite:///{self.paths.tables}", read_only=True)
                self._closing.callback(self._engine.dispose)
            return self._engine

    @property
    def view(self) -> LiveView:
        """The live view of the run, which begins to follow when it is first asked for."""
        with self._lock:
            if self._view is None:
                self._view = LiveView(self.state)
                self._view.start()
                self._closing.callback(self._view.close)
            return self._view

    def standing(self) -> Standing | None:
        """Return how the live view stands; None where nobody asked for it yet."""
        with self._lock:
            view = self._view
        return None if view is None else view.standing()

    @property
    def books(self) -> RunBooks:
        """Orders, fills, worth and reports of the run, kept up to date."""
        with self._lock:
            if self._books is None:
                self._books = RunBooks(self.state)
                self._closing.callback(self._books.close)
            return self._books

    def status(self) -> FoundStatus:
        """Return how the trader stands, as of not longer ago than ``STATUS_AGE_S``.

        Raises:
            UsageError: there is no run in the folder.
            DataError: what was kept cannot be read.
        """
        return self.cached("status", STATUS_AGE_S, lambda: find_status(self.state, STATUS_WAIT_S))

    def cached(self, key: str, age_s: float, make: Callable[[], Made]) -> Made:
        """Return what ``make`` returned not longer than ``age_s`` ago under ``key``, or anew.

        Those who ask for the same at once wait for one of them; a fault is not kept.
        """
        return self._cache.get(key, age_s, make)

    def closes(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called when the application ends."""
        with self._lock:
            self._closing.callback(callback)

    def close(self) -> None:
        """Close what was opened."""
        self.series.close()
        self._books_beside.close()
        self.risk_beside.close()
        with self._lock:
            self._closing.close()
            self._engine = self._view = None


@dataclass
class _Kept:
    """A value and when it was made; its lock is held while it is."""

    lock: Lock
    value: Any = None
    made_s: float = float("-inf")


class _Cache:
    """Values by key, each with the time it was made; the oldest give way."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[str, _Kept] = {}

    def get(self, key: str, age_s: float, make: Callable[[], Made]) -> Made:
        """Return a value that is young enough, or make it."""
        with self._lock:
            kept = self._kept.pop(key, None) or _Kept(Lock())
            self._kept[key] = kept
            while len(self._kept) > _KEPT_MAX:
                del self._kept[next(iter(self._kept))]
        with kept.lock:
            if time.monotonic() - kept.made_s > age_s:
                kept.value = make()
                kept.made_s = time.monotonic()
            value: Made = kept.value
            return value


def facts_of(request: Request) -> Facts:
    """Return the facts of the application that ``request`` came to."""
    facts = request.app.state.facts
    assert isinstance(facts, Facts)  # noqa: S101 - create_application put it there
    return facts


FactsNow = Annotated[Facts, Depends(facts_of)]
"""The facts, for a route."""
