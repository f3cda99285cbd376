"""From a file to series ready to be checked or imported, with everything that was decided on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pyarrow as pa

from traider.domain.errors import DataError
from traider.domain.timeframes import SECOND_NS, timeframe_of
from traider.store.arrow_columns import (
    Cells,
    cell_texts,
    column_of,
    compute,
    empty_cells,
    flags,
    texts_of,
)
from traider.store.cells import Times, as_floats, as_sides, as_times
from traider.store.column_map import ColumnMap, map_columns, symbol_column
from traider.store.kinds import Content, DataKind, FloatArray, IntArray
from traider.store.row_faults import Faults, RowFault, impossible, mark
from traider.store.series import Rows, Series, split_series
from traider.store.series_names import names_of_symbols, said_parts
from traider.store.source_files import Source
from traider.store.source_names import NameParts, split_symbol
from traider.store.stamps import (
    CloseEvidence,
    bar_length_ns,
    close_evidence,
    opened_at,
    settled_at,
)

FUTURE_NS: Final = 60 * SECOND_NS
"""Clocks differ; what is later than now by more than this is dated wrong."""
_NUMBERS: Final = (
    "open", "high", "low", "close", "volume", "price", "size", "rate", "mark", "premium"
)  # fmt: skip
_MAY_BE_EMPTY: Final = frozenset(("mark", "premium"))


@dataclass(frozen=True)
class SourceOptions:
    """What the person says about a file; empty leaves it to be found out."""

    venue: str = ""
    instrument: str = ""
    content: Content | None = None
    timeframe: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Our field to the source's column, or its number from 1."""
    stamp: str = ""
    """``open`` or ``close``: where bars are stamped; empty is open, unless all speaks against."""
    unit: str = "auto"
    """``auto``, ``mixed`` or a unit of numeric times."""


@dataclass(frozen=True)
class Prepared:
    """A file read, understood and cut into series."""

    source: Source
    columns: ColumnMap
    options: SourceOptions
    parts: NameParts
    length_ns: int
    """Length of a bar; 0 for others, and for bars too few to tell."""
    times: Times
    evidence: CloseEvidence | None
    rows: Rows
    series: tuple[Series, ...]
    jitter_ns: IntArray
    """How late each row's funding stamp was; empty for other contents."""

    @property
    def content(self) -> Content:
        """What the rows are."""
        return self.columns.content

    @property
    def kind(self) -> DataKind:
        """What the lake calls it.

        Raises:
            DataError: there are too few bars to tell their length.
        """
        if not self.content.is_bars:
            return DataKind(self.content)
        if not self.length_ns:
            raise DataError(
                "has too few bars to tell how long they are",
                where=str(self.source.path),
                fix="say --timeframe",
            )
        return DataKind(self.content, timeframe_of(self.length_ns))

    @property
    def bad_rows(self) -> int:
        """Rows that cannot be used, malformed lines among them."""
        return len(self.source.malformed) + int((~self.rows.sound).sum())

    @property
    def duplicates(self) -> int:
        """Rows that only repeat others."""
        return sum(len(series.duplicates) for series in self.series)


def prepare(source: Source, options: SourceOptions, now_ns: int) -> Prepared:
    """Understand ``source`` as ``options`` say; ``now_ns`` tells which rows are in the future.

    Raises:
        TraiderError: the columns, the instrument or the length of the bars cannot be told.
    """
    parts = said_parts(source.path, options.venue, options.instrument)
    columns = _columns(source, options, parts)
    rows, times = _read_rows(source, columns, options)
    if not source.rows:
        raise DataError("has no rows", where=str(source.path), fix="export it again")
    if columns.content is Content.FUNDING and not parts.suffix:
        parts = replace(parts, suffix="PERP")  # nothing else is funded
    names = names_of_symbols(
        _symbols(rows), parts, is_said=bool(options.instrument), where=str(source.path)
    )
    length_ns = 0
    evidence = None
    jitter = np.zeros(0, np.int64)
    if columns.content.is_bars:
        length_ns = _length(rows, options, parts, source)
        rows, evidence = _opened(rows, columns, options, length_ns)
    elif columns.content is Content.FUNDING:
        settled, jitter = settled_at(rows.ts_ns)
        rows = replace(rows, ts_ns=settled)
    mark(rows.faults, impossible(columns.content, rows.values), RowFault.IMPOSSIBLE)
    mark(rows.faults, rows.ts_ns > now_ns + FUTURE_NS, RowFault.FUTURE)
    series = split_series(rows, columns.content, names)
    return Prepared(
        source, columns, options, parts, length_ns, times, evidence, rows, series, jitter
    )


def _columns(source: Source, options: SourceOptions, parts: NameParts) -> ColumnMap:
    base = parts.base or _base_of_symbol(source)
    columns = map_columns(source, options.content, options.columns, base)
    if options.content is None and columns.content is Content.BARS and parts.is_mark:
        return map_columns(source, Content.MARK_BARS, options.columns, base)
    return columns


def _base_of_symbol(source: Source) -> str:
    """Return the base of the first symbol of a source, empty without one."""
    name = symbol_column(source)
    if name is None or not source.table.num_rows:
        return ""
    found = split_symbol(cell_texts(column_of(source.table, name).slice(0, 1))[0])
    return found.base if found else ""


def _read_rows(source: Source, columns: ColumnMap, options: SourceOptions) -> tuple[Rows, Times]:
    """Return every cell that is taken, read, and the rows where one cannot be."""
    table = source.table
    faults: Faults = np.zeros(table.num_rows, np.int8)
    times = as_times(column_of(table, columns.fields["ts"]), options.unit, str(source.path))
    mark(faults, times.wrong_unit, RowFault.UNIT)
    mark(faults, ~times.readable, RowFault.TIME)
    values: dict[str, FloatArray] = {}
    for name in _NUMBERS:
        if name in columns.fields:
            cells = column_of(table, columns.fields[name])
            values[name], known = as_floats(cells)
            if name in _MAY_BE_EMPTY:
                known |= empty_cells(cells)
            mark(faults, ~known, RowFault.NUMBER)
    if columns.content is Content.TRADES:
        values["side"] = np.zeros(table.num_rows)
        if "side" in columns.fields:
            cells = column_of(table, columns.fields["side"])
            values["side"], known = as_sides(cells, of_maker=columns.is_side_of_maker)
            mark(faults, ~known, RowFault.NUMBER)
    ids = _texts(table, columns.fields.get("id"))
    symbols = _texts(table, columns.fields.get("symbol"))
    if symbols is not None and symbols.null_count == len(symbols):
        symbols = None
    if symbols is not None:
        mark(faults, flags(symbols.is_null()), RowFault.NUMBER)
    return Rows(times.ts_ns, times.ts_ns, values, ids, symbols, faults), times


def _texts(table: pa.Table, name: str | None) -> Cells:
    return None if name is None else texts_of(column_of(table, name))


def _symbols(rows: Rows) -> list[str]:
    """Return the symbols of a source, none without such a column."""
    if rows.symbols is None:
        return []
    found: list[str] = compute.unique(rows.symbols).drop_null().to_pylist()
    return found


def _length(rows: Rows, options: SourceOptions, parts: NameParts, source: Source) -> int:
    """Return the length of a bar, from the steps within each symbol."""
    sound = np.flatnonzero(rows.sound)
    ts = rows.ts_ns[sound]
    codes = np.zeros(len(sound), np.int64)
    if rows.symbols is not None:
        coded = rows.symbols.dictionary_encode().indices
        codes = compute.fill_null(coded, -1).to_numpy(zero_copy_only=False)[sound].astype(np.int64)
    order = np.lexsort((ts, codes))
    steps = np.diff(ts[order])[np.diff(codes[order]) == 0]
    return bar_length_ns(steps, options.timeframe, parts.timeframe, str(source.path))


def _opened(
    rows: Rows, columns: ColumnMap, options: SourceOptions, length_ns: int
) -> tuple[Rows, CloseEvidence | None]:
    """Return the rows stamped at their opening, and what speaks for stamps at the close."""
    ts = np.sort(rows.ts_ns[rows.sound])
    evidence = close_evidence(ts, length_ns, named_close=columns.is_close_column)
    at_close = options.stamp == "close" or (
        not options.stamp and evidence is not None and evidence.is_certain
    )
    if not at_close or not length_ns:
        return rows, evidence
    moved = np.where(rows.sound, opened_at(rows.ts_ns, length_ns), rows.ts_ns)
    return replace(rows, ts_ns=moved), evidence
