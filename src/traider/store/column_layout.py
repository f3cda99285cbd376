"""How columns are laid out in the lake's Parquet files, each as it was measured to be smallest.

Times and counters are differences in packed bits, codes of few values are dictionaries, texts say
what differs from the text before; prices, sizes and floats are split into their bytes, so that the
high ones, which hardly change, lie together. zstd then takes what repeats; higher levels than this
one save 3 % and cost half the speed (``benchmarks/lake_size.py`` measures both).
"""

from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

LAYOUT: Final = 1
"""Raise it when what follows changes; compaction then writes the files of older layouts anew."""
ROW_GROUP_ROWS: Final = 131_072
ZSTD_LEVEL: Final = 3

_COUNTED: Final = frozenset(("ts", "seq", "ts_event", "id", "index", "next_ns"))
_CODED: Final = frozenset(
    ("number", "event", "flags", "side", "version", "settled", "interval_ns", "w0")
)


def open_writer(
    sink: Any,  # noqa: ANN401 - path or file
    schema: pa.Schema,
    level: int = ZSTD_LEVEL,
) -> pq.ParquetWriter:
    """Return a writer of Parquet whose bytes depend on the rows alone."""
    coded = [field.name for field in schema if field.name in _CODED]
    return pq.ParquetWriter(
        sink,
        schema,
        compression="zstd",
        compression_level=level,
        use_dictionary=coded,  # type: ignore[arg-type] # the stubs know no list of names
        column_encoding={
            field.name: _encoding(field) for field in schema if field.name not in coded
        },
        write_statistics=["ts"],
        store_schema=False,
    )


def _encoding(field: "pa.Field[Any]") -> str:
    if pa.types.is_string(field.type):
        return "DELTA_BYTE_ARRAY"
    if field.name in _COUNTED and pa.types.is_integer(field.type):
        return "DELTA_BINARY_PACKED"
    return "BYTE_STREAM_SPLIT"
