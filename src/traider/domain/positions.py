"""Exact position arithmetic: signed quantity, cost basis and realized profit.

Money is counted in units of 1e-8. What a partial close releases of the cost basis is rounded half
to even to one unit and the remainder stays in the basis, so nothing is ever lost: at every moment
``realized - cost`` equals the cash that all fills brought in, before fees.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from traider.domain.fills import Fill
from traider.domain.money import notional_units
from traider.domain.units import EXACT, Rounding, amount_from_units, round_ratio

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Position:
    """A holding of one instrument.

    ``quantity`` is signed. ``cost_units`` is the signed money paid for the open quantity (positive
    when long), ``realized_units`` the profit of what was closed, before fees.
    """

    quantity: Decimal = _NOTHING
    cost_units: int = 0
    realized_units: int = 0

    @property
    def side(self) -> int:
        """+1 long, -1 short, 0 flat."""
        return (self.quantity > 0) - (self.quantity < 0)

    @property
    def cost(self) -> Decimal:
        """The signed cost basis of the open quantity."""
        return amount_from_units(self.cost_units)

    @property
    def realized(self) -> Decimal:
        """The realized profit, before fees."""
        return amount_from_units(self.realized_units)

    def average_price(self, multiplier: Decimal = Decimal(1)) -> Fraction:
        """Return the average entry price as an exact fraction; 0 when flat."""
        if not self.quantity:
            return Fraction(0)
        return Fraction(self.cost) / (Fraction(self.quantity) * Fraction(multiplier))

    def unrealized_units(self, mark: Decimal, multiplier: Decimal = Decimal(1)) -> int:
        """Return the open profit at price ``mark`` in money units."""
        return notional_units(mark, self.quantity, multiplier) - self.cost_units

    def apply(self, fill: Fill) -> "Position":
        """Return the position after ``fill``; a fill beyond flat opens the other side."""
        quantity = EXACT.add(self.quantity, fill.signed_quantity)
        paid = fill.side * fill.notional_units
        if self.side in (0, fill.side):
            return Position(quantity, self.cost_units + paid, self.realized_units)
        held = abs(self.quantity)
        if fill.quantity <= held:
            released = share_units(self.cost_units, fill.quantity, held)
            realized = self.realized_units - released - paid
            return Position(quantity, self.cost_units - released, realized)
        closing = share_units(paid, held, fill.quantity)
        realized = self.realized_units - self.cost_units - closing
        return Position(quantity, paid - closing, realized)


def share_units(units: int, part: Decimal, whole: Decimal) -> int:
    """Return ``units`` * part / whole, rounded half to even; ``part`` = ``whole`` gives all."""
    if part == whole:
        return units
    part_top, part_bottom = part.as_integer_ratio()
    whole_top, whole_bottom = whole.as_integer_ratio()
    return round_ratio(units * part_top * whole_bottom, part_bottom * whole_top, Rounding.HALF_EVEN)
