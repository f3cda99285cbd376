"""The figures at the head of the page and the table of the best trials, as text."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from traider.backtest.report.key_figures import Figure
from traider.backtest.report.number_text import DASH, MoneyText, fixed, percent, times
from traider.backtest.sweep.grid import value_text
from traider.backtest.sweep.ranking import Metric
from traider.backtest.sweep.result import SweepResult
from traider.backtest.sweep.trial import Trial

NumberText = Callable[[float], str]

_DAYS_SHOWN_MAX = 1_000_000


@dataclass(frozen=True)
class TrialRow:
    """One trial of the table: its rank, its values and its figures, as text.

    The rank is a dash where the trial has no place among the others.
    """

    rank: str
    values: tuple[str, ...]
    figures: tuple[str, ...]
    tone: str


def metric_text(metric: Metric, money: MoneyText) -> NumberText:
    """Return how values of ``metric`` are written."""
    if metric.unit == "money":
        return money.bare
    if metric.unit == "share":
        return percent
    return lambda value: fixed(value, 2)


def head_figures(result: SweepResult, money: MoneyText) -> tuple[Figure, ...]:
    """Return the four figures that come first: the best, and whether to believe it."""
    found = result.statistics
    overfitting = found.overfitting
    return (
        _best_figure(result, money),
        Figure(
            "Deflated Sharpe",
            percent(found.deflated),
            "probability that it is more than luck",
            hint="Probability that the true Sharpe ratio is above what the best of as many trials "
            "without skill is expected to show",
        ),
        Figure(
            "Overfitting",
            DASH if overfitting is None else percent(overfitting.probability, 0),
            "probability, by CSCV",
            hint="How often the best of one half of the history is in the lower half of the other",
        ),
        Figure(
            "Trials",
            f"{found.trials:,}",
            f"{found.trials_before:,} of them before"
            if found.trials_before
            else "all in this sweep",
            hint="How many were tried: the more, the better the best looks by luck alone",
        ),
    )


def _best_figure(result: SweepResult, money: MoneyText) -> Figure:
    metric, best = result.metric, result.best
    label = f"Best {metric.label}"
    if best is None:
        detail = "none: undefined or equal in all trials"
        return Figure(label, DASH, detail, hint="No figure tells the trials apart")
    value = metric_text(metric, money)(metric.of(best.measured))
    hint = "The best trial of this sweep, chosen with hindsight"
    return Figure(label, value, point_text(result, best), hint=hint)


def luck_figures(result: SweepResult) -> tuple[Figure, ...]:
    """Return the statistics behind the head figures."""
    found = result.statistics
    overfitting = found.overfitting
    lost = math.nan if overfitting is None else overfitting.probability_of_loss
    return (
        Figure("Sharpe of the best", fixed(found.sharpe, 2), "a year"),
        Figure(
            "Sharpe by luck",
            fixed(found.expected_maximum, 2),
            "a year",
            hint="Expected best of as many trials without skill, which vary as much as these",
        ),
        Figure(
            "Probabilistic Sharpe",
            percent(found.probabilistic),
            "were it the only trial",
            hint="Probability that the true ratio is above 0, skew and fat tails counted",
        ),
        Figure(
            "Independent trials",
            fixed(found.independent_trials, 1),
            "by correlation",
            hint="As many unrelated trials would be worth the same",
        ),
        Figure(
            "Deflated by those",
            percent(found.deflated_independent),
            "the kinder figure",
            hint="The deflated Sharpe ratio with the independent trials in place of all",
        ),
        Figure(
            "Track record needed",
            days_count(found.track_record_days),
            f"days, of {found.days:,}",
            hint=f"Days to believe, at {percent(found.level, 0)}, a Sharpe ratio above 0",
        ),
        Figure(
            "Needed against luck",
            days_count(found.track_record_luck_days),
            f"days, of {found.days:,}",
            hint="Days to believe a Sharpe ratio above that of luck",
        ),
        Figure(
            "Loss out of sample",
            percent(lost, 0),
            "probability",
            hint="How often the best of one half of the history loses in the other",
        ),
    )


def days_count(days: float) -> str:
    """Return a number of days, rounded up; infinite where no record is long enough."""
    if not math.isfinite(days) or days > _DAYS_SHOWN_MAX:
        return fixed(days if math.isnan(days) else math.inf, 0)
    return f"{math.ceil(days):,}"


def point_text(result: SweepResult, trial: Trial) -> str:
    """Return the values of a trial as ``fast 5, slow 20``."""
    pairs = zip(axis_names(result), trial.values, strict=True)
    return ", ".join(f"{name} {value_text(value)}" for name, value in pairs)


def axis_names(result: SweepResult) -> tuple[str, ...]:
    """Return the headings of the axes: the key's last part, or all of it where two are alike."""
    axes = result.setting.grid.axes
    names = [axis.name for axis in axes]
    return tuple(
        axis.shown if names.count(name) > 1 else name
        for axis, name in zip(axes, names, strict=True)
    )


def figure_heads(currency: str) -> tuple[str, ...]:
    """Return the headings of the figures in the table of trials."""
    return (
        "Sharpe",
        "Sortino",
        "Calmar",
        "Return",
        "Max drawdown",
        f"Equity, {currency}",
        "Trades",
        "Turnover",
        f"Fees, {currency}",
    )


def trial_rows(result: SweepResult, most: int, money: MoneyText) -> tuple[TrialRow, ...]:
    """Return the best ``most`` trials as rows, best first."""
    is_ranked = result.best is not None
    return tuple(
        trial_row(
            str(rank) if is_ranked and not math.isnan(result.metric.of(trial.measured)) else DASH,
            trial,
            money,
        )
        for rank, trial in enumerate(result.ranked[:most], 1)
    )


def trial_row(rank: str, trial: Trial, money: MoneyText) -> TrialRow:
    """Return one trial as a row."""
    found = trial.measured
    return TrialRow(
        rank=rank,
        values=tuple(value_text(value) for value in trial.values),
        figures=(
            fixed(found.sharpe, 2),
            fixed(found.sortino, 2),
            fixed(found.calmar, 2),
            percent(found.total_return, signed=True),
            percent(found.max_drawdown),
            money.bare(found.final_equity),
            f"{found.trades:,}",
            times(found.turnover, 1),
            money.bare(found.fees),
        ),
        tone="up" if found.total_return >= 0.0 else "down",
    )


def count_rows(result: SweepResult) -> tuple[tuple[str, str], ...]:
    """Return what became of the points, as label and count."""
    counts = result.counts
    drawn = counts.drawn
    pairs = [("Points of the grid", counts.grid)]
    if result.setting.random is not None:
        pairs.append((f"Drawn at random, seed {result.setting.seed}", drawn))
    pairs.append(("Skipped", sum(counts.skipped.values())))
    pairs.append(("Failed", counts.failed))
    pairs.append(("Not run, stopped before", counts.left))
    pairs.append(("Run", counts.run))
    return tuple((label, f"{number:,}") for label, number in pairs)
