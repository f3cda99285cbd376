"""What ``traider parity`` prints: a line a check and the difference taken apart, or one object."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from traider.cli.interrupt import stop_on_interrupt
from traider.cli.parity_venue import shares_line, venue_body, venue_lines
from traider.cli.progress import Show, progress_shown
from traider.runtime.parity.attribution import ProfitDifference, TradeDifference
from traider.runtime.parity.checking import check_run
from traider.runtime.parity.reference import Latency, ReferenceTerms
from traider.runtime.parity.report import MarketReference, ParityReport
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


def report_body(report: ParityReport) -> dict[str, Any]:
    """Return the report as it is printed for a program; money is text, exactly."""
    return {
        "ok": report.ok,
        "mode": report.mode,
        "events": report.events,
        "decisions": report.decisions,
        "fills": report.fills,
        "checks": [
            {
                "name": check.name,
                "ok": check.ok,
                "compared": check.compared,
                "first_difference": check.first_difference or None,
            }
            for check in report.checks
        ],
        "fingerprint": report.fingerprint or None,
        "not_in_back_tests": dict(report.foreign),
        "notes": list(report.notes),
        "attribution": None if report.reference is None else _attribution(report.reference),
    }


def _attribution(reference: MarketReference) -> dict[str, Any]:
    found = reference.difference
    return {
        "currency": reference.currency,
        "run_profit": f"{found.run_profit:f}",
        "back_test_profit": f"{found.reference_profit:f}",
        "difference": f"{found.difference:f}",
        "turnover": f"{reference.turnover:f}",
        "share_of_profit": reference.share_of_profit,
        "share_of_turnover": reference.share_of_turnover,
        "share_of_capital": reference.share_of_capital,
        "parts": {name: f"{value:f}" for name, value in found.parts.by_name().items()},
        "unexplained": f"{found.unexplained:f}",
        "unexplained_share": found.unexplained_share,
        "matched": {
            "both": found.count("both"),
            "run_only": found.count("run only"),
            "back_test_only": found.count("reference only"),
        },
        "back_test": venue_body(reference.venue),
        "with_latency_of_settings": _latency_body(reference),
        "back_test_fingerprint": reference.fingerprint,
        "trades": [_row(row) for row in found.rows],
    }


def _latency_body(reference: MarketReference) -> dict[str, Any] | None:
    """Return what the latency of the settings would have made otherwise, trade by trade."""
    found = reference.by_latency
    if found is None:
        return None
    return {
        "back_test_profit": f"{found.reference_profit:f}",
        "difference": f"{reference.difference.run_profit - found.reference_profit:f}",
        "by_latency_alone": f"{found.difference:f}",
        "trades": [_place(row) for row in found.rows if row.parts.total],
    }


def _row(row: TradeDifference) -> dict[str, Any]:
    parts = {name: f"{value:f}" for name, value in row.parts.by_name().items() if value}
    orders = {
        "run_orders": list(row.run_orders),
        "back_test_orders": list(row.reference_orders),
    }
    return _place(row) | orders | {"parts": parts}


def _place(row: TradeDifference) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "instrument": row.instrument or None,
        "ts": row.ts_ns,
        "side": row.side,
        "total": f"{row.parts.total:f}",
    }


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
