"""Series from one market store into another: rows, what they cover, and their grids."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from traider.domain.errors import Interrupted
from traider.store.lake_paths import SeriesKey
from traider.store.market_store import MarketStore, Span
from traider.store.row_checks import instants_of


@dataclass(frozen=True)
class CopiedSeries:
    """What became of the rows of a series."""

    key: SeriesKey
    rows: int
    fresh: int
    known: int
    conflicts: int
    """Rows that the target contradicts; it keeps its own."""


def copy_series(
    source: MarketStore,
    target: MarketStore,
    key: SeriesKey,
    told: Callable[[int], None] = lambda _rows: None,
    stop: Callable[[], bool] = lambda: False,
) -> CopiedSeries:
    """Copy a series; rows that the target has already change nothing.

    ``told`` is called after each batch with the rows so far.

    Raises:
        Interrupted: ``stop`` answered yes between two batches; those written stay.
        DataError: the source is damaged, or a store refused.
    """
    rows = fresh = known = conflicts = 0
    for batch in _whole_instants(source.read(key)):
        if stop():
            raise Interrupted("stopped", fix="what was copied stays; the same command goes on")
        report = target.write(key, batch, Span(0, 0))
        rows, fresh, known = rows + report.rows, fresh + report.fresh, known + report.known
        conflicts += len(report.conflicts)
        told(rows)
    for span in source.coverage(key):
        # Said last: a copy that was stopped does not claim to have everything.
        target.write(key, _none_of(source, key), span)
    return CopiedSeries(key, rows, fresh, known, conflicts)


def _whole_instants(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield tables none of which ends within an instant: unnumbered rows of one come together."""
    held: list[pa.Table] = []
    for table in tables:
        if not table.num_rows:
            continue
        if held and held[0].schema.metadata != table.schema.metadata:
            yield _joined(held)
            held = []
        ts = instants_of(table)
        cut = int(ts.searchsorted(ts[-1], "left"))
        if cut:
            yield _joined([*held, table.slice(0, cut)])
            held = []
        held.append(table.slice(cut))
    if held:
        yield _joined(held)


def _joined(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).combine_chunks()


def _none_of(source: MarketStore, key: SeriesKey) -> pa.Table:
    """Return a table of the series' columns without rows."""
    for table in source.read(key):
        return table.slice(0, 0)
    return key.kind.schema.empty_table()
