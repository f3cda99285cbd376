"""What ``traider report blotter`` writes and prints."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from traider.compliance.blotter import BlotterTotals, blotter_csv, totals_body
from traider.domain.errors import UsageError
from traider.runtime.books.run_blotter import is_empty_span, made_of, run_blotter
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
    if is_empty_span(said.start_ns, said.end_ns):
        raise UsageError("--to is not after --from", fix="name the first instant not used any more")
    records = read_records(RecordedRun.open(said.folder))
    rows, totals = run_blotter(records, said.start_ns, said.end_ns)
    if said.out is not None:
        write_text(said.out, blotter_csv(rows))
    if said.as_json:
        body = made_of(records) | totals_body(totals)
        body |= {"rows": rows, "out": None if said.out is None else str(said.out)}
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        _print(totals, records, rows, said.out)
    return 0


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
