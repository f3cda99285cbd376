"""A small back-test result, made by hand, for what prints one."""

import math
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from traider.backtest.results import (
    BacktestResult,
    CostBreakdown,
    Curve,
    OrderCounts,
    TierResult,
)
from traider.portfolio.attribution import Attribution
from traider.portfolio.performance import Interval, PerformanceSummary
from traider.portfolio.trades import TradeSummary
from traider.runtime.research import Research

START_NS = 1_609_459_200_000_000_000
HOUR_NS = 3_600_000_000_000

CURVE = Curve(
    ts_ns=np.array([START_NS, START_NS + HOUR_NS], dtype=np.int64),
    nav=np.array([10_000.0, 11_000.0]),
    drawdown=np.array([0.0, -0.25]),
    gross=np.array([0.0, 1.0]),
    net=np.array([0.0, 1.0]),
)

PERFORMANCE = PerformanceSummary(
    days=1,
    total_return=0.1,
    cagr=math.inf,
    volatility=0.2,
    sharpe=1.5,
    sortino=math.nan,
    calmar=0.4,
    max_drawdown=-0.25,
    var_95=-0.01,
    es_95=-0.02,
    skew=0.0,
    excess_kurtosis=0.0,
    best_day=0.1,
    worst_day=0.1,
    intervals={"sharpe": Interval(low=-1.0, high=4.0, level=0.9)},
)

TRADES = TradeSummary(
    closed=3,
    open=1,
    win_rate=2 / 3,
    profit_factor=math.inf,
    average_win=500.0,
    average_loss=math.nan,
    expectancy=333.0,
    average_holding_ns=HOUR_NS,
    longest_losing_streak=0,
)


ATTRIBUTION = Attribution(
    total=Decimal("1000.00"),
    by_alpha={"momentum": Decimal("1200.50"), "reversion": Decimal("-200.50")},
    by_instrument={"BTC": Decimal("1000.00")},
)


def sample_tier(tier: str, final_equity: str, *, complete: bool = True) -> TierResult:
    return TierResult(
        tier=tier,
        fingerprint=f"{tier}-fingerprint",
        curve=CURVE,
        performance=PERFORMANCE,
        trade_summary=TRADES,
        trades=(),
        costs=CostBreakdown(Decimal("1.5"), Decimal("2.25"), 0.5, 0.25),
        orders=OrderCounts(8, 1, 6, 0, 0, 1, {"price-collar": 1}),
        final_equity=Decimal(final_equity),
        max_drawdown=-0.25,
        turnover=12.0,
        attribution=ATTRIBUTION,
        complete=complete,
    )


def sample_result(*, complete: bool = True) -> BacktestResult:
    return BacktestResult(
        title="Ensemble on BTC [x]",
        config={},
        currency="USDT",
        capital=Decimal(10_000),
        start_ns=START_NS,
        end_ns=START_NS + HOUR_NS,
        bars=1_234,
        events=5_678,
        engine_seconds=0.5,
        fill_tier="pessimistic",
        tiers=(
            sample_tier("pessimistic", "11000.12345678", complete=complete),
            sample_tier("base", "11500", complete=complete),
            sample_tier("optimistic", "12000", complete=complete),
        ),
        benchmark=CURVE,
        prices=(),
        notes=("2 gaps in BTC",),
    )


@dataclass(frozen=True)
class SampleFinished:
    """What a runner leaves behind."""

    result: BacktestResult
    folder: Path
    research: Research = field(default_factory=Research)

    @property
    def report(self) -> Path:
        return self.folder / "report.html"


def without_time(result: BacktestResult) -> BacktestResult:
    """Return ``result`` as if the engine had needed no measurable time."""
    return replace(result, engine_seconds=0.0)
