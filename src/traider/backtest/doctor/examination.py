"""All checks in the order of their weight, and the ranking of what they find."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from traider.backtest.doctor import belief, concentration, costs, orders, sample
from traider.backtest.doctor.evidence import Evidence
from traider.backtest.findings import Finding
from traider.backtest.results import BacktestResult

Check = Callable[[BacktestResult, Evidence], Finding | None]

CHECKS: Final[tuple[Check, ...]] = (
    sample.incomplete_run,
    orders.wiped_out,
    orders.liquidated,
    sample.few_trades,
    belief.unchecked_look_ahead,
    costs.sign_flips,
    belief.fades_out_of_sample,
    belief.nothing_to_choose_by,
    costs.costs_eat_the_edge,
    costs.no_edge_before_costs,
    belief.too_good,
    costs.funding_left_out,
    orders.stale_fills,
    concentration.one_trade,
    concentration.one_month,
    sample.flat_curve,
    orders.under_venue_minimum,
    orders.unfilled_orders,
    orders.gate_refusals,
    belief.parameters_at_the_edge,
    sample.sharpe_may_be_zero,
    sample.long_warm_up,
    belief.holding_is_better,
    belief.in_sample_only,
)
"""Heaviest first: among findings of one severity this is their rank."""


def diagnose(result: BacktestResult, evidence: Evidence | None = None) -> tuple[Finding, ...]:
    """Return what the checks find, the most serious first; the same result, the same findings."""
    known = evidence or Evidence()
    found = [finding for check in CHECKS if (finding := check(result, known)) is not None]
    return tuple(sorted(found, key=lambda finding: -finding.severity))


def examined(result: BacktestResult, evidence: Evidence | None = None) -> BacktestResult:
    """Return ``result`` with its findings."""
    return replace(result, findings=diagnose(result, evidence))
