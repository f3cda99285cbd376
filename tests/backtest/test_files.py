import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.backtest.report.small_run import small_run
from tests.backtest.report.synthetic import synthetic_result, with_chosen
from traider.backtest.files import (
    EQUITY_SCHEMA,
    FILL_SCHEMA,
    TRADE_SCHEMA,
    fill_table,
    plain,
    utc_text,
    write_files,
)
from traider.backtest.results import BacktestResult
from traider.domain.fills import Fill


@pytest.fixture(scope="module")
def result() -> BacktestResult:
    return synthetic_result(trades=40, points=300)


def test_all_trades_are_in_the_parquet_file(result: BacktestResult, tmp_path: Path) -> None:
    write_files(result, tmp_path)
    table = pq.read_table(tmp_path / "trades.parquet")
    trades = result.chosen.trades
    assert table.schema.equals(TRADE_SCHEMA)
    assert table["number"].to_pylist() == list(range(1, len(trades) + 1))
    assert table["pnl"].to_pylist() == [trade.pnl for trade in trades]
    assert table["opened"].cast(pa.int64()).to_pylist() == [trade.opened_ns for trade in trades]
    assert table["closed"].null_count == sum(trade.is_open for trade in trades) == 2
    assert dict(table["alpha_shares"][0].as_py()) == trades[0].alpha_shares


def test_an_average_with_endless_digits_is_rounded_to_18_places(
    result: BacktestResult, tmp_path: Path
) -> None:
    price = Decimal(100_000) / Decimal(3)
    odd = replace(result.chosen.trades[0], entry_price=price)
    write_files(with_chosen(result, trades=(odd,)), tmp_path)
    kept = pq.read_table(tmp_path / "trades.parquet")["entry_price"][0].as_py()
    assert kept == Decimal("33333.333333333333333333")


def test_equity_holds_every_tier_and_buy_and_hold(result: BacktestResult, tmp_path: Path) -> None:
    write_files(result, tmp_path)
    table = pq.read_table(tmp_path / "equity.parquet")
    assert table.schema.equals(EQUITY_SCHEMA)
    names = table["tier"].to_pylist()
    assert set(names) == {"pessimistic", "base", "optimistic", "buy-and-hold"}
    first = result.tiers[0].curve
    assert table["nav"].to_pylist()[: first.nav.size] == first.nav.tolist()
    assert len(table) == 4 * first.ts_ns.size


def test_summary_holds_the_figures_and_repeats_to_the_byte(
    result: BacktestResult, tmp_path: Path
) -> None:
    write_files(result, tmp_path / "one")
    write_files(replace(result, engine_seconds=99.0), tmp_path / "other")
    text = (tmp_path / "one" / "summary.json").read_text(encoding="utf-8")
    assert text == (tmp_path / "other" / "summary.json").read_text(encoding="utf-8")
    found = json.loads(text)
    tier = found["tiers"]["pessimistic"]
    assert found["start"] == "2017-08-17T04:00:00Z"
    assert Decimal(tier["final_equity"]) == result.chosen.final_equity
    assert tier["costs"]["fees"] == "2232.61"
    assert tier["orders"]["refusals"] == {"exposure": 16, "price_collar": 21}
    assert tier["performance"]["sharpe"] == result.chosen.performance.sharpe
    assert set(tier["performance"]["intervals"]["sharpe"]) == {"low", "high", "level"}


def test_two_runs_write_the_same_summary_and_the_same_reasons(tmp_path: Path) -> None:
    again = small_run.__wrapped__()
    for name, run in (("one", small_run()), ("other", again)):
        write_files(run, tmp_path / name)
    for name in ("summary.json", "reasons.parquet", "trades.parquet"):
        one, other = ((tmp_path / folder / name).read_bytes() for folder in ("one", "other"))
        assert one == other
    assert [tier.tier for tier in again.tiers if tier.explained] == ["pessimistic"]


def test_the_summary_takes_the_profit_apart_to_the_last_unit(tmp_path: Path) -> None:
    write_files(small_run(), tmp_path)
    tiers = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["tiers"]
    for tier in tiers.values():
        parts = dict(tier["attribution"])
        total = Decimal(parts.pop("total"))
        assert total == Decimal(tier["final_equity"]) - 10_000
        for view in parts.values():
            assert sum(map(Decimal, view.values())) == total
        assert tier["drawdowns"][0]["depth"] == tier["max_drawdown"]
        assert tier["rolling_sharpe"]["window_days"] == 90


def test_a_run_without_trades_or_points_is_written(result: BacktestResult, tmp_path: Path) -> None:
    curve = result.benchmark
    empty = type(curve)(*(getattr(curve, name)[:0] for name in curve.__dataclass_fields__))
    bare = replace(with_chosen(result, trades=(), curve=empty), benchmark=empty, prices=())
    write_files(bare, tmp_path)
    assert len(pq.read_table(tmp_path / "trades.parquet")) == 0
    assert json.loads((tmp_path / "summary.json").read_text())["buy_and_hold_return"] is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("nan"), None),
        (float("inf"), None),
        (Decimal("1.10"), "1.10"),
        (Path("a/b"), "a/b"),
        ({"x": (1, True, None)}, {"x": [1, True, None]}),
    ],
)
def test_plain_keeps_only_json_types(value: object, expected: object) -> None:
    assert plain(value) == expected


def test_utc_text_shows_a_fraction_only_where_there_is_one() -> None:
    assert utc_text(0) == "1970-01-01T00:00:00Z"
    assert utc_text(1_500_000_000) == "1970-01-01T00:00:01.5Z"


def test_fills_are_written_exactly(tmp_path: Path) -> None:
    fill = Fill(
        instrument="BINANCE:BTC-USDT",
        side=-1,
        price=Decimal("65000.01"),
        quantity=Decimal("0.00000001"),
        fee=Decimal("-0.00000001"),
        ts_ns=1_700_000_000_000_000_001,
        order_id=(1 << 52) | (77 << 8),
        is_maker=True,
    )
    table = fill_table((fill, fill))
    pq.write_table(table, tmp_path / "fills.parquet")
    back = pq.read_table(tmp_path / "fills.parquet")
    assert back.schema.equals(FILL_SCHEMA)
    assert back["price"].to_pylist() == [Decimal("65000.01")] * 2
    assert back["quantity"].to_pylist() == [Decimal("0.00000001")] * 2
    assert back["fee"].to_pylist() == [Decimal("-0.00000001")] * 2
    assert back["maker"].to_pylist() == [True] * 2
    assert back["order_id"].to_pylist() == [(1 << 52) | (77 << 8)] * 2
    assert back["ts"].cast(pa.int64()).to_pylist() == [1_700_000_000_000_000_001] * 2
