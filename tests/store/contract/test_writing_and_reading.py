"""The contract of market stores: what is written is read again, once, and exactly.

Law 1: rows come back bit for bit, in order of identity, whatever batches they came in.
Law 2: writing rows again changes nothing.
Law 3: other values for a row that is held are told, and what was there first stays.
"""

from itertools import pairwise
from threading import Thread

import numpy as np
import pyarrow as pa
import pytest

from tests.store.contract.rows import (
    BTC,
    DAY,
    ETH,
    GRID,
    KINDS,
    MINUTE_NS,
    PERP,
    joined,
    key_of,
    minutes,
    rows_at,
    same,
)
from traider.domain.errors import DataError
from traider.domain.timeframes import DAY_NS
from traider.store.kinds import Content, DataKind
from traider.store.market_store import MarketStore

BARS = DataKind(Content.BARS, "1m")
DEPTH = DataKind(Content.DEPTH)
FEATURES = KINDS[-2]


def read(
    store: MarketStore, kind: DataKind, start_ns: int | None = None, end_ns: int | None = None
) -> pa.Table:
    found = list(store.read(key_of(kind), start_ns, end_ns))
    return joined(found) if found else rows_at(kind, minutes(0, 0))


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_law_1_every_kind_comes_back_bit_for_bit(store: MarketStore, kind: DataKind) -> None:
    # Three days, the middle one cut where no batch is.
    rows = rows_at(kind, minutes(1_000, 3_000))
    report = store.write(key_of(kind), rows)
    assert (report.rows, report.fresh, report.known) == (3_000, 3_000, 0)
    assert len(report.conflicts) == 0
    assert same(read(store, kind), rows)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_law_1_batches_in_any_order_are_one_series(store: MarketStore, kind: DataKind) -> None:
    ts = minutes(1_400, 120)
    numbers = np.arange(120) if kind.content.is_events else None
    for begin in (80, 0, 40):
        part = slice(begin, begin + 40)
        said = {} if numbers is None else {"seq": numbers[part]}
        assert store.write(key_of(kind), rows_at(kind, ts[part], **said)).fresh == 40
    assert same(read(store, kind), rows_at(kind, ts))


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_law_2_writing_again_changes_nothing(store: MarketStore, kind: DataKind) -> None:
    ts = minutes(1_380, 120)
    store.write(key_of(kind), rows_at(kind, ts))
    before = store.series()
    report = store.write(key_of(kind), rows_at(kind, ts))
    assert (report.fresh, report.known, len(report.conflicts)) == (0, 120, 0)
    assert store.series() == before
    assert same(read(store, kind), rows_at(kind, ts))


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_law_3_contradictions_are_told_and_change_nothing(
    store: MarketStore, kind: DataKind
) -> None:
    first = rows_at(kind, minutes(1_430, 20))
    store.write(key_of(kind), first)
    name = first.column_names[-2] if kind.content is Content.TRADES else first.column_names[1]
    name = "ts_event" if kind.content.is_events else name
    column = first.column(name).to_pylist()
    column[3], column[15] = 77, 78
    other = first.set_column(
        first.column_names.index(name), name, pa.array(column, first.schema.field(name).type)
    )
    report = store.write(key_of(kind), other)
    assert (report.fresh, report.known) == (0, 18)
    assert report.conflicts.tolist() == [3, 15]
    assert same(read(store, kind), first)


def test_fresh_rows_are_kept_beside_those_that_contradict(store: MarketStore) -> None:
    store.write(key_of(BARS), rows_at(BARS, minutes(0, 10)))
    later = rows_at(BARS, minutes(5, 10), seed=1)
    report = store.write(key_of(BARS), later)
    assert (report.rows, report.fresh, report.known) == (10, 5, 0)
    assert report.conflicts.tolist() == [0, 1, 2, 3, 4]
    assert same(read(store, BARS), joined([rows_at(BARS, minutes(0, 10)), later.slice(5)]))


@pytest.mark.parametrize(
    ("first", "last"), [(0, 60), (10, 11), (1_430, 1_450), (-5, 9_999), (7, 7)]
)
def test_a_range_takes_its_start_and_leaves_its_end(
    store: MarketStore, first: int, last: int
) -> None:
    rows = rows_at(BARS, minutes(0, 2_000))
    store.write(key_of(BARS), rows)
    found = read(store, BARS, DAY + first * MINUTE_NS, DAY + last * MINUTE_NS)
    begin, end = max(first, 0), min(last, 2_000)
    assert same(found, rows.slice(begin, end - begin))


def test_numbers_at_the_ends_of_their_types_stay(store: MarketStore) -> None:
    ends = [-(2**63), 2**63 - 1, 0, -1]
    depth = rows_at(DEPTH, minutes(0, 4), price=ends, size=ends[::-1], id=ends, flags=[65_535] * 4)
    store.write(key_of(DEPTH), depth)
    assert same(read(store, DEPTH), depth)
    floats = [np.nan, np.inf, -0.0, 5e-324]
    features = rows_at(FEATURES, minutes(0, 4), fast=floats, slow=[None, -np.inf, 1e308, 0.1])
    store.write(key_of(FEATURES), features)
    assert same(read(store, FEATURES), features)
    assert store.write(key_of(FEATURES), features).known == 4


def test_events_of_one_instant_stay_in_the_order_of_the_journal(store: MarketStore) -> None:
    ts = np.full(6, DAY, np.int64)
    for seq in ([4, 9], [1, 2], [3, 12]):
        store.write(key_of(DEPTH), rows_at(DEPTH, ts[:2], seq=seq, price=seq))
    found = read(store, DEPTH)
    assert found.column("seq").to_pylist() == [1, 2, 3, 4, 9, 12]
    assert found.column("price").to_pylist() == [1, 2, 3, 4, 9, 12]


def test_equal_trades_of_one_instant_without_ids_are_several(store: MarketStore) -> None:
    trades = DataKind(Content.TRADES)
    ts = np.full(3, DAY, np.int64)
    rows = rows_at(trades, ts, price=[5.0] * 3, size=[1.0] * 3, id=[None] * 3, side=[1] * 3)
    assert store.write(key_of(trades), rows).fresh == 3
    report = store.write(key_of(trades), rows)
    assert (report.fresh, report.known) == (0, 3)
    named = rows_at(trades, ts, price=[5.0] * 3, size=[1.0] * 3, id=["7", "8", "9"], side=[1] * 3)
    assert store.write(key_of(trades), named).fresh == 3
    assert read(store, trades).num_rows == 6


def test_a_grid_is_kept_and_no_table_has_two(store: MarketStore) -> None:
    fine = {"tick_size": "0.001", "lot_size": "1"}
    store.write(key_of(DEPTH), rows_at(DEPTH, minutes(0, 5)))
    later = rows_at(DEPTH, minutes(1_500, 5), seed=1).replace_schema_metadata(fine)
    store.write(key_of(DEPTH), later)
    store.compact(key_of(DEPTH))
    found = [(table.num_rows, table.schema.metadata) for table in store.read(key_of(DEPTH))]
    told = [{name.encode(): text.encode() for name, text in grid.items()} for grid in (GRID, fine)]
    assert found == [(5, told[0]), (5, told[1])]


def test_series_are_apart_from_each_other(store: MarketStore) -> None:
    for seed, name in enumerate((BTC, ETH, PERP)):
        store.write(key_of(BARS, name), rows_at(BARS, minutes(0, 3), seed))
    for seed, name in enumerate((BTC, ETH, PERP)):
        found = joined(list(store.read(key_of(BARS, name))))
        assert same(found, rows_at(BARS, minutes(0, 3), seed))


def test_a_series_that_is_not_there_is_told(store: MarketStore) -> None:
    store.write(key_of(BARS), rows_at(BARS, minutes(0, 3)))
    with pytest.raises(DataError, match="ETH-USD"):
        list(store.read(key_of(BARS, ETH)))
    with pytest.raises(DataError, match="ETH-USD"):
        store.as_of(key_of(BARS, ETH), minutes(0, 1))


def test_several_writers_of_one_series_all_land(store: MarketStore) -> None:
    faults: list[BaseException] = []

    def write(part: int) -> None:
        try:
            for begin in range(0, 40, 4):
                numbers = np.arange(4) + part * 40 + begin
                ts = DAY + numbers.astype(np.int64) * MINUTE_NS
                store.write(key_of(DEPTH), rows_at(DEPTH, ts, seq=numbers))
        except DataError as fault:
            faults.append(fault)

    threads = [Thread(target=write, args=(part,)) for part in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert same(read(store, DEPTH), rows_at(DEPTH, minutes(0, 120)))


def test_tables_come_in_order_and_not_empty(store: MarketStore) -> None:
    for begin in (0, 3_000, 1_500):
        numbers = np.arange(begin, begin + 1_500)
        store.write(key_of(DEPTH), rows_at(DEPTH, minutes(begin, 1_500), seq=numbers))
    tables = list(store.read(key_of(DEPTH)))
    assert all(table.num_rows for table in tables)
    edges = [(t.column("ts")[0].as_py(), t.column("ts")[-1].as_py()) for t in tables]
    assert all(before[1] < after[0] for before, after in pairwise(edges))
    assert edges[-1][1] == DAY + 4_499 * MINUTE_NS
    assert edges[-1][1] > DAY + 3 * DAY_NS
