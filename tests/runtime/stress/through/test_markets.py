"""What a scenario plays: bars of the past cut out, and bars with a shock in them."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from traider.domain.errors import DataError
from traider.runtime.price_panel import bar_sources
from traider.runtime.stress.through.markets import (
    AFTER_NS,
    BEFORE_NS,
    HISTORY_NS,
    MINUTE_NS,
    Change,
    crash,
    cut_market,
    gap_down,
    gap_up,
    made_market,
    one_bet,
    unchanged,
    volatile,
)

BEGIN_NS: Final = 1_630_000_200_000 * 10**6
_MS: Final = 10**6


def write(folder: Path, minutes: int, name: str = "5m") -> Path:
    """Write four days of bars; bitcoin's low falls by a tenth in the bar after the beginning."""
    folder.mkdir(parents=True)
    step = minutes * MINUTE_NS
    times = [BEGIN_NS + place * step for place in range(-2880 // minutes, 2880 // minutes)]
    for base in ("BTC", "ETH"):
        lows = [90.0 if time == BEGIN_NS + step else 99.0 for time in times]
        flat = dict.fromkeys(("open", "high", "close"), [100.0] * len(times))
        told = {"ts": [time // _MS for time in times], **flat, "low": lows}
        table = pa.table({**told, "volume": [1.0] * len(times)})
        pq.write_table(table, folder / f"BINANCE-{base}-USDT-{name}.parquet")
    return folder


def test_the_past_is_cut_from_the_warm_up_to_beyond_the_end(tmp_path: Path) -> None:
    sources = bar_sources([write(tmp_path / "data", 5)])
    market = cut_market(sources, BEGIN_NS, tmp_path / "bars")
    assert market.move == pytest.approx(-0.1)
    assert market.length_ns == 5 * MINUTE_NS
    assert [path.name for path in market.files] == [
        "BINANCE-BTC-USDT-5m.parquet", "BINANCE-ETH-USDT-5m.parquet",
    ]  # fmt: skip
    times: list[Any] = pq.read_table(market.files[0]).column("ts").to_pylist()
    assert times[0] * _MS <= BEGIN_NS - BEFORE_NS - HISTORY_NS + 5 * MINUTE_NS
    assert times[-1] * _MS >= BEGIN_NS + AFTER_NS + 60 * MINUTE_NS


def test_a_time_without_bars_is_told(tmp_path: Path) -> None:
    sources = bar_sources([write(tmp_path / "data", 5)])
    with pytest.raises(DataError, match="no bars of BTC-USDT"):
        cut_market(sources, BEGIN_NS + 30 * 24 * 60 * MINUTE_NS, tmp_path / "bars")


def closes(market_files: tuple[Path, ...]) -> list[np.ndarray[Any, np.dtype[np.float64]]]:
    return [pq.read_table(path).column("close").to_numpy() for path in market_files]


@pytest.mark.parametrize(
    ("change", "move", "ends"),
    [
        (unchanged, -0.01, (100.0, 100.0)),
        (crash, -0.208, (80.0, 80.0)),
        (gap_down, -0.1585, (85.0, 85.0)),
        (gap_up, 0.15, (115.0, 115.0)),
        (volatile, -0.049, (100.0, 100.0)),
        (one_bet, -0.208, (80.0, 80.0)),
    ],
)
def test_a_shock_is_what_it_says(
    tmp_path: Path, change: Change, move: float, ends: tuple[float, float]
) -> None:
    data = write(tmp_path / "data", 1, "1m")
    market = made_market(sorted(data.iterdir()), change, tmp_path / "bars")
    assert market.begins_ns == BEGIN_NS - 2880 * MINUTE_NS + HISTORY_NS + BEFORE_NS
    assert market.move == pytest.approx(move, abs=0.001)
    for path, end in zip(market.files, ends, strict=True):
        bars = pq.read_table(path).to_pydict()
        place = bars["ts"].index(market.begins_ns // _MS)
        assert bars["close"][place - 1] == 100.0
        assert bars["close"][-1] == pytest.approx(end)
        rows = zip(bars["open"], bars["high"], bars["low"], bars["close"], strict=True)
        assert all(low <= min(o, c) and high >= max(o, c) for o, high, low, c in rows)


def test_a_crash_takes_five_bars_and_one_bet_moves_both(tmp_path: Path) -> None:
    data = sorted(write(tmp_path / "data", 1, "1m").iterdir())
    fallen = closes(made_market(data, crash, tmp_path / "crash").files)[0]
    place = int(np.flatnonzero(fallen < 100.0)[0])
    assert fallen[place : place + 6].tolist() == pytest.approx([96, 92, 88, 84, 80, 80])
    both = closes(made_market(data, one_bet, tmp_path / "bet").files)
    assert both[0].tolist() == both[1].tolist()


def test_too_little_is_told(tmp_path: Path) -> None:
    data = write(tmp_path / "data", 1, "1m")
    with pytest.raises(DataError, match="no bars of BTC and ETH"):
        made_market([next(data.iterdir())], crash, tmp_path / "bars")
