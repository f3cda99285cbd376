"""From settings to the kernel's numbers."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from traider.backtest.bar_files import BarFile, scan_bar_file
from traider.domain.errors import StrategyError
from traider.kernel.codes import Limit, Sizing, Style
from traider.kernel.specification import FeeCurrencySpec, RiskSpec
from traider.runtime.config import load_config
from traider.runtime.kernel_spec import kernel_spec

CROSS = ('strategy.kind="sma-cross"', "strategy.fast=5", "strategy.slow=9")
HOUR = 3_600_000_000_000


@pytest.fixture
def files(tmp_path: Path) -> tuple[BarFile, BarFile]:
    spot = write_bars(tmp_path / "BINANCE-BTC-USDT-1h.parquet", columns_of(wave(40)))
    perpetual = write_bars(
        tmp_path / "BINANCE-PERP-ETH-USDT-1h.parquet", columns_of(wave(40, decimals=1))
    )
    return scan_bar_file(spot), scan_bar_file(perpetual)


def test_instruments_get_their_grid_and_fees(files: tuple[BarFile, BarFile]) -> None:
    config = load_config(None, ("costs.maker_fee=-0.00005", "costs.taker_fee=0.000123456789"))
    spot, perpetual = kernel_spec(config, files).markets
    assert (spot.name, perpetual.name) == ("BINANCE:BTC-USDT", "BINANCE:ETH-USDT-PERP")
    assert (spot.tick_size, perpetual.tick_size) == (Decimal("0.01"), Decimal("0.1"))
    assert spot.lot_size == Decimal("1e-8")
    assert (spot.can_short, perpetual.can_short) == (False, True)
    # A rate finer than 1e-8 is rounded up, a rebate too: never in our favor.
    assert (spot.maker_fee_e8, spot.taker_fee_e8) == (-5_000, 12_346)


def test_costs_latency_and_cash(files: tuple[BarFile, BarFile]) -> None:
    settings = ("capital=1234.5", "execution.latency_ms=7", "costs.spread_bps=3", "costs.impact=1")
    spec = kernel_spec(load_config(None, settings), files)
    assert spec.cash_units == 123_450_000_000
    assert spec.venue.latency_ns == 7_000_000
    assert spec.venue.half_spread == pytest.approx(0.00015)
    assert spec.venue.impact == 1.0


def test_a_fee_balance_is_a_part_of_the_capital(files: tuple[BarFile, BarFile]) -> None:
    settings = ("costs.fee_currency=BNB", "costs.fee_balance=0.5", "costs.fee_price=300.01")
    spec = kernel_spec(load_config(None, ("capital=1000", *settings)), files)
    assert spec.fees == FeeCurrencySpec("BNB", 50_000_000, 30_001_000_000, 0)
    assert spec.cash_units == 1_000 * 10**8 - 15_000_500_000
    assert spec.capital_units == 1_000 * 10**8


def test_every_limit_is_handed_over(files: tuple[BarFile, BarFile]) -> None:
    settings = (
        "limits.max_order_notional=1",
        "limits.max_order_size=2",
        "limits.price_collar_bps=300",
        "limits.max_exposure=0.4",
        "limits.max_gross_exposure=0.5",
        "limits.max_leverage=0.6",
        "limits.max_orders_per_minute=7",
        "limits.max_daily_loss=0.08",
        "limits.max_drawdown=0.09",
        "limits.max_data_age_s=10",
        "limits.max_net_exposure=0.7",
        "limits.max_group_exposure=0.3",
        f'limits.groups=[["{files[0].instrument}"]]',
        "limits.refuse_self_trades=false",
        "limits.max_position_notional=3000",
        "limits.max_positions=4",
        "limits.max_daily_loss_amount=50",
        "limits.max_daily_loss_sigmas=2.5",
        "limits.max_correlated_exposure=0.8",
        "limits.max_var=0.01",
        "limits.max_es=0.02",
        "limits.max_margin_use=0.5",
        "limits.min_liquidation_distance=0.15",
    )
    assert kernel_spec(load_config(None, settings), files).limits == {
        Limit.MAX_ORDER_NOTIONAL: 1.0,
        Limit.MAX_ORDER_SIZE: 2.0,
        Limit.PRICE_COLLAR: pytest.approx(0.03),
        Limit.MAX_EXPOSURE: 0.4,
        Limit.MAX_GROSS_EXPOSURE: 0.5,
        Limit.MAX_LEVERAGE: 0.6,
        Limit.MAX_ORDERS_PER_MINUTE: 7.0,
        Limit.MAX_DAILY_LOSS: 0.08,
        Limit.MAX_DRAWDOWN: 0.09,
        Limit.MAX_DATA_AGE_NS: 1e10,
        Limit.MAX_NET_EXPOSURE: 0.7,
        Limit.MAX_GROUP_EXPOSURE: 0.3,
        Limit.SELF_TRADE: 0.0,
        Limit.MAX_POSITION_NOTIONAL: 3_000.0,
        Limit.MAX_POSITIONS: 4.0,
        Limit.MAX_DAILY_LOSS_AMOUNT: 50.0,
        Limit.MAX_DAILY_LOSS_SIGMAS: 2.5,
        Limit.MAX_CORRELATED_EXPOSURE: 0.8,
        Limit.MAX_VAR: 0.01,
        Limit.MAX_ES: 0.02,
        Limit.MAX_MARGIN_USE: 0.5,
        Limit.MIN_LIQUIDATION_DISTANCE: 0.15,
    }


def test_how_risk_is_measured_is_handed_over(files: tuple[BarFile, BarFile]) -> None:
    settings = (
        *CROSS,
        "risk.confidence=0.95",
        "risk.horizon=1h",
        "risk.interval=1m",
        "risk.ewma_lambda=0.94",
        "risk.shrinkage=0.3",
        "risk.samples_min=30",
        "risk.correlation_threshold=0.6",
    )
    found = kernel_spec(load_config(None, settings), files).risk
    minute = 60 * 10**9
    assert found == RiskSpec(minute, 0.94, 0.3, 30, 0.6, 0.95, 60 * minute)
    # The hour of a minute's deviation, at the quantile of the normal distribution.
    assert found.var_factor == pytest.approx(1.6448536269514722 * 60**0.5, rel=1e-12)
    assert found.es_factor == pytest.approx(2.0627128075074257 * 60**0.5, rel=1e-12)


def test_groups_are_numbered_and_must_be_held(files: tuple[BarFile, BarFile]) -> None:
    names = [file.instrument for file in files]
    config = load_config(
        None, (*CROSS, f'limits.groups=[["{names[1]}"]]', "limits.max_group_exposure=0.5")
    )
    assert [market.group for market in kernel_spec(config, files).markets] == [0, 1]


def test_risk_sizes_and_filters_are_handed_over(files: tuple[BarFile, BarFile]) -> None:
    settings = (
        "sizing.kind=atr",
        "sizing.risk=0.02",
        "sizing.atr_multiple=2.5",
        "sizing.atr_window=9",
        "sizing.net_leverage=0.5",
        "sizing.confidence_scaling=true",
        "plan.stop=fraction",
        "plan.stop_distance=0.02",
        "risk.risk_per_trade=0.01",
        "strategy.cooldown_s=90",
        'strategy.alphas=[{name="trend"}, {name="volatility-regime", role="filter"}]',
    )
    spec = kernel_spec(load_config(None, settings), files)
    strategy = spec.strategy
    assert spec.tape.names[strategy.atr_slot].startswith("atr(9)@")
    assert (strategy.sizing, strategy.fraction, strategy.atr_multiple) == (Sizing.ATR, 0.02, 2.5)
    assert (strategy.net_leverage, strategy.cooldown_ns) == (0.5, 90 * 10**9)
    assert (strategy.confidence_scaling, strategy.risk_per_trade) == (True, 0.01)
    assert [alpha.filters for alpha in spec.alphas] == [False, True]
    risk = kernel_spec(load_config(None, ("sizing.kind=fixed-risk",)), files).strategy
    assert (risk.fraction, risk.atr_multiple, risk.stop_fraction) == (0.01, 0.0, 0.02)


def test_the_ensemble_is_handed_over(files: tuple[BarFile, BarFile]) -> None:
    settings = (
        'strategy.timeframe="4h"',
        "strategy.enter=0.5",
        "strategy.exit=0.2",
        "strategy.allow_short=true",
        'sizing.kind="fixed"',
        "sizing.fraction=0.7",
        'execution.style="limit"',
        "execution.limit_offset_bps=5",
        "execution.latency_moves=1.5",
        'clock.decision="1d"',
    )
    spec = kernel_spec(load_config(None, settings), files)
    strategy = spec.strategy
    assert (strategy.enter, strategy.exit, strategy.allow_short) == (0.5, 0.2, True)
    assert (strategy.sizing, strategy.fraction) == (Sizing.FIXED, 0.7)
    assert strategy.style is Style.LIMIT
    assert strategy.limit_offset == pytest.approx(0.0005)
    assert strategy.latency_moves == 1.5
    assert strategy.decision_ns == 24 * HOUR
    assert [frame.length_ns for frame in spec.tape.frames] == [HOUR, 4 * HOUR]
    assert spec.tape.names[strategy.volatility_slot] == "ewm_vol(close, 48)@4h"
    names = [alpha.name for alpha in spec.alphas]
    assert names == ["momentum", "mean-reversion"]
    read = [spec.tape.names[slot] for slot in spec.alphas[0].inputs]
    assert read == ["sma(close, 5)@4h", "sma(close, 20)@4h", "rsi(close, 14)@4h", "adx(14)@4h"]


def test_the_crossing_takes_all_cash_whatever_sizing_says(files: tuple[BarFile, BarFile]) -> None:
    spec = kernel_spec(load_config(None, (*CROSS, 'execution.style="limit"')), files)
    strategy = spec.strategy
    assert (strategy.sizing, strategy.style) == (Sizing.ALL_IN, Style.MARKET)
    assert not strategy.allow_short
    assert strategy.decision_ns == HOUR
    assert spec.alphas[0].params == (5.0, 9.0)
    assert strategy.exit < 0.0 < strategy.enter


def test_bars_shorter_than_the_data_cannot_be_built(files: tuple[BarFile, BarFile]) -> None:
    with pytest.raises(StrategyError, match="5m bars cannot be built from 1h bars"):
        kernel_spec(load_config(None, ('strategy.timeframe="5m"',)), files)
