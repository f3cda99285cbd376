"""Reports for authorities as shapes, and as the CSV that the command line writes."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from traider.api.books.run_books import RunBooks
from traider.api.shapes.compliance import (
    BlotterShape,
    ExecutionShape,
    HoldingsShape,
    TaxShape,
    TermTotals,
)
from traider.compliance.best_execution import summarize_quality
from traider.compliance.blotter import blotter_csv, time_text, totals_body
from traider.compliance.execution_rows import quality_csv, quality_row, summary_row
from traider.compliance.position_report import report_body
from traider.compliance.tax_forms import TaxForm
from traider.compliance.tax_rows import Reported
from traider.portfolio.lot_matching import LotTerms
from traider.portfolio.lots import LotMethod
from traider.runtime.books.execution_quality import run_quality
from traider.runtime.books.positions_then import positions_then
from traider.runtime.books.run_blotter import check_ledger, made_of, run_blotter
from traider.runtime.books.tax_year import TaxRequest, TaxYear, tax_body, tax_year

POSITION_COLUMNS: Final = (
    "instrument", "quantity", "average_price", "cost", "lots", "lot_cost", "realized", "mark",
    "mark_of", "mark_time", "worth", "unrealized", "lot_unrealized",
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """A report: its CSV, and the same as JSON."""

    csv: str
    body: BlotterShape | ExecutionShape | HoldingsShape | TaxShape


def blotter(books: RunBooks, from_ns: int | None, to_ns: int | None) -> Report:
    """Return every order and execution of a span.

    Raises:
        UsageError: there is no run, or the span ends before it begins.
        DataError: executions and ledger differ, or the run cannot be read.
    """
    records = books.records()
    rows, totals = run_blotter(records, from_ns, to_ns)
    body = BlotterShape(**made_of(records), **totals_body(totals), rows=[dict(row) for row in rows])
    return Report(blotter_csv(rows), body)


def best_execution(books: RunBooks) -> Report:
    """Return every order that was sent, beside the market that it met; reads the whole journal.

    Raises:
        UsageError: there is no run, or it journaled nothing yet.
        DataError: executions and ledger differ, or the run cannot be read.
    """
    records = books.records()
    check_ledger(records)
    found = run_quality(records)
    rows = [dict(quality_row(each)) for each in found]
    summaries = summarize_quality(found)
    body = ExecutionShape(
        **made_of(records),
        not_sent=len(records.orders) - len(found),
        summary={
            by: [dict(summary_row(each)) for each in several] for by, several in summaries.items()
        },
        orders=rows,
    )
    return Report(quality_csv(rows), body)


def holdings(books: RunBooks, at_ns: int | None, method: LotMethod) -> Report:
    """Return what was held at an instant, marked as the market stood; reads the journal to there.

    Raises:
        UsageError: there is no run, or it journaled nothing yet.
        DataError: lots and ledger differ, or the run cannot be read.
    """
    run = books.run
    found = positions_then(run, at_ns, LotTerms(method))
    body = report_body(found.report)
    shape = HoldingsShape(
        run=run.manifest.run_id,
        venue=run.manifest.venue,
        at=time_text(found.at_ns),
        journal_events=found.end,
        journal_until=time_text(found.last_ns) or None,
        **body,
    )
    return Report(_csv(body["positions"]), shape)


def tax(books: RunBooks, asked: TaxRequest) -> Report:
    """Return the form of a year, and its sums.

    Raises:
        UsageError: there is no run, or it journaled nothing yet.
        DataError: lots and ledger differ, or the run cannot be read.
    """
    found: TaxYear = tax_year(asked, books.records().money)
    body = tax_body(found, asked)
    for name in ("short_term", "long_term"):
        body[name] = TermTotals(**body[name])
    return Report(found.text, TaxShape(**body))


def tax_request(year: int, method: LotMethod, form: TaxForm, reported: Reported) -> TaxRequest:
    """Return the request for a form, by days in UTC."""
    return TaxRequest(year, LotTerms(method), form, reported, timedelta())


def _csv(rows: Sequence[Mapping[str, object]]) -> str:
    """Return rows as CSV with a header; what is not known is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, POSITION_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: "" if value is None else value for name, value in row.items()} for row in rows
    )
    return out.getvalue()
