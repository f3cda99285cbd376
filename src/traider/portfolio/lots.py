"""Lots and disposals: what was acquired when for how much, and what became of it.

A lot is what one execution opened: bought, or sold short. A disposal is a part of one lot that a
later execution closed. Fees belong to what they were paid for: those of a purchase raise the basis,
those of a sale lower the proceeds (a rebate the other way round), shared out by quantity. So a
disposal's gain is after all fees, and

    gain = proceeds - basis
    long:  proceeds = what the sale brought - its fee;      basis = what the purchase cost + its fee
    short: proceeds = what the opening sale brought - fee;  basis = what buying back cost + its fee

Money counts units of 1e-8. What is shared out by quantity is rounded to them half to even, each
part being the difference of two running sums: no unit is lost, none is made, and the parts of a lot
come to the same however its disposals are cut.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from traider.domain.units import amount_from_units

_NS_PER_S: Final = 1_000_000_000


class LotMethod(StrEnum):
    """Which lots a disposal takes."""

    AVERAGE = "average"
    """Every lot held at the average of all, the oldest disposed of first."""
    FIFO = "fifo"
    """The oldest first."""
    LIFO = "lifo"
    """The newest first."""
    HIFO = "hifo"
    """Those first that leave the least gain: bought dearest, or sold short cheapest, with fees."""
    SPECIFIC = "specific"
    """Those that are named for an order; what nothing is named for, the oldest first."""


@dataclass(frozen=True, slots=True)
class Lot:
    """What one execution opened, and what is left of it.

    ``notional_units`` and ``fee_units`` are of the whole of it when it was opened, ``left_units``
    and ``left_fee_units`` of what remains (at the average of all lots where that is the method).
    """

    account: str
    instrument: str
    side: int
    """+1 bought, -1 sold short."""
    opened_ns: int
    sequence: int
    """Names it: position in the journal of the fill that opened it."""
    quantity: Decimal
    remaining: Decimal
    notional_units: int
    fee_units: int
    left_units: int
    left_fee_units: int

    @property
    def cost(self) -> Decimal:
        """What the whole of it cost with fees; for a short one, what it brought, fees off."""
        return amount_from_units(self.notional_units + self.side * self.fee_units)

    @property
    def cost_left(self) -> Decimal:
        """The same of what remains."""
        return amount_from_units(self.left_units + self.side * self.left_fee_units)

    def unrealized_units(self, worth_units: int) -> int:
        """Return the gain if what remains, worth so much, were closed without a fee."""
        return self.side * (worth_units - self.left_units) - self.left_fee_units


@dataclass(frozen=True, slots=True)
class Disposal:
    """A part of a lot that was closed.

    ``opened_units`` is what the lot's execution paid or got for it, ``closed_units`` what the one
    that closed it did, in units of 1e-8; the fees of both stand beside them.
    """

    account: str
    instrument: str
    side: int
    """The lot's: +1 bought and now sold, -1 sold short and now bought back."""
    lot_sequence: int
    """Names the lot."""
    opened_ns: int
    sequence: int
    """Position in the journal of the fill that closed it."""
    closed_ns: int
    quantity: Decimal
    opened_units: int
    opened_fee_units: int
    closed_units: int
    closed_fee_units: int

    @property
    def proceeds_units(self) -> int:
        """What selling brought, its fees off."""
        if self.side > 0:
            return self.closed_units - self.closed_fee_units
        return self.opened_units - self.opened_fee_units

    @property
    def basis_units(self) -> int:
        """What buying cost, with its fees."""
        if self.side > 0:
            return self.opened_units + self.opened_fee_units
        return self.closed_units + self.closed_fee_units

    @property
    def gain_units(self) -> int:
        """Proceeds less basis."""
        return self.proceeds_units - self.basis_units

    @property
    def proceeds(self) -> Decimal:
        """What selling brought, its fees off."""
        return amount_from_units(self.proceeds_units)

    @property
    def basis(self) -> Decimal:
        """What buying cost, with its fees."""
        return amount_from_units(self.basis_units)

    @property
    def gain(self) -> Decimal:
        """Proceeds less basis: what was made, after all fees."""
        return amount_from_units(self.gain_units)

    @property
    def gross_units(self) -> int:
        """The gain before fees."""
        return self.side * (self.closed_units - self.opened_units)

    @property
    def holding_ns(self) -> int:
        """How long it was held."""
        return self.closed_ns - self.opened_ns

    @property
    def is_long_term(self) -> bool:
        """Whether it was held for more than a year; see ``held_over_a_year``."""
        return held_over_a_year(self.opened_ns, self.closed_ns)


def held_over_a_year(opened_ns: int, closed_ns: int, offset: timedelta = timedelta()) -> bool:
    """Return whether a holding lasted for more than one year, counted in days of the calendar.

    Counting begins on the day after the one of acquisition and includes the day of disposal; what
    is disposed of on the same day of the next year was held for one year, not for more. What is
    acquired on the last day of a month counts from the first of the next (Rev. Rul. 66-7), so that
    of February 28 or 29 is held for more from March 1 on. ``offset`` is that of the calendar.
    """
    first, closed = _day(opened_ns, offset) + timedelta(days=1), _day(closed_ns, offset)
    try:
        return closed >= first.replace(year=first.year + 1)
    except ValueError:  # a count that begins on February 29 has its year on the last of February
        return closed >= date(first.year + 1, 3, 1)


def _day(ts_ns: int, offset: timedelta) -> date:
    return (datetime.fromtimestamp(ts_ns // _NS_PER_S, tz=UTC) + offset).date()
