"""Lots and disposals of a journal by one method, kept as a whole.

They are made of all fills, so they are written anew: what stood there of the method is replaced in
the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from traider.domain.errors import DataError, UsageError
from traider.store.tables.instrument_rows import InstrumentRow, JournalInstrumentRow, JournalRow
from traider.store.tables.lot_rows import DisposalRow, LotRow
from traider.store.tables.sessions import write_session


@dataclass(frozen=True, slots=True)
class KeptLot:
    """A lot as the tables have it."""

    instrument: str
    sequence: int
    """Position in the journal of the fill that opened it: its name."""
    opened_ns: int
    side: int
    quantity: Decimal
    remaining: Decimal
    cost: Decimal
    """What it cost with fees; of a short one, what it brought, fees off."""


@dataclass(frozen=True, slots=True)
class KeptDisposal:
    """A part of a lot that was closed."""

    lot_sequence: int
    sequence: int
    closed_ns: int
    quantity: Decimal
    cost: Decimal
    """Basis: what buying cost, with its fees."""
    proceeds: Decimal
    """What selling brought, its fees off."""


def keep_lots(
    engine: Engine,
    journal: str,
    method: str,
    lots: Sequence[KeptLot],
    disposals: Sequence[KeptDisposal],
) -> None:
    """Keep the lots of a journal by ``method``, in place of those that were there.

    Raises:
        UsageError: the journal is not known.
        DataError: a lot is of an instrument that the journal does not have.
        DatabaseError: the database cannot be reached, or refused.
    """
    with write_session(engine) as session:
        row = session.scalars(select(JournalRow).where(JournalRow.name == journal)).one_or_none()
        if row is None:
            raise UsageError(
                f"there is no journal {journal!r} in the tables", fix="make it known first"
            )
        _remove(session, row.id, method)
        known = _instruments(session, row.id)
        kept = {each.sequence: _lot_row(each, row.id, method, known) for each in lots}
        session.add_all(kept.values())
        session.flush()
        session.add_all(
            DisposalRow(
                lot_id=kept[each.lot_sequence].id,
                closed_sequence=each.sequence,
                closed_ns=each.closed_ns,
                quantity=each.quantity,
                cost=each.cost,
                proceeds=each.proceeds,
            )
            for each in disposals
        )


def _remove(session: Session, journal_id: int, method: str) -> None:
    mine = select(LotRow.id).where(LotRow.journal_id == journal_id, LotRow.method == method)
    session.execute(delete(DisposalRow).where(DisposalRow.lot_id.in_(mine)))
    session.execute(delete(LotRow).where(LotRow.id.in_(mine)))


def _instruments(session: Session, journal_id: int) -> dict[str, int]:
    query = (
        select(InstrumentRow.name, InstrumentRow.id)
        .join(JournalInstrumentRow, JournalInstrumentRow.instrument_id == InstrumentRow.id)
        .where(JournalInstrumentRow.journal_id == journal_id)
    )
    return {name: number for name, number in session.execute(query)}  # noqa: C416 - rows


def _lot_row(lot: KeptLot, journal_id: int, method: str, known: dict[str, int]) -> LotRow:
    if lot.instrument not in known:
        raise DataError(
            f"the journal has no instrument {lot.instrument}", fix="make it known with the journal"
        )
    return LotRow(
        journal_id=journal_id,
        method=method,
        instrument_id=known[lot.instrument],
        opened_sequence=lot.sequence,
        opened_ns=lot.opened_ns,
        side=lot.side,
        quantity=lot.quantity,
        remaining=lot.remaining,
        cost=lot.cost,
    )
