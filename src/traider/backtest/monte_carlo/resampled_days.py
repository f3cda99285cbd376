"""The days in other blocks: stationary bootstrap of the daily returns (Politis and Romano, 1994).

Assumed: what the strategy earns has memory of a few days at most, and the days to come are drawn
from those that were. Wrong where: regimes last longer than a block (trends and crises are cut up),
or something that never happened in these data happens. Sizing is not asked again: a resampled day
keeps its return whatever the account has become.

The resamples are those of the bootstrap intervals of the report: same seed, same days.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.backtest.monte_carlo.distribution import PERCENTILES, Distribution
from traider.portfolio import ratios
from traider.portfolio.bootstrap import Resampling, resample_positions
from traider.portfolio.drawdown import max_drawdown, wealth
from traider.portfolio.performance import ANNUALIZED_DAYS_MIN

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]

FAN_POINTS: Final = 240
"""Days of the fan; a screen shows no more."""


@dataclass(frozen=True)
class ResampledDays:
    """Measures of each resampled history; ``fan`` holds equity by percentile and shown day."""

    asked: int
    block_days: float
    """Mean length of a block."""
    final_equity: Distribution
    cagr: Distribution
    sharpe: Distribution
    max_drawdown: Distribution
    fan_days: IndexArray
    """Positions of the shown days; 0 is the start, n the close of the n-th day."""
    fan: dict[int, FloatArray]

    @property
    def done(self) -> int:
        """Histories drawn."""
        return len(self.final_equity.values)


def resample_days(
    returns: FloatArray, capital: float, resampling: Resampling, go_on: Callable[[int], bool]
) -> ResampledDays:
    """Return the outcomes of ``resampling.samples`` histories of the same length.

    ``go_on`` is asked before each draw, with its number, and ends the drawing with no. Nothing is
    drawn from fewer than ``ANNUALIZED_DAYS_MIN`` days: they would all be the same few.
    """
    count = len(returns)
    days = np.unique(np.linspace(0, count, min(FAN_POINTS, count + 1)).round().astype(np.intp))
    rows: list[tuple[float, float, float, float]] = []
    paths: list[FloatArray] = []
    for sample in range(resampling.samples):
        if count < ANNUALIZED_DAYS_MIN or not go_on(sample):
            break
        drawn = returns[resample_positions(count, resampling, sample)]
        growth = wealth(drawn)
        paths.append(capital * growth[days])
        rows.append(
            (
                capital * float(growth[-1]),
                ratios.cagr(drawn),
                ratios.sharpe(drawn),
                max_drawdown(drawn),
            )
        )
    columns = np.array(rows, np.float64).reshape(-1, 4).T
    final, cagr, sharpe, drawdown = (Distribution(column) for column in columns)
    return ResampledDays(
        asked=resampling.samples,
        block_days=resampling.block_length(count) if count else 0.0,
        final_equity=final,
        cagr=cagr,
        sharpe=sharpe,
        max_drawdown=drawdown,
        fan_days=days,
        fan=_fan(paths, len(days)),
    )


def _fan(paths: Sequence[FloatArray], days: int) -> dict[int, FloatArray]:
    """Return the equity at each percentile of ``paths``, day by day; nothing without paths."""
    if not paths:
        return {name: np.full(days, np.nan) for name in PERCENTILES}
    found = np.percentile(np.stack(paths), PERCENTILES, axis=0)
    return dict(zip(PERCENTILES, found, strict=True))
