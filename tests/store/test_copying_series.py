"""A series copied is the series: rows, grids and coverage, and copying again changes nothing."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.store.contract.rows import DAY, KINDS, key_of, minutes, rows_at, same
from traider.domain.errors import Interrupted
from traider.domain.timeframes import DAY_NS
from traider.store.copying_series import copy_series
from traider.store.kinds import Content, DataKind
from traider.store.market_store import Span
from traider.store.parquet_lake import ParquetLake

DEPTH = DataKind(Content.DEPTH)


@pytest.fixture
def source(tmp_path: Path) -> ParquetLake:
    return ParquetLake(tmp_path / "source")


@pytest.fixture
def target(tmp_path: Path) -> ParquetLake:
    return ParquetLake(tmp_path / "target")


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_copy_is_the_series(source: ParquetLake, target: ParquetLake, kind: DataKind) -> None:
    key, rows = key_of(kind), rows_at(kind, minutes(1_400, 100))
    source.write(key, rows, Span(DAY, DAY + 3 * DAY_NS))
    told: list[int] = []
    copied = copy_series(source, target, key, told.append)
    assert (copied.rows, copied.fresh, copied.known, copied.conflicts) == (100, 100, 0, 0)
    assert told[-1] == 100
    found = list(target.read(key))
    assert same(pa.concat_tables(found), rows)
    assert found[0].schema.metadata == rows.schema.metadata
    assert target.coverage(key) == source.coverage(key)
    again = copy_series(source, target, key)
    assert (again.fresh, again.known) == (0, 100)


def test_equal_trades_of_an_instant_come_together(source: ParquetLake, target: ParquetLake) -> None:
    kind = DataKind(Content.TRADES)
    # One instant that two days' files, and so two tables, could not share; and one of many rows.
    ts = np.concatenate([np.full(40_000, DAY), np.full(3, DAY + DAY_NS)])
    none = [None] * len(ts)
    source.write(key_of(kind), rows_at(kind, ts, price=[1.0] * len(ts), id=none))
    assert copy_series(source, target, key_of(kind)).fresh == len(ts)
    assert copy_series(source, target, key_of(kind)).known == len(ts)


def test_two_grids_stay_two(source: ParquetLake, target: ParquetLake) -> None:
    fine = {b"tick_size": b"0.001", b"lot_size": b"1"}
    source.write(key_of(DEPTH), rows_at(DEPTH, minutes(0, 5)))
    source.write(key_of(DEPTH), rows_at(DEPTH, minutes(9, 5), seed=1).replace_schema_metadata(fine))
    copy_series(source, target, key_of(DEPTH))
    grids = [table.schema.metadata for table in target.read(key_of(DEPTH))]
    assert grids == [table.schema.metadata for table in source.read(key_of(DEPTH))]
    assert len(grids) == 2


def test_a_contradiction_is_counted(source: ParquetLake, target: ParquetLake) -> None:
    bars = DataKind(Content.BARS, "1m")
    source.write(key_of(bars), rows_at(bars, minutes(0, 5)))
    target.write(key_of(bars), rows_at(bars, minutes(0, 2), seed=1))
    copied = copy_series(source, target, key_of(bars))
    assert (copied.fresh, copied.known, copied.conflicts) == (3, 0, 2)


def test_a_stop_keeps_what_is_there_and_claims_no_more(
    source: ParquetLake, target: ParquetLake
) -> None:
    source.write(key_of(DEPTH), rows_at(DEPTH, minutes(0, 5)))
    with pytest.raises(Interrupted, match="the same command goes on"):
        copy_series(source, target, key_of(DEPTH), stop=lambda: True)
    assert target.coverage(key_of(DEPTH)) == ()
