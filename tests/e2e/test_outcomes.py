"""Sums that must agree in the outcome of a run with several alphas and instruments."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.e2e.command import ENSEMBLE, backtest_json

ARGUMENTS = ("--config", str(ENSEMBLE), "--from", "2022-01-01", "--to", "2023-06-01")


def test_profit_by_alpha_and_by_instrument_sum_to_the_whole(tmp_path: Path) -> None:
    found = backtest_json(tmp_path, *ARGUMENTS, "--set", "strategy.allow_short=true")
    assert [tier["fill_tier"] for tier in found["tiers"]] == ["pessimistic", "base", "optimistic"]
    for tier in found["tiers"]:
        assert tier["trades"] > 10
        profit = tier["final_equity"] - found["capital"]
        assert sum(tier["pnl_by_instrument"].values()) == pytest.approx(profit, abs=1e-6)
        assert sum(tier["pnl_by_alpha"].values()) == pytest.approx(profit, abs=1e-6)
        assert set(tier["pnl_by_instrument"]) == {"BINANCE:BTC-USDT", "BINANCE:ETH-USDT"}
        assert set(tier["pnl_by_alpha"]) == {"momentum", "mean-reversion"}
        assert tier["complete"]


def test_files_and_object_say_the_same(tmp_path: Path) -> None:
    found = backtest_json(tmp_path, *ARGUMENTS, "--fill-tier", "base")
    folder = tmp_path / found["folder"]
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    chosen = summary["tiers"]["base"]
    assert found["fill_tier"] == summary["fill_tier"] == "base"
    assert chosen["fingerprint"] == found["fingerprint"]
    assert float(chosen["final_equity"]) == found["final_equity"]
    trades = pq.read_table(folder / "trades.parquet").to_pylist()
    assert sum(trade["closed"] is not None for trade in trades) == found["trades"]
    profit = sum(float(trade["pnl"]) for trade in trades)
    assert profit == pytest.approx(found["final_equity"] - found["capital"], abs=1e-6)
    fees = sum(float(trade["fees"]) for trade in trades)
    assert fees == pytest.approx(found["fees"], abs=1e-9)
    page = (tmp_path / found["report"]).read_text(encoding="utf-8")
    assert found["fingerprint"] in page
