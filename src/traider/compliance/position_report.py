"""Positions and balances at an instant, by ledger and lots, which must say the same.

The ledger's cost is without fees, that of the lots with them; unrealized profit is told of both.
Where no mark is known, what depends on it is None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from traider.compliance.blotter import fraction_text, time_text
from traider.compliance.telling import text
from traider.domain.errors import DataError
from traider.domain.money import notional_units
from traider.domain.units import EXACT, amount_from_units
from traider.portfolio.ledger import Ledger
from traider.portfolio.lot_matching import LotBooks
from traider.portfolio.valuation import Valuation

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Mark:
    """A price, what it is of, and when it was received."""

    price: Decimal
    source: str
    ts_ns: int


@dataclass(frozen=True, slots=True)
class PositionRow:
    """A holding; money in the account's currency."""

    instrument: str
    quantity: Decimal
    """Negative short."""
    average_price: str
    """The ledger's, without fees."""
    cost: Decimal
    """The ledger's, signed."""
    lots: int
    """Open ones."""
    lot_cost: Decimal
    """What the open lots cost with fees, by the method; signed as the quantity."""
    realized: Decimal
    """Of what was closed, before fees."""
    mark: Mark | None
    worth: Decimal | None
    unrealized: Decimal | None
    """Before fees: the ledger's."""
    lot_unrealized: Decimal | None
    """After the fees that the open lots carry."""


@dataclass(frozen=True)
class PositionReport:
    """What an account held, and what it was worth."""

    method: str
    currency: str
    rows: tuple[PositionRow, ...]
    """Instruments that ever traded, by name."""
    balances: Mapping[str, Decimal]
    """Cash by currency."""
    fees: Mapping[str, Decimal]
    """Paid so far, by currency."""
    valuation: Valuation | None
    """None where an open position has no mark."""


def position_report(
    ledger: Ledger,
    books: LotBooks,
    marks: Mapping[str, Mark],
    multipliers: Mapping[str, Decimal],
    rates: Mapping[str, Decimal],
) -> PositionReport:
    """Return the report of books as they stand.

    Raises:
        DataError: lots and ledger hold different positions.
    """
    rows = tuple(
        _row(name, ledger, books, marks.get(name), multipliers[name])
        for name in sorted(ledger.positions)
    )
    is_marked = all(row.mark is not None for row in rows if row.quantity)
    prices = {name: mark.price for name, mark in marks.items()}
    return PositionReport(
        method=books.method.value,
        currency=ledger.currency,
        rows=rows,
        balances={name: ledger.cash_in(name) for name in sorted(ledger.balances)},
        fees={name: ledger.fees_in(name) for name in sorted(ledger.balances)},
        valuation=ledger.valuation(prices, rates) if is_marked else None,
    )


def _row(
    name: str, ledger: Ledger, books: LotBooks, mark: Mark | None, multiplier: Decimal
) -> PositionRow:
    position = ledger.position(name)
    lots = [lot for lot in books.open_lots if lot.instrument == name]
    held = _ZERO
    for lot in lots:
        held = EXACT.add(held, lot.remaining if lot.side > 0 else -lot.remaining)
    if held != position.quantity:
        raise DataError(
            f"lots hold {held:f} of {name}, the ledger {position.quantity:f}",
            where=name,
            fix="this is a fault of the program: do not use the report, and tell us",
        )
    lot_units = sum(lot.side * lot.left_units + lot.left_fee_units for lot in lots)
    worth = None if mark is None else notional_units(mark.price, position.quantity, multiplier)
    average = position.average_price(multiplier) if position.quantity else None
    return PositionRow(
        instrument=name,
        quantity=position.quantity,
        average_price=fraction_text(average),
        cost=position.cost,
        lots=len(lots),
        lot_cost=amount_from_units(lot_units),
        realized=position.realized,
        mark=mark,
        worth=None if worth is None else amount_from_units(worth),
        unrealized=None if worth is None else amount_from_units(worth - position.cost_units),
        lot_unrealized=None if worth is None else amount_from_units(worth - lot_units),
    )


def report_body(report: PositionReport) -> dict[str, Any]:
    """Return the report as it is printed for a program; money is text, exactly."""
    return {
        "method": report.method,
        "currency": report.currency,
        "positions": [_row_body(row) for row in report.rows],
        "balances": {name: text(cash) for name, cash in report.balances.items()},
        "fees": {name: text(fee) for name, fee in report.fees.items()},
        "valuation": None if report.valuation is None else _worth_body(report.valuation),
    }


def _row_body(row: PositionRow) -> dict[str, Any]:
    money = ("worth", "unrealized", "lot_unrealized")
    found: dict[str, Any] = {
        "instrument": row.instrument,
        "quantity": text(row.quantity),
        "average_price": row.average_price or None,
        "cost": text(row.cost),
        "lots": row.lots,
        "lot_cost": text(row.lot_cost),
        "realized": text(row.realized),
        "mark": None if row.mark is None else text(row.mark.price),
        "mark_of": None if row.mark is None else row.mark.source,
        "mark_time": None if row.mark is None else time_text(row.mark.ts_ns),
    }
    for name in money:
        value: Decimal | None = getattr(row, name)
        found[name] = None if value is None else text(value)
    return found


def _worth_body(valuation: Valuation) -> dict[str, str]:
    units = {
        "worth": valuation.nav_units,
        "cash": valuation.cash_units,
        "positions": valuation.positions_units,
        "capital": valuation.capital_units,
        "realized": valuation.realized_units,
        "unrealized": valuation.unrealized_units,
        "fees": valuation.fees_units,
        "funding": valuation.funding_units,
        "adjusted": valuation.adjusted_units,
        "exchanged": valuation.exchanged_units,
    }
    return {name: text(amount_from_units(each)) for name, each in units.items()}
