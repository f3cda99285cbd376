"""Fills, positions and balances, as the exact ledger books them.

Cash and fees follow each fill and each transfer; a fee that the fill says was taken in the fee
currency comes off that balance. Positions are those of ``traider.domain.positions``.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from traider.domain.errors import DataError
from traider.domain.events import FillFlag
from traider.domain.fills import Fill
from traider.domain.money import pack_currency
from traider.domain.positions import Position
from traider.domain.units import (
    EXACT,
    amount_from_units,
    price_from_ticks,
    size_from_lots,
    units_from_amount,
)
from traider.store.tables.instrument_rows import JournalInstrumentRow, JournalRow
from traider.store.tables.trading_rows import BalanceRow, FillRow, OrderRow, PositionRow

FUNDING_REASON = 3
"""Why a transfer was made: the event table's number for funding."""
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Account:
    """Where money is booked: the journal, its positions by instrument, its balances."""

    journal: JournalRow
    positions: dict[int, PositionRow]
    balances: dict[str, BalanceRow]

    def position(self, instrument_id: int) -> PositionRow:
        """Return the position in an instrument, a new one when it was never held."""
        found = self.positions.get(instrument_id)
        if found is None:
            found = self.positions[instrument_id] = PositionRow(
                journal_id=self.journal.id,
                instrument_id=instrument_id,
                quantity=_NOTHING,
                cost=_NOTHING,
                realized=_NOTHING,
                fees=_NOTHING,
                funding=_NOTHING,
                updated_ns=0,
            )
        return found

    def balance(self, currency: str) -> BalanceRow:
        """Return the balance of a currency, a new one when there never was any."""
        found = self.balances.get(currency)
        if found is None:
            found = self.balances[currency] = BalanceRow(
                journal_id=self.journal.id,
                currency=currency,
                cash=_NOTHING,
                fees=_NOTHING,
                transferred=_NOTHING,
                updated_ns=0,
            )
        return found


def book_fill(
    account: Account, event: np.void, sequence: int, grid: JournalInstrumentRow, venue: str
) -> FillRow:
    """Book a fill; return its row, not yet tied to an order.

    Raises:
        DataError: its fee was taken in another currency, and the journal names none.
    """
    ts_ns = int(event["ts_recv"])
    is_other = bool(event["flags"] & FillFlag.FEE_IN_OTHER)
    currency = account.journal.fee_currency if is_other else account.journal.currency
    if not currency:
        raise DataError(
            "a fill's fee was taken in another currency",
            where=f"{account.journal.name} {sequence}",
            fix="name the fee currency when the journal is made known",
        )
    fill = Fill(
        instrument="",
        side=int(event["side"]),
        price=price_from_ticks(int(event["price"]), grid.tick_size),
        quantity=size_from_lots(int(event["size"]), grid.lot_size),
        fee=amount_from_units(int(event["fee"])),
        ts_ns=ts_ns,
        multiplier=grid.multiplier,
    )
    realized = _move(account.position(grid.instrument_id), fill)
    own = account.balance(account.journal.currency)
    own.cash = EXACT.subtract(own.cash, fill.side * fill.notional)
    own.updated_ns = ts_ns
    paid = account.balance(currency)
    paid.cash = EXACT.subtract(paid.cash, fill.fee)
    paid.fees = EXACT.add(paid.fees, fill.fee)
    paid.updated_ns = ts_ns
    if not is_other:
        position = account.position(grid.instrument_id)
        position.fees = EXACT.add(position.fees, fill.fee)
    return FillRow(
        journal_id=account.journal.id,
        sequence=sequence,
        venue=venue,
        instrument_id=grid.instrument_id,
        side=fill.side,
        price=fill.price,
        size=fill.quantity,
        size_lots=int(event["size"]),
        notional=fill.notional,
        fee=fill.fee,
        fee_currency=currency,
        realized=realized,
        is_maker=bool(event["flags"] & FillFlag.MAKER),
        is_liquidation=bool(event["flags"] & FillFlag.LIQUIDATION),
        event_ns=int(event["ts_event"]),
        received_ns=ts_ns,
    )


def tie_fill(fill: FillRow, order: OrderRow, currency: str) -> None:
    """Count a fill to its order; ``currency`` is the account's."""
    fill.order_id = order.order_id
    order.filled = EXACT.add(order.filled, fill.size)
    order.filled_value = EXACT.add(order.filled_value, fill.notional)
    if fill.fee_currency == currency:
        order.fees = EXACT.add(order.fees, fill.fee)


def book_transfer(account: Account, event: np.void, grid: JournalInstrumentRow | None) -> None:
    """Book money that came in or went out other than by trading.

    A transfer in the fee currency moves that balance, any other the account's cash.
    """
    journal = account.journal
    amount = amount_from_units(int(event["w1"]))
    in_fees = journal.fee_currency and int(event["w0"]) == pack_currency(journal.fee_currency)
    balance = account.balance(journal.fee_currency if in_fees else journal.currency)
    balance.cash = EXACT.add(balance.cash, amount)
    balance.transferred = EXACT.add(balance.transferred, amount)
    balance.updated_ns = int(event["ts_recv"])
    if event["w3"] == FUNDING_REASON and grid is not None and not in_fees:
        position = account.position(grid.instrument_id)
        position.funding = EXACT.subtract(position.funding, amount)
        position.updated_ns = int(event["ts_recv"])


def book_adjustment(account: Account, event: np.void, grid: JournalInstrumentRow | None) -> None:
    """Take over what the venue's books say: lots at a price, and money, each on its own."""
    ts_ns = int(event["ts_recv"])
    lots, units = int(event["w1"]), int(event["w2"])
    if lots and grid is not None:
        fill = Fill(
            instrument="",
            side=1 if lots > 0 else -1,
            price=price_from_ticks(int(event["w4"]), grid.tick_size),
            quantity=size_from_lots(abs(lots), grid.lot_size),
            fee=_NOTHING,
            ts_ns=ts_ns,
            multiplier=grid.multiplier,
        )
        _move(account.position(grid.instrument_id), fill)
    if units:
        own = account.balance(account.journal.currency)
        own.cash = EXACT.add(own.cash, amount_from_units(units))
        own.updated_ns = ts_ns


def _move(row: PositionRow, fill: Fill) -> Decimal:
    """Bring a position up to date with a fill; return the profit of what it closed."""
    before = Position(row.quantity, units_from_amount(row.cost), units_from_amount(row.realized))
    after = before.apply(fill)
    row.quantity, row.cost, row.realized = after.quantity, after.cost, after.realized
    if after.side != before.side:
        row.opened_ns = fill.ts_ns if after.side else None
    row.updated_ns = fill.ts_ns
    return amount_from_units(after.realized_units - before.realized_units)
