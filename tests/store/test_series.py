"""Rows as series: order, repetitions, contradictions."""

from pathlib import Path

import numpy as np
import pytest

from tests.store.source_tables import Columns, hours, prepared, trades, write_csv, write_parquet
from traider.store.preparation import Prepared
from traider.store.row_faults import RowFault
from traider.store.series import row_keys

NAME = "BINANCE-BTC-USDT-1h.parquet"


def at(folder: Path, rows: list[int], **changed: dict[int, float]) -> Prepared:
    """Prepare hourly bars of which ``rows`` are taken, some with other values."""
    columns = {name: column[rows].copy() for name, column in hours(20).items()}
    for name, values in changed.items():
        for place, value in values.items():
            columns[name][place] = value
    return prepared(write_parquet(folder / NAME, columns))


def test_rows_come_in_order_of_time(tmp_path: Path) -> None:
    (series,) = at(tmp_path, [3, 1, 2, 0]).series
    assert series.rows.tolist() == [3, 1, 2, 0]
    assert (np.diff(series.ts_ns) > 0).all()
    assert series.disorder.tolist() == [1, 3]
    assert not series.is_backward


def test_a_file_from_new_to_old_is_told(tmp_path: Path) -> None:
    (series,) = at(tmp_path, [4, 3, 2, 1]).series
    assert series.is_backward
    assert series.rows.tolist() == [3, 2, 1, 0]


def test_rows_that_repeat_others_are_told_apart(tmp_path: Path) -> None:
    found = at(tmp_path, [0, 1, 1, 2, 1])
    (series,) = found.series
    assert series.rows.tolist() == [0, 1, 3]
    assert sorted(series.duplicates.tolist()) == [2, 4]
    assert found.bad_rows == 0


@pytest.mark.parametrize("column", ["open", "high", "low", "close", "volume"])
def test_rows_that_contradict_each_other_are_all_bad(tmp_path: Path, column: str) -> None:
    # None of them tells which is right, so none is kept, the equal one included.
    one = {name: float(values[1]) for name, values in hours(20).items()}
    between = (one["open"] + one["close"]) / 2.0
    others = {"open": between, "close": between, "low": 1.0, "high": 1e6, "volume": 7.0}
    changed = {column: {2: others[column]}}
    found = at(tmp_path, [0, 1, 1, 1, 2], **changed)
    (series,) = found.series
    assert series.rows.tolist() == [0, 4]
    assert found.rows.faults.tolist() == [0, *[RowFault.CONFLICT] * 3, 0]
    assert found.duplicates == 0


def test_each_symbol_is_a_series_of_its_own(tmp_path: Path) -> None:
    columns: Columns = {name: np.repeat(column, 2) for name, column in hours(6).items()}
    columns["symbol"] = ["ETHUSDT", "BTCUSDT"] * 6
    found = prepared(write_parquet(tmp_path / "BINANCE-PERP-PANEL-1h.parquet", columns))
    assert [str(series.name) for series in found.series] == [
        "BINANCE:ETH-USDT-PERP",
        "BINANCE:BTC-USDT-PERP",
    ]
    assert [series.rows.tolist() for series in found.series] == [
        list(range(0, 12, 2)),
        list(range(1, 12, 2)),
    ]
    assert found.duplicates == found.bad_rows == 0


def test_a_row_without_its_symbol_is_bad(tmp_path: Path) -> None:
    columns = {**hours(4), "symbol": ["BTCUSDT", "", "BTCUSDT", "BTCUSDT"]}
    found = prepared(write_csv(tmp_path / "BINANCE-1h.csv", columns))
    assert found.rows.faults.tolist() == [0, RowFault.NUMBER, 0, 0]
    assert found.series[0].rows.tolist() == [0, 2, 3]


def test_trades_of_one_instant_are_several(tmp_path: Path) -> None:
    columns = trades(6, with_ids=False)
    columns["price"][:] = 100.0
    columns["size"][:] = 1.0
    columns["side"][:] = "buy"
    (series,) = prepared(write_csv(tmp_path / "BINANCE-BTCUSDT.csv", columns)).series
    assert len(series.rows) == 6
    assert not len(series.duplicates)


def test_trades_of_one_id_are_one(tmp_path: Path) -> None:
    columns: Columns = {name: np.append(column, column[2:4]) for name, column in trades(6).items()}
    (series,) = prepared(write_csv(tmp_path / "BINANCE-BTCUSDT.csv", columns)).series
    assert series.rows.tolist() == [0, 1, 2, 3, 4, 5]
    assert sorted(series.duplicates.tolist()) == [6, 7]
    assert series.ids.to_pylist() == [str(1_000 + k) for k in range(6)]


def test_trades_from_new_to_old_keep_the_order_they_happened_in(tmp_path: Path) -> None:
    forth = trades(9)
    back = {name: column[::-1] for name, column in forth.items()}
    (series,) = prepared(write_csv(tmp_path / "BINANCE-BTCUSDT.csv", back)).series
    assert series.ids.to_pylist() == [str(number) for number in forth["id"]]
    unnamed = {name: column for name, column in back.items() if name != "id"}
    (series,) = prepared(write_csv(tmp_path / "BINANCE-ETHUSDT.csv", unnamed)).series
    assert series.values["price"].tolist() == forth["price"].tolist()


def test_keys_without_ids_count_within_an_instant() -> None:
    assert row_keys(np.array([1, 1, 1, 4, 5, 5]), None).tolist() == [0, 1, 2, 0, 0, 1]
