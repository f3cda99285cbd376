"""Rows of every content, real in shape and exact in value, for the contract of market stores."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa

from traider.domain.instruments import InstrumentName
from traider.domain.timeframes import DAY_NS, SECOND_NS
from traider.store.kinds import Content, DataKind, IntArray
from traider.store.lake_paths import SeriesKey

DAY: Final = 19_723 * DAY_NS
"""2024-01-01."""
MINUTE_NS: Final = 60 * SECOND_NS
HASH: Final = "00c0ffee00c0ffee"
BTC: Final = InstrumentName.parse("COINBASE:BTC-USD")
ETH: Final = InstrumentName.parse("COINBASE:ETH-USD")
PERP: Final = InstrumentName.parse("BINANCE:BTC-USDT-PERP")
_DERIVED_COLUMNS: Final[dict[str, pa.DataType]] = {
    "ts": pa.int64(),
    "fast": pa.float64(),
    "slow": pa.float64(),
}
DERIVED: Final = pa.schema(_DERIVED_COLUMNS)
GRID: Final = {"tick_size": "0.01", "lot_size": "0.00000001"}

KINDS: Final = (
    DataKind(Content.BARS, "1m"),
    DataKind(Content.MARK_BARS, "1m"),
    *(DataKind(content) for content in Content if not (content.is_bars or content.is_derived)),
    DataKind(Content.FEATURES, definition=HASH),
    DataKind(Content.SIGNALS, definition=HASH),
)
NULLABLE: Final = frozenset(("mark", "premium", "fast"))
LIMITS: Final[dict[pa.DataType, int]] = {pa.int8(): 3, pa.int16(): 100, pa.int32(): 65_536}


def key_of(kind: DataKind, name: InstrumentName = BTC) -> SeriesKey:
    return SeriesKey(name, kind)


def minutes(first: int, count: int) -> IntArray:
    """Return instants a minute apart; ``first`` counts minutes from the start of ``DAY``."""
    return DAY + (first + np.arange(count, dtype=np.int64)) * MINUTE_NS


def rows_at(kind: DataKind, ts: IntArray, seed: Any = 0, **said: Any) -> pa.Table:
    """Return rows of a kind at instants, the same for the same seed; ``said`` sets columns."""
    schema = kind.schema
    if kind.content.is_derived:
        schema = DERIVED
    columns: dict[str, Any] = {}
    for place, field in enumerate(schema):
        columns[field.name] = _column(field, place, ts, seed)
    if kind.content.is_events:
        columns["seq"] = 1_000 * seed + np.arange(len(ts), dtype=np.int64)
    columns |= {"ts": ts, **said}
    table = pa.table([pa.array(columns[field.name], field.type) for field in schema], schema=schema)
    return table.replace_schema_metadata(GRID if kind.content.is_events else None)


def _column(field: "pa.Field[Any]", place: int, ts: IntArray, seed: int) -> list[Any]:
    # Each value follows from its instant alone, so that two batches agree where they meet.
    whole = (ts // MINUTE_NS * 7_919 + place * 104_729 + seed) % 100_003
    if pa.types.is_string(field.type):
        return [None if value % 5 == 0 else str(value) for value in whole.tolist()]
    if pa.types.is_floating(field.type):
        free = field.name in NULLABLE
        return [None if free and value % 4 == 0 else value / 7.0 for value in whole.tolist()]
    if field.type in LIMITS:
        return [value % LIMITS[field.type] - 1 for value in whole.tolist()]
    # Beyond 2**53, where a float would round.
    return [value * 90_071_992_547_409 - 2**62 for value in whole.tolist()]


def same(one: pa.Table, other: pa.Table) -> bool:
    """Whether two tables hold the same rows, NaN and null told apart, chunks and metadata not."""
    left, right = (t.replace_schema_metadata(None).combine_chunks() for t in (one, other))
    if left.schema != right.schema or left.num_rows != right.num_rows:
        return False
    return all(_bits(left, name) == _bits(right, name) for name in left.column_names)


def _bits(table: pa.Table, name: str) -> list[object]:
    values = table.column(name).to_pylist()
    return [value.hex() if isinstance(value, float) else value for value in values]


def joined(tables: Mapping[int, pa.Table] | list[pa.Table]) -> pa.Table:
    parts = list(tables.values()) if isinstance(tables, Mapping) else tables
    return pa.concat_tables(parts).combine_chunks()
