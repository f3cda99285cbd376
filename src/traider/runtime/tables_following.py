"""Orders, fills and positions in tables, while a trader runs: a thread that follows the journal.

It reads the journal as any other process could, so the trader never waits for it, and what the
database refuses is tried again later. A start finds the place it had come to.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from traider.domain.errors import TraiderError
from traider.domain.ports import Log
from traider.journal.reader import JournalReader
from traider.runtime.journal_tables import instrument_of
from traider.store.tables.engines import open_engine
from traider.store.tables.journals import JournalAccount, keep_journal
from traider.store.tables.projector import Projector
from traider.store.tables.schema import upgrade

PAUSE_S: Final = 1.0
_RETRY_S: Final = 10.0
_END_S: Final = 30.0


@dataclass(frozen=True)
class TablesOrder:
    """Which journal is followed, and where its rows go."""

    journal: Path
    url: str
    account: JournalAccount


class TablesFollower:
    """A thread that applies what the journal has and the tables have not."""

    def __init__(self, order: TablesOrder, log: Log) -> None:
        self._order, self._log = order, log
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tables", daemon=True)
        self.applied = 0
        """Position of the next event to apply."""
        self.fault = ""
        """Why the last try failed; empty when it did not."""

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def close(self) -> None:
        """Apply what is left and end; what does not end in time is made up for by the next run."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_END_S)

    def _run(self) -> None:
        while True:
            try:
                self._follow()
            except TraiderError as fault:
                self.fault = fault.line()
                self._log.warning("tables fall behind", why=self.fault)
            if self._stop.wait(_RETRY_S if self.fault else 0.0) or not self.fault:
                return

    def _follow(self) -> None:
        engine = open_engine(self._order.url)
        try:
            upgrade(engine)
            self._apply_until(engine, self._stop.is_set)
        finally:
            engine.dispose()

    def _apply_until(self, engine: Engine, stopped: Callable[[], bool]) -> None:
        reader = JournalReader(self._order.journal)
        listed = [instrument_of(each) for each in reader.instruments]
        keep_journal(engine, self._order.account, listed)
        projector = Projector(engine, self._order.account.name)
        self.applied = projector.applied
        while True:
            # Asked before reading: what was written before the stop is applied.
            is_last = stopped()
            reader.refresh()
            for events in reader.events(start=self.applied):
                projector.apply(events, self.applied)
                self.applied += len(events)
            self.fault = ""
            if is_last:
                return
            self._stop.wait(PAUSE_S)
