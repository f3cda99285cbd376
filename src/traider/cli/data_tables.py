"""What the data commands print: tables for people, plain values for programs."""

from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from traider.domain.errors import TraiderError
from traider.runtime.market_data import Checked
from traider.store.describing import Description
from traider.store.findings import Finding, Severity
from traider.store.importing import ImportReport
from traider.store.lake_paths import day_of, day_text
from traider.store.market_store import SeriesExtent

_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_SERIES_SHOWN_MAX: Final = 12


def _plain_table(*columns: str, right: frozenset[str] = frozenset()) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return table


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def fault_json(error: TraiderError) -> dict[str, object]:
    """Return an error as the command line prints it as JSON."""
    return {"what": error.what, "where": error.where, "fix": error.fix, "line": error.line()}


def check_summary(checked: Checked) -> RenderableType:
    """Return the findings of a file as a table."""
    warnings = sum(finding.severity is Severity.WARNING for finding in checked.findings)
    verdict = (
        f"{_counted(checked.errors, 'error')}, {_counted(warnings, 'warning')}"
        if checked.errors or warnings
        else "nothing wrong"
    )
    head = Text.assemble((str(checked.file), "bold"), f"\n  {checked.rows:,} rows: {verdict}")
    return Group(head, *findings_table(checked.findings), Text(""))


def findings_table(findings: tuple[Finding, ...]) -> list[RenderableType]:
    """Return the findings, each with its place and its meaning in one cell, one above the other."""
    if not findings:
        return []
    table = _plain_table("", "finding", "count", "where and what", right=frozenset({"count"}))
    for finding in findings:
        place = f"{finding.series}, {finding.place.text}" if finding.series else finding.place.text
        table.add_row(
            Text(finding.severity.value, _STYLES[finding.severity]),
            Text(finding.kind, no_wrap=True),
            f"{finding.count:,}",
            Text.assemble(place, "\n", (finding.meaning, "dim")),
        )
    return [table]


def import_json(report: ImportReport) -> dict[str, object]:
    """Return what became of a file as plain values."""
    return {
        "file": str(report.file),
        "rows": report.rows,
        "imported": report.imported,
        "duplicates": report.duplicates,
        "quarantined": report.quarantined,
        "quarantine_file": None if report.quarantine_file is None else str(report.quarantine_file),
        "days_written": report.days_written,
        "unit": report.unit,
        "columns": dict(report.columns),
        "ignored_columns": list(report.ignored_columns),
        "series": [{**asdict(part), "folder": str(part.folder)} for part in report.series],
        "findings": [finding.as_json() for finding in report.findings],
    }


def import_summary(report: ImportReport) -> RenderableType:
    """Return what became of a file, for people."""
    head = Text.assemble(
        (str(report.file), "bold"),
        f"\n  {report.rows:,} rows = {report.imported:,} imported + {report.duplicates:,} known "
        f"+ {report.quarantined:,} quarantined",
    )
    parts: list[RenderableType] = [head]
    for series in report.series[:_SERIES_SHOWN_MAX]:
        span = f", {series.first} to {series.last}" if series.first else ""
        parts.append(Text(f"  {series.series}: {series.imported:,} imported{span}"))
    if len(report.series) > _SERIES_SHOWN_MAX:
        parts.append(Text(f"  and {len(report.series) - _SERIES_SHOWN_MAX} more instruments"))
    if report.ignored_columns:
        parts.append(Text(f"  columns not imported: {', '.join(report.ignored_columns)}"))
    if report.quarantine_file is not None:
        parts.append(Text(f"  bad rows: {report.quarantine_file}", "yellow"))
    return Group(*parts, *findings_table(report.findings), Text(""))


def _days(extent: SeriesExtent) -> tuple[str, str]:
    """Return the first and the last day of a series, empty without rows."""
    if not extent.rows:
        return "", ""
    return day_text(day_of(extent.first_ns)), day_text(day_of(extent.last_ns))


def extent_json(extent: SeriesExtent, lake: Path) -> dict[str, object]:
    """Return the extent of a series as plain values."""
    first_day, last_day = _days(extent)
    return {
        "venue": extent.key.name.venue,
        "instrument": str(extent.key.name),
        "kind": str(extent.key.kind),
        "folder": str(extent.key.folder(lake)),
        "rows": extent.rows,
        "days": extent.days,
        "first_day": first_day,
        "last_day": last_day,
        "bytes": extent.bytes,
    }


def extent_table(extents: list[SeriesExtent]) -> RenderableType:
    """Return the series of a lake as a table."""
    if not extents:
        return Text("the lake is empty")
    table = _plain_table(
        *("instrument", "kind", "rows", "days", "first", "last", "MB"),
        right=frozenset({"rows", "days", "MB"}),
    )
    for extent in extents:
        table.add_row(
            str(extent.key.name),
            str(extent.key.kind),
            f"{extent.rows:,}",
            f"{extent.days:,}",
            *_days(extent),
            f"{extent.bytes / 1e6:.1f}",
        )
    return table


def description_table(description: Description) -> RenderableType:
    """Return what a series holds as a table."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    rows = {
        "instrument": description.instrument,
        "kind": description.kind,
        "place": description.place,
        "rows": f"{description.rows:,} on {description.days:,} days",
        "from": description.first,
        "to": description.last,
        "decimals": "" if description.decimals is None else str(description.decimals),
        "size": f"{description.bytes / 1e6:.2f} MB",
    }
    for name, value in rows.items():
        if value:
            table.add_row(name, value)
    for column in description.columns:
        span = "empty" if column.lowest is None else f"{column.lowest:g} to {column.highest:g}"
        empty = f", {column.empty:,} empty" if column.empty and column.lowest is not None else ""
        table.add_row(column.name, span + empty)
    for note in description.notes:
        table.add_row("", note)
    return Group(table, Text(""))
