"""What ``traider report positions`` prints."""

import json
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from traider.compliance.blotter import time_text
from traider.compliance.position_report import PositionRow, report_body
from traider.portfolio.lot_matching import LotTerms
from traider.portfolio.lots import LotMethod
from traider.runtime.books.positions_then import PositionsThen, positions_then
from traider.runtime.parity.recorded_run import RecordedRun

_WIDTH: Final = 160
_HEAD: Final = (
    "instrument", "quantity", "average", "lots", "cost with fees", "mark", "of", "worth",
    "unrealized", "after fees", "realized",
)  # fmt: skip
_UNKNOWN: Final = "not known"


def positions_session(folder: Path, at_ns: int | None, method: str, *, as_json: bool) -> int:
    """Print what a run held at an instant."""
    run = RecordedRun.open(folder)
    found = positions_then(run, at_ns, LotTerms(LotMethod(method)))
    if as_json:
        body = {
            "run": run.manifest.run_id,
            "venue": run.manifest.venue,
            "at": time_text(found.at_ns),
            "journal_events": found.end,
            "journal_until": time_text(found.last_ns) or None,
            **report_body(found.report),
        }
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        _print(found, run)
    return 0


def _print(found: PositionsThen, run: RecordedRun) -> None:
    report = found.report
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(
        f"run {run.manifest.run_id} at {run.manifest.venue}, {time_text(found.at_ns)}, "
        f"{found.end:,} events; lots by {report.method} and ledger agree"
    )
    if report.rows:
        table = Table(*_HEAD, box=None)
        for row in report.rows:
            table.add_row(*_cells(row))
        console.print(table)
    else:
        console.print("nothing was ever held")
    for name, cash in report.balances.items():
        console.print(f"cash {cash:,.8f} {name}, fees paid {report.fees[name]:,.8f}")
    if report.valuation is None:
        console.print("worth: not known, an open position has no mark")
        return
    worth = report.valuation
    console.print(
        f"worth {worth.nav:,.2f} {report.currency}, profit {worth.profit:+,.2f} since the start"
    )


def _cells(row: PositionRow) -> tuple[str, ...]:
    mark = row.mark
    return (
        row.instrument,
        f"{row.quantity.normalize():f}" if row.quantity else "0",
        row.average_price[:14],
        str(row.lots),
        f"{row.lot_cost:,.4f}",
        _UNKNOWN if mark is None else f"{mark.price.normalize():f}",
        "" if mark is None else mark.source,
        _UNKNOWN if row.worth is None else f"{row.worth:,.4f}",
        _UNKNOWN if row.unrealized is None else f"{row.unrealized:+,.4f}",
        _UNKNOWN if row.lot_unrealized is None else f"{row.lot_unrealized:+,.4f}",
        f"{row.realized:+,.4f}",
    )
