"""What a store asks of rows before it writes them: columns, order, each fact once."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from traider.domain.errors import DataError
from traider.store.arrow_columns import column_of
from traider.store.kinds import BoolArray, Content, DataKind, IntArray
from traider.store.market_store import Span
from traider.store.series import row_keys

_NULLABLE: Final = (Content.TRADES, Content.FUNDING, Content.MARK_BARS)


def checked_rows(kind: DataKind, rows: pa.Table, columns: Sequence[str] = ()) -> pa.Table:
    """Return rows with the columns of a kind, in its order and types; metadata stays.

    Args:
        kind: what the rows are.
        rows: in order of time.
        columns: those a derived series has already; empty takes those that come.

    Raises:
        DataError: a column is missing, of another type or empty where it must not be; rows are out
            of order, or one is there twice.
    """
    schema = wanted_schema(kind, rows.column_names, columns)
    missing = [name for name in schema.names if name not in rows.column_names]
    extra = [name for name in rows.column_names if name not in schema.names]
    if missing or extra:
        told = [f"no column {', '.join(missing)}"] if missing else []
        told += [f"columns of no meaning: {', '.join(extra)}"] if extra else []
        raise DataError(
            f"rows of {kind} have {' and '.join(told)}", fix=f"give {', '.join(schema.names)}"
        )
    try:
        taken = rows.select(schema.names).cast(schema).combine_chunks()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as fault:
        raise DataError(f"rows of {kind}: {fault}", fix="give the types of the kind") from fault
    _refuse_empty(kind, taken)
    _refuse_disorder(kind, taken)
    return taken.replace_schema_metadata(rows.schema.metadata)


def wanted_schema(kind: DataKind, given: Sequence[str], columns: Sequence[str] = ()) -> pa.Schema:
    """Return the columns of a kind; a derived one has those of the series, else those given."""
    if not kind.content.is_derived:
        return kind.schema
    names = columns or ("ts", *(name for name in given if name != "ts"))
    return pa.schema({name: pa.int64() if name == "ts" else pa.float64() for name in names})


def _refuse_empty(kind: DataKind, rows: pa.Table) -> None:
    is_free = kind.content.is_derived or kind.content in _NULLABLE
    for name in rows.column_names:
        if rows.column(name).null_count and (name == "ts" or not is_free):
            raise DataError(f"rows of {kind} have empty cells in {name}", fix="fill them")


def _refuse_disorder(kind: DataKind, rows: pa.Table) -> None:
    ts = instants_of(rows)
    if not len(ts):
        return
    steps = np.diff(ts)
    if ts[0] < 0 or (steps < 0).any():
        row = int(np.argmax(steps < 0)) + 1 if ts[0] >= 0 else 0
        raise DataError(
            f"row {row} of {kind} is at {int(ts[row])}, before the row before it",
            fix="sort rows by time",
        )
    twice = _repeated(kind, rows, ts)
    if twice.any():
        row = int(np.argmax(twice))
        raise DataError(
            f"row {row} of {kind} is there twice or out of order, at {int(ts[row])}",
            fix=f"give rows that differ in {', '.join(kind.content.identity)}, in that order",
        )


def _repeated(kind: DataKind, rows: pa.Table, ts: IntArray) -> BoolArray:
    """Return which rows repeat one before them, or stand behind one of a later number."""
    repeated = np.zeros(len(ts), np.bool_)
    same = np.diff(ts) == 0
    if kind.content.is_events:
        seq = rows.column("seq").to_numpy()
        repeated[1:] = same & (np.diff(seq) <= 0)
    elif kind.content is Content.TRADES:
        keys = row_keys(ts, column_of(rows, "id"))
        order = np.lexsort((keys, ts))
        again = (np.diff(ts[order]) == 0) & (np.diff(keys[order]) == 0)
        repeated[order[1:][again]] = True
    else:
        repeated[1:] = same
    return repeated


def instants_of(rows: pa.Table) -> IntArray:
    """Return the times of rows."""
    ts: IntArray = rows.column("ts").to_numpy()
    return ts


def span_of(kind: DataKind, rows: pa.Table) -> Span:
    """Return the span that rows cover when nothing else is said of it; empty without rows."""
    if not rows.num_rows:
        return Span(0, 0)
    ts = rows.column("ts")
    return Span(ts[0].as_py(), ts[-1].as_py() + max(kind.length_ns, 1))
