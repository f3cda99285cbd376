"""The stream of events: two a bar, in the total order however it is cut."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.backtest.bar_tables import HOUR_NS, START_MS, columns_of, wave, write_bars
from traider.backtest import bar_files
from traider.backtest.bar_files import scan_bar_file
from traider.backtest.event_source import event_chunks
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, MarketFlag, join_events, sort_events


def stream(*paths: Path) -> EventArray:
    files = [scan_bar_file(path) for path in paths]
    return join_events(list(event_chunks(files, None, None)))


def test_a_bar_becomes_its_first_price_and_itself(tmp_path: Path) -> None:
    columns = columns_of([100.25, 100.5])
    columns["volume"][1] = 0.00000123
    events = stream(write_bars(tmp_path / "X.parquet", columns))
    start = START_MS * 10**6
    assert events["kind"].tolist() == [Kind.TRADE, Kind.BAR] * 2
    assert events["ts_event"].tolist() == [start, start, start + HOUR_NS, start + HOUR_NS]
    assert events["ts_recv"].tolist() == [
        start + 1,
        start + HOUR_NS,
        start + HOUR_NS + 1,
        start + 2 * HOUR_NS,
    ]
    first, bar = events[2], events[3]
    assert first["flags"] == MarketFlag.BAR_OPEN
    assert (first["price"], first["size"]) == (10_025, 0)
    assert [int(bar[name]) for name in ("open", "high", "low", "close", "volume")] == [
        10_025,
        10_050,
        10_025,
        10_050,
        123,
    ]
    assert bar["flags"] & MarketFlag.TIMEFRAME_MASK
    assert set(events["version"].tolist()) == {1}


def test_a_bar_after_a_gap_says_so(tmp_path: Path) -> None:
    columns = columns_of(wave(6))
    columns["ts"][4:] += 3_600_000
    events = stream(write_bars(tmp_path / "X.parquet", columns))
    bars = events[events["kind"] == Kind.BAR]
    assert (bars["flags"] & MarketFlag.GAP_BEFORE != 0).tolist() == [False] * 4 + [True, False]


@pytest.mark.parametrize("rows", [1, 2, 7, 64, 1_000])
def test_several_files_are_sorted_whatever_the_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    draw = np.random.default_rng(11)
    paths = []
    for number, (first, count) in enumerate([(0, 200), (30, 90), (150, 150), (320, 20)]):
        columns = columns_of(wave(count, seed=number))
        columns["ts"] += first * 3_600_000
        keep = draw.random(count) < 0.9
        keep[[0, 1, -1]] = True
        kept = {name: column[keep] for name, column in columns.items()}
        paths.append(write_bars(tmp_path / f"F{number}.parquet", kept))
    whole = sort_events(join_events([_numbered(path, n) for n, path in enumerate(paths)]))
    monkeypatch.setattr(bar_files, "BATCH_ROWS", rows)
    files = [scan_bar_file(path) for path in paths]
    chunks = list(event_chunks(files, None, None))
    assert join_events(chunks).tobytes() == whole.tobytes()
    for before, after in pairwise(chunks):
        if len(before) and len(after):
            assert before["ts_recv"][-1] < after["ts_recv"][0]


def _numbered(path: Path, number: int) -> EventArray:
    events = stream(path)
    events["instrument"] = number
    return events


def test_the_range_is_that_of_opening_times(tmp_path: Path) -> None:
    file = scan_bar_file(write_bars(tmp_path / "X.parquet", columns_of(wave(9))))
    start = START_MS * 10**6
    events = join_events(list(event_chunks([file], start + HOUR_NS, start + 3 * HOUR_NS)))
    assert sorted(set(events["ts_event"].tolist())) == [start + HOUR_NS, start + 2 * HOUR_NS]


def test_a_volume_beyond_64_bits_of_lots_is_refused(tmp_path: Path) -> None:
    columns = columns_of(wave(5))
    columns["volume"][3] = 5e10
    with pytest.raises(DataError, match="more than 64 bits of lots") as caught:
        stream(write_bars(tmp_path / "X.parquet", columns))
    assert "X.parquet" in caught.value.line()
