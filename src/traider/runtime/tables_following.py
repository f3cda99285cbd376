"""Orders, fills and positions in tables, while a trader runs: a thread that follows the journal.

It reads the journal as any other process could, so the trader never waits for it. It is a role:
what the database refuses is a fault, after which it is begun again and finds the place it had
come to. What knows SQL is imported in its thread: a trader that starts again does not wait for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from traider.domain.events import EventArray
from traider.journal.reader import JournalReader
from traider.runtime.following_thread import FollowingThread
from traider.runtime.journal_instruments import instrument_of

PAUSE_S: Final = 1.0


@dataclass(frozen=True)
class TablesOrder:
    """Which journal is followed, and where its rows go."""

    journal: Path
    url: str
    name: str
    """Of the run, among those of its database."""
    mode: str
    currency: str
    opening: Mapping[str, Decimal]
    """What the account held of each currency before the first event."""


class TablesFollower(FollowingThread):
    """Applies what the journal has and the tables have not."""

    def __init__(self, order: TablesOrder) -> None:
        super().__init__("tables")
        self._order = order
        self.applied = 0
        """Position of the next event to apply."""

    def _follow(self, told: Callable[[], None]) -> None:
        """Apply; raises DatabaseError where the database refuses, DataError for a bad journal."""
        from traider.store.tables.engines import open_engine  # noqa: PLC0415 - see above
        from traider.store.tables.journals import JournalAccount, keep_journal  # noqa: PLC0415
        from traider.store.tables.projector import Projector  # noqa: PLC0415
        from traider.store.tables.schema import upgrade  # noqa: PLC0415

        order = self._order
        account = JournalAccount(order.name, order.mode, order.currency, "", order.opening)
        reader = JournalReader(order.journal)
        engine = open_engine(order.url)
        try:
            upgrade(engine)
            keep_journal(engine, account, [instrument_of(each) for each in reader.instruments])
            projector = Projector(engine, account.name)
            self.applied = projector.applied
            self._apply_until(reader, projector.apply, told)
        finally:
            engine.dispose()

    def _apply_until(
        self,
        reader: JournalReader,
        apply: Callable[[EventArray, int], object],
        told: Callable[[], None],
    ) -> None:
        while True:
            # Asked before reading: what was written before the stop is applied.
            is_last = self._stop.is_set()
            reader.refresh()
            for events in reader.events(start=self.applied):
                apply(events, self.applied)
                self.applied += len(events)
            if is_last:
                return
            told()
            self._stop.wait(PAUSE_S)
