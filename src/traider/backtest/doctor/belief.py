"""Is it to be believed: too good, in sample only, at the edge of a range, worse than holding."""

import math
from typing import Final

from traider.backtest.doctor.evidence import EdgeParameter, Evidence
from traider.backtest.findings import Finding, Severity
from traider.backtest.results import BacktestResult, Curve
from traider.portfolio.performance import daily_returns
from traider.portfolio.ratios import sharpe

SHARPE_MAX: Final = 3.0
"""What a liquid, daily-marked strategy after costs hardly ever keeps for long."""
SHARPE_SERIOUS: Final = 5.0
EFFICIENCY_MIN: Final = 0.5
"""Least share of the in-sample return that should be left out of sample (Pardo, 2008)."""


def too_good(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find a Sharpe ratio that is more likely an error than an edge."""
    del evidence
    value = result.chosen.performance.sharpe
    if not math.isfinite(value) or value <= SHARPE_MAX:
        return None
    return Finding(
        code="too-good",
        severity=Severity.SERIOUS if value > SHARPE_SERIOUS else Severity.WARNING,
        title="Too good to be true",
        measured=f"Sharpe ratio {value:.2f} (at most {SHARPE_MAX:.0f})",
        why="Such figures mostly come from look-ahead, bad prices, or costs left out.",
        fix="Check the data for outliers, the costs, and your own features for look-ahead.",
        number=value,
        threshold=SHARPE_MAX,
    )


def unchecked_look_ahead(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find batch features and score files that may know the future."""
    del evidence
    names = result.unchecked
    if not names:
        return None
    return Finding(
        code="unchecked-look-ahead",
        severity=Severity.SERIOUS,
        title="Look-ahead was not checked",
        measured=f"{len(names)} batch features or score files without a passing check "
        f"(none should be): {', '.join(names)}",
        why="They are made with all the data at hand; one that uses the future makes any result.",
        fix="Run traider check lookahead with the same configuration and data.",
        number=len(names),
        threshold=0,
    )


def in_sample_only(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Say that nothing was tested on data its parameters were not chosen on."""
    del result
    if evidence.out_of_sample is not None:
        return None
    return Finding(
        code="in-sample-only",
        severity=Severity.NOTE,
        title="In sample only",
        measured="0 windows out of sample (at least 1)",
        why="Parameters that were ever looked at on these data fit them better than what comes.",
        fix="Run it with --walk-forward, or keep the last part of the data unseen.",
        number=0,
        threshold=1,
    )


def fades_out_of_sample(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find a walk-forward that loses, or keeps little of what it earned in sample."""
    del result
    found = evidence.out_of_sample
    if found is None:
        return None
    is_loss = found.total_return < 0.0
    if not is_loss and not found.efficiency < EFFICIENCY_MIN:
        return None
    measured = f"{found.total_return:+.1%} over {found.windows} windows (not below 0)"
    if not is_loss:
        measured += (
            f", {found.efficiency:.0%} of the yearly growth in sample (at least "
            f"{EFFICIENCY_MIN:.0%})"
        )
    return Finding(
        code="fades-out-of-sample",
        severity=Severity.SERIOUS if is_loss else Severity.WARNING,
        title="It fades out of sample",
        measured=measured,
        why="What the parameters learned in sample does not last.",
        fix="Use fewer parameters and a coarser grid, or give the idea up.",
        number=found.total_return if is_loss else found.efficiency,
        threshold=0.0 if is_loss else EFFICIENCY_MIN,
    )


def nothing_to_choose_by(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find windows of a walk-forward that took the first setting since none could be ranked."""
    del result
    found = evidence.out_of_sample
    if found is None or found.unranked == 0:
        return None
    return Finding(
        code="nothing-to-choose-by",
        severity=Severity.WARNING,
        title="The walk-forward could not choose",
        measured=f"in {found.unranked:,} of {found.windows:,} windows no setting could be ranked "
        "(should be none); the first was traded",
        why="Those tests say nothing of the choosing: the measure is undefined on their train "
        "spans for every setting, or equal.",
        fix="Use longer train spans or more data, or walk_forward.metric = total-return.",
        number=found.unranked,
        threshold=0,
    )


def parameters_at_the_edge(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find best parameters that lie at the end of the range that was searched."""
    del result
    return edge_finding(evidence.edges)


def edge_finding(edges: tuple[EdgeParameter, ...]) -> Finding | None:
    """Return the finding that ``edges`` are, if there are any."""
    if not edges:
        return None
    told = "; ".join(
        f"{edge.key} = {edge.value:g} is the {edge.side} of {edge.low:g} to {edge.high:g}"
        for edge in edges
    )
    return Finding(
        code="parameters-at-the-edge",
        severity=Severity.WARNING,
        title="Parameters at the edge of their range",
        measured=f"{told} (none should be)",
        why="The best value may lie outside, or the search follows noise to its end.",
        fix="Widen the range until the best lies inside, among good neighbors.",
        number=len(edges),
        threshold=0,
    )


def holding_is_better(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find a strategy that buying and holding beats; by Sharpe ratio too, it is a warning."""
    del evidence
    hold_return, hold_sharpe = _measures(result.benchmark, float(result.capital))
    own = result.chosen.performance
    if not (math.isfinite(hold_return) and hold_return > own.total_return):
        return None
    by_risk = math.isfinite(own.sharpe) and hold_sharpe > own.sharpe
    risk = f"; Sharpe ratio {hold_sharpe:.2f} against {own.sharpe:.2f}" if by_risk else ""
    return Finding(
        code="holding-is-better",
        severity=Severity.WARNING if by_risk else Severity.NOTE,
        title="Buying and holding is better",
        measured=f"holding made {hold_return:+.1%}, the strategy {own.total_return:+.1%} "
        f"(should be more){risk}",
        why="The same coins without any trading did better, at more return for each risk."
        if by_risk
        else "The same coins without any trading made more, at more risk.",
        fix="Compare at equal risk: sizing.target_volatility; ask what the trading adds.",
        number=own.total_return,
        threshold=hold_return,
    )


def _measures(curve: Curve, capital: float) -> tuple[float, float]:
    """Return total return and Sharpe ratio of a curve; NaN without points."""
    if curve.nav.size == 0:
        return math.nan, math.nan
    _, returns = daily_returns(curve.ts_ns - 1, curve.nav, capital)
    return float(curve.nav[-1]) / capital - 1.0, sharpe(returns)
