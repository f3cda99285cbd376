"""What ``traider parity`` prints: a line a check and the difference taken apart, or one object."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from traider.cli.interrupt import stop_on_interrupt
from traider.cli.parity_venue import shares_line, venue_lines
from traider.cli.progress import Show, progress_shown
from traider.runtime.parity.attribution import ProfitDifference, TradeDifference
from traider.runtime.parity.checking import check_run
from traider.runtime.parity.reference import Latency, ReferenceTerms
from traider.runtime.parity.report import MarketReference, ParityReport
from traider.runtime.parity.report_body import report_body
from traider.runtime.parity.watch import Watch
from traider.runtime.replay_sources import open_stream
from traider.venues.rfc3339 import format_ns

IDENTICAL: Final = 0
DIFFERENT: Final = 1
_ROWS_SHOWN: Final = 20
_WIDTH: Final = 160


def parity_session(
    folder: Path, record: Sequence[Path], latency: Latency, *, as_json: bool, quiet: bool
) -> int:
    """Check the run of ``folder`` and print what is found; return the exit code."""
    show = Show.JSON if as_json else Show.NOTHING if quiet else Show.SUMMARY
    terms = ReferenceTerms(open_stream(record) if record else None, latency)
    with stop_on_interrupt(quiet=as_json) as stop, progress_shown(show) as progress:
        watch = Watch(stop=stop) if progress is None else Watch(progress, stop)
        report = check_run(folder, watch, terms)
    if as_json:
        click.echo(json.dumps(report_body(report), ensure_ascii=False))
    else:
        _print(report)
    return IDENTICAL if report.ok else DIFFERENT


def _print(report: ParityReport) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(
        f"{report.mode} run: {report.events:,} events, {report.decisions:,} orders and cancels, "
        f"{report.fills:,} fills"
    )
    for check in report.checks:
        if check.ok:
            console.print(f"  {check.name}: identical, {check.compared:,} compared")
        else:
            console.print(f"  {check.name}: DIFFERENT: {check.first_difference}", markup=False)
    foreign = ", ".join(f"{name} {count:,}" for name, count in report.foreign.items())
    if foreign:
        console.print(f"  inputs that no back-test has: {foreign}")
    for note in report.notes:
        console.print(f"  note: {note}", markup=False)
    if report.reference is not None:
        _print_difference(console, report.reference)
    if report.fingerprint:
        console.print(f"fingerprint {report.fingerprint}")
    console.print("identical" if report.ok else "different")


def _print_difference(console: Console, reference: MarketReference) -> None:
    found, currency = reference.difference, reference.currency
    console.print(
        f"beside a back-test of the market's events alone: {_money(found.run_profit)} {currency} "
        f"against {_money(found.reference_profit)}, difference {_money(found.difference)}"
    )
    console.print(f"  {shares_line(reference)}")
    for line in venue_lines(reference):
        console.print(f"  {line}")
    parts = found.parts.by_name() | {"unexplained": found.unexplained}
    console.print("  " + ", ".join(f"{name} {_money(value)}" for name, value in parts.items()))
    console.print(
        f"  trades in both {found.count('both'):,}, only in the run {found.count('run only'):,}, "
        f"only in the back-test {found.count('reference only'):,}; "
        f"unexplained {found.unexplained_share:.2%} of the difference"
    )
    _print_rows(console, found)


def _print_rows(console: Console, found: ProfitDifference) -> None:
    """Print the rows that matter most."""
    rows = sorted((row for row in found.rows if row.parts.total), key=_weight, reverse=True)
    if not rows:
        return
    table = Table(box=None, pad_edge=False)
    for name in ("decided", "instrument", "side", "kind", "total", "of which"):
        table.add_column(name, justify="right" if name == "total" else "left", no_wrap=True)
    for row in rows[:_ROWS_SHOWN]:
        parts = {name: value for name, value in row.parts.by_name().items() if value}
        table.add_row(
            format_ns(row.ts_ns) if row.ts_ns else "",
            row.instrument,
            {1: "buy", -1: "sell"}.get(row.side, ""),
            row.kind,
            _money(row.parts.total),
            ", ".join(f"{name} {_money(value)}" for name, value in parts.items()),
        )
    console.print(table)
    if len(rows) > _ROWS_SHOWN:
        console.print(f"  and {len(rows) - _ROWS_SHOWN:,} more; --json lists them all")


def _weight(row: TradeDifference) -> Decimal:
    return abs(row.parts.total)


def _money(value: Decimal) -> str:
    return f"{value:,.4f}"
