"""Name a journal in the tables: its account, and which instruments its numbers mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from traider.domain.errors import DataError
from traider.domain.instruments import Instrument
from traider.store.tables.instrument_rows import InstrumentRow, JournalInstrumentRow, JournalRow
from traider.store.tables.sessions import write_session
from traider.store.tables.trading_rows import BalanceRow


@dataclass(frozen=True)
class JournalAccount:
    """Whose orders a journal tells of."""

    name: str
    mode: str
    """backtest, paper or live."""
    currency: str
    fee_currency: str = ""
    opening: Mapping[str, Decimal] = field(default_factory=dict)
    """Money by currency before the first event; a journal does not tell it."""


def keep_journal(engine: Engine, account: JournalAccount, instruments: Sequence[Instrument]) -> int:
    """Make the journal known, or its further instruments; return its number in the tables.

    ``instruments`` are in the order of the journal's numbers. Doing it again changes nothing.

    Raises:
        DataError: the journal is known with other terms, or a number would change its meaning.
        DatabaseError: the database cannot be reached, or refused.
    """
    with write_session(engine) as session:
        journal = session.scalars(
            select(JournalRow).where(JournalRow.name == account.name)
        ).one_or_none()
        if journal is None:
            journal = _opened(session, account)
        elif (journal.mode, journal.currency, journal.fee_currency) != (
            account.mode,
            account.currency,
            account.fee_currency,
        ):
            raise DataError(
                f"the journal is known as {journal.mode} in {journal.currency}",
                where=account.name,
                fix="give another journal another name",
            )
        for number, instrument in enumerate(instruments):
            _number(session, journal, number, instrument)
        return journal.id


def keep_instrument(session: Session, instrument: Instrument) -> InstrumentRow:
    """Make an instrument known, or bring what is known of it up to date; return its row."""
    values = {
        "venue": instrument.venue,
        "symbol": instrument.symbol,
        "kind": instrument.kind.value,
        "base": instrument.base,
        "quote": instrument.quote,
        "settle": instrument.settle,
        "tick_size": instrument.tick_size,
        "lot_size": instrument.lot_size,
        "min_size": instrument.min_size,
        "min_notional": instrument.min_notional,
        "multiplier": instrument.multiplier,
        "is_inverse": instrument.is_inverse,
        "expiry_ns": instrument.expiry_ns,
        "status": int(instrument.status),
    }
    name = str(instrument.name)
    row = session.scalars(select(InstrumentRow).where(InstrumentRow.name == name)).one_or_none()
    if row is None:
        row = InstrumentRow(name=name, **values)
        session.add(row)
    else:
        for column, value in values.items():
            setattr(row, column, value)
    session.flush()
    return row


def _opened(session: Session, account: JournalAccount) -> JournalRow:
    journal = JournalRow(
        name=account.name,
        mode=account.mode,
        currency=account.currency,
        fee_currency=account.fee_currency,
    )
    session.add(journal)
    session.flush()
    for currency, amount in account.opening.items():
        session.add(
            BalanceRow(
                journal_id=journal.id,
                currency=currency,
                cash=amount,
                fees=Decimal(0),
                transferred=amount,
                updated_ns=0,
            )
        )
    return journal


def _number(session: Session, journal: JournalRow, number: int, instrument: Instrument) -> None:
    """Say what ``number`` means; a grid that the journal's own events changed stays as it is."""
    row = keep_instrument(session, instrument)
    known = session.get(JournalInstrumentRow, (journal.id, number))
    if known is None:
        session.add(
            JournalInstrumentRow(
                journal_id=journal.id,
                number=number,
                instrument_id=row.id,
                tick_size=instrument.tick_size,
                lot_size=instrument.lot_size,
                multiplier=instrument.multiplier,
            )
        )
    elif known.instrument_id != row.id:
        raise DataError(
            f"instrument {number} is another one than {row.name}",
            where=journal.name,
            fix="keep the journal's list and add to its end",
        )
