"""One series of a feature store as a writer sees it: what it has, and whether rows go on from it.

Values depend on where the history before them began. So a stream is joined to a series only where
it is the same stream: at the first and the last row that the series has, what is computed now must
equal what was written then, and nothing is put before the first.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from traider.domain.errors import DataError
from traider.features.definition import Definition
from traider.kernel.records import Floats
from traider.store.instants import instant_text
from traider.store.kinds import IntArray
from traider.store.lake_paths import SeriesKey
from traider.store.market_store import MarketStore, SeriesExtent, Span, WriteReport


class KeptSeries:
    """A series, its definition, and where it stands.

    Args:
        store: what keeps it.
        key: its name.
        definition: of its rows.
        extent: what the store has of it, None where it has nothing.
        goes_on: whether rows come from a state that was reached before, not from a beginning.
    """

    def __init__(
        self,
        store: MarketStore,
        key: SeriesKey,
        definition: Definition,
        extent: SeriesExtent | None,
        *,
        goes_on: bool,
    ) -> None:
        self.key = key
        self.definition = definition
        self._store = store
        self._is_joined = extent is None or not extent.rows
        self._goes_on = goes_on
        self._first_ns, self._last_ns = 0, -1
        self._ends: dict[int, Floats] = {}
        if extent is not None and extent.rows:
            self._first_ns, self._last_ns = extent.first_ns, extent.last_ns
            self._ends = {ts: self._row(ts) for ts in (extent.first_ns, extent.last_ns)}

    def _row(self, ts_ns: int) -> Floats:
        """Return the values that the store has at ``ts_ns``, NaN for none."""
        row = pa.concat_tables(self._store.read(self.key, ts_ns, ts_ns + 1))
        values = [row.column(name)[0].as_py() for name in self.definition.columns]
        return np.array([np.nan if value is None else value for value in values])

    def join(self, ts_ns: IntArray, values: Floats) -> None:
        """Refuse rows of another stream than the one the series has.

        Raises:
            DataError: says where they part.
        """
        if not self._is_joined:
            begins = int(ts_ns[0])
            if begins < self._first_ns or (begins > self._first_ns and not self._goes_on):
                raise self._error(
                    f"begins at {instant_text(self._first_ns)}, and these rows at"
                    f" {instant_text(begins)}"
                )
            self._is_joined = True
        for ts in list(self._ends):
            place = int(np.searchsorted(ts_ns, ts, "left"))
            if place == len(ts_ns) or ts_ns[place] != ts:
                continue
            if not np.array_equal(self._ends.pop(ts), values[place], equal_nan=True):
                raise self._error(f"holds other values at {instant_text(ts)} than are computed now")

    def write(self, ts_ns: IntArray, values: Floats) -> tuple[int, int]:
        """Write rows that were joined; return how many are new, and how many are not.

        Raises:
            DataError: the store contradicts them, or cannot write.
        """
        known = int(np.searchsorted(ts_ns, self._last_ns, "right"))
        if known == len(ts_ns):
            return 0, known
        report = self._append(ts_ns[known:], values[known:])
        return report.fresh, known + report.known

    def _append(self, ts_ns: IntArray, values: Floats) -> WriteReport:
        first, last = int(ts_ns[0]), int(ts_ns[-1])
        start = first if self._last_ns < 0 else self._last_ns + 1
        rows = _table(self.definition.columns, ts_ns, values)
        report = self._store.write(self.key, rows, Span(start, last + 1))
        if len(report.conflicts):
            ts = instant_text(int(ts_ns[report.conflicts[0]]))
            raise self._error(f"holds other values at {ts} than are computed now")
        self._last_ns = last
        return report

    def _error(self, what: str) -> DataError:
        return DataError(
            what,
            where=str(self.key),
            fix="values depend on the history before them: begin where the series begins, go on"
            " from a checkpoint, or use another store",
        )


def _table(columns: Sequence[str], ts_ns: IntArray, values: Floats) -> pa.Table:
    """Return rows as the store takes them; NaN is null."""
    found = {"ts": pa.array(ts_ns)}
    for place, name in enumerate(columns):
        column = np.ascontiguousarray(values[:, place])
        found[name] = pa.array(column, mask=np.isnan(column))
    return pa.table(found)
