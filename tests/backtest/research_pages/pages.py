"""Results for the pages to show: small walks and dice over made-up bars."""

from dataclasses import replace
from functools import cache

import numpy as np

from tests.backtest.monte_carlo.runs import finished
from tests.backtest.monte_carlo.runs import plan as dice
from tests.backtest.report.synthetic import make_curve
from tests.backtest.walk_forward.plans import SCHEDULE, events, plan
from traider.backtest.monte_carlo import MonteCarloResult, monte_carlo
from traider.backtest.results import BacktestResult
from traider.backtest.walk_forward import WalkForwardResult, walk_forward
from traider.domain.timeframes import DAY_NS

HOSTILE = "</script><script>alert('x')</script><img src=x onerror=alert(1)>\"'&"


@cache
def walked() -> WalkForwardResult:
    """Return a walk-forward over four months, with purge and embargo."""
    return walk_forward(
        plan(events(), schedule=replace(SCHEDULE, purge_ns=DAY_NS, embargo_ns=2 * DAY_NS))
    )


@cache
def rolled() -> MonteCarloResult:
    """Return dice over the small back-test."""
    return monte_carlo(finished(), dice(draws=120, draws_of_costs=6))


@cache
def shown() -> BacktestResult:
    """Return the back-test that both belong to, with buying and holding over its days."""
    ends_ns = finished().chosen.daily.starts_ns + DAY_NS
    nav = 10_000.0 * np.exp(np.cumsum(0.01 * np.cos(np.arange(len(ends_ns)) / 9.0)))
    return replace(finished(), benchmark=make_curve(ends_ns, nav, np.ones(len(ends_ns))))
