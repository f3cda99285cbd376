"""From the settings of plan, working style and quotes to the kernel's numbers."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from traider.backtest.bar_files import BarFile, scan_bar_file
from traider.domain.errors import ConfigError
from traider.kernel.codes import Sizing, Style
from traider.kernel.order_specification import PlanSpec, QuoteSpec, WorkSpec
from traider.kernel.specification import KernelSpec
from traider.runtime.config import load_config
from traider.runtime.kernel_spec import kernel_spec
from traider.runtime.trading_rules import idle_settings

QUOTING = ("strategy.kind=quoting", "strategy.size=0.2", "strategy.max_position=1")
SECOND = 10**9


@pytest.fixture
def files(tmp_path: Path) -> tuple[BarFile]:
    path = write_bars(tmp_path / "BINANCE-PERP-ETH-USDT-1h.parquet", columns_of(wave(40)))
    return (scan_bar_file(path),)


def spec_of(files: tuple[BarFile], *settings: str) -> KernelSpec:
    return kernel_spec(load_config(None, settings), files)


def test_without_settings_orders_go_at_market_and_positions_have_no_exits(
    files: tuple[BarFile],
) -> None:
    strategy = spec_of(files).strategy
    assert (strategy.style, strategy.plan, strategy.quote) == (Style.MARKET, None, None)


def test_the_plan_is_handed_over_with_the_feature_it_measures_in(files: tuple[BarFile]) -> None:
    spec = spec_of(
        files,
        "strategy.timeframe=4h",
        "plan.stop=atr",
        "plan.stop_distance=1.5",
        "plan.atr_window=9",
        "plan.targets=1,2.5",
        "plan.fractions=0.5,0.25",
        "plan.trail=fraction",
        "plan.trail_distance=0.02",
        "plan.trail_step=0.2",
        "plan.break_even=true",
        "plan.time_stop_s=90",
        "plan.reenter=true",
    )
    plan = spec.strategy.plan
    assert plan is not None
    assert spec.tape.names[plan.stop_slot] == "atr(9)@4h"
    assert plan == PlanSpec(
        stop=1.5,
        stop_slot=plan.stop_slot,
        targets=((1.0, 0.5), (2.5, 0.25)),
        trail=0.02,
        trail_slot=-1,
        trail_step=0.2,
        break_even=True,
        time_stop_ns=90 * SECOND,
        reenter=True,
    )


def test_a_plan_in_fractions_needs_no_feature(files: tuple[BarFile]) -> None:
    spec = spec_of(files, "plan.stop=fraction", "plan.stop_distance=0.03")
    assert spec.strategy.plan == PlanSpec(stop=0.03)
    assert not any(name.startswith("atr") for name in spec.tape.names)
    mixed = spec_of(files, "plan.stop=fraction", "plan.stop_distance=0.03", "plan.trail=atr")
    assert mixed.strategy.plan is not None
    assert mixed.tape.names[mixed.strategy.plan.trail_slot].startswith("atr(14)")


def test_fixed_risk_stakes_on_the_way_to_the_plans_stop(files: tuple[BarFile]) -> None:
    risk = ("sizing.kind=fixed-risk", "sizing.risk=0.02")
    alone = spec_of(files, *risk, "sizing.stop_fraction=0.5").strategy
    assert (alone.sizing, alone.stop_fraction) == (Sizing.FIXED_RISK, 0.5)
    by_range = spec_of(files, *risk, "plan.stop=atr", "plan.stop_distance=3").strategy
    assert by_range.plan is not None
    assert (by_range.atr_multiple, by_range.atr_slot) == (3.0, by_range.plan.stop_slot)
    fraction = spec_of(files, *risk, "plan.stop=fraction", "plan.stop_distance=0.04").strategy
    assert (fraction.atr_multiple, fraction.stop_fraction) == (0.0, 0.04)


WORKED = (
    "execution.repeg_s=0.5",
    "execution.time_limit_s=30",
    "execution.slippage_bps=20",
    "execution.take_rest=false",
)
FOLLOWED = (
    "execution.offset_ticks=2",
    "execution.offset_bps=5",
    "execution.repeg_ticks=3",
    "execution.widen_s=7",
)
WORK = WorkSpec(
    limit_ns=30 * SECOND,
    take_rest=False,
    repeg_ns=SECOND // 2,
    slippage=20 * 1e-4,
    slices=6,
    display=0.2,
)
FOLLOWING = replace(WORK, offset_ticks=2.0, offset=5 * 1e-4, repeg_ticks=3, widen_ns=7 * SECOND)


@pytest.mark.parametrize(
    ("written", "settings", "style", "work"),
    [
        ("post-only", FOLLOWED, Style.POST_ONLY, FOLLOWING),
        ("twap", ("execution.twap_slices=8",), Style.TWAP, replace(WORK, slices=8)),
        (
            "iceberg",
            (*FOLLOWED, "execution.iceberg_share=0.1"),
            Style.ICEBERG,
            replace(FOLLOWING, display=0.1),
        ),
    ],
)
def test_the_work_is_handed_over(
    files: tuple[BarFile], written: str, settings: tuple[str, ...], style: Style, work: WorkSpec
) -> None:
    strategy = spec_of(files, f"execution.style={written}", *WORKED, *settings).strategy
    assert (strategy.style, strategy.work) == (style, work)


def test_quotes_are_handed_over_with_or_without_alphas(files: tuple[BarFile]) -> None:
    spec = spec_of(files, *QUOTING, "strategy.offset_ticks=3", "strategy.skew_ticks=4")
    assert spec.alphas == ()
    assert spec.strategy.style is Style.QUOTE
    assert spec.strategy.quote == QuoteSpec(Decimal("0.2"), Decimal(1), 3, 4.0)
    skewed = spec_of(files, *QUOTING, 'strategy.alphas=[{name="momentum"}]')
    assert [alpha.name for alpha in skewed.alphas] == ["momentum"]


def test_quotes_with_exits_are_refused(files: tuple[BarFile]) -> None:
    with pytest.raises(ConfigError, match=r"plan\.stop: quotes have no exits of their own"):
        spec_of(files, *QUOTING, "plan.stop=atr")


CROSS = ("strategy.kind=sma-cross", "strategy.fast=2", "strategy.slow=3")


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ((*CROSS, "execution.style=limit"), "execution.style"),
        ((*CROSS, "sizing.kind=volatility-target"), "sizing.kind"),
        ((*CROSS, "sizing.kind=all-in", "sizing.max_leverage=1"), "sizing.max_leverage"),
        ((*QUOTING, "execution.style=twap"), "execution.style"),
        ((*QUOTING, "sizing.fraction=1.0"), "sizing.fraction"),
        (("sizing.kind=all-in", "execution.style=post-only"), "execution.style"),
    ],
)
def test_a_size_or_a_style_that_would_not_be_followed_is_refused(
    files: tuple[BarFile], settings: tuple[str, ...], where: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        idle_settings(load_config(None, settings), files)
    assert caught.value.where is not None
    assert caught.value.where.removeprefix("command line: ") == where


PERPETUAL_RATE = ("margin.tiers=registry", "margin.maintenance_rate=0.02")


@pytest.mark.parametrize(
    ("derivative", "settings", "told"),
    [
        (False, ("margin.max_leverage=5",), r"margin\.max_leverage .* every instrument is spot"),
        (True, PERPETUAL_RATE, r"margin\.maintenance_rate .* the registry has the rates"),
        (True, ("data.bars=1h",), r"data\.bars .* the files hold bars"),
    ],
)
def test_what_the_instruments_or_files_have_no_use_for_is_told(
    files: tuple[BarFile], derivative: bool, settings: tuple[str, ...], told: str
) -> None:
    held = [replace(files[0], is_derivative=derivative)]
    assert idle_settings(load_config(), held) == ()
    (note,) = idle_settings(load_config(None, settings), held)
    assert re.search(told, note)


def test_what_a_strategy_follows_is_not_refused(files: tuple[BarFile]) -> None:
    for settings in ((*CROSS, "sizing.kind=all-in"), (*QUOTING, "execution.latency_ms=20")):
        assert idle_settings(load_config(None, settings), files) == ()


def test_alphas_that_move_no_quote_are_told(files: tuple[BarFile]) -> None:
    alphas = (*QUOTING, 'strategy.alphas=[{name="momentum"}]')
    (note,) = idle_settings(load_config(None, alphas), files)
    assert "skew_ticks is 0" in note
    assert idle_settings(load_config(None, [*alphas, "strategy.skew_ticks=1"]), files) == ()
