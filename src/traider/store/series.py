"""Rows of a source as series: one instrument each, in order of time, each instant once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from traider.domain.instruments import InstrumentName
from traider.store.arrow_columns import Cells, compute
from traider.store.kinds import BoolArray, Content, FloatArray, IntArray
from traider.store.row_faults import Faults, RowFault, mark

NO_ID: Final = -1
_BELOW_IDS: Final = -(2**40)


@dataclass(frozen=True)
class Rows:
    """All rows of a source: what was read of them, and what is wrong with them."""

    ts_ns: IntArray
    stamped_ns: IntArray
    """Times as the source has them, before bars are moved to their opening."""
    values: Mapping[str, FloatArray]
    ids: Cells
    """Texts, or None without such a column."""
    symbols: Cells
    """Texts, or None without such a column."""
    faults: Faults

    @property
    def sound(self) -> BoolArray:
        """Rows without a fault."""
        good: BoolArray = self.faults == RowFault.SOUND
        return good


@dataclass(frozen=True)
class Series:
    """The sound rows of one instrument, in order of time, without repetitions."""

    symbol: str
    name: InstrumentName | None
    rows: IntArray
    """Where each row stands in its source."""
    ts_ns: IntArray
    values: Mapping[str, FloatArray]
    ids: Cells
    duplicates: IntArray
    """Rows of the source that say again what an earlier one says."""
    disorder: IntArray
    """Rows of the source that are earlier than the row before them."""
    is_backward: bool
    """Whether the source runs from new to old throughout."""


def split_series(
    rows: Rows, content: Content, names: Mapping[str, InstrumentName | None]
) -> tuple[Series, ...]:
    """Return the series of a source; rows that contradict each other become faults.

    Args:
        rows: marked in place: CONFLICT where rows of one instant differ.
        content: trades of one instant are several trades unless their ids are equal.
        names: the instrument of each symbol; the only key is empty without a symbol column.
    """
    return tuple(
        _one_series(rows, content, symbol, names[symbol], mine)
        for symbol, mine in _by_symbol(rows, list(names))
    )


def _by_symbol(rows: Rows, symbols: list[str]) -> Iterator[tuple[str, IntArray]]:
    """Yield each symbol with its sound rows, in the order of the source."""
    sound = np.flatnonzero(rows.sound)
    if rows.symbols is None:
        yield symbols[0], sound
        return
    codes = compute.index_in(rows.symbols, pa.array(symbols)).to_numpy(zero_copy_only=False)[sound]
    order = np.argsort(codes, kind="stable")
    cuts = np.searchsorted(codes[order], np.arange(len(symbols) + 1))
    for place, symbol in enumerate(symbols):
        yield symbol, sound[order[cuts[place] : cuts[place + 1]]]


def _one_series(
    rows: Rows, content: Content, symbol: str, name: InstrumentName | None, mine: IntArray
) -> Series:
    ts = rows.ts_ns[mine]
    falls = np.flatnonzero(np.diff(ts) < 0) + 1
    is_backward = len(falls) > 0 and bool((np.diff(ts) <= 0).all())
    disorder = mine[falls]
    if is_backward:
        # Read from the end, so that trades of one instant keep the order they happened in.
        mine, ts = mine[::-1], ts[::-1]
    order = np.argsort(ts, kind="stable")
    mine, ts = mine[order], ts[order]
    unique = np.zeros(len(mine), np.int64)
    if content is Content.TRADES:
        unique = row_keys(ts, rows.ids.take(pa.array(mine)) if rows.ids is not None else None)
        order = np.lexsort((unique, ts))
        mine, ts, unique = mine[order], ts[order], unique[order]
    again = np.zeros(len(mine), np.bool_)
    again[1:] = (ts[1:] == ts[:-1]) & (unique[1:] == unique[:-1])
    conflicts = _conflicts(rows, mine, again)
    duplicates = mine[again & ~conflicts]
    mark(rows.faults, _mask(len(rows.faults), mine[conflicts]), RowFault.CONFLICT)
    kept = mine[~again & ~conflicts]
    return Series(
        symbol=symbol,
        name=name,
        rows=kept,
        ts_ns=rows.ts_ns[kept],
        values={field: column[kept] for field, column in rows.values.items()},
        ids=rows.ids.take(pa.array(kept)) if rows.ids is not None else None,
        duplicates=duplicates,
        disorder=disorder,
        is_backward=is_backward,
    )


def row_keys(ts_ns: IntArray, ids: Cells) -> IntArray:
    """Return what tells trades of one instant apart: the id, or which of its instant it is.

    ``ts_ns`` is in order. Within an instant keys grow in the order of the rows. Without ids two
    equal trades of one instant are two trades, and a file imported again counts them the same.
    """
    places = np.arange(len(ts_ns))
    first = np.ones(len(ts_ns), np.bool_)
    first[1:] = ts_ns[1:] != ts_ns[:-1]
    occurrence: IntArray = places - np.maximum.accumulate(np.where(first, places, 0))
    if ids is None:
        return occurrence
    coded = ids.dictionary_encode()
    codes = compute.fill_null(coded.indices, NO_ID).to_numpy(zero_copy_only=False).astype(np.int64)
    # Codes of ids count up from 0 as the ids first appear, and must never meet an occurrence.
    return np.where(codes == NO_ID, _BELOW_IDS + occurrence, codes)


def _conflicts(rows: Rows, mine: IntArray, again: BoolArray) -> BoolArray:
    """Return the rows of instants whose rows differ; which one is right, none of them tells."""
    differs = np.zeros(len(mine), np.bool_)
    repeated = np.flatnonzero(again)
    for column in rows.values.values():
        left, right = column[mine[repeated]], column[mine[repeated - 1]]
        differs[repeated] |= ~((left == right) | (np.isnan(left) & np.isnan(right)))
    group = np.cumsum(~again) - 1
    return np.isin(group, group[differs])


def _mask(length: int, places: IntArray) -> BoolArray:
    chosen = np.zeros(length, np.bool_)
    chosen[places] = True
    return chosen
