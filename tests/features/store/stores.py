"""A feature store in a folder, what is recorded into it, and its rows as they are read."""

from pathlib import Path

import pyarrow as pa

from tests.features.recorded_runs import RealRun
from traider.domain.events import EventArray
from traider.features.store import DefinitionFolder, FeatureReader
from traider.features.store.sheets import series_key
from traider.runtime.feature_recording import FeatureRecorder
from traider.store.market_store import MarketStore
from traider.store.parquet_lake import ParquetLake


def opened(folder: Path) -> tuple[MarketStore, DefinitionFolder]:
    """Return the store and the definitions of a folder."""
    return ParquetLake(folder), DefinitionFolder.of_lake(folder)


def recorder(run: RealRun, folder: Path, checkpoint: bytes | None = None) -> FeatureRecorder:
    """Return a recorder into a folder, as a live feed has one."""
    return FeatureRecorder(run.plan, *opened(folder), rows=300, checkpoint=checkpoint)


def record_whole(run: RealRun, folder: Path, events: EventArray | None = None) -> FeatureRecorder:
    """Record all events in one piece, as a computation over files does."""
    one = FeatureRecorder(run.plan, *opened(folder), rows=10**6, hold_ns=0)
    one.append(run.events if events is None else events)
    one.finish()
    return one


def reader(folder: Path) -> FeatureReader:
    """Return the reader of a folder."""
    return FeatureReader(*opened(folder))


def rows_of(run: RealRun, folder: Path) -> dict[str, pa.Table]:
    """Return every row of a run's sheets."""
    found = {}
    for sheet in run.plan.sheets:
        for definition in sheet.definitions:
            tables = list(reader(folder).read(sheet.name, definition))
            found[str(series_key(sheet.name, definition))] = pa.concat_tables(
                tables
            ).combine_chunks()
    return found


def bytes_of(tables: dict[str, pa.Table]) -> dict[str, list[bytes]]:
    """Return the values and the gaps of tables as plain bytes, column by column."""
    return {
        name: [
            column.is_null().to_numpy(zero_copy_only=False).tobytes()
            + column.fill_null(0).to_numpy().tobytes()
            for column in (table.column(c).combine_chunks() for c in table.column_names)
        ]
        for name, table in tables.items()
    }
