"""What a crash is cut to, and how what came of it is told."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.crash_days import FAULTS, Passed, cut_bars, show
from traider.venues.simulated.faults.rules import FaultRule, check_rule

BEGIN_MS = 1_630_000_200_000
BAR_MS = 300_000


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Four days of bars; bitcoin's low falls by a tenth in the bar of the crash."""
    folder = tmp_path / "data" / "ohlcv"
    folder.mkdir(parents=True)
    times = [BEGIN_MS + place * BAR_MS for place in range(-576, 576)]
    for base in ("BTC", "ETH"):
        lows = [90.0 if time == BEGIN_MS + BAR_MS else 99.0 for time in times]
        flat = dict.fromkeys(("open", "high", "close"), [100.0] * len(times))
        table = pa.table({"ts": times, **flat, "low": lows, "volume": [1.0] * len(times)})
        pq.write_table(table, folder / f"BINANCE-{base}-USDT-5m.parquet")
    return tmp_path / "data"


def test_bars_reach_from_the_warm_up_to_beyond_the_end(data: Path, tmp_path: Path) -> None:
    paths, fall = cut_bars(data, BEGIN_MS, tmp_path / "bars")
    assert fall == pytest.approx(-0.1)
    assert [path.name for path in paths] == [
        "BINANCE-BTC-USDT-5m.parquet", "BINANCE-ETH-USDT-5m.parquet",
    ]  # fmt: skip
    times: list[Any] = pq.read_table(paths[0]).column("ts").to_pylist()
    assert times[0] <= BEGIN_MS - 24 * 3_600_000
    assert times[-1] >= BEGIN_MS + 3 * 3_600_000


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_one_that_the_exchange_takes(name: str) -> None:
    for fault in FAULTS[name]:
        check_rule(FaultRule(**fault))


def test_a_broken_law_is_told_below_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    done = Passed("2021-09-07", "halt", -0.1, drawdown=Decimal("0.02"))
    done.violations.append("lost: an order")
    show([done])
    shown = capsys.readouterr().out
    assert "| 2021-09-07, halt | -10.0% |" in shown
    assert "violation: 2021-09-07, halt: lost: an order" in shown
