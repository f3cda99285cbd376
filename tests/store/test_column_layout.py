"""How columns lie in a file: each in the encoding that was measured to be smallest."""

import io
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.store.contract.rows import KINDS, key_of, minutes, rows_at, same
from traider.store.column_layout import open_writer
from traider.store.kinds import Content, DataKind
from traider.store.parquet_lake import ParquetLake

DICTIONARY = ("PLAIN", "RLE", "RLE_DICTIONARY")
WANTED: dict[Content, dict[str, tuple[str, ...]]] = {
    Content.DEPTH: {
        "ts": ("DELTA_BINARY_PACKED",),
        "seq": ("DELTA_BINARY_PACKED",),
        "ts_event": ("DELTA_BINARY_PACKED",),
        "id": ("DELTA_BINARY_PACKED",),
        "price": ("BYTE_STREAM_SPLIT",),
        "size": ("BYTE_STREAM_SPLIT",),
        "flags": DICTIONARY,
        "side": DICTIONARY,
        "number": DICTIONARY,
    },
    Content.TRADES: {"id": ("DELTA_BYTE_ARRAY",), "price": ("BYTE_STREAM_SPLIT",)},
    Content.FEATURES: {"fast": ("BYTE_STREAM_SPLIT",), "ts": ("DELTA_BINARY_PACKED",)},
}


def written(rows: pa.Table) -> bytes:
    sink = io.BytesIO()
    with open_writer(sink, rows.schema) as writer:
        writer.write_table(rows)
    return sink.getvalue()


@pytest.mark.parametrize("content", WANTED)
def test_each_column_has_its_encoding(content: Content) -> None:
    kind = next(kind for kind in KINDS if kind.content is content)
    meta = pq.read_metadata(io.BytesIO(written(rows_at(kind, minutes(0, 500)))))
    columns = {meta.schema.names[k]: meta.row_group(0).column(k) for k in range(meta.num_columns)}
    for name, encodings in WANTED[content].items():
        assert set(columns[name].encodings) - {"RLE"} == set(encodings) - {"RLE"}, name
        assert columns[name].compression == "ZSTD"
    told = columns["ts"].statistics
    assert told is not None
    assert told.min == minutes(0, 1)[0]


def test_the_same_rows_are_the_same_bytes() -> None:
    rows = rows_at(DataKind(Content.DEPTH), minutes(0, 500))
    halves = pa.concat_tables([rows.slice(0, 250), rows.slice(250)])
    assert written(rows) == written(rows) == written(halves.combine_chunks())


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_duckdb_and_polars_read_what_was_written(tmp_path: Path, kind: DataKind) -> None:
    rows = rows_at(kind, minutes(0, 300))
    ParquetLake(tmp_path).write(key_of(kind), rows)
    (file,) = tmp_path.rglob("*.parquet")
    assert same(pq.ParquetFile(file).read(), rows)
    frame = pl.read_parquet(file, hive_partitioning=False)
    columns = duckdb.read_parquet(str(file), hive_partitioning=False).fetchnumpy()
    for name in rows.column_names:
        wanted = rows.column(name).to_pylist()
        assert frame[name].to_list() == wanted
        found = columns[name]
        missing = np.ma.getmaskarray(found) if np.ma.isMaskedArray(found) else None
        values = found.tolist()
        if missing is not None:
            values = [None if gone else v for gone, v in zip(missing, values, strict=True)]
        assert values == wanted
