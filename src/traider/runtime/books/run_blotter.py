"""The blotter of a run over any span, held against its ledger."""

from collections.abc import Sequence
from typing import Any

from traider.compliance.blotter import (
    BlotterOf,
    BlotterTotals,
    Row,
    blotter_rows,
    quantities,
    time_text,
    totals_of,
)
from traider.domain.errors import DataError, UsageError
from traider.runtime.books.run_records import RunRecords


def run_blotter(
    records: RunRecords, start_ns: int | None, end_ns: int | None
) -> tuple[Sequence[Row], BlotterTotals]:
    """Return the rows of a span, by time, and their sums.

    Raises:
        UsageError: the span ends before it begins.
        DataError: executions and ledger differ.
    """
    if is_empty_span(start_ns, end_ns):
        raise UsageError(
            "the end is not after the beginning", fix="name the first instant not used any more"
        )
    check_ledger(records)

    def is_within(ts_ns: int) -> bool:
        return (start_ns is None or ts_ns >= start_ns) and (end_ns is None or ts_ns < end_ns)

    orders = [each for each in records.orders if is_within(each.decided_ns)]
    executions = [each for each in records.executions if is_within(each.heard_ns)]
    # Rows of executions name their orders, those decided before the span too.
    rows = blotter_rows(records.orders, executions, BlotterOf(records.venue, records.account))
    ids = {str(order.position) for order in orders}
    rows = [row for row in rows if row["record"] != "order" or row["position"] in ids]
    return rows, totals_of(orders, executions)


def is_empty_span(start_ns: int | None, end_ns: int | None) -> bool:
    """Return whether a span ends before it begins."""
    return start_ns is not None and end_ns is not None and end_ns <= start_ns


def check_ledger(records: RunRecords) -> None:
    """Hold executions against the ledger.

    Raises:
        DataError: they add up to something else.
    """
    held = {name: each.quantity for name, each in records.money.ledger().positions.items()}
    found = quantities(records.executions)
    for name in sorted({*held, *found}):
        if held.get(name, 0) != found.get(name, 0):
            raise DataError(
                f"executions of {name} add up to {found.get(name, 0)}, the ledger holds "
                f"{held.get(name, 0)}",
                where=str(records.run.paths.folder),
                fix="this is a fault of the program: do not use the report, and tell us",
            )


def made_of(records: RunRecords) -> dict[str, Any]:
    """Return what a report is made of, so that it can be made again."""
    return {
        "run": records.account,
        "venue": records.venue,
        "mode": str(records.run.manifest.mode),
        "currency": records.money.currency,
        "journal_events": records.end,
        "journal_until": time_text(records.last_ns),
    }
