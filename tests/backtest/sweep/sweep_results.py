"""Made-up trials and sweeps: known figures without a kernel."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import numpy as np

from traider.backtest.sweep.findings import sweep_findings
from traider.backtest.sweep.grid import Axis, Grid, Point, Requirement
from traider.backtest.sweep.result import SweepCounts, SweepResult, SweepSetting
from traider.backtest.sweep.trial import Failure, Measured, Trial

DAY_NS: Final = 86_400 * 10**9
START_NS: Final = 1_704_067_200 * 10**9
DAYS: Final = 400
CAPITAL: Final = Decimal(10_000)
FAST: Final = Axis("strategy.fast", (5, 10, 15, 20, 25))
SLOW: Final = Axis("strategy.slow", (10, 20, 40, 80))

Edge = Callable[[Point], float]
"""What a point earns a day, on average."""


def measured(returns: np.ndarray, **changes: Any) -> Measured:
    """Return what a trial of these daily returns leaves behind."""
    final = float(CAPITAL) * float(np.prod(1.0 + returns))
    plain = Measured(
        final_equity=Decimal(str(round(final, 8))),
        max_drawdown=-0.1,
        trades=42,
        turnover=12.5,
        fees=Decimal("31.25"),
        refused=1,
        alpha_fault="",
        returns=returns,
    )
    return replace(plain, **changes)


def noise(number: int, days: int = DAYS) -> np.ndarray:
    """Return a trial's own daily noise, 1 % a day."""
    return np.random.default_rng(number).normal(0.0, 0.01, days)


def trial(number: int, values: Point, edge: float = 0.0, days: int = DAYS) -> Trial:
    """Return a trial of noise around ``edge`` a day."""
    return Trial(number, values, f"{number:064x}", measured(noise(number, days) + edge))


def trials_of(grid: Grid, edge: Edge, days: int = DAYS) -> tuple[Trial, ...]:
    """Return a trial for each point whose first value is below its second."""
    points = [(number, grid.point(number)) for number in range(grid.size)]
    return tuple(
        trial(number, values, edge(values), days)
        for number, values in points
        if len(values) < 2 or isinstance(values[1], str) or float(values[0]) < float(values[1])
    )


def middle_is_best(values: Point) -> float:
    """Return an edge that is highest at fast 15, slow 40."""
    fast, slow = float(values[0]), float(values[1])
    return 0.004 * math.exp(-(((fast - 15.0) / 5.0) ** 2) - ((slow - 40.0) / 18.0) ** 2)


def sweep_result(
    axes: Sequence[Axis] = (FAST, SLOW),
    edge: Edge = middle_is_best,
    days: int = DAYS,
    **changes: Any,
) -> SweepResult:
    """Return a whole sweep over ``axes``, with its findings."""
    grid = Grid(tuple(axes))
    trials = trials_of(grid, edge, days)
    setting = SweepSetting(
        title="sma-cross on BTC-USDT, 1h bars",
        config={"capital": "10000", "strategy": {"kind": "sma-cross", "fast": 5}},
        digest="d1" * 32,
        currency="USDT",
        capital=CAPITAL,
        fill_tier="pessimistic",
        grid=grid,
        requirements=(),
        random=None,
        seed=1,
    )
    left_out = grid.size - len(trials)
    skipped = {"fast must be smaller than slow": left_out} if left_out else {}
    result = SweepResult(
        setting=setting,
        counts=SweepCounts(grid.size, grid.size, skipped, len(trials), len(trials), 0),
        trials=trials,
        failures=(),
        metric_name="sharpe",
        trials_before=0,
        start_ns=START_NS,
        end_ns=START_NS + days * DAY_NS,
        bars=24 * days,
        events=48 * days,
        notes=("2 bars have no volume",),
    )
    changed = replace(result, **changes)
    return replace(changed, findings=sweep_findings(changed))


def with_failures(result: SweepResult, reason: str = "an alpha raised ValueError") -> SweepResult:
    """Return ``result`` with its last trial failed."""
    *kept, last = result.trials
    failure = Failure(last.number, last.values, last.digest, reason)
    counts = replace(result.counts, run=len(kept), failed=1)
    changed = replace(result, trials=tuple(kept), failures=(failure,), counts=counts)
    return replace(changed, findings=sweep_findings(changed))


def requirement(left: str, sign: str, right: str) -> Requirement:
    """Return a requirement written as its keys."""
    return Requirement(left, sign, right, f"{left} {sign} {right}")
