"""Positions of a run as shapes: sizes and costs of the books, marks of the trader."""

from decimal import Decimal

from traider.api.books.run_books import RunBooks
from traider.api.shapes.positions import PositionShape, PositionsShape
from traider.compliance.blotter import fraction_text
from traider.compliance.telling import text
from traider.domain.money import notional_units
from traider.domain.units import EXACT, amount_from_units
from traider.runtime.books.held_instruments import HeldInstrument
from traider.runtime.status_source import FoundStatus

_PRICE_DIGITS = 12


def positions_shape(books: RunBooks, status: FoundStatus) -> PositionsShape:
    """Return every instrument that ever traded, marked as the trader marks it.

    Raises:
        UsageError: there is no run, or it journaled nothing yet.
        DataError: it cannot be read.
    """
    records = books.records()
    marks = {each.name: Decimal(each.mark) for each in status.body.positions if each.mark}
    return PositionsShape(
        currency=records.money.currency,
        positions=[
            _shape(name, held, marks.get(name)) for name, held in books.followed.held.items()
        ],
        at_ns=status.body.now_ns,
    )


def _shape(name: str, held: HeldInstrument, mark: Decimal | None) -> PositionShape:
    position = held.position
    value = unrealized = None
    if not position.quantity:
        value = unrealized = Decimal(0)
    elif mark is not None:
        units = notional_units(mark, position.quantity, held.multiplier)
        value = amount_from_units(units)
        unrealized = amount_from_units(units - position.cost_units)
    paid = EXACT.add(held.fees, held.funding)
    net = None if unrealized is None else EXACT.add(position.realized, unrealized) - paid
    return PositionShape(
        instrument=name,
        size=text(position.quantity),
        average_price=(
            fraction_text(position.average_price(held.multiplier), _PRICE_DIGITS)
            if position.quantity
            else None
        ),
        cost=text(position.cost),
        mark=None if mark is None else text(mark),
        value=None if value is None else text(value),
        unrealized=None if unrealized is None else text(unrealized),
        realized=text(position.realized),
        fees=text(held.fees),
        funding=text(held.funding),
        net=None if net is None else text(net),
        opened_ns=held.opened_ns or None,
    )
