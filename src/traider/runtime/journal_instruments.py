"""What is known of the instruments that a journal names."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from traider.domain.errors import UsageError
from traider.domain.fees import FeeSchedule
from traider.domain.funding import FundingSchedule
from traider.domain.instruments import Instrument, InstrumentKind, InstrumentName
from traider.domain.registry import find_instrument
from traider.domain.timeframes import SECOND_NS
from traider.journal.instruments import JournalInstrument

_FUNDING_HOURS: Final = 8


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
