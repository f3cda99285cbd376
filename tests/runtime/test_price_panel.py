"""Closes on one clock: which files count, what a person may call them, what a hole does."""

from pathlib import Path

import numpy as np
import pytest

from tests.written_bars import HOUR_MS, write_bars
from traider.domain.errors import DataError, UsageError
from traider.runtime.price_panel import bar_sources, find_instrument, load_panel

START_MS = 1_700_006_400_000  # a whole day, UTC


def hours(count: int, first: int = 0) -> list[int]:
    return [START_MS + place * HOUR_MS for place in range(first, first + count)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_bars(tmp_path / "BINANCE-BTC-USDT-1h.parquet", hours(72), list(map(float, range(1, 73))))
    write_bars(
        tmp_path / "BINANCE-ETH-USDT-1h.parquet", hours(60, 6), [10.0 + n for n in range(60)]
    )
    write_bars(tmp_path / "COINBASE-BTC-USDT-1h.parquet", hours(4), [5.0] * 4)
    write_bars(tmp_path / "BINANCE-PERP-BTC-USDT-1h-mark.parquet", hours(4), [5.0] * 4)
    return tmp_path


def test_a_day_closes_with_its_last_bar(folder: Path) -> None:
    panel = load_panel(bar_sources([folder]), ["BINANCE:BTC-USDT"], "1d")
    assert panel.closes[:, 0].tolist() == [24.0, 48.0, 72.0]
    assert panel.ends_ns[0] == (START_MS + 24 * HOUR_MS) * 1_000_000
    assert panel.returns()[:, 0].tolist() == [1.0, 0.5]


def test_only_what_all_have_is_used_and_no_return_stands_across_a_hole(folder: Path) -> None:
    path = folder / "BINANCE-BTC-USDT-1h.parquet"
    kept = [place for place in range(72) if place not in (30, 31)]
    write_bars(path, [hours(72)[place] for place in kept], [float(place + 1) for place in kept])
    panel = load_panel(bar_sources([folder]), ["BINANCE:BTC-USDT", "BINANCE:ETH-USDT"], "1h")
    assert len(panel.ends_ns) == 58
    assert panel.holes == 1
    assert len(panel.returns()) == len(panel.return_ends_ns) == 56
    assert panel.returns()[0] == pytest.approx([8.0 / 7.0 - 1.0, 0.1])


def test_finer_bars_fill_what_coarse_ones_lack(folder: Path) -> None:
    half = [START_MS + place * HOUR_MS // 2 for place in range(200)]
    write_bars(folder / "BINANCE-ETH-USDT-30m.parquet", half, [99.0] * 200)
    panel = load_panel(bar_sources([folder]), ["BINANCE:ETH-USDT"], "1h")
    assert len(panel.ends_ns) == 100
    assert panel.closes[[0, 5, 6, 65, 66], 0].tolist() == [99.0, 99.0, 10.0, 69.0, 99.0]


def test_a_part_of_the_time_can_be_asked_for(folder: Path) -> None:
    first, last = START_MS + 24 * HOUR_MS, START_MS + 48 * HOUR_MS
    found = load_panel(
        bar_sources([folder]), ["BINANCE:BTC-USDT"], "1h", first * 1_000_000, last * 1_000_000
    )
    assert found.closes[:, 0].tolist() == list(np.arange(25.0, 49.0))


def test_a_day_that_has_not_ended_is_left_out(folder: Path) -> None:
    path = folder / "BINANCE-BTC-USDT-1h.parquet"
    write_bars(path, hours(60), [float(place + 1) for place in range(60)])
    panel = load_panel(bar_sources([folder]), ["BINANCE:BTC-USDT"], "1d")
    assert panel.closes[:, 0].tolist() == [24.0, 48.0]


@pytest.mark.parametrize(
    ("opens", "closes", "line"),
    [
        ([1, 0, 2], [1.0, 2.0, 3.0], "row 1: bars are not in order"),
        ([0, 1, 1], [1.0, 2.0, 2.0], "row 2: bars are not in order"),
        ([0, 1, 2], [1.0, -2.0, 3.0], "row 1: impossible bar"),
        ([0, 1, 2], [1.0, 2.0, float("nan")], "row 2: impossible bar"),
        ([0, 1, 2], [0.0, 2.0, 3.0], "row 0: impossible bar"),
    ],
)
def test_bars_that_cannot_be_are_refused(
    tmp_path: Path, opens: list[int], closes: list[float], line: str
) -> None:
    write_bars(tmp_path / "BINANCE-BTC-USDT-1h.parquet", [hours(3)[n] for n in opens], closes)
    with pytest.raises(DataError, match=line):
        load_panel(bar_sources([tmp_path]), ["BINANCE:BTC-USDT"], "1h")


@pytest.mark.parametrize(
    "asked", ["ETH-USDT", "ethusdt", "BINANCE:ETH-USDT", "BINANCE-ETH-USDT", "ETH/USDT"]
)
def test_a_person_may_call_it_what_people_call_it(folder: Path, asked: str) -> None:
    assert find_instrument(asked, bar_sources([folder])) == "BINANCE:ETH-USDT"


def test_what_is_not_there_is_told_in_one_line(folder: Path, tmp_path: Path) -> None:
    sources = bar_sources([folder])
    with pytest.raises(UsageError, match=r"several venues; name one: BINANCE:BTC-USDT, COINBASE"):
        find_instrument("BTC-USDT", sources)
    with pytest.raises(UsageError, match="no bars of DOGE-USDT; there are BINANCE:BTC-USDT"):
        find_instrument("DOGE-USDT", sources)
    with pytest.raises(DataError, match="no bars that make periods of 900 s"):
        load_panel(sources, ["BINANCE:BTC-USDT"], "15m")
    with pytest.raises(DataError, match="no two periods of 1h"):
        load_panel(sources, ["COINBASE:BTC-USDT", "BINANCE:ETH-USDT"], "1h")
    with pytest.raises(DataError, match="no such file"):
        bar_sources([tmp_path / "nowhere"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no bars here"):
        bar_sources([tmp_path / "empty"])
