"""What is accepted as a bar file, what is found in it, and what is refused in one line."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.backtest.bar_tables import HOUR_MS, HOUR_NS, START_MS, columns_of, wave, write_bars
from tests.store.source_tables import imported
from traider.backtest import bar_files
from traider.backtest.bar_files import instrument_of, read_batches, scan_bar_file
from traider.domain.errors import DataError

NAME = "BINANCE-BTC-USDT-1h.parquet"


def scanned(folder: Path, columns: dict[str, Any], name: str = NAME) -> bar_files.BarFile:
    return scan_bar_file(write_bars(folder / name, columns))


def refusal(path: Path, start_ns: int | None = None, end_ns: int | None = None) -> str:
    with pytest.raises(DataError) as caught:
        scan_bar_file(path, start_ns, end_ns)
    line = caught.value.line()
    assert "\n" not in line
    assert str(path) in line
    assert caught.value.fix
    return line


def test_a_sound_file_is_described(tmp_path: Path) -> None:
    columns = columns_of([100.25, 100.5, 101.0, 99.75])
    columns["volume"][2] = 0.0
    found = scanned(tmp_path, columns)
    assert found.instrument == "BINANCE:BTC-USDT"
    assert not found.is_derivative
    assert found.tick_size == Decimal("0.01")
    assert (found.length_ns, found.timeframe) == (HOUR_NS, "1h")
    assert (found.bars, found.missing, found.empty, found.off_tick) == (4, 0, 1, 0)
    assert found.first_ns == START_MS * 10**6
    assert found.last_ns == found.first_ns + 3 * HOUR_NS


def test_prices_off_every_tick_are_counted(tmp_path: Path) -> None:
    found = scanned(tmp_path, columns_of([1.5, 4 / 3, 1.25]))
    assert found.tick_size == Decimal("1e-8")
    assert found.off_tick > 0


def test_a_tick_seen_late_in_the_file_holds_for_all_of_it(tmp_path: Path) -> None:
    closes = [100.0] * (bar_files.BATCH_ROWS + 5)
    closes[-2] = 100.001
    assert scanned(tmp_path, columns_of(closes)).tick_size == Decimal("0.001")


def test_gaps_are_counted_not_filled(tmp_path: Path) -> None:
    columns = columns_of(wave(50))
    keep = np.ones(50, np.bool_)
    keep[[7, 8, 30]] = False
    found = scanned(tmp_path, {name: column[keep] for name, column in columns.items()})
    assert (found.bars, found.missing) == (47, 3)


@pytest.mark.parametrize(
    ("step_ms", "name"), [(60_000, "1m"), (300_000, "5m"), (14_400_000, "4h"), (86_400_000, "1d")]
)
def test_the_bar_length_is_the_most_common_step(tmp_path: Path, step_ms: int, name: str) -> None:
    columns = columns_of(wave(10), step_ms=step_ms)
    columns["ts"][5:] += 3 * step_ms
    assert scanned(tmp_path, columns).timeframe == name


@pytest.mark.parametrize("row", [1, 3])
def test_a_bar_that_is_there_twice_is_refused_with_its_row(tmp_path: Path, row: int) -> None:
    columns = columns_of(wave(6))
    columns["ts"][row] = columns["ts"][row - 1]
    line = refusal(write_bars(tmp_path / NAME, columns))
    assert f"row {row}" in line


def test_unsorted_bars_are_refused_even_between_batches(tmp_path: Path) -> None:
    rows = bar_files.BATCH_ROWS + 2
    columns = columns_of([100.0] * rows)
    columns["ts"][bar_files.BATCH_ROWS] = columns["ts"][bar_files.BATCH_ROWS - 1] - HOUR_MS
    assert f"row {bar_files.BATCH_ROWS}" in refusal(write_bars(tmp_path / NAME, columns))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("high", 1.0),
        ("low", 1e9),
        ("low", 0.0),
        ("low", -1.0),
        ("open", np.nan),
        ("high", np.nan),
        ("low", np.nan),
        ("close", np.nan),
        ("volume", np.nan),
        ("volume", -1.0),
        ("volume", np.inf),
        ("high", np.inf),
    ],
)
def test_an_impossible_bar_is_refused_with_its_row(
    tmp_path: Path, column: str, value: float
) -> None:
    columns = columns_of(wave(9))
    columns[column][4] = value
    line = refusal(write_bars(tmp_path / NAME, columns))
    assert "impossible bar" in line
    assert "row 4" in line


@pytest.mark.parametrize("factor", [0.001, 1000, 1_000_000])
def test_times_in_another_unit_are_refused(tmp_path: Path, factor: float) -> None:
    columns = columns_of(wave(9))
    columns["ts"] = (columns["ts"] * factor).astype(np.int64)
    assert "no milliseconds of this century" in refusal(write_bars(tmp_path / NAME, columns))


def test_bars_off_the_grid_are_refused(tmp_path: Path) -> None:
    columns = columns_of(wave(9))
    columns["ts"][8] += 1
    said = refusal(write_bars(tmp_path / NAME, columns))
    assert "1 of 9 bars do not open at whole multiples of 1h" in said


def test_a_file_that_is_off_by_a_constant_is_refused(tmp_path: Path) -> None:
    columns = columns_of(wave(9))
    columns["ts"] += 1_000
    assert "9 of 9 bars do not open" in refusal(write_bars(tmp_path / NAME, columns))


def test_a_few_odd_bars_are_used_and_counted(tmp_path: Path) -> None:
    columns = columns_of(wave(400))
    columns["ts"][200:202] += 14_000
    found = scanned(tmp_path, columns)
    assert (found.off_grid, found.bars, found.missing) == (2, 400, 0)


@pytest.mark.parametrize("price", [1e20, 1e-12])
def test_prices_that_no_tick_fits_are_refused(tmp_path: Path, price: float) -> None:
    columns = columns_of([price, price, price])
    assert "do not fit a tick" in refusal(write_bars(tmp_path / NAME, columns))


def test_the_shared_five_minute_bars_are_accepted(reference_data: Path) -> None:
    found = scan_bar_file(reference_data / "ohlcv" / "BINANCE-BTC-USDT-5m.parquet")
    assert (found.bars, found.off_grid) == (795_866, 241)


def test_bars_of_an_odd_length_are_refused(tmp_path: Path) -> None:
    columns = columns_of(wave(9), step_ms=420_000)
    assert "420 seconds apart" in refusal(write_bars(tmp_path / NAME, columns))


@pytest.mark.parametrize("column", bar_files.COLUMNS)
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    columns = columns_of(wave(9))
    del columns[column]
    assert f"has no column {column};" in refusal(write_bars(tmp_path / NAME, columns))


def test_more_columns_and_another_order_do_no_harm(tmp_path: Path) -> None:
    columns = {"symbol": ["X"] * 9, **dict(reversed(columns_of(wave(9)).items()))}
    assert scanned(tmp_path, columns).bars == 9


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("ts", [1.5 + START_MS + n * HOUR_MS for n in range(4)]),
        ("ts", [None, *(START_MS + n * HOUR_MS for n in range(1, 4))]),
        ("close", [None, 1.0, 1.0, 1.0]),
        ("close", ["1", "2", "x", "4"]),
        ("volume", [[1.0], [2.0], [3.0], [4.0]]),
        ("volume", [{"a": 1.0}] * 4),
        ("ts", [b"\xff\xfe"] * 4),
    ],
)
def test_cells_that_are_no_numbers_are_refused(
    tmp_path: Path, column: str, values: list[Any]
) -> None:
    columns = {**columns_of([1.0, 1.0, 1.0, 1.0]), column: pa.array(values)}
    assert f"column {column}" in refusal(write_bars(tmp_path / NAME, columns))


def test_whole_numbers_and_decimals_are_numbers_too(tmp_path: Path) -> None:
    columns = columns_of([100.0, 102.0, 101.0])
    for name in ("open", "high", "low", "close"):
        columns[name] = columns[name].astype(np.int32)
    columns["volume"] = pa.array([Decimal("1.50")] * 3)
    assert scanned(tmp_path, columns).tick_size == 1


def test_what_is_no_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / NAME
    assert "there is no such file" in refusal(path)
    path.write_text("ts,open,high,low,close,volume\n", encoding="utf-8")
    assert "cannot be read as Parquet" in refusal(path)
    path.write_text('1690000000000 {"e":"depth"}\n' * 2, encoding="utf-8")
    assert "is a raw capture of a venue's messages" in refusal(path)
    path.write_bytes(b"")
    assert "cannot be read as Parquet" in refusal(path)
    folder = tmp_path / "folder.parquet"
    folder.mkdir()
    assert "cannot be read as Parquet" in refusal(folder)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / NAME
    pq.write_table(pa.table(columns_of(wave(5_000))), path, compression="zstd")
    data = bytearray(path.read_bytes())
    footer = 8 + int.from_bytes(data[-8:-4], "little")
    data[4:-footer] = b"\xff" * (len(data) - 4 - footer)
    path.write_bytes(data)
    assert "cannot be read as Parquet" in refusal(path)


def test_an_empty_range_is_refused(tmp_path: Path) -> None:
    path = write_bars(tmp_path / NAME, columns_of(wave(9)))
    first = START_MS * 10**6
    assert "has 0 bars" in refusal(path, first + 9 * HOUR_NS)
    assert "has 0 bars" in refusal(path, None, first)
    assert "has 1 bars" in refusal(path, first, first + HOUR_NS)
    assert "has 0 bars" in refusal(write_bars(tmp_path / NAME, columns_of([])))


def test_the_range_takes_its_start_and_leaves_its_end(tmp_path: Path) -> None:
    path = write_bars(tmp_path / NAME, columns_of(wave(9)))
    first = START_MS * 10**6
    found = scan_bar_file(path, first + 2 * HOUR_NS, first + 5 * HOUR_NS)
    assert (found.bars, found.first_ns) == (3, first + 2 * HOUR_NS)
    batches = list(read_batches(path, first + 2 * HOUR_NS, first + 5 * HOUR_NS))
    assert sum(len(batch.ts_ns) for batch in batches) == 3
    assert batches[0].open[0] == columns_of(wave(9))["open"][2]


@pytest.mark.parametrize(
    ("name", "instrument", "derivative"),
    [
        ("BINANCE-BTC-USDT-1h", "BINANCE:BTC-USDT", False),
        ("binance-btc-usdt-1h", "BINANCE:BTC-USDT", False),
        ("BINANCE-PERP-BTC-USDT-5m-2023", "BINANCE:BTC-USDT-PERP", True),
        ("my bars", "my bars", False),
        ("x", "x", False),
        ("a-b", "a-b", False),
        ("BTC_USDT-1h", "BTC_USDT-1h", False),
        ("a-b-c", "A:B-C", False),
        ("1-2-3-4", "1:2-3", False),
        ("ÄÖ-ÜÜ-ßß-1h", "ÄÖ-ÜÜ-ßß-1h", False),
        ("X-PERP", "X-PERP", False),
    ],
)
def test_the_file_name_tells_the_instrument(
    name: str, instrument: str, *, derivative: bool
) -> None:
    found, is_derivative = instrument_of(Path(f"{name}.parquet"))
    assert (found, is_derivative) == (instrument, derivative)


def lake_of(folder: Path, name: str, columns: dict[str, Any]) -> Path:
    """Import bars into a lake; return it."""
    imported(folder / "lake", write_bars(folder / name, columns))
    return folder / "lake"


def test_a_series_of_the_lake_is_scanned_like_its_file(tmp_path: Path) -> None:
    columns = {name: np.delete(column, [40]) for name, column in columns_of(wave(100)).items()}
    lake = lake_of(tmp_path, NAME, columns)
    folder = lake / "venue=BINANCE" / "instrument=BTC-USDT" / "kind=bars-1h"
    file, series = scan_bar_file(tmp_path / NAME), scan_bar_file(folder)
    assert replace(series, path=file.path) == file
    first = START_MS * 10**6 + 30 * HOUR_NS
    part = scan_bar_file(folder, first, first + 20 * HOUR_NS)
    assert (part.bars, part.first_ns, part.missing) == (19, first, 1)
    (part_of_day,) = (folder / "day=2024-01-01").iterdir()
    day = scan_bar_file(part_of_day)
    assert (day.bars, day.instrument, day.first_ns) == (24, "BINANCE:BTC-USDT", file.first_ns)
    assert "has 0 bars" in refusal(folder, first + 900 * HOUR_NS)


def test_a_perpetual_of_the_lake_is_a_derivative(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, "OKX-PERP-BTC-USDT-1h.parquet", columns_of(wave(30)))
    found = scan_bar_file(lake / "venue=OKX" / "instrument=BTC-USDT-PERP" / "kind=bars-1h")
    assert (found.instrument, found.is_derivative) == ("OKX:BTC-USDT-PERP", True)


def test_mark_prices_of_the_lake_are_refused(tmp_path: Path) -> None:
    columns = columns_of(wave(30))
    del columns["volume"]
    lake = lake_of(tmp_path, NAME, columns)
    folder = lake / "venue=BINANCE" / "instrument=BTC-USDT" / "kind=mark-bars-1h"
    assert "holds mark-bars-1h, which nobody trades at" in refusal(folder)


def test_a_time_of_the_lake_in_another_unit_is_refused(tmp_path: Path) -> None:
    # A lake without manifests, as somebody else may have written it.
    folder = tmp_path / "venue=BINANCE" / "instrument=BTC-USDT" / "kind=bars-1h"
    (folder / "day=2024-01-01").mkdir(parents=True)
    write_bars(folder / "day=2024-01-01" / "part.parquet", columns_of(wave(24)))
    assert "which are no nanoseconds of this century" in refusal(folder)
