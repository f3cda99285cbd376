"""A made-up back-test on the real sample bars: plausible numbers for the report to show."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from traider.backtest.results import (
    BacktestResult,
    CostBreakdown,
    Curve,
    ExecutionSummary,
    FillTimes,
    FloatArray,
    Liquidity,
    OrderCounts,
    PriceSeries,
    TierResult,
    TimeArray,
)
from traider.backtest.rolling_view import rolling_view
from traider.portfolio.attribution import Attribution, attribute_by_month, money_of
from traider.portfolio.drawdown import max_drawdown
from traider.portfolio.drawdown_episodes import DrawdownRecorder
from traider.portfolio.performance import Resampling, daily_returns, summarize_returns
from traider.portfolio.trades import Trade, TradeSummary

SAMPLE_FOLDER = Path(__file__).parents[3] / "data" / "sample"
INSTRUMENTS = ("BTC-USDT", "ETH-USDT")
CAPITAL = 10_000.0
COSTS = CostBreakdown(Decimal("312.5"), Decimal("1920.11"), 845.25, 210.75)
HOUR_NS = 3_600_000_000_000
POINTS = 2_000


def sample_prices(instrument: str, points: int = POINTS) -> PriceSeries:
    """Return the shipped hourly bars of one instrument, merged into ``points``."""
    table = pq.read_table(SAMPLE_FOLDER / f"BINANCE-{instrument}-1h.parquet")
    columns = {name: table[name].to_numpy() for name in ("ts", "open", "high", "low", "close")}
    starts = np.arange(points) * len(table) // points
    ends = np.append(starts[1:], len(table)) - 1
    return PriceSeries(
        instrument=instrument,
        ts_ns=(columns["ts"][starts] * 1_000_000).astype(np.int64),
        open=columns["open"][starts],
        high=np.maximum.reduceat(columns["high"], starts),
        low=np.minimum.reduceat(columns["low"], starts),
        close=columns["close"][ends],
    )


def make_curve(ts_ns: TimeArray, nav: FloatArray, exposure: FloatArray) -> Curve:
    """Return a curve whose drawdown follows from its equity."""
    peak = np.maximum.accumulate(np.concatenate(([CAPITAL], nav)))[1:]
    return Curve(ts_ns, nav, nav / peak - 1.0, np.abs(exposure), exposure)


def make_trades(prices: PriceSeries, count: int, seed: int) -> list[Trade]:
    """Return ``count`` round trips spread over the prices, the last one still open."""
    dice = np.random.default_rng(seed)
    steps = prices.ts_ns.size
    opened = np.sort(dice.integers(1, steps - 12, count))
    trades: list[Trade] = []
    for at, start in enumerate(opened.tolist()):
        end = start + int(dice.integers(1, 11))
        side = 1 if dice.random() < 0.7 else -1
        entry = Decimal(str(round(float(prices.open[start]), 2)))
        leaving = Decimal(str(round(float(prices.open[end]), 2)))
        quantity = (Decimal(str(round(dice.uniform(500, 8000), 2))) / entry).quantize(
            Decimal("0.00001")
        )
        fees = (entry + leaving) * quantity * Decimal("0.0006")
        trades.append(
            Trade(
                instrument=prices.instrument,
                side=side,
                opened_ns=int(prices.ts_ns[start]),
                closed_ns=0 if at == count - 1 else int(prices.ts_ns[end]),
                quantity=quantity,
                entry_price=entry,
                exit_price=leaving,
                fees=fees,
                pnl=side * (leaving - entry) * quantity - fees,
                fills=2,
                alpha_shares={"momentum": 0.64, "mean-reversion": 0.36},
            )
        )
    return trades


def make_attribution(total: Decimal, ts_ns: TimeArray, nav: FloatArray) -> Attribution:
    """Return parts that sum to ``total``, in made-up proportions."""
    costs = {
        "maker_fees": -COSTS.maker_fees,
        "taker_fees": -COSTS.taker_fees,
        "spread": -money_of(COSTS.spread),
        "market_impact": -money_of(COSTS.impact),
    }
    most = (total * Decimal("1.2")).quantize(Decimal("0.01"))
    return Attribution(
        total=total,
        by_alpha={"momentum": most, "mean-reversion": total - most},
        by_instrument={"BTC-USDT": most + 17, "ETH-USDT": total - most - 17},
        by_side={"long": most - 300, "short": total - most + 300},
        by_state={"closed_trades": total - 88, "open_positions": Decimal(88)},
        by_month=attribute_by_month(ts_ns, nav, Decimal(CAPITAL), total + Decimal(CAPITAL)),
        by_cost={"gross": total - sum(costs.values())} | costs,
    )


def make_tier(tier: str, prices: tuple[PriceSeries, ...], edge: float, trades: int) -> TierResult:
    """Return one tier whose equity leans on the first instrument's returns."""
    ts_ns = prices[0].ts_ns
    moves = np.diff(np.log(prices[0].close), prepend=np.log(prices[0].open[0]))
    turn = np.sin(np.arange(ts_ns.size) / 40.0)
    exposure = np.round(np.clip(turn, -0.2, 0.95), 3)
    nav = CAPITAL * np.exp(np.cumsum(np.roll(exposure, 1) * moves * 0.5 + edge))
    curve = make_curve(ts_ns, nav, exposure)
    days, returns = daily_returns(ts_ns, nav, CAPITAL)
    final = Decimal(str(round(float(nav[-1]), 8)))
    recorder = DrawdownRecorder()
    recorder.add(ts_ns, nav)
    made = [
        trade
        for at, series in enumerate(prices)
        for trade in make_trades(series, max(1, trades // len(prices)), 7 + at)
    ]
    return TierResult(
        tier=tier,
        fingerprint=f"{abs(hash(edge)) % 16**8:08x}".ljust(64, "a"),
        curve=curve,
        performance=summarize_returns(returns, resampling=Resampling(samples=200)),
        trade_summary=TradeSummary(
            closed=len(made) - len(prices),
            open=len(prices),
            win_rate=0.463,
            profit_factor=1.31,
            average_win=88.2,
            average_loss=-51.7,
            expectancy=12.4,
            average_holding_ns=31 * HOUR_NS,
            longest_losing_streak=9,
        ),
        trades=tuple(sorted(made, key=lambda trade: trade.opened_ns)),
        costs=COSTS,
        orders=OrderCounts(
            sent=1210,
            refused=37,
            filled=1150,
            cancelled=12,
            rejected=3,
            expired=8,
            refusals={"price_collar": 21, "exposure": 16},
            partly=35,
            open=2,
            cancellations={"insufficient_funds": 9, "by_request": 3},
            rejections={"would_take": 3},
        ),
        final_equity=final,
        max_drawdown=float(max_drawdown(returns)),
        turnover=18.4,
        attribution=make_attribution(final - Decimal(CAPITAL), ts_ns, nav),
        complete=True,
        execution=ExecutionSummary(
            unfilled_share=0.0312,
            maker=Liquidity(410, Decimal("812000.5"), Decimal("312.5")),
            taker=Liquidity(990, Decimal("3211000.25"), Decimal("1920.11")),
            market_orders=FillTimes(980, 50_000_000, 52_000_000),
            resting_orders=FillTimes(170, 3 * HOUR_NS, 20 * HOUR_NS),
        ),
        drawdowns=recorder.episodes(),
        rolling=rolling_view(days, returns),
    )


def synthetic_result(trades: int = 600, points: int = POINTS) -> BacktestResult:
    """Return a whole made-up result over both shipped instruments."""
    prices = tuple(sample_prices(instrument, points) for instrument in INSTRUMENTS)
    edges = {"pessimistic": 0.0001, "base": 0.0002, "optimistic": 0.0003}
    tiers = tuple(make_tier(tier, prices, edge, trades) for tier, edge in edges.items())
    hold = CAPITAL * prices[0].close / prices[0].open[0]
    ts_ns = prices[0].ts_ns
    return BacktestResult(
        title="Ensemble: momentum and mean reversion",
        config={
            "capital": "10000",
            "currency": "USDT",
            "data": {"files": ["data/sample/BINANCE-BTC-USDT-1h.parquet"], "start": ""},
            "costs": {"maker_fee": 0.0004, "taker_fee": 0.0006},
            "strategy": {"kind": "ensemble", "alphas": [{"name": "momentum", "params": {}}]},
            "allow_short": True,
        },
        currency="USDT",
        capital=Decimal(10_000),
        start_ns=int(ts_ns[0]),
        end_ns=int(ts_ns[-1]) + HOUR_NS,
        bars=139_226,
        events=612_004,
        engine_seconds=0.0412,
        fill_tier="pessimistic",
        tiers=tiers,
        benchmark=make_curve(ts_ns, hold, np.ones(ts_ns.size)),
        prices=prices,
        notes=("2 gaps in BTC-USDT, the longest 33 hours.",),
    )


def with_chosen(result: BacktestResult, **changes: object) -> BacktestResult:
    """Return the result with fields of its chosen tier replaced."""
    tiers = tuple(
        replace(tier, **changes) if tier.tier == result.fill_tier else tier  # type: ignore[arg-type]
        for tier in result.tiers
    )
    return replace(result, tiers=tiers)
