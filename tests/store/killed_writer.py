"""A writer that is to be killed: it writes a plan from its start, whatever is done already."""

from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from tests.store.contract.rows import ETH, key_of, minutes, rows_at
from traider.store.kinds import Content, DataKind
from traider.store.lake_paths import SeriesKey
from traider.store.parquet_lake import ParquetLake

BATCH_ROWS: Final = 20
BATCHES: Final = 24
FIRST_MINUTE: Final = 1_200
KEYS: Final = (
    key_of(DataKind(Content.BARS, "1m")),
    key_of(DataKind(Content.TRADE_EVENTS), ETH),
)


def batches(key: SeriesKey) -> Iterator[pa.Table]:
    """Yield the rows of a series, twenty at a time, over two days."""
    for batch in range(BATCHES):
        numbers = np.arange(batch * BATCH_ROWS, (batch + 1) * BATCH_ROWS)
        said = {"seq": numbers} if key.kind.content.is_events else {}
        yield rows_at(key.kind, minutes(FIRST_MINUTE + int(numbers[0]), BATCH_ROWS), **said)


def write_all(folder: Path) -> None:
    """Write every batch of every series; now and then the series is compacted."""
    lake = ParquetLake(folder)
    for number, parts in enumerate(zip(*(batches(key) for key in KEYS), strict=True)):
        for key, rows in zip(KEYS, parts, strict=True):
            lake.write(key, rows)
            if number % 7 == 6:
                lake.compact(key)
    for key in KEYS:
        lake.compact(key)


def run(folder: Path, started: Connection) -> None:
    """Say that the writing begins, and write."""
    started.send("begun")
    write_all(folder)
