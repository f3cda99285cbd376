"""The outcome of a sweep, for people as tables and for programs as one JSON object."""

import math
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from traider.backtest.findings import Severity
from traider.backtest.report.number_text import (
    MoneyText,
    day_text,
    fixed,
    percent,
    with_hyphen,
)
from traider.backtest.sweep.files import sweep_summary
from traider.backtest.sweep.folder import outcome_record
from traider.backtest.sweep.page.figures import (
    axis_names,
    days_count,
    figure_heads,
    point_text,
    trial_rows,
)
from traider.backtest.sweep.result import SweepResult
from traider.runtime.sweep import FinishedSweep

ROWS_SHOWN: Final = 10
REASONS_SHOWN: Final = 5
COLUMNS: Final = ("Sharpe", "Return", "Max drawdown", "Equity", "Trades")
"""What the table shows beside the metric; the page and the files have the rest."""

_STYLES: Final = {Severity.SERIOUS: "bold red", Severity.WARNING: "yellow", Severity.NOTE: ""}


def outcome_json(finished: FinishedSweep) -> dict[str, object]:
    """Return the outcome as plain JSON values; undefined and infinite numbers are null.

    The trials come in the grid's order, without their daily returns.
    """
    result = finished.result
    axes = result.setting.grid.axes
    summary = sweep_summary(result)
    return {
        **summary,
        "best": None if result.best is None else outcome_record(result.best, axes),
        "trials": [outcome_record(trial, axes) for trial in result.trials],
        "folder": str(finished.folder),
        "report": str(finished.report),
        "threads": finished.threads,
        "seconds": finished.seconds,
        "trials_run_now": finished.fresh,
    }


def print_summary(console: Console, finished: FinishedSweep) -> None:
    """Print what a person reads at the end: counts, the best trials, what the best is worth."""
    result = finished.result
    console.print(_head(finished))
    console.print(_best_table(result))
    console.print(_worth(result))
    # Unbroken, so that the addresses can be copied whatever the width of the terminal.
    if not result.is_complete:
        text = f"stopped; go on with the same command and --resume {finished.folder}"
        console.print(Text(text, "yellow"), soft_wrap=True)
    console.print(Text(f"report: {finished.report}", "bold"), soft_wrap=True)


def _head(finished: FinishedSweep) -> RenderableType:
    result, counts = finished.result, finished.result.counts
    rate = finished.fresh / finished.seconds if finished.seconds > 0 else math.nan
    period = f"{day_text(result.start_ns)} to {day_text(result.end_ns)} UTC"
    drawn = f" drawn from {counts.grid:,}" if counts.drawn < counts.grid else ""
    skipped = sum(counts.skipped.values())
    points = f"{skipped:,} skipped, {counts.failed:,} failed of {counts.drawn:,} points{drawn}"
    speed = f"on {finished.threads} threads ({fixed(rate, 1)} a second)"
    lines = [
        f"{period}, {result.events:,} events, {result.setting.fill_tier} fills",
        f"{counts.run:,} trials run, {points}",
        f"{finished.fresh:,} of them now, in {finished.seconds:.1f} s {speed}",
    ]
    reasons = sorted(counts.skipped.items(), key=lambda item: (-item[1], item[0]))
    lines += [f"skipped {count:,}: {reason}" for reason, count in reasons[:REASONS_SHOWN]]
    if len(reasons) > REASONS_SHOWN:
        lines.append(f"skipped for {len(reasons) - REASONS_SHOWN:,} other reasons too")
    return Text.assemble((result.setting.title, "bold"), *(f"\n{line}" for line in lines))


def _best_table(result: SweepResult) -> Table:
    setting = result.setting
    money = MoneyText.for_capital(setting.currency, setting.capital)
    heads = figure_heads(setting.currency)
    shown = [
        place
        for place, head in enumerate(heads)
        if head.startswith(COLUMNS) or head == result.metric.title
    ]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("#", justify="right", no_wrap=True)
    for name in axis_names(result):
        table.add_column(name, justify="right", style="bold")
    for place in shown:
        table.add_column(heads[place], justify="right", no_wrap=True)
    for row in trial_rows(result, ROWS_SHOWN, money):
        table.add_row(row.rank, *row.values, *(with_hyphen(row.figures[place]) for place in shown))
    return table


def _worth(result: SweepResult) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for label, text in _verdicts(result).items():
        grid.add_row(Text(label, "bold"), with_hyphen(text))
    parts: list[RenderableType] = [grid]
    parts += [
        Text(f"{item.severity.word}: {item.title}: {item.measured}", _STYLES[item.severity])
        for item in result.findings
    ]
    parts += [Text(f"note: {note}") for note in result.notes]
    return Group(*parts)


def _verdicts(result: SweepResult) -> dict[str, str]:
    """Return what the best is worth, a sentence each."""
    found = result.statistics
    overfitting = "unknown: the history is too short to split, or there is but one trial"
    if found.overfitting is not None:
        share = percent(found.overfitting.probability, 0)
        overfitting = f"{share} that the best of one half of history is in the other's lower half"
    deflated = "unknown: it takes several trials that traded on several days"
    if not math.isnan(found.deflated):
        before = f", {found.trials_before:,} of them before" if found.trials_before else ""
        chance = f"{percent(found.deflated)} that {fixed(found.sharpe, 2)} is more than luck"
        luck = f"{fixed(found.expected_maximum, 2)} in {found.trials:,} trials{before}"
        deflated = f"{chance}, which shows {luck}"
    record = f"unknown; there are {found.days:,} days"
    if not math.isnan(found.track_record_days):
        needed = f"{days_count(found.track_record_days)} days to believe a Sharpe ratio above 0"
        against_luck = f"{days_count(found.track_record_luck_days)} above luck"
        record = f"{needed}, {against_luck}; there are {found.days:,}"
    median = fixed(found.sharpe_median, 2)
    none = f"none: {result.metric.label} is undefined or equal in all trials"
    return {
        f"best {result.metric.label}": point_text(result, result.best) if result.best else none,
        "all trials": f"median Sharpe ratio {median}, {percent(found.profitable, 0)} gain",
        "deflated Sharpe": deflated,
        "overfitting": overfitting,
        "track record": record,
    }
