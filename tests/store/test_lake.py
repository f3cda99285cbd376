"""The lake read back: in order of time, in batches, by range; described and checked."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.store.contract.rows import key_of, minutes, rows_at
from tests.store.source_tables import (
    NAME,
    START_NS,
    hours,
    imported,
    kinds_of,
    parts,
    prepared,
    settlements,
    trades,
    write_csv,
    write_parquet,
)
from traider.domain.errors import UsageError
from traider.store.checking import check_lake_series
from traider.store.describing import describe_prepared, describe_series, find_series
from traider.store.kinds import Content, DataKind
from traider.store.lake import list_series, series_batches
from traider.store.lake_paths import SeriesKey
from traider.store.parquet_lake import ParquetLake
from traider.store.stamps import HOUR_NS

BARS = "venue=BINANCE/instrument=BTC-USDT/kind=bars-1h"


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A lake of bars with a gap and an odd bar, of funding and of trades."""
    columns = {name: np.delete(column, [100, 101]) for name, column in hours(240).items()}
    columns["volume"][50] = 0.0
    imported(tmp_path / "lake", write_parquet(tmp_path / f"{NAME}.parquet", columns))
    imported(tmp_path / "lake", write_parquet(tmp_path / "BINANCE-BTCUSDT.parquet", settlements(9)))
    imported(tmp_path / "lake", write_csv(tmp_path / "OKX-ETHUSDT.csv", trades(30)))
    return tmp_path / "lake"


def ts_of(batches: list[pa.Table]) -> list[int]:
    return [int(ts) for batch in batches for ts in batch.column("ts").to_numpy()]


@pytest.mark.parametrize("rows", [1, 30, 100, 10_000])
def test_batches_join_days_in_order(lake: Path, rows: int) -> None:
    batches = list(series_batches(lake / BARS, batch_rows=rows))
    ts = ts_of(batches)
    assert ts == sorted(ts)
    assert len(ts) == 238
    assert all(batch.num_rows >= min(rows, 22) for batch in batches[:-1])
    assert len(batches) == {1: 10, 30: 5, 100: 2, 10_000: 1}[rows]


@pytest.mark.parametrize(
    ("first", "last"), [(0, 240), (5, 30), (24, 48), (25, 26), (90, 110), (100, 102), (-50, 500)]
)
def test_a_range_takes_its_start_and_leaves_its_end(lake: Path, first: int, last: int) -> None:
    start, end = START_NS + first * HOUR_NS, START_NS + last * HOUR_NS
    found = ts_of(list(series_batches(lake / BARS, start, end)))
    every = ts_of(list(series_batches(lake / BARS)))
    assert found == [ts for ts in every if start <= ts < end]


def test_the_series_of_a_lake_are_listed(lake: Path) -> None:
    found = list_series(lake)
    assert [(str(e.key), e.rows, e.days) for e in found] == [
        ("BINANCE:BTC-USDT bars-1h", 238, 10),
        ("BINANCE:BTC-USDT-PERP funding", 9, 3),
        ("OKX:ETH-USDT trades", 30, 1),
    ]
    assert (found[0].first_ns, found[0].last_ns) == (START_NS, START_NS + 239 * HOUR_NS)
    assert found[0].bytes == sum(p.stat().st_size for p in parts(lake) if "bars" in str(p))
    with pytest.raises(UsageError, match="there is no lake here"):
        list_series(lake / "gone")


def test_an_instrument_is_found_with_or_without_its_venue(lake: Path) -> None:
    assert [str(e.key.kind) for e in find_series("binance:btc-usdt", lake)] == ["bars-1h"]
    assert [str(e.key.kind) for e in find_series("ETH-USDT", lake)] == ["trades"]
    with pytest.raises(UsageError, match="it has BINANCE:BTC-USDT, BINANCE:BTC-USDT-PERP, OKX"):
        find_series("BTC-EUR", lake)


def test_a_series_is_described(lake: Path) -> None:
    (extent,) = find_series("BINANCE:BTC-USDT", lake)
    found = describe_series(extent, lake)
    assert (found.rows, found.days, found.decimals) == (238, 10, 2)
    assert (found.first, found.last) == ("2024-01-01T00:00:00Z", "2024-01-10T23:00:00Z")
    ranges = {
        column.name: (column.lowest, column.highest, column.empty) for column in found.columns
    }
    assert ranges["volume"] == (0.0, 106.25, 0)
    (funding,) = (describe_series(e, lake) for e in find_series("BTC-USDT-PERP", lake))
    assert funding.decimals is None
    assert {c.name: c.empty for c in funding.columns} == {"rate": 0, "mark": 9, "premium": 9}


def test_a_recording_is_described_by_its_integers(tmp_path: Path) -> None:
    kind = DataKind(Content.DEPTH)
    store, key = ParquetLake(tmp_path), key_of(kind)
    prices = [2**60, 5, -3, 7]
    for begin in (0, 2_000):
        rows = rows_at(kind, minutes(begin, 4), seq=[1, 2, 3, 4], price=prices)
        store.write(key, rows)
    found = describe_series(store.series()[0], tmp_path)
    assert (found.rows, found.days) == (8, 2)
    assert found.decimals is None
    ranges = {column.name: (column.lowest, column.highest) for column in found.columns}
    assert list(ranges["price"]) == [-3, 2**60]
    assert "seq" not in ranges


def test_a_file_is_described_as_its_series_would_be(lake: Path, tmp_path: Path) -> None:
    found = describe_prepared(prepared(tmp_path / f"{NAME}.parquet"))[0]
    (extent,) = find_series("BINANCE:BTC-USDT", lake)
    stored = describe_series(extent, lake)
    for name in ("instrument", "kind", "rows", "days", "first", "last", "decimals", "columns"):
        assert getattr(found, name) == getattr(stored, name)
    assert found.notes[0].startswith("parquet, 238 rows; columns ts, open")


def test_a_series_is_checked_where_it_lies(lake: Path) -> None:
    key = SeriesKey.of_path(lake / BARS)
    assert key is not None
    rows, findings = check_lake_series(key, lake / BARS)
    assert rows == 238
    assert kinds_of(findings) == ["gaps", "zero-volume"]
    assert [finding.place.text for finding in findings] == [
        "2024-01-05T03:00:00Z",
        "2024-01-03T02:00:00Z",
    ]
