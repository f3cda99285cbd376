"""What ``traider tax`` writes and prints."""

import json
import math
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from traider.cli.lots_outcome import read_choices
from traider.compliance.tax_forms import TaxForm
from traider.compliance.tax_rows import Reported
from traider.domain.errors import UsageError
from traider.portfolio.lot_matching import LotTerms
from traider.portfolio.lots import LotMethod
from traider.runtime.books.money_events import read_money
from traider.runtime.books.tax_year import TaxRequest, TaxYear, tax_body, tax_year
from traider.runtime.parity.recorded_run import RecordedRun


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


def tax_session(said: TaxArguments) -> int:
    """Make the form of a year, write it where asked, and print the sums."""
    if not math.isfinite(said.offset_hours):
        raise UsageError("is no number of hours", where="--utc-offset", fix="write it like -5")
    if said.chosen is not None and said.method != LotMethod.SPECIFIC:
        raise UsageError("--chosen names lots", fix="add --method specific")
    chosen = {} if said.chosen is None else read_choices(said.chosen)
    asked = TaxRequest(
        said.year,
        LotTerms(LotMethod(said.method), chosen=chosen),
        TaxForm(said.form),
        Reported(said.reported),
        timedelta(hours=said.offset_hours),
    )
    found = tax_year(asked, read_money(RecordedRun.open(said.folder)))
    if said.out is not None:
        try:
            said.out.write_text(found.text, encoding="utf-8")
        except OSError as fault:
            raise UsageError(
                f"cannot be written: {fault.strerror}", where=str(said.out), fix="name another file"
            ) from None
    if said.as_json:
        body = tax_body(found, asked)
        body |= {"out": None if said.out is None else str(said.out), "notes": body.pop("notes")}
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        _print(found, said)
    return 0


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
