"""A small back-test to roll dice over: two instruments, four months of hourly bars."""

from dataclasses import replace
from decimal import Decimal
from functools import cache

from tests.backtest.walk_forward.plans import BARS, events, spec
from tests.cli.sample_result import sample_result
from traider.backtest.monte_carlo import MonteCarloPlan, PlannedRun
from traider.backtest.outcome import account_equity, fills_of
from traider.backtest.results import BacktestResult, DailyReturns
from traider.backtest.span_run import SpanRun, worst_fall
from traider.backtest.stream import Span, Stream
from traider.domain.timeframes import DAY_NS
from traider.kernel.codes import Limit
from traider.portfolio.performance import daily_returns, summarize_returns
from traider.portfolio.trades import trades_from_fills

CAPITAL = 10_000.0
HOUR_NS = DAY_NS // 24


@cache
def again() -> PlannedRun:
    """Return what is run again; no limit on losses, which would end every run alike."""
    free = {**spec().limits, Limit.MAX_DRAWDOWN: 10.0, Limit.MAX_DAILY_LOSS: 10.0}
    return PlannedRun(replace(spec(), limits=free), Stream(events(bars=BARS)), CAPITAL, HOUR_NS)


@cache
def finished() -> BacktestResult:
    """Return the back-test itself, run over the same stream."""
    planned = again()
    stream = planned.stream
    run = SpanRun(planned.spec, Span(stream.first_ns - 1, stream.last_ns))
    assert run.run(stream, 0, lambda: False)
    samples = run.samples()
    days, returns = daily_returns(samples["ts"] - 1, samples["nav"], CAPITAL)
    plain = sample_result()
    tier = replace(
        plain.chosen,
        daily=DailyReturns(days, returns),
        trades=trades_from_fills(fills_of(run.fills(), planned.spec)),
        final_equity=account_equity(run.machine),
        max_drawdown=worst_fall(samples["nav"], CAPITAL),
        performance=summarize_returns(returns),
    )
    return replace(plain, tiers=(tier,), capital=Decimal(10_000))


def plan(draws: int = 200, draws_of_costs: int = 4, seed: int = 1) -> MonteCarloPlan:
    """Return a small plan."""
    return MonteCarloPlan(
        draws=draws,
        mean_block_days=0.0,
        ruin=(0.1, 0.3),
        seed=seed,
        draws_of_costs=draws_of_costs,
        again=again(),
    )
