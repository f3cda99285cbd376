"""Do costs or the assumptions about fills decide the outcome."""

import math
from typing import Final

from traider.backtest.doctor.evidence import Evidence
from traider.backtest.findings import Finding, Severity
from traider.backtest.results import BacktestResult, TierResult

COST_SHARE_MAX: Final = 0.5
"""Largest share of the gross profit that costs should take."""


def costs_eat_the_edge(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find costs that take most of the gross profit, or all of it."""
    del evidence
    gross, paid = gross_and_costs(result.chosen, float(result.capital))
    if gross <= 0.0 or paid / gross <= COST_SHARE_MAX:
        return None
    share = paid / gross
    return Finding(
        code="costs-eat-the-edge",
        severity=Severity.SERIOUS if share >= 1.0 else Severity.WARNING,
        title="Costs eat the edge",
        measured=f"costs of {paid:,.2f} take {share:.0%} of a gross profit of {gross:,.2f} "
        f"{result.currency} (at most {COST_SHARE_MAX:.0%})",
        why="A small error in fees, spread or impact turns the result around.",
        fix="Trade less often: a larger dead band, a slower clock, a higher threshold; or use "
        "limit orders.",
        number=share,
        threshold=COST_SHARE_MAX,
    )


def no_edge_before_costs(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find a strategy that loses even before costs."""
    del evidence
    gross, paid = gross_and_costs(result.chosen, float(result.capital))
    if gross > 0.0 or not result.chosen.trades:
        return None
    return Finding(
        code="no-edge-before-costs",
        severity=Severity.WARNING,
        title="There is no profit even before costs",
        measured=f"gross profit {gross:,.2f} {result.currency} (above 0), costs {paid:,.2f}",
        why="Cheaper trading cannot help: the decisions themselves lose.",
        fix="Change what is traded on, not how.",
        number=gross,
        threshold=0.0,
    )


def sign_flips(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find a profit under one fill tier that is a loss under another."""
    del evidence
    profits = {t.tier: float(t.final_equity - result.capital) for t in result.tiers if t.complete}
    if not profits or min(profits.values()) >= 0.0 or max(profits.values()) <= 0.0:
        return None
    told = ", ".join(f"{name} {profit:+,.2f}" for name, profit in profits.items())
    return Finding(
        code="sign-flips",
        severity=Severity.SERIOUS,
        title="The fill tier decides between profit and loss",
        measured=f"{told} {result.currency} (all should have one sign)",
        why="The result stands on how kindly orders are assumed to fill, not on the strategy.",
        fix="Count it as a loss, or trade less often and with less size.",
        number=min(profits.values()),
        threshold=0.0,
    )


def funding_left_out(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find derivatives that paid no funding because no file had any."""
    del evidence
    if not result.unfunded:
        return None
    return Finding(
        code="funding-left-out",
        severity=Severity.WARNING,
        title="Funding was not simulated",
        measured=f"no funding for {', '.join(result.unfunded)} (should be none)",
        why="Longs of perpetuals often pay 10% a year and more; shorts may earn it.",
        fix="Give the funding rates with --funding FILE, or test on spot.",
        number=len(result.unfunded),
        threshold=0,
    )


def gross_and_costs(tier: TierResult, capital: float) -> tuple[float, float]:
    """Return profit before costs, and all costs, in the account's currency."""
    costs = tier.costs
    charged = costs.fees + costs.funding + costs.liquidation_fees
    paid = math.fsum((float(charged), costs.spread, costs.impact))
    return float(tier.final_equity) - capital + paid, paid
