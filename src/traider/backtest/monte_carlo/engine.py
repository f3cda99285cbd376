"""All three kinds of dice over one finished back-test, until done or asked to stop."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from traider.backtest.monte_carlo.distribution import Distribution
from traider.backtest.monte_carlo.perturbed_runs import (
    PerturbedRuns,
    PlannedRun,
    draw,
    run_perturbed,
)
from traider.backtest.monte_carlo.resampled_days import ResampledDays, resample_days
from traider.backtest.monte_carlo.shuffled_trades import ShuffledTrades, shuffle_trades
from traider.backtest.results import BacktestResult, TimeArray
from traider.backtest.span_run import Stop
from traider.domain.timeframes import DAY_NS
from traider.portfolio.bootstrap import FloatArray, Resampling
from traider.portfolio.performance import ANNUALIZED_DAYS_MIN

Progress = Callable[[float, str], None]

_DAYS_PART: Final = 0.25
_TRADES_PART: Final = 0.35
_LOOK_EVERY: Final = 64
"""Draws between two looks at a person's wish to stop."""


@dataclass(frozen=True)
class MonteCarloPlan:
    """How many draws of each kind, and which falls count as ruin.

    ``ruin`` holds falls from a peak as positive fractions, rising.
    """

    draws: int
    mean_block_days: float
    ruin: tuple[float, ...]
    seed: int
    draws_of_costs: int
    again: PlannedRun


@dataclass(frozen=True)
class Actual:
    """What the back-test itself came to, to compare the draws with."""

    final_equity: float
    cagr: float
    sharpe: float
    max_drawdown: float


@dataclass(frozen=True)
class MonteCarloResult:
    """The outcomes of all draws."""

    fill_tier: str
    currency: str
    capital: Decimal
    seed: int
    ruin: tuple[float, ...]
    actual: Actual
    day_ends_ns: TimeArray
    """When the account's days end; the first day begins one day before."""
    day_equity: FloatArray
    """What the back-test itself held then."""
    days: ResampledDays
    trades: ShuffledTrades
    costs: PerturbedRuns

    @property
    def has_days(self) -> bool:
        """Whether there are daily returns enough to draw from."""
        return len(self.day_equity) >= ANNUALIZED_DAYS_MIN

    @property
    def cannot(self) -> tuple[str, ...]:
        """What could not be drawn, and why, as sentences."""
        days = len(self.day_equity)
        told = []
        if not self.has_days:
            told.append(
                f"No other histories could be drawn: {ANNUALIZED_DAYS_MIN} daily returns are "
                f"needed, and there {'is' if days == 1 else 'are'} {days}."
            )
        if self.trades.trades == 0:
            told.append("No trade was closed, so there is no order to change.")
        return tuple(told)

    @property
    def is_whole(self) -> bool:
        """Whether every draw that was asked for was made."""
        return (
            (self.days.done == self.days.asked or not self.has_days)
            and (self.trades.done == self.trades.asked or self.trades.trades == 0)
            and self.costs.done == self.costs.asked
        )

    def chance_of_loss(self, final_equity: Distribution) -> float:
        """Return the share of draws that end below the capital; NaN of none."""
        return final_equity.share_below(float(self.capital))

    def chances_of_ruin(self, max_drawdown: Distribution) -> dict[float, float]:
        """Return the share of draws that fall from a peak by each of the limits, or more."""
        return {limit: max_drawdown.share_at_or_below(-limit) for limit in self.ruin}


def monte_carlo(
    result: BacktestResult,
    plan: MonteCarloPlan,
    *,
    progress: Progress | None = None,
    stop: Stop = lambda: False,
) -> MonteCarloResult:
    """Draw everything; after ``stop`` answered with yes, keep what was drawn.

    Raises:
        StrategyError: an alpha raised an exception in a run with other costs.
        KernelError: the kernel stopped with a failure code in one.
    """

    def counting(start: float, end: float, text: str, total: int) -> Callable[[int], bool]:
        def go_on(number: int) -> bool:
            if number % _LOOK_EVERY == 0 and progress is not None:
                progress(start + (end - start) * number / max(total, 1), text)
            return not stop()

        return go_on

    tier, capital = result.chosen, float(result.capital)
    days, returns = tier.daily.starts_ns, tier.daily.values
    resampling = Resampling(plan.draws, plan.mean_block_days, seed=plan.seed)
    watch = counting(0.0, _DAYS_PART, "resampled days", plan.draws)
    resampled = resample_days(returns, capital, resampling, watch)
    closed = sorted((one for one in tier.trades if not one.is_open), key=lambda one: one.closed_ns)
    profits = np.array([float(trade.pnl) for trade in closed])
    watch = counting(_DAYS_PART, _TRADES_PART, "shuffled trades", plan.draws)
    shuffled = shuffle_trades(profits, capital, plan.draws, plan.seed, watch)

    def told(number: int) -> None:
        if progress is not None:
            part = number / plan.draws_of_costs
            progress(_TRADES_PART + (1.0 - _TRADES_PART) * part, "runs with other costs")

    drawn = [draw(plan.seed, number) for number in range(plan.draws_of_costs)]
    return MonteCarloResult(
        fill_tier=result.fill_tier,
        currency=result.currency,
        capital=result.capital,
        seed=plan.seed,
        ruin=plan.ruin,
        actual=Actual(
            float(tier.final_equity),
            tier.performance.cagr,
            tier.performance.sharpe,
            tier.max_drawdown,
        ),
        day_ends_ns=days + DAY_NS,
        day_equity=np.asarray(capital * np.cumprod(1.0 + returns)),
        days=resampled,
        trades=shuffled,
        costs=run_perturbed(plan.again, drawn, told, stop),
    )
