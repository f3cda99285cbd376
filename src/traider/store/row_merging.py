"""New rows against those a series has: which are fresh, which known, which contradict."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from traider.store.arrow_columns import column_of
from traider.store.kinds import BoolArray, Content, IntArray
from traider.store.series import row_keys


@dataclass(frozen=True)
class Compared:
    """What new rows are beside the old ones: positions among the new."""

    fresh: IntArray
    known: IntArray
    conflicts: IntArray


def compare_rows(content: Content, old: pa.Table, new: pa.Table) -> Compared:
    """Compare rows by identity and values; within each table an identity is there once."""
    both = pa.concat_tables([old, new]).combine_chunks()
    ts = both.column("ts").to_numpy()
    unique = _unique(content, old, new, both)
    is_new = np.arange(len(ts)) >= old.num_rows
    order = np.lexsort((is_new, unique, ts))
    again = np.zeros(len(ts), np.bool_)
    again[1:] = np.diff(ts[order]) == 0
    again[1:] &= unique[order][1:] == unique[order][:-1]
    repeated = order[again]
    same = _equal(both, repeated, order[np.flatnonzero(again) - 1])
    fresh = np.setdiff1d(np.arange(old.num_rows, len(ts)), repeated, assume_unique=True)
    return Compared(
        fresh - old.num_rows,
        np.sort(repeated[same]) - old.num_rows,
        np.sort(repeated[~same]) - old.num_rows,
    )


def _unique(content: Content, old: pa.Table, new: pa.Table, both: pa.Table) -> IntArray:
    """Return what tells rows of one instant apart, the same for the same fact in both tables."""
    if content.is_events:
        seq: IntArray = both.column("seq").to_numpy()
        return seq
    if content is not Content.TRADES:
        return np.zeros(both.num_rows, np.int64)
    ts = [table.column("ts").to_numpy() for table in (old, new)]
    occurrence = np.concatenate([row_keys(part, None) for part in ts])
    ids = column_of(both, "id")
    coded = row_keys(np.arange(len(occurrence)), ids)
    unnamed = ids.is_null().to_numpy(zero_copy_only=False)
    return np.where(unnamed, occurrence - len(occurrence), coded)


def _equal(table: pa.Table, rows: IntArray, others: IntArray) -> BoolArray:
    """Return which ``rows`` have the values of the ``others``."""
    same = np.ones(len(rows), np.bool_)
    for name in table.column_names:
        if name == "id" and pa.types.is_string(table.schema.field(name).type):
            continue  # part of the identity already
        values = table.column(name).to_numpy()
        left, right = values[rows], values[others]
        equal = left == right
        if np.issubdtype(values.dtype, np.floating):
            equal |= np.isnan(left) & np.isnan(right)
        same &= equal
    return same


def ordered_rows(content: Content, tables: Sequence[pa.Table]) -> pa.Table:
    """Return rows in order of identity; unnumbered ones of an instant stay as they come."""
    joined = pa.concat_tables(tables).combine_chunks()
    ts = joined.column("ts").to_numpy()
    if content.is_events:
        seq = joined.column("seq").to_numpy()
        rises = (np.diff(ts) > 0) | ((np.diff(ts) == 0) & (np.diff(seq) > 0))
        order = None if rises.all() else np.lexsort((seq, ts))
    else:
        order = None if (np.diff(ts) >= 0).all() else np.argsort(ts, kind="stable")
    return joined if order is None else joined.take(order).combine_chunks()
