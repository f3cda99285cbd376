"""Import one file into the lake: read, check, refuse or set aside what is wrong, write the rest.

Nothing is written before the whole file is known to be acceptable. Every row read is accounted
for: imported + quarantined + duplicates = rows.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from traider.domain.errors import DataError, UsageError
from traider.store.cells import MIXED
from traider.store.check_rows import row_place, row_reason
from traider.store.checking import check_prepared
from traider.store.findings import Finding, Severity, ranked
from traider.store.instants import instant_text
from traider.store.lake_paths import SeriesKey
from traider.store.lake_writing import (
    SeriesPlan,
    plan_series,
    planned_days,
    write_plan,
    writing,
)
from traider.store.preparation import Prepared, SourceOptions, prepare
from traider.store.quarantine import write_quarantine
from traider.store.row_faults import FINDING_KINDS, RowFault, mark
from traider.store.series import Series
from traider.store.source_files import open_source

REFUSE: Final = "refuse"
QUARANTINE: Final = "quarantine"

Progress = Callable[[float, str], None]
"""Takes the fraction done, 0 to 1, and what is being done."""


@dataclass(frozen=True)
class ImportedSeries:
    """What an import did to one series."""

    series: str
    instrument: str
    kind: str
    folder: Path
    rows: int
    imported: int
    duplicates: int
    first: str
    last: str


@dataclass(frozen=True)
class ImportReport:
    """What became of a file's rows: ``imported + quarantined + duplicates == rows``."""

    file: Path
    rows: int
    imported: int
    duplicates: int
    """Rows that repeat another row of the file, or that the lake had already."""
    quarantined: int
    quarantine_file: Path | None
    days_written: int
    series: tuple[ImportedSeries, ...]
    findings: tuple[Finding, ...]
    unit: str
    columns: Mapping[str, str]
    ignored_columns: tuple[str, ...]


@dataclass(frozen=True)
class Importer:
    """An import under way: where to, what to do with bad rows, and who is watching."""

    lake: Path
    on_bad: str
    now_ns: int
    progress: Progress | None = None
    stop: Callable[[], bool] = lambda: False

    def run(self, path: Path, options: SourceOptions) -> ImportReport:
        """Import ``path`` as ``options`` say.

        Raises:
            DataError: the file cannot be read, or rows are bad and bad rows are refused.
            UsageError: the instrument cannot be told, or an option does not fit the file.
            Interrupted: ``stop`` answered yes; days written stay.
        """
        self._report(0.0, f"reading {path.name}")
        prepared = prepare(open_source(path), options, self.now_ns)
        _refuse_ambiguous(prepared)
        self._refuse_bad(prepared)
        keys = [_key(prepared, series) for series in prepared.series]
        self._report(0.0, f"checking {path.name}")
        with writing(self.lake):
            plans = self._plans(prepared, keys)
            self._refuse_bad(prepared)
            findings = _mended(check_prepared(prepared), options)
            self._write(plans, path.name)
            aside = write_quarantine(prepared, self.lake) if prepared.bad_rows else None
        return _told(prepared, plans, findings, aside)

    def _report(self, fraction: float, text: str) -> None:
        if self.progress is not None:
            self.progress(fraction, text)

    def _plans(self, prepared: Prepared, keys: list[SeriesKey]) -> list[SeriesPlan]:
        """Compare all series with the lake; rows it contradicts become faults."""
        plans = []
        for series, key in zip(prepared.series, keys, strict=True):
            plan = plan_series(series, key, self.lake)
            contradicted = np.zeros(prepared.source.table.num_rows, np.bool_)
            contradicted[plan.conflicts] = True
            mark(prepared.rows.faults, contradicted, RowFault.LAKE)
            plans.append(plan)
        return plans

    def _write(self, plans: list[SeriesPlan], name: str) -> None:
        total = planned_days(plans)
        written = 0

        def done() -> None:
            nonlocal written
            written += 1
            self._report(written / total, f"writing {name}")

        for plan in plans:
            write_plan(plan, done, self.stop)

    def _refuse_bad(self, prepared: Prepared) -> None:
        """Refuse a file with bad rows, unless they are to be set aside."""
        if self.on_bad == QUARANTINE or not prepared.bad_rows:
            return
        faults = prepared.rows.faults
        counts = Counter(RowFault(int(code)) for code in faults[faults != RowFault.SOUND])
        told = [f"{FINDING_KINDS[fault]} {count}" for fault, count in sorted(counts.items())]
        first = _first_bad(prepared)
        lines = len(prepared.source.malformed)
        if lines:
            told.insert(0, f"{FINDING_KINDS[RowFault.MALFORMED]} {lines}")
        raise DataError(
            f"{prepared.bad_rows} of {prepared.source.rows} rows are bad ({', '.join(told)}), "
            f"first {first}",
            where=str(prepared.source.path),
            fix="mend them, or set them aside with --on-bad quarantine; nothing was imported",
        )


def _mended(findings: tuple[Finding, ...], options: SourceOptions) -> tuple[Finding, ...]:
    """Return the findings, those that the import has mended being errors no more."""
    kinds = {"duplicates", "out-of-order"} | ({"unit-mistakes"} if options.unit == MIXED else set())
    return ranked(
        [
            replace(finding, severity=Severity.NOTE)
            if finding.kind in kinds and finding.severity is Severity.ERROR
            else finding
            for finding in findings
        ]
    )


def _first_bad(prepared: Prepared) -> str:
    """Return the place and the reason of the first bad row."""
    bad = np.flatnonzero(~prepared.rows.sound)
    malformed = prepared.source.malformed
    lines = prepared.source.lines
    if malformed and (not len(bad) or lines is None or malformed[0].line < int(lines[int(bad[0])])):
        line = malformed[0]
        return f"line {line.line}: it has {line.cells} cells"
    row = int(bad[0])
    return f"{row_place(prepared, row).text}: {row_reason(prepared, row)}"


def _refuse_ambiguous(prepared: Prepared) -> None:
    """Refuse what only the person can decide: mixed units, and stamps that may be closes."""
    path, changes = prepared.source.path, prepared.times.changes
    if changes and prepared.options.unit == "auto":
        change = changes[0]
        place = row_place(prepared, change.row).text
        raise DataError(
            f"times change from {change.before} to {change.after} at {place}"
            + (f" and {len(changes) - 1} times more" if len(changes) > 1 else ""),
            where=str(path),
            fix="--unit mixed takes each row in its own unit, "
            f"--unit {prepared.times.unit} takes the others as bad rows",
        )
    evidence = prepared.evidence
    if evidence is not None and evidence.is_certain and not prepared.options.stamp:
        raise DataError(
            f"{evidence.why}: its bars seem to be stamped at their close",
            where=str(path),
            fix="say --stamp close, or --stamp open to take the times as they are",
        )


def _key(prepared: Prepared, series: Series) -> SeriesKey:
    """Return where in the lake a series belongs.

    Raises:
        UsageError: its instrument cannot be told.
    """
    if series.name is None:
        parts = prepared.parts
        if series.symbol and parts.venue:
            what, fix = f"cannot tell base and quote of {series.symbol!r}", "say --instrument"
        elif series.symbol or parts.base:
            what, fix = "cannot tell the venue", "say --venue"
        else:
            what = "cannot tell the instrument"
            fix = "say --instrument VENUE:BASE-QUOTE, with -PERP for a perpetual"
        raise UsageError(what, where=str(prepared.source.path), fix=fix)
    return SeriesKey(series.name, prepared.kind)


def _told(
    prepared: Prepared,
    plans: list[SeriesPlan],
    findings: tuple[Finding, ...],
    aside: Path | None,
) -> ImportReport:
    done = tuple(
        _imported(series, plan) for series, plan in zip(prepared.series, plans, strict=True)
    )
    return ImportReport(
        file=prepared.source.path,
        rows=prepared.source.rows,
        imported=sum(part.imported for part in done),
        duplicates=sum(part.duplicates for part in done),
        quarantined=prepared.bad_rows,
        quarantine_file=aside,
        days_written=planned_days(plans),
        series=done,
        findings=findings,
        unit=prepared.times.unit,
        columns=dict(prepared.columns.fields),
        ignored_columns=prepared.columns.ignored,
    )


def _imported(series: Series, plan: SeriesPlan) -> ImportedSeries:
    ts = series.ts_ns
    return ImportedSeries(
        series=str(plan.key),
        instrument=str(plan.key.name),
        kind=str(plan.key.kind),
        folder=plan.folder,
        rows=len(ts) + len(series.duplicates),
        imported=plan.fresh,
        duplicates=plan.known + len(series.duplicates),
        first=instant_text(int(ts[0])) if len(ts) else "",
        last=instant_text(int(ts[-1])) if len(ts) else "",
    )
