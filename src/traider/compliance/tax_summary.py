"""A tax year in a few numbers, and the proof that lots and ledger say the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from traider.compliance.tax_rows import TaxRow
from traider.domain.units import amount_from_units
from traider.portfolio.ledger import Ledger
from traider.portfolio.lot_matching import LotBooks

_NOTHING = Decimal(0)


@dataclass(frozen=True)
class TermTotals:
    """Sums of the rows of one term, in cents."""

    rows: int
    proceeds: Decimal
    basis: Decimal

    @property
    def gain(self) -> Decimal:
        """Proceeds less basis."""
        return self.proceeds - self.basis


@dataclass(frozen=True)
class TaxSummary:
    """What a year made."""

    short: TermTotals
    long: TermTotals
    wash_rows: int
    """Losses of which something was bought again within 30 days; information."""

    @property
    def gain(self) -> Decimal:
        """Of both terms."""
        return self.short.gain + self.long.gain


def summarize(rows: Sequence[TaxRow]) -> TaxSummary:
    """Return the sums of a year's rows."""
    return TaxSummary(
        short=_totals([row for row in rows if not row.is_long_term]),
        long=_totals([row for row in rows if row.is_long_term]),
        wash_rows=sum(1 for row in rows if row.wash_quantity),
    )


def _totals(rows: Sequence[TaxRow]) -> TermTotals:
    return TermTotals(
        len(rows),
        sum((row.proceeds for row in rows), _NOTHING),
        sum((row.basis for row in rows), _NOTHING),
    )


def fee_difference(books: LotBooks, paid_units: int) -> Decimal:
    """Return what lots say of fees less what the fills say, ``paid_units``; 0 or a fault."""
    told = sum(each.opened_fee_units + each.closed_fee_units for each in books.disposals)
    told += sum(lot.left_fee_units for lot in books.open_lots)
    return amount_from_units(told - paid_units)


def ledger_difference(books: LotBooks, ledger: Ledger) -> Decimal:
    """Return what lots say of trading before fees, less what the ledger says; 0 or a fault.

    What all disposals made so far, less what open lots cost, is the money that trading brought; the
    ledger calls it realized profit less inventory.
    """
    made = sum(each.gross_units for each in books.disposals)
    held = sum(lot.side * lot.left_units for lot in books.open_lots)
    inventory = sum(position.cost_units for position in ledger.positions.values())
    return amount_from_units(made - held + inventory) - ledger.realized
