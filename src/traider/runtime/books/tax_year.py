"""The tax form of a year, made of the fills of a run; its lots are held against the ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from traider.compliance.tax_forms import TaxForm, form_csv, on_form
from traider.compliance.tax_rows import Reported, TaxRow, TaxTerms, tax_rows
from traider.compliance.tax_summary import (
    TaxSummary,
    TermTotals,
    fee_difference,
    ledger_difference,
    summarize,
)
from traider.domain.errors import DataError
from traider.domain.events import Kind
from traider.portfolio.lot_matching import LotTerms
from traider.runtime.books.money_events import MoneyEvents
from traider.runtime.books.run_lots import lots_of

_DOLLARS: Final = ("USD", "USDT", "USDC")
_NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True)
class TaxRequest:
    """Which form is asked for."""

    year: int
    lots: LotTerms
    form: TaxForm
    reported: Reported
    offset: timedelta = timedelta()
    """Of the local day, to UTC."""


@dataclass(frozen=True)
class TaxYear:
    """What was found for a year."""

    money: MoneyEvents
    summary: TaxSummary
    rows: int
    """On the form that was asked for; the sums are theirs."""
    left_out: int
    """Disposals of the year that are not for that form."""
    funding: Decimal
    """Received for holding perpetuals in the year, less paid."""
    text: str
    notes: tuple[str, ...]


def tax_year(asked: TaxRequest, money: MoneyEvents) -> TaxYear:
    """Return the form of a year from the fills of a run.

    Raises:
        DataError: lots and ledger differ, or a chosen lot was not open.
    """
    terms = TaxTerms(asked.year, asked.offset, asked.reported)
    after = datetime(asked.year + 1, 1, 1, tzinfo=UTC) - asked.offset
    # A sale of December may have been bought again in January: lots are looked at until now.
    books = lots_of(money, asked.lots)
    until = money.until(int(after.timestamp()) * _NS_PER_S)
    kept = lots_of(until, asked.lots)
    difference = ledger_difference(kept, until.ledger())
    difference += fee_difference(kept, sum(until.fee_units))
    if difference:
        raise DataError(
            f"lots and ledger differ by {difference:f} {money.currency} at the end of the year",
            where=money.account,
            fix="this is a fault of the program: do not use the form, and tell us",
        )
    rows = tax_rows(books.disposals, books.lots, terms)
    shown = on_form(asked.form, rows)
    return TaxYear(
        money=money,
        summary=summarize(shown),
        rows=len(shown),
        left_out=len(rows) - len(shown),
        funding=-sum(
            (paid.amount for paid in money.funding() if terms.day(paid.ts_ns).year == asked.year),
            Decimal(0),
        ),
        text=form_csv(asked.form, rows, asked.reported),
        notes=(*_notes(money), *_corrected(money, shown)),
    )


def _notes(money: MoneyEvents) -> tuple[str, ...]:
    if money.currency == "USD":
        return ()
    if money.currency in _DOLLARS:
        return (f"amounts are {money.currency}; the forms want US dollars, one for one here",)
    return (f"amounts are {money.currency}; the forms want US dollars: convert each row",)


def _corrected(money: MoneyEvents, rows: Sequence[TaxRow]) -> Iterator[str]:
    """Yield what is to be said of rows that no trade opened or closed, but a correction."""
    is_correction = money.events["kind"] == Kind.RECONCILE_ADJUSTMENT
    places = set(money.sequences[is_correction].tolist())
    found = sorted({row.fill for row in rows} & places)
    if found:
        listed = ", ".join(map(str, found))
        many = sum(row.fill in places for row in rows)
        yield (
            f"rows that end by a correction against the venue's account: {many} (fill {listed}); "
            "that is no sale, and what it was is for you to say"
        )
    found = sorted({row.lot for row in rows} & places)
    if found:
        listed = ", ".join(map(str, found))
        many = sum(row.lot in places for row in rows)
        yield (
            f"rows that began with a correction against the venue's account: {many} "
            f"(lot {listed}); their basis is the price of that moment"
        )


def tax_body(found: TaxYear, asked: TaxRequest) -> dict[str, Any]:
    """Return the year as it is printed for a program; money is text, in cents."""
    return {
        "year": asked.year,
        "method": asked.lots.method.value,
        "form": asked.form.value,
        "currency": found.money.currency,
        "account": found.money.account,
        "rows": found.rows,
        "short_term": _totals(found.summary.short),
        "long_term": _totals(found.summary.long),
        "gain": f"{found.summary.gain:.2f}",
        "wash_rows": found.summary.wash_rows,
        "funding": f"{found.funding:f}",
        "left_out": found.left_out,
        "notes": list(found.notes),
    }


def _totals(totals: TermTotals) -> dict[str, Any]:
    return {
        "rows": totals.rows,
        "proceeds": f"{totals.proceeds:.2f}",
        "basis": f"{totals.basis:.2f}",
        "gain": f"{totals.gain:.2f}",
    }
