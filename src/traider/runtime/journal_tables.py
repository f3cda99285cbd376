"""A recorded journal into the tables: its instruments made known, its events applied."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from traider.domain.errors import DataError, UsageError
from traider.domain.fees import FeeSchedule
from traider.domain.funding import FundingSchedule
from traider.domain.instruments import Instrument, InstrumentKind, InstrumentName
from traider.domain.registry import find_instrument
from traider.domain.timeframes import SECOND_NS
from traider.journal.instruments import JournalInstrument
from traider.journal.reader import JournalReader
from traider.store.tables.journals import JournalAccount, keep_journal
from traider.store.tables.projector import Projector
from traider.store.tables.schema import require_schema

_FUNDING_HOURS: Final = 8


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


def instrument_of(listed: JournalInstrument) -> Instrument:
    """Return what is known of a journal's instrument: of the registry, on the journal's grid.

    Of one that the registry does not know only the name and the grid are known.

    Raises:
        UsageError: its name is none.
    """
    try:
        found = find_instrument(listed.name)
    except UsageError:
        return _plain_instrument(listed)
    on_grid = found.min_size % listed.lot_size == 0
    return replace(
        found,
        tick_size=listed.tick_size,
        lot_size=listed.lot_size,
        min_size=found.min_size if on_grid else listed.lot_size,
    )


def _plain_instrument(listed: JournalInstrument) -> Instrument:
    name = InstrumentName.parse(listed.name)
    is_perpetual = name.kind is InstrumentKind.PERPETUAL
    return Instrument(
        name=name,
        symbol=listed.symbol or name.pair,
        settle=name.quote,
        tick_size=listed.tick_size,
        lot_size=listed.lot_size,
        min_size=listed.lot_size,
        fees=FeeSchedule.flat(Decimal(0), Decimal(0)),
        funding=FundingSchedule.every(_FUNDING_HOURS) if is_perpetual else None,
        expiry_ns=_expiry_ns(name),
    )


def _expiry_ns(name: InstrumentName) -> int:
    """Return the start of the day that a future's name says it expires on, 0 for others."""
    if name.kind is not InstrumentKind.FUTURE:
        return 0
    day = datetime.strptime(name.suffix, "%y%m%d").replace(tzinfo=UTC)
    return int(day.timestamp()) * SECOND_NS
