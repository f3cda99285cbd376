"""Events into rows: orders, fills, positions and balances of one journal.

How far a journal was applied stands in the same transaction as the rows. So events may come again,
in other pieces, from several processes, and after a crash: each is applied once, in order.
"""

from decimal import Decimal
from typing import Final

import numpy as np
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from traider.domain.errors import DataError, UsageError
from traider.domain.events import EventArray, Kind, OrderFlag
from traider.store.kinds import IntArray
from traider.store.tables.instrument_rows import InstrumentRow, JournalInstrumentRow, JournalRow
from traider.store.tables.money_projection import (
    Account,
    book_adjustment,
    book_fill,
    book_transfer,
    tie_fill,
)
from traider.store.tables.order_projection import (
    order_of_intent,
    take_cancel_wish,
    take_report,
    take_verdict,
)
from traider.store.tables.sessions import read_session, write_session
from traider.store.tables.trading_rows import BalanceRow, FillRow, OrderRow, PositionRow

BATCH_EVENTS: Final = 2_000
"""Events with rows that one transaction takes in."""

_GRID_DIGITS: Final = 12
_REPORTS: Final = (
    Kind.SENT,
    Kind.ACK,
    Kind.FILL,
    Kind.CANCELLED,
    Kind.REJECTED,
    Kind.EXPIRED,
    Kind.UNKNOWN,
)
_ABOUT_ORDERS: Final = (*_REPORTS, Kind.ORDER_INTENT, Kind.VERDICT)
_TAKEN: Final = (
    *_ABOUT_ORDERS,
    Kind.TRANSFER,
    Kind.RECONCILE_ADJUSTMENT,
    Kind.TICK_LOT_CHANGE,
)


class Projector:
    """Keep the tables of one journal up to date with its events."""

    def __init__(self, engine: Engine, journal: str) -> None:
        """Work on the journal that ``keep_journal`` made known under this name."""
        self._engine = engine
        self._name = journal

    @property
    def applied(self) -> int:
        """The position of the next event to apply, as the database has it.

        Raises:
            UsageError: the journal is not known.
            DatabaseError: the database cannot be reached.
        """
        with read_session(self._engine) as session:
            return _journal(session, self._name).applied

    def apply(self, events: EventArray, first: int) -> int:
        """Apply events whose first has position ``first``; return how many were new.

        Raises:
            UsageError: the journal is not known.
            DataError: events between the last applied and these are missing, or one is about an
                instrument that the journal does not have.
            DatabaseError: the database cannot be reached, or refused; whole batches are kept.
        """
        end = first + len(events)
        places = np.flatnonzero(np.isin(events["kind"], _TAKEN))
        new = 0
        # The last batch also counts what follows the last event with rows.
        cuts = [*(int(place) + first for place in places[BATCH_EVENTS::BATCH_EVENTS]), end]
        for cut in cuts:
            new += self._apply_until(events, first, places, cut)
        return new

    def _apply_until(self, events: EventArray, first: int, places: IntArray, end: int) -> int:
        """Apply, in one transaction, what lies between the last applied event and ``end``."""
        with write_session(self._engine) as session:
            journal = _journal(session, self._name, lock=True)
            start = journal.applied
            if first > start:
                raise DataError(
                    f"events {start} to {first - 1} are missing before these",
                    where=self._name,
                    fix="apply the journal from there on",
                )
            if end <= start:
                return 0
            inside = (places >= start - first) & (places < end - first)
            chosen = places[inside]
            if len(chosen):
                _Batch(session, journal, events[chosen]).apply(chosen + first)
            journal.applied = end
            journal.applied_ns = int(events["ts_recv"][end - first - 1])
            return end - start


def _journal(session: Session, name: str, *, lock: bool = False) -> JournalRow:
    query = select(JournalRow).where(JournalRow.name == name)
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise UsageError(f"there is no journal {name!r} in the tables", fix="make it known first")
    return row


def _step(count: int) -> Decimal:
    """Return a step of the grid that an event counts in 1e-12."""
    return Decimal(count).scaleb(-_GRID_DIGITS)


class _Batch:
    """Events of one transaction, and the rows they touch."""

    def __init__(self, session: Session, journal: JournalRow, events: EventArray) -> None:
        self._session = session
        self._journal = journal
        self._events = events
        self._grids = {
            row.number: row
            for row in session.scalars(
                select(JournalInstrumentRow).where(JournalInstrumentRow.journal_id == journal.id)
            )
        }
        ids = [row.instrument_id for row in self._grids.values()]
        venues = select(InstrumentRow.id, InstrumentRow.venue).where(InstrumentRow.id.in_(ids))
        self._venues = {row.id: row.venue for row in session.execute(venues)}
        self._fills: list[FillRow] = []
        self._orders = self._known_orders()
        self._account = Account(
            journal,
            {
                row.instrument_id: row
                for row in session.scalars(
                    select(PositionRow).where(PositionRow.journal_id == journal.id)
                )
            },
            {
                row.currency: row
                for row in session.scalars(
                    select(BalanceRow).where(BalanceRow.journal_id == journal.id)
                )
            },
        )

    def _known_orders(self) -> dict[int, OrderRow]:
        about = self._events[np.isin(self._events["kind"], _ABOUT_ORDERS)]
        ids = np.unique(about["order_id"]).tolist()
        query = select(OrderRow).where(
            OrderRow.journal_id == self._journal.id, OrderRow.order_id.in_(ids)
        )
        return {row.order_id: row for row in self._session.scalars(query)}

    def apply(self, sequences: IntArray) -> None:
        """Apply the events, which stand at ``sequences`` of the journal."""
        for place, sequence in enumerate(sequences.tolist()):
            self._apply(self._events[place], sequence)
        self._session.add_all(self._account.positions.values())
        self._session.add_all(self._account.balances.values())
        self._session.flush()  # fills refer to orders, which must be there first
        self._session.add_all(self._fills)

    def _apply(self, event: np.void, sequence: int) -> None:
        kind = int(event["kind"])
        if kind in _ABOUT_ORDERS:
            self._apply_to_order(event, kind, sequence)
        elif kind == Kind.TICK_LOT_CHANGE:
            grid = self._grid(event, sequence)
            grid.tick_size = _step(int(event["w0"]))
            grid.lot_size = _step(int(event["w1"]))
        else:
            book = book_transfer if kind == Kind.TRANSFER else book_adjustment
            book(self._account, event, self._grids.get(int(event["instrument"])))

    def _apply_to_order(self, event: np.void, kind: int, sequence: int) -> None:
        order = self._orders.get(int(event["order_id"]))
        if kind == Kind.ORDER_INTENT:
            if event["flags"] & OrderFlag.CANCEL:
                if order is not None:
                    take_cancel_wish(order, int(event["ts_recv"]))
            else:
                self._open(event, sequence)
            return
        if kind == Kind.FILL:
            grid = self._grid(event, sequence)
            venue = self._venues[grid.instrument_id]
            fill = book_fill(self._account, event, sequence, grid, venue)
            if order is not None:
                tie_fill(fill, order, self._journal.currency)
            self._fills.append(fill)
        if order is None:
            return
        if kind == Kind.VERDICT:
            take_verdict(order, event)
        else:
            take_report(order, event, self._grid(event, sequence))

    def _open(self, event: np.void, sequence: int) -> None:
        order = order_of_intent(event, self._journal.id, self._grid(event, sequence))
        if order.order_id in self._orders:
            raise DataError(
                f"order {order.order_id} is intended twice",
                where=f"{self._journal.name} {sequence}",
                fix="the journal contradicts itself: run traider journal verify",
            )
        self._orders[order.order_id] = order
        self._session.add(order)

    def _grid(self, event: np.void, sequence: int) -> JournalInstrumentRow:
        number = int(event["instrument"])
        if number not in self._grids:
            raise DataError(
                f"the event is about instrument {number}, which the journal does not have",
                where=f"{self._journal.name} {sequence}",
                fix="make the journal known with all its instruments",
            )
        return self._grids[number]
