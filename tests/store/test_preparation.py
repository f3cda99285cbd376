"""A file understood: what the person says, what its name says, which rows are bad and why."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.store.source_tables import (
    NAME,
    NOW_NS,
    START_NS,
    hours,
    prepared,
    settlements,
    trades,
    write_csv,
    write_parquet,
)
from traider.domain.errors import DataError, UsageError
from traider.store.kinds import Content
from traider.store.row_faults import RowFault
from traider.store.stamps import HOUR_NS

SOUND = [RowFault.SOUND]


def faults(folder: Path, columns: dict[str, Any], **said: Any) -> list[int]:
    found: list[int] = prepared(
        write_parquet(folder / f"{NAME}.parquet", columns), **said
    ).rows.faults.tolist()
    return found


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("high", 1.0, RowFault.IMPOSSIBLE),
        ("low", 1e9, RowFault.IMPOSSIBLE),
        ("low", 0.0, RowFault.IMPOSSIBLE),
        ("low", -1.0, RowFault.IMPOSSIBLE),
        ("volume", -1.0, RowFault.IMPOSSIBLE),
        ("open", np.nan, RowFault.NUMBER),
        ("close", np.inf, RowFault.NUMBER),
        ("volume", np.nan, RowFault.NUMBER),
    ],
)
def test_impossible_bars_are_told(
    tmp_path: Path, column: str, value: float, fault: RowFault
) -> None:
    columns = hours(9)
    columns[column][4] = value
    assert faults(tmp_path, columns) == SOUND * 4 + [fault] + SOUND * 4


def test_bad_times_are_told(tmp_path: Path) -> None:
    columns = hours(6)
    columns["ts"] = [None, *columns["ts"][1:3].tolist(), 5, *columns["ts"][4:].tolist()]
    assert faults(tmp_path, columns) == [RowFault.TIME, 0, 0, RowFault.TIME, 0, 0]


def test_the_future_is_told(tmp_path: Path) -> None:
    columns = hours(4)
    columns["ts"][3] = NOW_NS // 1_000_000 + 61_000
    assert faults(tmp_path, columns) == SOUND * 3 + [RowFault.FUTURE]
    columns["ts"][3] = NOW_NS // 1_000_000 + 59_000
    assert faults(tmp_path, columns) == SOUND * 4


@pytest.mark.parametrize(
    ("columns", "name", "place"),
    [
        ({**trades(4), "price": [1.0, 0.0, 1.0, 1.0]}, "BINANCE-BTCUSDT", 1),
        ({**trades(4), "size": [1.0, 1.0, -1.0, 1.0]}, "BINANCE-BTCUSDT", 2),
        ({**settlements(4), "rate": [0.0, 0.1, 0.1, 1.5]}, "BINANCE-BTCUSDT", 3),
        ({**settlements(4), "mark": [None, -1.0, 5.0, None]}, "BINANCE-BTCUSDT", 1),
    ],
)
def test_impossible_trades_and_settlements_are_told(
    tmp_path: Path, columns: dict[str, Any], name: str, place: int
) -> None:
    columns = {key: np.asarray(column).tolist() for key, column in columns.items()}
    found = prepared(write_parquet(tmp_path / f"{name}.parquet", columns))
    assert np.flatnonzero(found.rows.faults == RowFault.IMPOSSIBLE).tolist() == [place]


def test_a_side_that_is_none_is_told(tmp_path: Path) -> None:
    columns = {**trades(3), "side": ["buy", "up", "sell"]}
    found = prepared(write_csv(tmp_path / "BINANCE-BTCUSDT.csv", columns))
    assert found.rows.faults.tolist() == [0, RowFault.NUMBER, 0]
    assert found.content is Content.TRADES


def test_what_the_person_says_comes_first(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / f"{NAME}.parquet", hours(5))
    assert str(prepared(path).series[0].name) == "BINANCE:BTC-USDT"
    assert str(prepared(path, venue="okx").series[0].name) == "OKX:BTC-USDT"
    said = prepared(path, instrument="KRAKEN:ETH-CHF-PERP")
    assert str(said.series[0].name) == "KRAKEN:ETH-CHF-PERP"
    assert str(prepared(path, content=Content.MARK_BARS).kind) == "mark-bars-1h"


def test_one_instrument_is_said_of_one_symbol_only(tmp_path: Path) -> None:
    columns = {**hours(4), "symbol": ["A", "A", "A", "A"]}
    path = write_parquet(tmp_path / "BINANCE-1h.parquet", columns)
    assert prepared(path).series[0].name is None
    assert str(prepared(path, instrument="BTC-USDT").series[0].name) == "BINANCE:BTC-USDT"
    path = write_parquet(tmp_path / "BINANCE-1h.parquet", {**columns, "symbol": list("AABB")})
    with pytest.raises(UsageError, match="holds 2 instruments"):
        prepared(path, instrument="BTC-USDT")


def test_bars_without_volume_are_of_a_mark_price(tmp_path: Path) -> None:
    columns = {name: column for name, column in hours(5).items() if name != "volume"}
    found = prepared(write_parquet(tmp_path / f"{NAME}.parquet", columns))
    assert str(found.kind) == "mark-bars-1h"
    with pytest.raises(DataError, match="has no column volume"):
        prepared(write_parquet(tmp_path / f"{NAME}.parquet", columns), content=Content.BARS)


def test_a_file_named_mark_is_of_a_mark_price(tmp_path: Path) -> None:
    found = prepared(write_parquet(tmp_path / f"{NAME}-mark.parquet", hours(5)))
    assert found.content is Content.MARK_BARS
    assert found.columns.ignored == ("volume",)


@pytest.mark.parametrize("before_ms", [0, 1])
def test_stamps_at_the_close_are_moved_to_the_opening(tmp_path: Path, before_ms: int) -> None:
    columns = hours(5)
    columns["ts"] += 3_600_000 - before_ms
    path = write_parquet(tmp_path / f"{NAME}.parquet", columns)
    found = prepared(path, stamp="close")
    assert found.series[0].ts_ns.tolist() == (START_NS + np.arange(5) * HOUR_NS).tolist()
    assert prepared(path, stamp="open").series[0].ts_ns[0] == START_NS + HOUR_NS - before_ms * 10**6


def test_settlements_are_perpetuals_and_floored(tmp_path: Path) -> None:
    columns = settlements(6)
    columns["ts"][2] += 47
    found = prepared(write_parquet(tmp_path / "BINANCE-BTCUSDT.parquet", columns))
    assert str(found.series[0].name) == "BINANCE:BTC-USDT-PERP"
    assert found.series[0].ts_ns[2] % HOUR_NS == 0
    assert found.jitter_ns.tolist() == [0, 0, 47_000_000, 0, 0, 0]


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    columns = {name: column[:0] for name, column in hours(5).items()}
    with pytest.raises(DataError, match="has no rows"):
        prepared(write_parquet(tmp_path / f"{NAME}.parquet", columns))


def test_one_bar_needs_its_length_said(tmp_path: Path) -> None:
    columns = {name: column[:1] for name, column in hours(5).items()}
    path = write_parquet(tmp_path / "BINANCE-BTC-USDT.parquet", columns)
    with pytest.raises(DataError, match="too few bars to tell how long they are"):
        assert str(prepared(path).kind)
    assert str(prepared(path, timeframe="4h").kind) == "bars-4h"


def test_categories_are_symbols_too(tmp_path: Path) -> None:
    columns = {**hours(4), "symbol": pa.array(["BTCUSDT"] * 4).dictionary_encode()}
    found = prepared(write_parquet(tmp_path / "BINANCE-1h.parquet", columns))
    assert str(found.series[0].name) == "BINANCE:BTC-USDT"


def test_two_symbols_of_one_instrument_are_refused(tmp_path: Path) -> None:
    columns = {**hours(4), "symbol": ["BTCUSDT", "BTC/USDT", "ETHUSDT", "BTCUSDT"]}
    path = write_csv(tmp_path / "BINANCE-1h.csv", columns)
    with pytest.raises(DataError, match="symbols BTCUSDT and BTC/USDT are both BINANCE:BTC-USDT"):
        prepared(path)


def test_a_symbol_that_no_name_holds_is_asked_for(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "BINANCE-1h.csv", {**hours(4), "symbol": ["BTC.P-USDT"] * 4})
    assert prepared(path).series[0].name is None
    with pytest.raises(UsageError, match="'my venue' is no venue"):
        prepared(path, venue="my venue")
