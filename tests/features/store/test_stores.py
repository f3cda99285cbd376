"""Both stores keep the same features: a lake, and a PostgreSQL with a replica's engine to read."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from tests.features.recorded_runs import BARS, real_run
from tests.features.store.stores import bytes_of, record_whole, rows_of
from tests.features.store.stores import reader as lake_reader
from tests.servers.postgres import PostgresServer
from traider.features.store import DefinitionFolder, FeatureReader, check_sheet, held_series
from traider.features.store.sheets import series_key
from traider.runtime.feature_recording import FeatureRecorder
from traider.store.market_store import MarketStore
from traider.store.postgres import PostgresStore
from traider.store.tables.databases import Databases


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[MarketStore]:
    """A database of one's own; reading goes through the engine for research."""
    name = postgres_server.create()
    with Databases(postgres_server.url(name)) as engines:
        yield PostgresStore(engines.write(), engines.research())
    postgres_server.drop(name)


def test_a_database_keeps_the_rows_of_a_lake(database: MarketStore, tmp_path: Path) -> None:
    run = real_run(BARS, overrides=("data.start=2021-01-25", "data.end=2021-02-20"))
    record_whole(run, tmp_path)
    definitions = DefinitionFolder(tmp_path / "definitions")
    half = len(run.events) // 2
    first = FeatureRecorder(run.plan, database, definitions, rows=200)
    first.append(run.events[:half])
    second = FeatureRecorder(
        run.plan, database, definitions, rows=200, checkpoint=first.checkpoint()
    )
    second.append(run.events[half:])
    second.finish()
    reader = FeatureReader(database, definitions)
    kept = rows_of(run, tmp_path)
    for sheet in run.plan.sheets:
        for definition in sheet.definitions:
            name = str(series_key(sheet.name, definition))
            table = pa.concat_tables(reader.read(sheet.name, definition)).combine_chunks()
            assert bytes_of({name: table}) == bytes_of({name: kept[name]})
            ts = table.column("ts").to_numpy()[::50] - 1
            found = reader.as_of(sheet.name, definition, ts)
            same = lake_reader(tmp_path).as_of(sheet.name, definition, ts)
            assert bytes_of({name: found}) == bytes_of({name: same})
            assert check_sheet(reader, database, sheet.name, definition).errors == 0
    assert len(held_series(database, definitions)) == 4
    again = FeatureRecorder(run.plan, database, definitions)
    again.append(run.events)
    again.finish()
    total = sum(table.num_rows for table in kept.values())
    assert (again.written.fresh, again.written.known) == (0, total)
