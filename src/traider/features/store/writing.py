"""Write rows into a feature store: one writer, for a live feed and for whole files.

What the store has already is not written again, so a computation may be repeated or go on where it
stopped.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from traider.features.store.definition_folder import DefinitionFolder
from traider.features.store.kept_series import KeptSeries
from traider.features.store.sheets import Sheet, series_key
from traider.kernel.observer import Observed
from traider.kernel.records import Floats
from traider.store.kinds import IntArray
from traider.store.market_store import MarketStore

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


class FeatureWriter:
    """Takes observed rows and writes them in batches, a series an instrument and definition.

    Args:
        store: where the rows go.
        definitions: where their definitions go.
        sheets: what is written, in the order of the instruments' numbers.
        batch_rows: rows that wait at most before they are written.
        goes_on: whether rows come from a checkpoint; else they begin where their series begins.
    """

    def __init__(
        self,
        store: MarketStore,
        definitions: DefinitionFolder,
        sheets: Sequence[Sheet],
        batch_rows: int = BATCH_ROWS,
        *,
        goes_on: bool = False,
    ) -> None:
        self._batch_rows = batch_rows
        self._waiting: list[Observed] = []
        self._rows = 0
        self._fresh = 0
        self._known = 0
        extents = {extent.key: extent for extent in store.series()}
        self._series: list[list[KeptSeries]] = []
        for sheet in sheets:
            found = []
            for definition in sheet.definitions:
                definitions.keep(definition)
                key = series_key(sheet.name, definition)
                extent = extents.get(key)
                found.append(KeptSeries(store, key, definition, extent, goes_on=goes_on))
            self._series.append(found)

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
        """Write all rows that wait; once it returns they stay. After a failure they still wait.

        Raises:
            DataError: the store contradicts them, or cannot write; of what it contradicts
                nothing is written.
        """
        if not self._waiting:
            return
        work = self._sorted_out()
        for series, ts, values in work:
            series.join(ts, values)
        with ThreadPoolExecutor(min(_WRITERS, len(work))) as pool:
            counts = list(pool.map(lambda one: one[0].write(*one[1:]), work))
        self._waiting, self._rows = [], 0
        self._fresh += sum(fresh for fresh, _ in counts)
        self._known += sum(known for _, known in counts)

    def _sorted_out(self) -> list[tuple[KeptSeries, IntArray, Floats]]:
        """Return the rows that wait, by series."""
        ts = np.concatenate([rows.ts_ns for rows in self._waiting])
        instruments = np.concatenate([rows.instruments for rows in self._waiting])
        features = np.concatenate([rows.features for rows in self._waiting])
        signals = np.concatenate([_signal_matrix(rows) for rows in self._waiting])
        found = []
        for number in np.unique(instruments).tolist():
            mine = np.flatnonzero(instruments == number)
            for series, values in zip(self._series[number], (features, signals), strict=False):
                found.append((series, ts[mine], values[mine]))
        return found


def _signal_matrix(rows: Observed) -> Floats:
    """Return the columns of a signal definition: scores and confidences, then what is wanted."""
    wanted = [
        rows.wanted[name].astype(np.float64) for name in ("combined", "direction", "exposure")
    ]
    return np.column_stack([rows.scores, *wanted])
