"""The published reference back-tests, through the real command line.

The figures of the shipped sample are those that two other engines agreed on.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.e2e.command import SAMPLE, SMA_CROSS, backtest_json

RELATIVE = 1e-6


@dataclass(frozen=True)
class Reference:
    """A published run and the settings that repeat it."""

    data: str
    fast: int
    slow: int
    fee: str


RUNS = (
    Reference("BINANCE-BTC-USDT-1h", 24, 72, "0.001"),
    Reference("BINANCE-ETH-USDT-5m", 50, 200, "0.0004"),
)


def run(folder: Path, file: Path, reference: Reference, start: str, end: str) -> dict[str, Any]:
    """Repeat a published run."""
    return backtest_json(
        folder,
        *("--config", str(SMA_CROSS)),
        *("--data", str(file)),
        *("--from", start),
        *("--to", end),
        *("--set", f"strategy.fast={reference.fast}"),
        *("--set", f"strategy.slow={reference.slow}"),
        *("--set", f"costs.taker_fee={reference.fee}"),
    )


def seconds(moment: datetime) -> str:
    """Return the bar a fill belongs to: fills are seen a latency after it opened."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def check_trades(found: list[dict[str, Any]], published: list[dict[str, Any]]) -> None:
    """Compare trades one by one."""
    assert len(found) == len(published)
    for trade, expected in zip(found, published, strict=True):
        assert seconds(trade["opened"]) == expected["entry"]
        assert seconds(trade["closed"]) == expected["exit"]
        assert float(trade["entry_price"]) == pytest.approx(expected["entry_price"], rel=RELATIVE)
        assert float(trade["exit_price"]) == pytest.approx(expected["exit_price"], rel=RELATIVE)
        assert float(trade["quantity"]) == pytest.approx(expected["qty"], rel=RELATIVE)
        # A loss of cents on thousands: what counts is the error on the money that moved.
        moved = expected["qty"] * expected["entry_price"]
        assert float(trade["pnl"]) == pytest.approx(expected["pnl"], abs=RELATIVE * moved)


@pytest.mark.parametrize("reference", RUNS, ids=lambda reference: reference.data)
def test_published_backtests_come_out_the_same(
    reference_data: Path, tmp_path: Path, reference: Reference
) -> None:
    text = (reference_data / "reference" / "ENGINE-RISK.json").read_text(encoding="utf-8")
    published = next(e for e in json.loads(text)["engine"] if e["data"] == reference.data)
    file = reference_data / "ohlcv" / f"{reference.data}.parquet"
    found = run(tmp_path, file, reference, published["start"], published["end_exclusive"])
    assert found["bars"] == published["bars"]
    assert found["trades"] == published["n_closed_trades"]
    assert found["final_equity"] == pytest.approx(published["final_equity_loop"], rel=RELATIVE)
    assert found["max_drawdown"] == pytest.approx(published["max_drawdown_loop"], rel=RELATIVE)
    assert found["fees"] == pytest.approx(published["total_fees_vectorbt"], rel=RELATIVE)
    trades = pq.read_table(tmp_path / found["folder"] / "trades.parquet").to_pylist()
    closed = [trade for trade in trades if trade["closed"] is not None]
    assert len(trades) - len(closed) == int(published["open_at_end"])
    first, last = published["first_trades"], published["last_trades"]
    check_trades(closed[: len(first)], first)
    check_trades(closed[-len(last) :], last)
    wins = sum(trade["pnl"] > 0 for trade in closed) / len(closed)
    assert wins == pytest.approx(published["win_rate"])


def test_the_shipped_sample_gives_the_published_result(tmp_path: Path) -> None:
    found = backtest_json(tmp_path, "--config", str(SMA_CROSS), "--data", str(SAMPLE))
    assert found["bars"] == 35_050
    assert found["trades"] == 292
    assert found["final_equity"] == pytest.approx(17953.687940817395, rel=RELATIVE)
    assert found["max_drawdown"] == pytest.approx(-0.6479890425829075, rel=RELATIVE)
    assert found["fees"] == pytest.approx(5278.405266146143, rel=RELATIVE)
    assert found["fill_tier"] == "pessimistic"
    assert (tmp_path / found["report"]).is_file()
    assert found["events"] > 2 * found["bars"]
    assert len(found["fingerprint"]) == 32


def test_the_same_run_twice_has_the_same_fingerprint(tmp_path: Path) -> None:
    arguments = ("--config", str(SMA_CROSS), "--to", "2021-03-01")
    first, second = (backtest_json(tmp_path, *arguments) for _ in range(2))
    assert first["fingerprint"] == second["fingerprint"]
    assert first["folder"] != second["folder"]
