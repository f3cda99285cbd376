"""Rows out of PostgreSQL as Arrow tables: COPY's CSV, read by Arrow.

PostgreSQL writes the shortest decimal that names a float and Arrow reads the nearest float, so
floats come back bit for bit. A null is an empty cell, an empty text a quoted one.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any, Final

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.csv as pa_csv
from psycopg import sql

BATCH_ROWS: Final = 65_536


def copied_tables(
    connection: psycopg.Connection[Any], query: sql.Composable, schema: pa.Schema
) -> Iterator[pa.Table]:
    """Yield what a query gives, ``BATCH_ROWS`` rows at a time, in its order.

    Leaving early ends the query.
    """
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(query)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        rows: list[bytes | memoryview | bytearray] = []
        for row in copy:
            rows.append(bytes(row))
            if len(rows) == BATCH_ROWS:
                yield _table(rows, schema)
                rows = []
        if rows:
            yield _table(rows, schema)


def _table(rows: Sequence[bytes | memoryview | bytearray], schema: pa.Schema) -> pa.Table:
    return pa_csv.read_csv(
        BytesIO(b"".join(rows)),
        read_options=pa_csv.ReadOptions(column_names=schema.names, use_threads=False),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    ).combine_chunks()


def by_grid(table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """Yield runs of rows with the same number in column ``grid``, and that number."""
    grids = table.column("grid").to_numpy()
    cuts = [0, *(np.flatnonzero(np.diff(grids)) + 1).tolist(), len(grids)]
    rest = table.drop_columns(["grid"])
    for begin, end in pairwise(cuts):
        if end > begin:
            yield int(grids[begin]), rest.slice(begin, end - begin)
