"""Does one trade, or one month, make the profit."""

import math
from typing import Final

import numpy as np

from traider.backtest.doctor.evidence import Evidence
from traider.backtest.findings import Finding, Severity
from traider.backtest.results import BacktestResult
from traider.portfolio.performance import aggregate_returns

SHARE_MAX: Final = 0.5
"""Largest share of the profit that one trade or month should have."""
MONTHS_MIN: Final = 3
"""A run of fewer months always leans on one."""


def one_trade(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find a profit that the best trade made, or most of it."""
    del evidence
    profits = [float(trade.pnl) for trade in result.chosen.trades]
    total = math.fsum(profits)
    if len(profits) < 2 or total <= 0.0:
        return None
    share = max(profits) / total
    if share <= SHARE_MAX:
        return None
    return Finding(
        code="one-trade",
        severity=Severity.SERIOUS if share >= 1.0 else Severity.WARNING,
        title="One trade makes the profit",
        measured=f"the best of {len(profits):,} trades made {share:.0%} of the net profit "
        f"(at most {SHARE_MAX:.0%})",
        why="Without it the rest is a loss; it need not come again."
        if share >= 1.0
        else "It need not come again, and the rest earned little.",
        fix="Look at that trade for bad data, and judge the strategy without it.",
        number=share,
        threshold=SHARE_MAX,
    )


def one_month(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find growth that one month made, or most of it; shares are of the logarithm of growth."""
    del evidence
    daily = result.chosen.daily
    months, found = aggregate_returns(daily.starts_ns, daily.values)
    if np.any(found <= -1.0):
        return None
    growth = np.log1p(found)
    total = float(growth.sum())
    if len(months) < MONTHS_MIN or total <= 0.0:
        return None
    best = int(np.argmax(growth))
    share = float(growth[best]) / total
    if share <= SHARE_MAX:
        return None
    return Finding(
        code="one-month",
        severity=Severity.SERIOUS if share >= 1.0 else Severity.WARNING,
        title="One month makes the profit",
        measured=f"{months[best]} made {share:.0%} of the growth of {len(months)} months "
        f"(at most {SHARE_MAX:.0%})",
        why="Without it the other months lose money together."
        if share >= 1.0
        else "The other months together earned less than it did.",
        fix="Ask what was special then; test on history without it.",
        number=share,
        threshold=SHARE_MAX,
    )
