"""What a careful reader would hold against the best of a sweep, found mechanically."""

import math
from collections.abc import Callable
from typing import Final

from traider.backtest.doctor.belief import edge_finding
from traider.backtest.findings import Finding, Severity
from traider.backtest.sweep.edges import idle_axes
from traider.backtest.sweep.result import SweepResult
from traider.portfolio.performance import ANNUALIZED_DAYS_MIN

DEFLATED_MIN: Final = 0.95
DEFLATED_SERIOUS: Final = 0.5
OVERFITTING_MAX: Final = 0.2
OVERFITTING_SERIOUS: Final = 0.5


def sweep_findings(result: SweepResult) -> tuple[Finding, ...]:
    """Return what the checks find, the most serious first."""
    found = [finding for check in _CHECKS if (finding := check(result)) is not None]
    return tuple(sorted(found, key=lambda finding: -finding.severity))


def nothing_traded(result: SweepResult) -> Finding | None:
    """Find a sweep in which no trial closed a trade."""
    most = max(trial.measured.trades for trial in result.trials)
    if most > 0:
        return None
    return Finding(
        code="nothing-traded",
        severity=Severity.SERIOUS,
        title="No trial closed a trade",
        measured="0 trades in every trial (1 is the least)",
        why="There is nothing to compare.",
        fix="Check thresholds, warm-up, limits and minimum sizes with traider backtest.",
        number=0,
        threshold=1,
    )


def nothing_to_rank(result: SweepResult) -> Finding | None:
    """Find a sweep whose figures are all undefined or all equal, so that none is the best."""
    if result.best is not None:
        return None
    scores = [result.metric.of(trial.measured) for trial in result.trials]
    known = [score for score in scores if not math.isnan(score)]
    return Finding(
        code="nothing-to-rank",
        severity=Severity.WARNING,
        title="No trial is the best",
        measured=f"{result.metric.label} is {_sameness(result, len(known))} (trials should differ)",
        why="Where no figure tells the trials apart, the first of them is not the best.",
        fix="Use more history, other ranges, or another --metric.",
        number=len(set(known)),
        threshold=2,
    )


def _sameness(result: SweepResult, known: int) -> str:
    """Return in words why the figures tell nothing apart; ``known`` of them are defined."""
    count = len(result.trials)
    every = "the only trial" if count == 1 else f"all {count:,} trials"
    if known:
        others = "" if known == count else f" and undefined in the other {count - known:,}"
        return f"equal in {every if known == count else f'{known:,} trials'}{others}"
    needs = "trades"
    if result.metric.is_yearly:
        days = len(result.trials[0].measured.returns)
        needs = f"trades and {ANNUALIZED_DAYS_MIN} daily returns, and there are {days:,}"
    return f"undefined in {every}: it needs {needs}"


def best_is_luck(result: SweepResult) -> Finding | None:
    """Find a best Sharpe ratio that as many trials without skill would show."""
    found = result.statistics
    if math.isnan(found.deflated) or found.deflated >= DEFLATED_MIN:
        return None
    return Finding(
        code="best-may-be-luck",
        severity=Severity.SERIOUS if found.deflated < DEFLATED_SERIOUS else Severity.WARNING,
        title="The best may be luck",
        measured=(
            f"deflated Sharpe ratio {found.deflated:.2f} (believed from {DEFLATED_MIN:g}): "
            f"{found.sharpe:.2f} a year, where {found.trials:,} trials without skill show "
            f"{found.expected_maximum:.2f}"
        ),
        why="The best of many trials looks good even when none of them is.",
        fix="Try less, test longer, and judge by data that chose nothing (--walk-forward).",
        number=found.deflated,
        threshold=DEFLATED_MIN,
    )


def choice_is_overfitted(result: SweepResult) -> Finding | None:
    """Find a choice that does not last from one half of the history to the other."""
    found = result.statistics.overfitting
    if found is None or found.probability <= OVERFITTING_MAX:
        return None
    serious = found.probability >= OVERFITTING_SERIOUS
    return Finding(
        code="choice-is-overfitted",
        severity=Severity.SERIOUS if serious else Severity.WARNING,
        title="Choosing the best does not last",
        measured=(
            f"probability of overfitting {found.probability:.0%} (at most {OVERFITTING_MAX:.0%}): "
            f"in so many of {len(found.logits):,} splits the best of one half is in the lower half "
            "of the other"
        ),
        why="What was best by history was not better afterwards: the ranking is mostly noise.",
        fix="Choose from the middle of a broad plateau, or not at all.",
        number=found.probability,
        threshold=OVERFITTING_MAX,
    )


def record_is_short(result: SweepResult) -> Finding | None:
    """Find a history too short to tell the best Sharpe ratio from nothing."""
    found = result.statistics
    needed = found.track_record_days
    if math.isnan(needed) or needed <= found.days:
        return None
    told = f"{math.ceil(needed):,} days are needed" if math.isfinite(needed) else "none is enough"
    return Finding(
        code="record-is-short",
        severity=Severity.WARNING,
        title="The history is too short to tell",
        measured=f"{found.days:,} days; to believe a Sharpe ratio above 0, {told}",
        why="A ratio this small over so few days is within the noise, even of a single trial.",
        fix="Use more history.",
        number=found.days,
        threshold=needed if math.isfinite(needed) else 0.0,
    )


def best_at_the_edge(result: SweepResult) -> Finding | None:
    """Find best parameters at the edge of what was run."""
    return edge_finding(result.edges)


def trials_failed(result: SweepResult) -> Finding | None:
    """Find trials that stopped with an error, or whose alpha was switched off."""
    faulty = sum(bool(trial.measured.alpha_fault) for trial in result.trials)
    count = len(result.failures) + faulty
    if not count:
        return None
    first = next((failure.reason for failure in result.failures), "an alpha answered out of range")
    tried = result.counts.run + result.counts.failed
    return Finding(
        code="trials-failed",
        severity=Severity.WARNING,
        title="Some trials failed",
        measured=f"{count:,} of {tried:,} (none should): {first}",
        why="What failed is not compared, and an alpha that was switched off did not trade.",
        fix="Mend the alpha, or leave those values out.",
        number=count,
        threshold=0,
    )


def settings_do_nothing(result: SweepResult) -> Finding | None:
    """Find swept settings that change no result."""
    idle = idle_axes(result.setting.grid.axes, result.trials)
    if not idle:
        return None
    return Finding(
        code="settings-do-nothing",
        severity=Severity.NOTE,
        title="A swept setting changes nothing",
        measured=f"{', '.join(idle)}: equal results at all values (none should be)",
        why="Its values are one trial counted many times.",
        fix="Leave it out, or check that the strategy uses it.",
        number=len(idle),
        threshold=0,
    )


_CHECKS: Final[tuple[Callable[[SweepResult], Finding | None], ...]] = (
    nothing_traded,
    nothing_to_rank,
    best_is_luck,
    choice_is_overfitted,
    record_is_short,
    trials_failed,
    best_at_the_edge,
    settings_do_nothing,
)
