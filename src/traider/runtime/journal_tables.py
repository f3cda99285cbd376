"""A recorded journal into the tables: its instruments made known, its events applied."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from traider.domain.errors import DataError, UsageError
from traider.journal.reader import JournalReader
from traider.runtime.journal_instruments import instrument_of
from traider.store.tables.journals import JournalAccount, keep_journal
from traider.store.tables.projector import Projector
from traider.store.tables.schema import require_schema


@dataclass(frozen=True)
class Applied:
    """What became of a journal."""

    name: str
    events: int
    """New to the tables."""
    position: int
    """Of the next event to apply."""


def apply_journal(
    engine: Engine,
    folder: Path,
    account: JournalAccount,
    told: Callable[[int, int], None] = lambda _done, _end: None,
) -> Applied:
    """Apply what the tables do not have of a journal; doing it again changes nothing.

    An account without a name is called as the folder, one without a currency as the first
    instrument's quote. ``told`` is called with the position reached and the journal's end.

    Raises:
        UsageError: there is no journal, or it does not name its instruments.
        DataError: it is damaged, or is not the journal that the tables know by this name.
        DatabaseError: the database cannot be reached, or its tables are not up to date.
    """
    require_schema(engine)
    reader = JournalReader(folder)
    listed = [instrument_of(each) for each in reader.instruments]
    if not listed:
        raise UsageError(
            "the journal does not say which instruments its numbers mean",
            where=str(folder),
            fix="record it with a traider that keeps them",
        )
    known = JournalAccount(
        account.name or folder.resolve().name,
        account.mode,
        account.currency or listed[0].quote,
        account.fee_currency,
        account.opening,
    )
    keep_journal(engine, known, listed)
    projector = Projector(engine, known.name)
    position, end, new = projector.applied, reader.end, 0
    if position > end:
        raise DataError(
            f"the tables have {position} events of it, the journal {end}",
            where=known.name,
            fix="it is another journal: give it a name of its own",
        )
    for events in reader.events(start=position):
        new += projector.apply(events, position)
        position += len(events)
        told(position, end)
    return Applied(known.name, new, position)
