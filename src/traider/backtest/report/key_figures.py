"""The figures at the head of the page, each with its unit, hint and interval."""

import math
from dataclasses import dataclass

from traider.backtest.report.number_text import MoneyText, duration, fixed, percent, times
from traider.backtest.results import BacktestResult
from traider.portfolio.performance import Interval


@dataclass(frozen=True)
class Figure:
    """One key figure; ``interval`` and ``detail`` may be empty."""

    label: str
    value: str
    detail: str = ""
    interval: str = ""
    hint: str = ""
    tone: str = ""


def interval_text(interval: Interval | None, *, as_percent: bool) -> str:
    """Return a bootstrap interval, ``95%: 0.4 to 1.3``; empty where there is none."""
    if interval is None or not (math.isfinite(interval.low) and math.isfinite(interval.high)):
        return ""
    if as_percent:
        bounds = percent(interval.low), percent(interval.high)
    else:
        bounds = fixed(interval.low, 2), fixed(interval.high, 2)
    return f"{percent(interval.level, 0)}: {bounds[0]} to {bounds[1]}"


def head_figures(result: BacktestResult, money: MoneyText) -> tuple[Figure, ...]:
    """Return the four figures that come first."""
    tier = result.chosen
    performance = tier.performance
    spans = performance.intervals
    profit = tier.final_equity - result.capital
    return (
        Figure(
            "Return",
            percent(performance.total_return, signed=True),
            f"{money.text(profit, signed=True)}",
            interval_text(spans.get("total_return"), as_percent=True),
            "Final equity over capital, less one",
            "up" if profit >= 0 else "down",
        ),
        Figure(
            "Max drawdown",
            percent(tier.max_drawdown),
            "worst fall from a peak",
            interval_text(spans.get("max_drawdown"), as_percent=True),
            "Measured at every decision, before the curve is thinned",
        ),
        Figure(
            "Sharpe",
            fixed(performance.sharpe, 2),
            "a year, daily returns",
            interval_text(spans.get("sharpe"), as_percent=False),
            "Mean daily return over its deviation, scaled to a year",
        ),
        Figure(
            "Buy and hold",
            percent(hold_return(result), signed=True),
            "same capital, no costs",
            hint="Capital split equally over the instruments at their first open",
        ),
    )


def hold_return(result: BacktestResult) -> float:
    """Return what buying and holding made, as a fraction; NaN without a benchmark."""
    nav = result.benchmark.nav
    if nav.size == 0 or result.capital <= 0:
        return float("nan")
    return float(nav[-1]) / float(result.capital) - 1.0


def risk_figures(result: BacktestResult) -> tuple[Figure, ...]:
    """Return growth and risk measures."""
    tier = result.chosen
    performance = tier.performance
    spans = performance.intervals

    def ratio(label: str, name: str, value: float, hint: str) -> Figure:
        text = interval_text(spans.get(name), as_percent=False)
        return Figure(label, fixed(value, 2), interval=text, hint=hint)

    def share(label: str, name: str, value: float, hint: str, digits: int = 1) -> Figure:
        text = interval_text(spans.get(name), as_percent=True)
        return Figure(label, percent(value, digits), interval=text, hint=hint)

    return (
        share("CAGR", "cagr", performance.cagr, "Compound growth a year"),
        share("Volatility", "volatility", performance.volatility, "Deviation a year"),
        ratio("Sortino", "sortino", performance.sortino, "Mean return over downside deviation"),
        ratio("Calmar", "calmar", performance.calmar, "CAGR over the maximum drawdown"),
        share("VaR 95%", "var_95", performance.var_95, "Daily return undercut on 1 day in 20", 2),
        share("ES 95%", "es_95", performance.es_95, "Mean of the worst 5% of days", 2),
        share("Best day", "best_day", performance.best_day, "Best daily return", 2),
        share("Worst day", "worst_day", performance.worst_day, "Worst daily return", 2),
    )


def trade_figures(result: BacktestResult, money: MoneyText) -> tuple[Figure, ...]:
    """Return measures of the trades."""
    tier = result.chosen
    trades = tier.trade_summary
    held_ns = trades.average_holding_ns
    held = (
        duration(int(held_ns)) if trades.closed and math.isfinite(held_ns) else fixed(math.nan, 0)
    )
    return (
        Figure("Trades", f"{trades.closed:,}", f"closed, {trades.open:,} open"),
        Figure("Win rate", percent(trades.win_rate), "of closed trades"),
        Figure("Profit factor", fixed(trades.profit_factor, 2), "wins over losses"),
        Figure(
            "Expectancy", money.bare(trades.expectancy, signed=True), f"{money.currency} a trade"
        ),
        Figure("Held", held, "on average"),
        Figure("Longest losing run", f"{trades.longest_losing_streak:,}", "trades"),
        Figure("Turnover", times(tier.turnover, 1), "of mean equity a year"),
        Figure(
            "Fees",
            money.bare(tier.costs.fees),
            money.currency,
            hint="Fees taken in another currency count with what they were worth then",
        ),
    )
