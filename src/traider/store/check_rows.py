"""Checks of the rows of a file as they stand: bad ones, repetitions, order, units, stamps."""

from collections.abc import Iterator

import numpy as np

from traider.store.arrow_columns import cell_texts, column_of
from traider.store.findings import PLACES_MAX, Finding, Place, Severity
from traider.store.instants import instant_text, length_text
from traider.store.kinds import IntArray
from traider.store.preparation import Prepared
from traider.store.row_faults import FINDING_KINDS, REASONS, RowFault, values_text
from traider.store.series import Series


def check_rows(prepared: Prepared) -> Iterator[Finding]:
    """Yield what is found in the rows of a file before they become series."""
    yield from _malformed(prepared)
    for fault in RowFault:
        if fault not in {RowFault.SOUND, RowFault.MALFORMED}:
            yield from _faults(prepared, fault)
    yield from _unit_changes(prepared)
    for series in prepared.series:
        of = f", of {series.symbol}" if len(prepared.series) > 1 else ""
        yield from _repetitions(prepared, series, of)
        yield from _disorder(prepared, series, of)
    yield from _close_stamps(prepared)
    yield from _jitter(prepared)


def row_place(prepared: Prepared, row: int) -> Place:
    """Return where a row of the file stands, with its time where that can be read."""
    text = prepared.source.place(row)
    stamped = int(prepared.rows.stamped_ns[row])
    if not stamped:
        return Place(text)
    time = instant_text(stamped)
    return Place(f"{text} ({time})", time)


def row_reason(prepared: Prepared, row: int) -> str:
    """Return what is wrong with a row, with the cell or the values that show it."""
    fault = RowFault(int(prepared.rows.faults[row]))
    reason = REASONS[fault]
    if fault is RowFault.UNIT:
        return f"{reason}, {prepared.times.unit}: {_cell(prepared, 'ts', row)!r}"
    if fault is RowFault.TIME:
        return f"{reason}: {_cell(prepared, 'ts', row)!r}"
    if fault is RowFault.NUMBER:
        return f"{reason}: {_bad_cells(prepared, row)}"
    if fault is RowFault.FUTURE:
        return reason
    return f"{reason}: {values_text(prepared.rows.values, row)}"


def _cell(prepared: Prepared, field: str, row: int) -> str:
    column = column_of(prepared.source.table, prepared.columns.fields[field])
    return cell_texts(column.slice(row, 1))[0]


def _bad_cells(prepared: Prepared, row: int) -> str:
    """Return the fields of a row that no number came of, with their cells."""
    values = prepared.rows.values
    told = [
        f"{field} {_cell(prepared, field, row)!r}"
        for field in prepared.columns.fields
        if (field in values and (np.isnan(values[field][row]) or values[field][row] == 0.0))
        or (field == "symbol" and not _cell(prepared, field, row))
    ]
    return ", ".join(told)


def _malformed(prepared: Prepared) -> Iterator[Finding]:
    lines = prepared.source.malformed
    if lines:
        cells = len(prepared.source.table.column_names)
        places = tuple(Place(f"line {line.line}") for line in lines[:PLACES_MAX])
        yield Finding(
            FINDING_KINDS[RowFault.MALFORMED],
            Severity.ERROR,
            len(lines),
            f"the first of them has {lines[0].cells} cells, the header {cells}",
            places[0],
            places,
        )


def _faults(prepared: Prepared, fault: RowFault) -> Iterator[Finding]:
    rows = np.flatnonzero(prepared.rows.faults == fault)
    if len(rows):
        kind = FINDING_KINDS[fault]
        if fault is RowFault.IMPOSSIBLE and not prepared.content.is_bars:
            kind = "impossible-values"
        yield _at_rows(prepared, kind, rows, row_reason(prepared, int(rows[0])))


def _at_rows(
    prepared: Prepared,
    kind: str,
    rows: IntArray,
    meaning: str,
    severity: Severity = Severity.ERROR,
) -> Finding:
    places = tuple(row_place(prepared, int(row)) for row in rows[:PLACES_MAX])
    return Finding(kind, severity, len(rows), meaning, places[0], places)


def _unit_changes(prepared: Prepared) -> Iterator[Finding]:
    changes = prepared.times.changes
    if not changes or (prepared.rows.faults == RowFault.UNIT).any():
        return
    places = tuple(row_place(prepared, change.row) for change in changes[:PLACES_MAX])
    first = changes[0]
    told = [
        {"row": change.row, "before": change.before, "after": change.after}
        for change in changes[:PLACES_MAX]
    ]
    yield Finding(
        "unit-mistakes",
        Severity.ERROR,
        len(changes),
        f"times change from {first.before} to {first.after} inside the file; most are in "
        f"{prepared.times.unit}",
        places[0],
        places,
        details={"changes": told},
    )


def _repetitions(prepared: Prepared, series: Series, of: str) -> Iterator[Finding]:
    if len(series.duplicates):
        yield _at_rows(
            prepared,
            "duplicates",
            np.sort(series.duplicates),
            "rows that say again what an earlier one says" + of,
        )


def _disorder(prepared: Prepared, series: Series, of: str) -> Iterator[Finding]:
    if not len(series.disorder):
        return
    if series.is_backward:
        meaning = "the file runs from new to old; an import turns it round"
    else:
        meaning = "rows earlier than the row before them; an import sorts them"
    yield _at_rows(prepared, "out-of-order", series.disorder, meaning + of)


def _close_stamps(prepared: Prepared) -> Iterator[Finding]:
    evidence = prepared.evidence
    if evidence is None or prepared.options.stamp:
        return
    row = int(np.flatnonzero(prepared.rows.sound)[0])
    meaning = (
        f"{evidence.why}: bars are stamped at their close; import them with --stamp close"
        if evidence.is_certain
        else f"{evidence.why}, as if stamps were closes; say --stamp open or close"
    )
    yield _at_rows(
        prepared,
        "stamps-at-close",
        np.array([row]),
        meaning,
        Severity.ERROR if evidence.is_certain else Severity.WARNING,
    )


def _jitter(prepared: Prepared) -> Iterator[Finding]:
    late = np.flatnonzero(prepared.jitter_ns)
    if len(late):
        most = int(prepared.jitter_ns.max())
        worst = late[np.argsort(-prepared.jitter_ns[late], kind="stable")]
        yield _at_rows(
            prepared,
            "late-stamps",
            worst,
            f"settlements stamped up to {length_text(most)} after their hour; an import floors "
            "them to it",
            Severity.NOTE,
        )
