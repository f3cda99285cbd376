"""Disposals of a year as rows of tax forms: dates, cents, term, box, and a hint at wash sales.

Nothing here is advice: boxes follow Form 8949 for 2025 (digital assets G to L, contracts A to F),
the wash-sale hint is information only, since the rule does not name digital assets.

Cents of proceeds and gains are those of running sums: each row is at most a cent off, and their
columns add up to the exact sums rounded once. The basis is the difference of the two.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from traider.domain.instruments import InstrumentKind, InstrumentName
from traider.domain.units import amount_from_units
from traider.portfolio.lots import Disposal, Lot, held_over_a_year

_CENT: Final = Decimal("0.01")
_NS_PER_S: Final = 1_000_000_000
_WASH_DAYS: Final = 30


class Reported(StrEnum):
    """What the venue told the tax office of a sale."""

    NONE = "none"
    PROCEEDS = "proceeds"
    BASIS = "basis"
    """Proceeds and basis."""


_BOXES: Final[Mapping[tuple[bool, Reported], tuple[str, str]]] = MappingProxyType(
    {
        (True, Reported.BASIS): ("G", "J"),
        (True, Reported.PROCEEDS): ("H", "K"),
        (True, Reported.NONE): ("I", "L"),
        (False, Reported.BASIS): ("A", "D"),
        (False, Reported.PROCEEDS): ("B", "E"),
        (False, Reported.NONE): ("C", "F"),
    }
)
"""Boxes of the short and the long term, by whether it is a digital asset and what was reported."""


CASH: Final = frozenset(
    ("AUD", "BRL", "CAD", "CHF", "EUR", "GBP", "JPY", "MXN", "SGD", "TRY", "USD")
)
"""Currencies of states that the venues here are paid in."""


@dataclass(frozen=True)
class TaxTerms:
    """Which year of which calendar, and what was reported."""

    year: int
    offset: timedelta = timedelta()
    """Of the calendar from UTC."""
    reported: Reported = Reported.NONE

    def day(self, ts_ns: int) -> date:
        """Return the day of the calendar that an instant falls on."""
        return (datetime.fromtimestamp(ts_ns // _NS_PER_S, tz=UTC) + self.offset).date()


@dataclass(frozen=True)
class TaxRow:
    """One disposal as a form wants it; money in cents of the account's currency."""

    instrument: str
    asset: str
    """What was disposed of: the base of the instrument, or the contract's name."""
    is_digital_asset: bool
    """Whether it is the asset itself; contracts on it go to other boxes."""
    quantity: Decimal
    acquired: date
    sold: date
    proceeds: Decimal
    basis: Decimal
    is_long_term: bool
    is_for_cash: bool
    """Whether it was sold for a currency that a state issues; a stablecoin is none."""
    box: str
    wash_quantity: Decimal
    """How much of a loss's quantity was bought again within 30 days; information."""
    lot: int
    """Position in the journal of the fill that opened the lot."""
    fill: int
    """Position in the journal of the fill that closed it."""
    is_short: bool

    @property
    def gain(self) -> Decimal:
        """Proceeds less basis, in cents."""
        return self.proceeds - self.basis

    @property
    def description(self) -> str:
        """Quantity and asset, as column (a) wants it."""
        return f"{_plain(self.quantity)} {self.asset}{' (short)' if self.is_short else ''}"


def tax_rows(
    disposals: Iterable[Disposal], lots: Sequence[Lot], terms: TaxTerms
) -> tuple[TaxRow, ...]:
    """Return the rows of what was closed in the year, in the order of closing.

    ``lots`` are all lots of the same books, for the wash-sale hint.
    """
    chosen = [each for each in disposals if terms.day(each.closed_ns).year == terms.year]
    proceeds = _cents([each.proceeds_units for each in chosen])
    gains = _cents([each.gain_units for each in chosen])
    return tuple(
        _row(each, money, lots, terms)
        for each, money in zip(chosen, zip(proceeds, gains, strict=True), strict=True)
    )


def _row(
    each: Disposal, money: tuple[Decimal, Decimal], lots: Sequence[Lot], terms: TaxTerms
) -> TaxRow:
    name = InstrumentName.parse(each.instrument)
    is_asset = name.kind is InstrumentKind.SPOT
    # What was sold short is acquired when it is bought back, and sold when that is delivered.
    acquired = each.opened_ns if each.side > 0 else each.closed_ns
    is_long = each.side > 0 and held_over_a_year(each.opened_ns, each.closed_ns, terms.offset)
    return TaxRow(
        instrument=each.instrument,
        asset=name.base if is_asset else each.instrument,
        is_digital_asset=is_asset,
        quantity=each.quantity,
        acquired=terms.day(acquired),
        sold=terms.day(each.closed_ns),
        proceeds=money[0],
        basis=money[0] - money[1],
        is_long_term=is_long,
        is_for_cash=name.quote in CASH,
        box=_BOXES[is_asset, terms.reported][is_long],
        wash_quantity=_wash_quantity(each, lots, terms),
        lot=each.lot_sequence,
        fill=each.sequence,
        is_short=each.side < 0,
    )


def _wash_quantity(each: Disposal, lots: Sequence[Lot], terms: TaxTerms) -> Decimal:
    """Return how much of a loss was bought again within 30 days, other than the lot itself."""
    if each.gain_units >= 0:
        return Decimal(0)
    sold = terms.day(each.closed_ns)
    again = sum(
        (
            lot.quantity
            for lot in lots
            if lot.instrument == each.instrument
            and lot.side == each.side
            and lot.sequence != each.lot_sequence
            and abs((terms.day(lot.opened_ns) - sold).days) <= _WASH_DAYS
        ),
        Decimal(0),
    )
    return min(again, each.quantity)


def _cents(units: Sequence[int]) -> list[Decimal]:
    """Return each amount in cents, so that their sum is the exact sum rounded half to even."""
    found, total, told = [], 0, Decimal(0)
    for one in units:
        total += one
        whole = amount_from_units(total).quantize(_CENT, ROUND_HALF_EVEN)
        found.append(whole - told)
        told = whole
    return found


def _plain(quantity: Decimal) -> str:
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
