"""A plan's passes: same input for each tier, and results that do not depend on the batches."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from tests.kernel.decider.hostile_venue import HostileVenue
from tests.kernel.decider.signals import deciding
from tests.kernel.scenario import SPOT
from traider.backtest import bar_files
from traider.backtest.bar_files import BarFile, scan_bar_file
from traider.backtest.results import BacktestResult
from traider.backtest.run import BacktestPlan, left_notes, run_plan
from traider.domain.events import Kind
from traider.domain.payloads import config_digest_event
from traider.kernel.codes import Reject
from traider.kernel.order_specification import PlanSpec
from traider.portfolio.attribution import UNEXPLAINED
from traider.runtime.config import load_config
from traider.runtime.kernel_spec import kernel_spec
from traider.signals.alpha import Score, alpha

BARS = 3_000


@pytest.fixture
def files(tmp_path: Path) -> tuple[BarFile, ...]:
    names = ("BINANCE-PERP-BTC-USDT-1h", "BINANCE-PERP-ETH-USDT-1h")
    return tuple(
        scan_bar_file(write_bars(tmp_path / f"{name}.parquet", columns_of(wave(BARS, seed=n))))
        for n, name in enumerate(names)
    )


def plan(files: tuple[BarFile, ...], *settings: str) -> BacktestPlan:
    config = load_config(None, ("strategy.allow_short=true", "limits.max_drawdown=1", *settings))
    return BacktestPlan(
        title="a test",
        spec=kernel_spec(config, files),
        files=files,
        digest_event=config_digest_event(bytes(32), 0),
        fill_tier="pessimistic",
        currency="USDT",
        capital=config.capital,
    )


def figures(result: BacktestResult) -> list[tuple[str, Decimal, float]]:
    return [(t.fingerprint, t.final_equity, t.max_drawdown) for t in result.tiers]


def test_results_do_not_depend_on_the_batches(
    files: tuple[BarFile, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run_plan(plan(files))
    monkeypatch.setattr(bar_files, "BATCH_ROWS", 97)
    cut = run_plan(plan(files))
    assert figures(whole) == figures(cut)
    assert (whole.bars, whole.events) == (cut.bars, cut.events)
    assert whole.bars == 2 * BARS
    assert whole.prices[0].close.tolist() == cut.prices[0].close.tolist()


def test_a_result_adds_up(files: tuple[BarFile, ...]) -> None:
    result = run_plan(plan(files))
    assert (result.start_ns, result.end_ns) == (
        files[0].first_ns,
        files[0].last_ns + files[0].length_ns,
    )
    for tier in result.tiers:
        profit = tier.final_equity - result.capital
        assert tier.trade_summary.closed > 5
        assert sum(trade.pnl for trade in tier.trades) == profit == tier.attribution.total
        for parts in tier.attribution.views().values():
            assert sum(parts.values()) == profit
            assert UNEXPLAINED not in parts
        assert set(tier.attribution.by_alpha) == {"momentum", "mean-reversion"}
        assert set(tier.attribution.by_side) == {"long", "short"}
        assert list(tier.attribution.by_month) == [
            "2024-01",
            "2024-02",
            "2024-03",
            "2024-04",
            "2024-05",
        ]
        assert sum(trade.fees for trade in tier.trades) == tier.costs.fees
        assert tier.curve.nav[-1] == pytest.approx(float(tier.final_equity), rel=1e-12)
        assert tier.max_drawdown == tier.curve.drawdown.min() == tier.drawdowns[0].depth
        assert tier.orders.sent >= tier.orders.filled > 0
        assert tier.execution.taker.fees == tier.costs.taker_fees
        assert tier.turnover > 0.0


def test_costs_fall_from_tier_to_tier(files: tuple[BarFile, ...]) -> None:
    pessimistic, base, optimistic = run_plan(plan(files)).tiers
    assert pessimistic.costs.spread > base.costs.spread > optimistic.costs.spread > 0.0
    # Rounding to whole ticks against us is booked as impact, so the last one is not zero.
    assert pessimistic.costs.impact > base.costs.impact > optimistic.costs.impact


@alpha(features=("close",))
def wild(x: Any, p: Any) -> Score:  # noqa: ARG001 - an alpha takes both
    """Answer what no score can be."""
    return 7.0, 1.0


def test_an_alpha_that_was_switched_off_is_noted(files: tuple[BarFile, ...]) -> None:
    made = plan(files)
    broken = replace(made.spec.alphas[1], function=wild.compiled())
    alphas = (made.spec.alphas[0], broken)
    result = run_plan(replace(made, spec=replace(made.spec, alphas=alphas)))
    assert result.chosen.trade_summary.closed > 5
    assert [note for note in result.notes if "mean-reversion answered outside" in note]
    assert not [note for note in run_plan(made).notes if "answered outside" in note]


def test_a_feature_that_never_had_a_value_is_named(files: tuple[BarFile, ...]) -> None:
    short = plan(files, 'strategy.alphas=[{name="order-flow"}]')
    (note,) = (note for note in run_plan(short).notes if note.startswith("no order was sent"))
    assert "imbalance(5)" in note
    assert "need data that hold them" in note


def test_the_digest_is_the_first_record(files: tuple[BarFile, ...]) -> None:
    chunks = list(plan(files).events())
    assert chunks[0]["ts_recv"].tolist() == [files[0].first_ns]
    assert sum(len(chunk) for chunk in chunks) == 1 + 4 * BARS


def test_fills_on_stale_bars_and_missing_funding_are_told(
    files: tuple[BarFile, ...], tmp_path: Path
) -> None:
    sound = run_plan(plan(files))
    assert sound.stale_fills.total == 0
    assert sound.unfunded == tuple(file.instrument for file in files)
    columns = columns_of(wave(BARS, seed=0))
    columns["volume"][500:2_500] = 0.0
    quiet = scan_bar_file(write_bars(tmp_path / "BINANCE-BTC-USDT-1h.parquet", columns))
    found = run_plan(plan((quiet,)))
    assert 0 < found.stale_fills.without_volume <= len(found.chosen.fills)
    assert found.stale_fills.after_gap == 0
    assert found.unfunded == ()


def test_orders_without_margin_are_told(files: tuple[BarFile, ...]) -> None:
    larger = ("sizing.kind=fixed", "sizing.fraction=9", "sizing.max_leverage=3")
    limits = ("sizing.gross_leverage=3", "limits.max_exposure=4", "limits.max_gross_exposure=4")
    settings = (*larger, *limits, "limits.max_leverage=4")
    result = run_plan(plan(files, *settings, "margin.max_leverage=1"))
    short = result.chosen.orders.cancellations["margin"]
    assert short > 5
    told = f"the venue turned down {short} orders for lack of initial margin"
    assert [note for note in result.notes if note.startswith(told)]
    assert not [note for note in run_plan(plan(files, *settings)).notes if "initial margin" in note]


def test_what_was_under_the_smallest_order_is_told(files: tuple[BarFile, ...]) -> None:
    poor = plan(files, "capital=100")
    markets = tuple(replace(m, min_lots=10**9, min_notional=500.0) for m in poor.spec.markets)
    result = run_plan(replace(poor, spec=replace(poor.spec, markets=markets)))
    assert result.chosen.orders.sent == 0
    told = [note for note in result.notes if "stayed under the smallest order" in note]
    assert len(told) == 2
    assert told[0].endswith("(10, worth 500 USDT)")


def test_what_a_plan_left_that_cannot_be_sold_is_told() -> None:
    market = replace(SPOT, min_lots=10)
    venue = HostileVenue(deciding(market, plan=PlanSpec(stop=0.1), cash=100_000))
    venue.decide(1.0)
    venue.arrive()
    (entry,) = venue.orders.values()
    venue.fill(entry, 4)
    venue.settle_quietly()
    assert left_notes(venue.spec, venue.machine.decider) == []
    venue.end(entry, Kind.CANCELLED, Reject.NO_LIQUIDITY)
    venue.settle()
    told = f"{market.name}: {4 * market.lot_size} were left, less than the smallest order "
    assert left_notes(venue.spec, venue.machine.decider) == [f"{told}({10 * market.lot_size})"]
