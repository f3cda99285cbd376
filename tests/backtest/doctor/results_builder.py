"""A back-test that nothing can be held against, to plant faults into."""

from dataclasses import replace
from decimal import Decimal

import numpy as np

from tests.backtest.report.synthetic import with_chosen
from traider.backtest.doctor import Evidence, OutOfSample
from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.results import (
    BacktestResult,
    CostBreakdown,
    Curve,
    DailyReturns,
    ExecutionSummary,
    FloatArray,
    OrderCounts,
    TierResult,
)
from traider.domain.fills import Fill
from traider.domain.timeframes import DAY_NS
from traider.portfolio.attribution import Attribution
from traider.portfolio.bootstrap import Interval
from traider.portfolio.performance import daily_returns, summarize_returns
from traider.portfolio.trades import Trade, summarize_trades

CAPITAL = 10_000.0
START_NS = 1_609_459_200 * 10**9
"""2021-01-01."""
DAYS = 400
TRADES = 80
NAME = "BINANCE:BTC-USDT"

KNOWN = Evidence(out_of_sample=OutOfSample(8, sharpe=1.1, total_return=0.2, efficiency=0.8))
"""What is known of a sound strategy beside its result."""


def curve_of(nav: FloatArray) -> Curve:
    """Return a curve of one point a day, at midnight."""
    ts_ns = START_NS + DAY_NS * np.arange(1, len(nav) + 1, dtype=np.int64)
    peaks = np.maximum.accumulate(np.concatenate(([CAPITAL], nav)))[1:]
    exposure = np.full(len(nav), 0.5)
    return Curve(ts_ns, nav, nav / peaks - 1.0, exposure, exposure)


def daily_of(nav: FloatArray) -> DailyReturns:
    """Return the daily returns of such a curve."""
    starts_ns = START_NS + DAY_NS * np.arange(len(nav), dtype=np.int64)
    return DailyReturns(starts_ns, nav / np.concatenate(([CAPITAL], nav[:-1])) - 1.0)


def steady(growth: float = 0.4, days: int = DAYS, noise: float = 0.008) -> FloatArray:
    """Return equity that grows with some noise, the same every time."""
    moves = noise * np.cos(np.arange(days) * 2.399963)
    moves -= moves.mean()
    return np.asarray(CAPITAL * np.exp(np.cumsum(moves + np.log1p(growth) / days)))


def trades_of(profits: FloatArray, first_day: int = 3) -> tuple[Trade, ...]:
    """Return a trade a profit, evenly over the run."""
    days = np.linspace(first_day, DAYS - 4, len(profits)).astype(np.int64)
    return tuple(
        Trade(
            instrument=NAME,
            side=1,
            opened_ns=START_NS + day * DAY_NS,
            closed_ns=START_NS + (day + 2) * DAY_NS,
            quantity=Decimal("0.1"),
            entry_price=Decimal(30_000),
            exit_price=Decimal(30_100),
            fees=Decimal("3.6"),
            pnl=Decimal(str(round(profit, 2))),
            fills=2,
        )
        for day, profit in zip(days.tolist(), profits.tolist(), strict=True)
    )


def fills_of(trades: tuple[Trade, ...]) -> tuple[Fill, ...]:
    """Return the opening and the closing fill of each trade."""
    return tuple(
        Fill(NAME, side, trade.entry_price, trade.quantity, trade.fees / 2, ts_ns, at)
        for at, trade in enumerate(trades)
        for side, ts_ns in ((1, trade.opened_ns), (-1, trade.closed_ns))
    )


def sound_tier(name: str, growth: float) -> TierResult:
    """Return one tier of a sound back-test."""
    nav = steady(growth)
    curve = curve_of(nav)
    _, returns = daily_returns(curve.ts_ns - 1, nav, CAPITAL)
    trades = trades_of(np.where(np.arange(TRADES) % 3, 90.0, -30.0))
    profit = Decimal(str(round(float(nav[-1]), 2))) - 10_000
    return TierResult(
        tier=name,
        fingerprint=name,
        curve=curve,
        performance=replace(
            summarize_returns(returns),
            sharpe=1.4,
            intervals={"sharpe": Interval(0.3, 2.4, 0.95)},
        ),
        trade_summary=summarize_trades(trades),
        trades=trades,
        costs=CostBreakdown(Decimal(100), Decimal(300), 60.0, 40.0),
        orders=OrderCounts(sent=200, refused=4, filled=190, cancelled=10, rejected=0, expired=0),
        final_equity=profit + 10_000,
        max_drawdown=float(curve.drawdown.min()),
        turnover=10.0,
        attribution=Attribution(by_alpha={"momentum": profit}, by_instrument={NAME: profit}),
        complete=True,
        fills=fills_of(trades),
        execution=ExecutionSummary(unfilled_share=0.05),
        daily=daily_of(nav),
    )


def sound_result() -> BacktestResult:
    """Return a back-test in which the doctor finds nothing, with ``KNOWN`` beside it."""
    growths = {name: 0.4 + 0.02 * at for at, name in enumerate(FILL_TIERS)}
    hold = curve_of(steady(0.1))
    return BacktestResult(
        title="A sound strategy",
        config={},
        currency="USDT",
        capital=Decimal(10_000),
        start_ns=START_NS,
        end_ns=START_NS + DAYS * DAY_NS,
        bars=24 * DAYS,
        events=72 * DAYS,
        engine_seconds=0.1,
        fill_tier="pessimistic",
        tiers=tuple(sound_tier(name, growth) for name, growth in growths.items()),
        benchmark=hold,
        prices=(),
        notes=(),
    )


def with_profits(result: BacktestResult, profits: FloatArray) -> BacktestResult:
    """Return ``result`` with other trades in its chosen tier."""
    trades = trades_of(profits)
    return with_chosen(
        result, trades=trades, trade_summary=summarize_trades(trades), fills=fills_of(trades)
    )


def with_curve(result: BacktestResult, nav: FloatArray) -> BacktestResult:
    """Return ``result`` with another equity curve, and its final equity, in its chosen tier."""
    return with_chosen(
        result,
        curve=curve_of(nav),
        daily=daily_of(nav),
        final_equity=Decimal(str(round(float(nav[-1]), 2))),
    )
