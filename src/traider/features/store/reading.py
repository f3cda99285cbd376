"""Read features and signals: by time, and as of an instant. A row is known from its ``ts`` on."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from traider.domain.errors import DataError
from traider.domain.instruments import InstrumentName
from traider.features.definition import Definition
from traider.features.store.definition_folder import DefinitionFolder
from traider.features.store.sheets import series_key
from traider.store.kinds import IntArray
from traider.store.market_store import MarketStore

_TS: Final = "ts"


class FeatureReader:
    """The one way to read a feature store, for research and for production.

    Args:
        store: where the rows are.
        definitions: where their definitions are.
    """

    def __init__(self, store: MarketStore, definitions: DefinitionFolder) -> None:
        self._store = store
        self._definitions = definitions

    def definition(self, start: str) -> Definition:
        """Return the definition whose hash begins with ``start``.

        Raises:
            UsageError: none does, or several.
        """
        return self._definitions.find(start)

    def read(
        self,
        name: InstrumentName,
        definition: Definition,
        start_ns: int | None = None,
        end_ns: int | None = None,
    ) -> Iterator[pa.Table]:
        """Yield the rows of an instrument with ``start_ns <= ts < end_ns``, in order.

        Raises:
            DataError: there are none, or something of them is missing or damaged.
        """
        columns = [_TS, *definition.columns]
        for table in self._store.read(series_key(name, definition), start_ns, end_ns):
            yield table.select(columns)

    def as_of(
        self,
        name: InstrumentName,
        definition: Definition,
        ts_ns: IntArray,
        max_age_ns: int | None = None,
    ) -> pa.Table:
        """Return, for each instant, the last row that was known then.

        The rows come in the order of ``ts_ns``, with the instants as column ``asked``. Where there
        was none yet, or where the last is more than ``max_age_ns`` old, the others are null.

        Raises:
            DataError: as ``read``.
        """
        table = self._store.as_of(series_key(name, definition), ts_ns)
        found = table.column(_TS)
        gone = found.is_null().to_numpy(zero_copy_only=False)
        if max_age_ns is not None:
            known = found.to_numpy(zero_copy_only=False)
            gone |= ts_ns - np.where(gone, 0, known).astype(np.int64) > max_age_ns
        kept = pa.array(np.arange(len(ts_ns)), pa.int64(), mask=gone)
        columns = table.select([_TS, *definition.columns]).take(kept)
        return columns.add_column(0, "asked", pa.array(ts_ns))

    def matrix(
        self,
        names: Sequence[InstrumentName],
        definitions: Sequence[Definition],
        ts_ns: IntArray,
        max_age_ns: int | None = None,
    ) -> npt.NDArray[np.float64]:
        """Return what was known of several instruments, as (instants, instruments, columns).

        All definitions have the same columns: instruments on other grids have other definitions.
        NaN stands where there was nothing.

        Raises:
            DataError: as ``read``, or columns differ.
        """
        columns = definitions[0].columns
        for name, definition in zip(names, definitions, strict=True):
            if definition.columns != columns:
                raise DataError(
                    "has other columns than the first instrument",
                    where=str(name),
                    fix="read instruments of the same features together",
                )
        parts = []
        for name, definition in zip(names, definitions, strict=True):
            table = self.as_of(name, definition, ts_ns, max_age_ns)
            parts.append(
                np.column_stack(
                    [table.column(c).to_numpy(zero_copy_only=False) for c in columns]
                ).astype(np.float64)
            )
        return np.stack(parts, axis=1)
