"""What ``traider tax`` writes and prints."""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import click

from traider.cli.lots_outcome import read_choices
from traider.compliance.tax_forms import TaxForm, form_csv, on_form
from traider.compliance.tax_rows import Reported, TaxTerms, tax_rows
from traider.compliance.tax_summary import (
    TaxSummary,
    TermTotals,
    fee_difference,
    ledger_difference,
    summarize,
)
from traider.domain.errors import DataError, UsageError
from traider.portfolio.lot_matching import LotTerms
from traider.portfolio.lots import LotMethod
from traider.runtime.books.money_events import MoneyEvents, read_money
from traider.runtime.books.run_lots import lots_of
from traider.runtime.parity.recorded_run import RecordedRun

_DOLLARS: Final = ("USD", "USDT", "USDC")
_NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True)
class TaxArguments:
    """The options of the command."""

    year: int
    method: str
    folder: Path
    out: Path | None
    form: str
    reported: str
    offset_hours: float
    chosen: Path | None
    as_json: bool


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


def tax_session(said: TaxArguments) -> int:
    """Make the form of a year, write it where asked, and print the sums."""
    if not math.isfinite(said.offset_hours):
        raise UsageError("is no number of hours", where="--utc-offset", fix="write it like -5")
    if said.chosen is not None and said.method != LotMethod.SPECIFIC:
        raise UsageError("--chosen names lots", fix="add --method specific")
    found = _year_of(said, read_money(RecordedRun.open(said.folder)))
    if said.out is not None:
        try:
            said.out.write_text(found.text, encoding="utf-8")
        except OSError as fault:
            raise UsageError(
                f"cannot be written: {fault.strerror}", where=str(said.out), fix="name another file"
            ) from None
    if said.as_json:
        click.echo(json.dumps(tax_body(found, said), ensure_ascii=False))
    else:
        _print(found, said)
    return 0


def _year_of(said: TaxArguments, money: MoneyEvents) -> TaxYear:
    offset, reported = timedelta(hours=said.offset_hours), Reported(said.reported)
    terms = TaxTerms(said.year, offset, reported)
    after = datetime(said.year + 1, 1, 1, tzinfo=UTC) - offset
    # A sale of December may have been bought again in January: lots are looked at until now.
    chosen = {} if said.chosen is None else read_choices(said.chosen)
    lot_terms = LotTerms(LotMethod(said.method), chosen=chosen)
    books = lots_of(money, lot_terms)
    until = money.until(int(after.timestamp()) * _NS_PER_S)
    kept = lots_of(until, lot_terms)
    difference = ledger_difference(kept, until.ledger())
    difference += fee_difference(kept, sum(until.fee_units))
    if difference:
        raise DataError(
            f"lots and ledger differ by {difference:f} {money.currency} at the end of the year",
            where=str(said.folder),
            fix="this is a fault of the program: do not use the form, and tell us",
        )
    rows = tax_rows(books.disposals, books.lots, terms)
    form = TaxForm(said.form)
    shown = on_form(form, rows)
    return TaxYear(
        money=money,
        summary=summarize(shown),
        rows=len(shown),
        left_out=len(rows) - len(shown),
        funding=-sum(
            (paid.amount for paid in money.funding() if terms.day(paid.ts_ns).year == said.year),
            Decimal(0),
        ),
        text=form_csv(form, rows, reported),
        notes=_notes(money),
    )


def _notes(money: MoneyEvents) -> tuple[str, ...]:
    if money.currency == "USD":
        return ()
    if money.currency in _DOLLARS:
        return (f"amounts are {money.currency}; the forms want US dollars, one for one here",)
    return (f"amounts are {money.currency}; the forms want US dollars: convert each row",)


def tax_body(found: TaxYear, said: TaxArguments) -> dict[str, Any]:
    """Return the year as it is printed for a program; money is text, in cents."""
    return {
        "year": said.year,
        "method": said.method,
        "form": said.form,
        "currency": found.money.currency,
        "account": found.money.account,
        "rows": found.rows,
        "short_term": _totals(found.summary.short),
        "long_term": _totals(found.summary.long),
        "gain": f"{found.summary.gain:.2f}",
        "wash_rows": found.summary.wash_rows,
        "funding": f"{found.funding:f}",
        "left_out": found.left_out,
        "out": None if said.out is None else str(said.out),
        "notes": list(found.notes),
    }


def _totals(totals: TermTotals) -> dict[str, Any]:
    return {
        "rows": totals.rows,
        "proceeds": f"{totals.proceeds:.2f}",
        "basis": f"{totals.basis:.2f}",
        "gain": f"{totals.gain:.2f}",
    }


def _print(found: TaxYear, said: TaxArguments) -> None:
    currency, summary = found.money.currency, found.summary
    click.echo(f"{said.year}, lots by {said.method}, account {found.money.account}")
    for name, totals in (("short term", summary.short), ("long term", summary.long)):
        click.echo(
            f"  {name}: {totals.rows:,} disposals, proceeds {totals.proceeds:,.2f}, "
            f"basis {totals.basis:,.2f}, gain {totals.gain:+,.2f} {currency}"
        )
    click.echo(f"  together: gain {summary.gain:+,.2f} {currency}; lots and ledger agree")
    if found.funding:
        click.echo(f"  funding received less paid: {found.funding:+,.2f} {currency}, on no form")
    if summary.wash_rows:
        click.echo(f"  {summary.wash_rows:,} losses were bought again within 30 days (information)")
    if found.left_out:
        click.echo(f"  {found.left_out:,} disposals are for another form")
    for note in found.notes:
        click.echo(f"note: {note}")
    if said.out is not None:
        click.echo(f"{found.rows:,} rows in {said.out}")
