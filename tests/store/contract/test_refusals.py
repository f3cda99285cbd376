"""The contract of market stores: rows that are wrong are refused, and nothing of them is kept."""

import numpy as np
import pyarrow as pa
import pytest

from tests.store.contract.rows import DAY, KINDS, key_of, minutes, rows_at, same
from traider.domain.errors import DataError
from traider.store.kinds import Content, DataKind
from traider.store.market_store import MarketStore

BARS = DataKind(Content.BARS, "1m")
DEPTH = DataKind(Content.DEPTH)
TRADES = DataKind(Content.TRADES)
FEATURES = KINDS[-2]


def refused(store: MarketStore, kind: DataKind, rows: pa.Table) -> str:
    """Write rows that must be refused; what was there must stay, and nothing come in."""
    good = rows_at(kind, minutes(0, 4))
    store.write(key_of(kind), good)
    before = store.series(), store.coverage(key_of(kind))
    with pytest.raises(DataError) as caught:
        store.write(key_of(kind), rows)
    assert (store.series(), store.coverage(key_of(kind))) == before
    assert same(pa.concat_tables(list(store.read(key_of(kind)))), good)
    assert caught.value.fix
    return caught.value.line()


def test_rows_out_of_order(store: MarketStore) -> None:
    # The bad pair is days behind rows that could be written.
    ts = np.append(minutes(10, 3_000), minutes(2_000, 1))
    assert "before the row before it" in refused(store, BARS, rows_at(BARS, ts))


@pytest.mark.parametrize("kind", [k for k in KINDS if k.content is not Content.TRADES], ids=str)
def test_a_row_that_is_there_twice(store: MarketStore, kind: DataKind) -> None:
    ts = np.repeat(minutes(10, 2), 2)
    said = {"seq": [1, 1, 2, 3]} if kind.content.is_events else {}
    assert "there twice" in refused(store, kind, rows_at(kind, ts, **said))


def test_a_trade_whose_id_is_there_twice(store: MarketStore) -> None:
    ts = np.full(3, DAY + 10**12, np.int64)
    line = refused(store, TRADES, rows_at(TRADES, ts, id=["1", "2", "1"]))
    assert "there twice" in line


def test_events_against_the_order_of_the_journal(store: MarketStore) -> None:
    ts = np.full(2, DAY + 10**12, np.int64)
    assert "out of order" in refused(store, DEPTH, rows_at(DEPTH, ts, seq=[5, 4]))


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_columns_that_are_missing_or_too_many(store: MarketStore, kind: DataKind) -> None:
    rows = rows_at(kind, minutes(10, 2))
    last = rows.column_names[-1]
    assert f"no column {last}" in refused(store, kind, rows.drop_columns([last]))
    more = rows.append_column("more", pa.array([1.0, 2.0]))
    assert "no meaning: more" in refused(store, kind, more)


@pytest.mark.parametrize("name", ["ts", "seq", "price", "flags"])
def test_empty_cells(store: MarketStore, name: str) -> None:
    rows = rows_at(DEPTH, minutes(10, 2))
    place, kind = rows.column_names.index(name), rows.schema.field(name).type
    rows = rows.set_column(place, name, pa.array([None, 5], kind))
    assert f"empty cells in {name}" in refused(store, DEPTH, rows)


def test_cells_of_another_type(store: MarketStore) -> None:
    rows = rows_at(DEPTH, minutes(10, 2))
    rows = rows.set_column(rows.column_names.index("price"), "price", pa.array([1.5, 2.0]))
    assert "depth" in refused(store, DEPTH, rows)


def test_features_keep_the_columns_of_their_definition(store: MarketStore) -> None:
    rows = rows_at(FEATURES, minutes(10, 2)).rename_columns(["ts", "fast", "other"])
    line = refused(store, FEATURES, rows)
    assert "no column slow" in line
    turned = rows_at(FEATURES, minutes(20, 2)).select(["slow", "ts", "fast"])
    store.write(key_of(FEATURES), turned)
    found = pa.concat_tables(list(store.read(key_of(FEATURES))))
    assert found.column_names == ["ts", "fast", "slow"]
