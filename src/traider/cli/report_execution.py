"""What ``traider report best-execution`` writes and prints."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from traider.cli.report_outcome import write_text
from traider.compliance.best_execution import QualitySummary, summarize_quality
from traider.compliance.execution_rows import (
    bps_text,
    quality_csv,
    quality_row,
    rounded_text,
    summary_row,
)
from traider.runtime.books.execution_quality import run_quality
from traider.runtime.books.run_blotter import check_ledger, made_of
from traider.runtime.books.run_records import RunRecords, read_records
from traider.runtime.parity.recorded_run import RecordedRun

_WIDTH: Final = 160
_HEAD: Final = (
    "", "orders", "filled", "traded", "slippage", "half spread", "against VWAP", "shortfall",
    "fees", "fill ratio", "maker", "to last fill",
)  # fmt: skip
_NS_PER_S: Final = 1_000_000_000
_UNKNOWN: Final = "not known"

Summaries = Mapping[str, Sequence[QualitySummary]]


def execution_session(folder: Path, out: Path | None, *, as_json: bool) -> int:
    """Measure the orders of a run, write them where asked, and print the sums."""
    records = read_records(RecordedRun.open(folder))
    check_ledger(records)
    found = run_quality(records)
    rows = [quality_row(each) for each in found]
    summaries = summarize_quality(found)
    if out is not None:
        write_text(out, quality_csv(rows))
    not_sent = len(records.orders) - len(found)
    if as_json:
        body = made_of(records) | {
            "not_sent": not_sent,
            "summary": {
                by: [summary_row(each) for each in several] for by, several in summaries.items()
            },
            "orders": rows,
            "out": None if out is None else str(out),
        }
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        _print(records, summaries, not_sent)
        if out is not None:
            click.echo(f"{len(rows):,} rows in {out}")
    return 0


def _print(records: RunRecords, summaries: Summaries, not_sent: int) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(
        f"run {records.account} at {records.venue}, journal of {records.end:,} events; "
        f"{not_sent:,} orders were never sent; costs in basis points, positive where they cost"
    )
    table = Table(*_HEAD, box=None)
    for by, several in summaries.items():
        for each in several:
            table.add_row(*_cells(by, each))
    console.print(table)


def _cells(by: str, summary: QualitySummary) -> tuple[str, ...]:
    median = summary.median_fill_ns
    return (
        summary.name if by == "all" else f"{by} {summary.name}",
        f"{summary.orders:,}",
        f"{summary.filled:,}",
        f"{float(summary.notional):,.2f}",
        *(_share(bps_text(value)) for value, _ in summary.shares.values()),
        _share(rounded_text(summary.fill_ratio)),
        _share(rounded_text(summary.maker_share)),
        _UNKNOWN if median is None else f"{median / _NS_PER_S:,.3f} s",
    )


def _share(text: str | None) -> str:
    return _UNKNOWN if text is None else text
