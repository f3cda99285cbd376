"""What ``traider report blotter`` writes and prints."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from traider.compliance.blotter import (
    BlotterOf,
    BlotterTotals,
    blotter_csv,
    blotter_rows,
    quantities,
    time_text,
    totals_body,
    totals_of,
)
from traider.domain.errors import DataError, UsageError
from traider.runtime.books.run_records import RunRecords, read_records
from traider.runtime.parity.recorded_run import RecordedRun


@dataclass(frozen=True)
class BlotterArguments:
    """The options of the command."""

    folder: Path
    start_ns: int | None
    end_ns: int | None
    out: Path | None
    as_json: bool


def blotter_session(said: BlotterArguments) -> int:
    """Write the blotter where asked, and print its sums."""
    check_span(said.start_ns, said.end_ns)
    records = read_records(RecordedRun.open(said.folder))
    check_ledger(records)
    orders = [each for each in records.orders if _is_within(said, each.decided_ns)]
    executions = [each for each in records.executions if _is_within(said, each.heard_ns)]
    # Rows of executions name their orders, those decided before the span too.
    rows = blotter_rows(records.orders, executions, BlotterOf(records.venue, records.account))
    ids = {str(order.position) for order in orders}
    rows = [row for row in rows if row["record"] != "order" or row["position"] in ids]
    if said.out is not None:
        write_text(said.out, blotter_csv(rows))
    totals = totals_of(orders, executions)
    if said.as_json:
        body = made_of(records) | totals_body(totals)
        body |= {"rows": rows, "out": None if said.out is None else str(said.out)}
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        _print(totals, records, rows, said.out)
    return 0


def check_span(start_ns: int | None, end_ns: int | None) -> None:
    """Refuse a span that holds nothing.

    Raises:
        UsageError: it ends before it begins.
    """
    if start_ns is not None and end_ns is not None and end_ns <= start_ns:
        raise UsageError("--to is not after --from", fix="name the first instant not used any more")


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


def write_text(path: Path, text: str) -> None:
    """Write a report.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise UsageError(
            f"cannot be written: {fault.strerror}", where=str(path), fix="name another file"
        ) from None


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


def _is_within(said: BlotterArguments, ts_ns: int) -> bool:
    is_begun = said.start_ns is None or ts_ns >= said.start_ns
    return is_begun and (said.end_ns is None or ts_ns < said.end_ns)


def _print(
    totals: BlotterTotals, records: RunRecords, rows: Sequence[object], out: Path | None
) -> None:
    currency = records.money.currency
    click.echo(f"run {records.account} at {records.venue}, journal of {records.end:,} events")
    ordered = ", ".join(f"{count:,} {name}" for name, count in totals.orders.items())
    click.echo(f"  {sum(totals.orders.values()):,} orders: {ordered or 'none'}")
    for check, count in totals.refusals.items():
        click.echo(f"  {count:,} refused by {check}")
    click.echo(
        f"  {totals.executions:,} executions: bought {totals.bought:,.2f}, "
        f"sold {totals.sold:,.2f} {currency}; executions and ledger agree"
    )
    for name, fee in totals.fees.items():
        click.echo(f"  fees {fee:,.8f} {name}")
    if out is not None:
        click.echo(f"{len(rows):,} rows in {out}")
