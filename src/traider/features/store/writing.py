"""Write rows into a feature store: one writer, for a live feed and for whole files.

What the store has already is not written again, so a computation may be repeated or go on where it
stopped. At the first and the last row that a series has, what is computed now must equal what was
written then; where it does not, the stream began elsewhere, and nothing is mixed.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa

from traider.domain.errors import DataError
from traider.features.definition import Definition
from traider.features.store.definition_folder import DefinitionFolder
from traider.features.store.sheets import Sheet, series_key
from traider.kernel.observer import Observed
from traider.kernel.records import Floats
from traider.store.instants import instant_text
from traider.store.kinds import IntArray
from traider.store.lake_paths import SeriesKey
from traider.store.market_store import MarketStore, Span, WriteReport

BATCH_ROWS: Final = 262_144
"""Rows of all instruments that are gathered before they are written, some tens of megabytes."""
_WRITERS: Final = 8
"""Series written at once: a write mostly waits for the disk to have its bytes for good."""


@dataclass(frozen=True)
class Written:
    """What became of the rows so far."""

    fresh: int
    known: int
    """Rows that the store had already."""


@dataclass
class _Series:
    """One series and where it stands."""

    key: SeriesKey
    definition: Definition
    first_ns: int
    last_ns: int
    """Of the rows the store has; the last is before the first where it has none."""
    ends: dict[int, tuple[float, ...]] = field(default_factory=dict)
    """Its first and its last row as they were when the writing began, until they are compared."""


class FeatureWriter:
    """Takes observed rows and writes them in batches, a series an instrument and definition.

    Args:
        store: where the rows go.
        definitions: where their definitions go.
        sheets: what is written, in the order of the instruments' numbers.
        batch_rows: rows that wait at most before they are written.
    """

    def __init__(
        self,
        store: MarketStore,
        definitions: DefinitionFolder,
        sheets: Sequence[Sheet],
        batch_rows: int = BATCH_ROWS,
    ) -> None:
        self._store = store
        self._batch_rows = batch_rows
        self._waiting: list[Observed] = []
        self._rows = 0
        self._fresh = 0
        self._known = 0
        extents = {extent.key: extent for extent in store.series()}
        self._series: list[list[_Series]] = []
        for sheet in sheets:
            found = []
            for definition in sheet.definitions:
                definitions.keep(definition)
                key = series_key(sheet.name, definition)
                extent = extents.get(key)
                has_rows = extent is not None and extent.rows > 0
                first, last = (extent.first_ns, extent.last_ns) if extent and has_rows else (0, -1)
                series = _Series(key, definition, first, last)
                if has_rows:
                    series.ends = {ts: self._row(series, ts) for ts in (first, last)}
                found.append(series)
            self._series.append(found)

    def _row(self, series: _Series, ts_ns: int) -> tuple[float, ...]:
        """Return the values that the store has at ``ts_ns``."""
        rows = pa.concat_tables(self._store.read(series.key, ts_ns, ts_ns + 1))
        return tuple(
            float(rows.column(name).to_numpy()[0]) if rows.column(name)[0].is_valid else np.nan
            for name in series.definition.columns
        )

    @property
    def written(self) -> Written:
        """What became of the rows so far; those that still wait are not counted."""
        return Written(self._fresh, self._known)

    def add(self, rows: Observed) -> None:
        """Take rows; enough of them are written at once.

        Raises:
            DataError: the store contradicts them, or cannot write.
        """
        self._waiting.append(rows)
        self._rows += len(rows)
        if self._rows >= self._batch_rows:
            self.flush()

    def flush(self) -> None:
        """Write all rows that wait; once it returns they stay.

        Raises:
            DataError: the store contradicts them, or cannot write.
        """
        waiting, self._waiting, self._rows = self._waiting, [], 0
        if not waiting:
            return
        ts = np.concatenate([rows.ts_ns for rows in waiting])
        instruments = np.concatenate([rows.instruments for rows in waiting])
        features = np.concatenate([rows.features for rows in waiting])
        signals = np.concatenate([_signal_matrix(rows) for rows in waiting])
        work = []
        for number in np.unique(instruments).tolist():
            mine = np.flatnonzero(instruments == number)
            for series, values in zip(self._series[number], (features, signals), strict=False):
                work.append((series, ts[mine], values[mine]))
        with ThreadPoolExecutor(min(_WRITERS, len(work))) as pool:
            for fresh, known in pool.map(lambda one: self._write(*one), work):
                self._fresh += fresh
                self._known += known

    def _write(self, series: _Series, ts_ns: IntArray, values: Floats) -> tuple[int, int]:
        """Write what is new of the rows of one series; return how many are, and how many not."""
        self._compare(series, ts_ns, values)
        begin = int(np.searchsorted(ts_ns, series.first_ns, "left"))
        end = int(np.searchsorted(ts_ns, series.last_ns, "right"))
        end = max(begin, end)
        fresh, known = 0, end - begin
        for part in (slice(0, begin), slice(end, len(ts_ns))):
            if part.start < part.stop:
                report = self._append(series, ts_ns[part], values[part])
                fresh += report.fresh
                known += report.known
        return fresh, known

    def _append(self, series: _Series, ts_ns: IntArray, values: Floats) -> WriteReport:
        columns = {"ts": pa.array(ts_ns)}
        for place, name in enumerate(series.definition.columns):
            column = np.ascontiguousarray(values[:, place])
            columns[name] = pa.array(column, mask=np.isnan(column))
        last = int(ts_ns[-1])
        follows = 0 <= series.last_ns < int(ts_ns[0])
        start = series.last_ns + 1 if follows else int(ts_ns[0])
        report = self._store.write(series.key, pa.table(columns), Span(start, last + 1))
        if len(report.conflicts):
            raise _contradicts(series, int(ts_ns[report.conflicts[0]]))
        if series.last_ns < 0:
            series.first_ns = int(ts_ns[0])
        series.last_ns = max(series.last_ns, last)
        return report

    def _compare(self, series: _Series, ts_ns: IntArray, values: Floats) -> None:
        """Refuse to go on where a row at an end of the series is not what is computed now."""
        for ts in list(series.ends):
            place = int(np.searchsorted(ts_ns, ts, "left"))
            if place == len(ts_ns) or ts_ns[place] != ts:
                continue
            kept = np.array(series.ends.pop(ts))
            if not np.array_equal(kept, values[place], equal_nan=True):
                raise _contradicts(series, ts)


def _signal_matrix(rows: Observed) -> Floats:
    """Return the columns of a signal definition: scores and confidences, then what is wanted."""
    wanted = [
        rows.wanted[name].astype(np.float64) for name in ("combined", "direction", "exposure")
    ]
    return np.column_stack([rows.scores, *wanted])


def _contradicts(series: _Series, ts_ns: int) -> DataError:
    return DataError(
        f"holds other values at {instant_text(ts_ns)} than are computed now",
        where=str(series.key),
        fix="the events before it began elsewhere or differ: use the same data, or another store",
    )
