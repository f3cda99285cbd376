"""Monte Carlo: how else the same back-test could have come out.

Three questions, three kinds of dice. What if the days had come in other blocks: a stationary
bootstrap of the daily returns. What if the trades had come in another order: their shuffle. What
if trading had cost more or less and taken longer: whole runs of the kernel with the costs drawn
around the configured ones. Every number is a pure function of the seed.

Never here: a forecast. Each kind keeps what happened and changes only what its name says.

- ``distribution``: percentiles and chances
- ``resampled_days``, ``shuffled_trades``, ``perturbed_runs``: the three kinds
- ``engine``: all three, until asked to stop
"""

from traider.backtest.monte_carlo.distribution import PERCENTILES, Distribution
from traider.backtest.monte_carlo.engine import MonteCarloPlan, MonteCarloResult, monte_carlo
from traider.backtest.monte_carlo.perturbed_runs import Factors, PerturbedRuns, PlannedRun, draw
from traider.backtest.monte_carlo.resampled_days import ResampledDays, resample_days
from traider.backtest.monte_carlo.shuffled_trades import ShuffledTrades, shuffle_trades

__all__ = [
    "PERCENTILES",
    "Distribution",
    "Factors",
    "MonteCarloPlan",
    "MonteCarloResult",
    "PerturbedRuns",
    "PlannedRun",
    "ResampledDays",
    "ShuffledTrades",
    "draw",
    "monte_carlo",
    "resample_days",
    "shuffle_trades",
]
