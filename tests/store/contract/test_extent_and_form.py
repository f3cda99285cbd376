"""The contract of market stores: what is there, was covered, held when, and compaction."""

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
    joined,
    key_of,
    minutes,
    rows_at,
    same,
)
from traider.domain.timeframes import DAY_NS
from traider.store.kinds import Content, DataKind, IntArray
from traider.store.market_store import MarketStore, Span

BARS = DataKind(Content.BARS, "1m")
DEPTH = DataKind(Content.DEPTH)
FUNDING = DataKind(Content.FUNDING)


def minute_span(first: int, last: int) -> Span:
    return Span(DAY + first * MINUTE_NS, DAY + last * MINUTE_NS)


def taken(rows: pa.Table, places: IntArray) -> pa.Table:
    """Return rows by place, null throughout where it is before the first."""
    every = [column.to_pylist() for column in rows.columns]
    columns = [
        pa.array([column[place] if place >= 0 else None for place in places], field.type)
        for column, field in zip(every, rows.schema, strict=True)
    ]
    return pa.table(columns, names=rows.column_names)


def test_the_extent_is_known(store: MarketStore) -> None:
    assert store.series() == ()
    store.write(key_of(DEPTH, ETH), rows_at(DEPTH, minutes(1_430, 20)))
    store.write(key_of(BARS), rows_at(BARS, minutes(0, 5)))
    bars, depth = store.series()
    assert (bars.key, bars.rows, bars.days) == (key_of(BARS), 5, 1)
    assert (bars.first_ns, bars.last_ns) == (DAY, DAY + 4 * MINUTE_NS)
    assert (depth.key, depth.rows, depth.days) == (key_of(DEPTH, ETH), 20, 2)
    assert bars.bytes > 0
    assert key_of(BARS, BTC) == bars.key


def test_rows_cover_themselves(store: MarketStore) -> None:
    store.write(key_of(BARS), rows_at(BARS, minutes(10, 5)))
    assert store.coverage(key_of(BARS)) == (minute_span(10, 15),)
    store.write(key_of(BARS), rows_at(BARS, minutes(30, 5)))
    assert store.coverage(key_of(BARS)) == (minute_span(10, 15), minute_span(30, 35))
    store.write(key_of(BARS), rows_at(BARS, minutes(15, 15)))
    assert store.coverage(key_of(BARS)) == (minute_span(10, 35),)
    store.write(key_of(FUNDING), rows_at(FUNDING, minutes(10, 2)))
    assert store.coverage(key_of(FUNDING)) == (
        Span(DAY + 10 * MINUTE_NS, DAY + 11 * MINUTE_NS + 1),
    )


def test_a_quiet_span_is_no_gap(store: MarketStore) -> None:
    none = rows_at(DEPTH, minutes(0, 0))
    assert store.coverage(key_of(DEPTH)) == ()
    store.write(key_of(DEPTH), none, minute_span(0, 10))
    assert store.coverage(key_of(DEPTH)) == (minute_span(0, 10),)
    store.write(key_of(DEPTH), rows_at(DEPTH, minutes(12, 2)), minute_span(10, 20))
    store.write(key_of(DEPTH), none, minute_span(40, 50))
    assert store.coverage(key_of(DEPTH)) == (minute_span(0, 20), minute_span(40, 50))
    report = store.write(key_of(DEPTH), none)
    assert report.rows == 0
    assert store.coverage(key_of(DEPTH)) == (minute_span(0, 20), minute_span(40, 50))
    assert sum(table.num_rows for table in store.read(key_of(DEPTH))) == 2


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_last_row_at_or_before_an_instant(store: MarketStore, kind: DataKind) -> None:
    generator = np.random.default_rng(3)
    # Rows of three days with holes of a day and more between them, asked in no order.
    at = np.unique(generator.integers(0, 6 * 1_440, 400))
    at = at[(at // 1_440) % 2 == 0]
    rows = rows_at(kind, DAY + at * MINUTE_NS)
    store.write(key_of(kind), rows)
    wanted = (
        DAY + generator.integers(-50, 7 * 1_440, 300) * MINUTE_NS + generator.integers(-1, 2, 300)
    )
    found = store.as_of(key_of(kind), wanted)
    ts = rows.column("ts").to_numpy()
    places = np.searchsorted(ts, wanted, "right") - 1
    assert same(found, taken(rows, places))
    assert found.column("ts").null_count == int((places < 0).sum()) > 0
    assert (found.schema.metadata is not None) == kind.content.is_events


def test_the_last_of_an_instant_holds(store: MarketStore) -> None:
    ts = np.full(3, DAY, np.int64)
    store.write(key_of(DEPTH), rows_at(DEPTH, ts, seq=[1, 2, 3], price=[10, 20, 30]))
    found = store.as_of(key_of(DEPTH), np.array([DAY, DAY - 1, DAY + 1]))
    assert found.column("price").to_pylist() == [30, None, 30]
    assert store.as_of(key_of(DEPTH), np.array([], np.int64)).num_rows == 0


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_compaction_changes_nothing_that_is_read(store: MarketStore, kind: DataKind) -> None:
    key, count = key_of(kind), 3_000
    ts = minutes(0, count)
    for begin in range(0, count, 100):
        part = slice(begin, begin + 100)
        said = {"seq": np.arange(begin, begin + 100)} if kind.content.is_events else {}
        store.write(key, rows_at(kind, ts[part], **said))
    coverage = store.coverage(key)
    before = [(extent.rows, extent.days) for extent in store.series()]
    store.compact(key, DAY + DAY_NS)
    store.compact(key)
    assert same(joined(list(store.read(key))), rows_at(kind, ts))
    assert [(extent.rows, extent.days) for extent in store.series()] == before
    assert store.coverage(key) == coverage
    metadata = {name.encode(): text.encode() for name, text in GRID.items()}
    wanted = metadata if kind.content.is_events else None
    assert all(table.schema.metadata == wanted for table in store.read(key))


def test_a_compacted_series_takes_rows_as_before(store: MarketStore) -> None:
    store.write(key_of(BARS), rows_at(BARS, minutes(0, 10)))
    store.compact(key_of(BARS))
    report = store.write(key_of(BARS), rows_at(BARS, minutes(5, 10)))
    assert (report.fresh, report.known) == (5, 5)
    store.compact(key_of(BARS))
    assert same(joined(list(store.read(key_of(BARS)))), rows_at(BARS, minutes(0, 15)))
