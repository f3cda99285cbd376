"""Check a file or a series of the lake: everything found, the bad things first."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np

from traider.domain.instruments import InstrumentName
from traider.domain.registry import shipped_instruments
from traider.store.arrow_columns import compute, flags
from traider.store.check_prices import check_prices
from traider.store.check_recordings import check_files, check_recording
from traider.store.check_rows import check_rows
from traider.store.check_stamps import check_stamps
from traider.store.findings import Finding, Severity, ranked
from traider.store.kinds import IMPORTED, Content, IntArray
from traider.store.lake import read_series
from traider.store.lake_paths import SeriesKey
from traider.store.preparation import Prepared
from traider.store.row_faults import RowFault
from traider.store.series import Series
from traider.store.subjects import Subject

_BAD_VALUES: Final = (RowFault.NUMBER, RowFault.IMPOSSIBLE, RowFault.CONFLICT)


def check_prepared(prepared: Prepared) -> tuple[Finding, ...]:
    """Return the findings of a file."""
    found = list(check_rows(prepared))
    many = len(prepared.series) > 1
    for series in prepared.series:
        found += _check_subject(_of_file(prepared, series, many=many))
    return ranked(found)


def check_lake_series(key: SeriesKey, folder: Path) -> tuple[int, tuple[Finding, ...]]:
    """Return the rows and the findings of a series of the lake; ``folder`` is its folder.

    Raises:
        DataError: a file of it is damaged.
    """
    if key.kind.content not in IMPORTED:
        return check_recording(key, folder)
    table = read_series(folder)
    values = {
        name: table.column(name).to_numpy()
        for name in table.column_names
        if name not in {"ts", "id"} and not table.column(name).null_count
    }
    subject = Subject(
        label="",
        content=key.kind.content,
        length_ns=key.kind.length_ns,
        ts_ns=table.column("ts").to_numpy(),
        values=values,
        rows=None,
        row_text=str,
        tick_size=tick_of(key.name),
    )
    return table.num_rows, ranked(
        [*_order(subject), *_check_subject(subject), *check_files(folder)]
    )


def _order(subject: Subject) -> Iterator[Finding]:
    """Yield what an import never writes: rows of the lake out of order, or there twice."""
    steps = np.diff(subject.ts_ns)
    back = np.flatnonzero(steps < 0) + 1
    if len(back):
        yield subject.finding(
            "out-of-order", Severity.ERROR, back, "rows earlier than the row before them"
        )
    again = np.flatnonzero(steps == 0) + 1
    if len(again) and subject.content is not Content.TRADES:
        yield subject.finding("duplicates", Severity.ERROR, again, "rows of an instant there twice")


def _check_subject(subject: Subject) -> list[Finding]:
    return [*check_stamps(subject), *check_prices(subject)]


def _of_file(prepared: Prepared, series: Series, *, many: bool) -> Subject:
    return Subject(
        label=(str(series.name) if series.name else series.symbol) if many else "",
        content=prepared.content,
        length_ns=prepared.length_ns,
        ts_ns=series.ts_ns,
        values=series.values,
        rows=series.rows,
        row_text=prepared.source.place,
        tick_size=tick_of(series.name),
        bad_ns=_bad_instants(prepared, series),
    )


def _bad_instants(prepared: Prepared, series: Series) -> IntArray:
    """Return the instants of a series whose rows have a time and nothing else to rely on."""
    rows = prepared.rows
    bad = np.isin(rows.faults, _BAD_VALUES)
    if rows.symbols is not None and bad.any():
        bad &= flags(compute.equal(rows.symbols, series.symbol))
    return np.unique(rows.ts_ns[bad])


def tick_of(name: InstrumentName | None) -> Decimal | None:
    """Return the tick of an instrument that the registry knows."""
    known = shipped_instruments().get(str(name)) if name is not None else None
    return known.tick_size if known is not None else None
