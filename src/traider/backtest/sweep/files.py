"""Write a sweep's results as files that other programs read.

    summary.json     counts, the best trials, what the best is worth, parameters at an edge
    trials.parquet   every trial: its values, its figures, its daily returns
    report.html      the page for people

The same sweep gives the same bytes, whatever the threads and however often it was interrupted.
"""

import json
import math
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from traider.backtest.files import SUMMARY_FILE_NAME, amounts, plain, utc_text
from traider.backtest.findings import finding_json
from traider.backtest.sweep.folder import outcome_record
from traider.backtest.sweep.grid import Axis, plain_value
from traider.backtest.sweep.result import SweepResult
from traider.backtest.sweep.statistics import SweepStatistics
from traider.backtest.sweep.trial import Trial

TRIALS_TABLE_NAME: Final = "trials.parquet"
BEST_LISTED: Final = 25

_AMOUNT: Final = pa.decimal128(38, 18)
_FIGURES: Final = {
    "digest": pa.string(),
    "final_equity": _AMOUNT,
    "total_return": pa.float64(),
    "sharpe": pa.float64(),
    "sortino": pa.float64(),
    "calmar": pa.float64(),
    "max_drawdown": pa.float64(),
    "trades": pa.int64(),
    "turnover": pa.float64(),
    "fees": _AMOUNT,
    "refused": pa.int64(),
    "alpha_fault": pa.string(),
}


def write_sweep_files(result: SweepResult, folder: Path) -> None:
    """Write summary.json and trials.parquet into ``folder``."""
    text = json.dumps(sweep_summary(result), allow_nan=False, indent=2, sort_keys=True)
    (folder / SUMMARY_FILE_NAME).write_text(text + "\n", encoding="utf-8")
    pq.write_table(trial_table(result), folder / TRIALS_TABLE_NAME)


def sweep_summary(result: SweepResult) -> dict[str, object]:
    """Return everything small as JSON values; NaN and infinity become null."""
    setting, counts = result.setting, result.counts
    axes = setting.grid.axes
    return {
        "title": setting.title,
        "config": plain(setting.config),
        "digest": setting.digest,
        "currency": setting.currency,
        "capital": str(setting.capital),
        "fill_tier": setting.fill_tier,
        "start": utc_text(result.start_ns),
        "end": utc_text(result.end_ns),
        "bars": result.bars,
        "events": result.events,
        "grid": axes_record(axes),
        "require": [requirement.canonical for requirement in setting.requirements],
        "random": setting.random,
        "seed": setting.seed,
        "complete": result.is_complete,
        "counts": {**asdict(counts), "left": counts.left},
        "metric": result.metric_name,
        "ranked": result.best is not None,
        "best": [outcome_record(trial, axes) for trial in _best(result)],
        "failures": [outcome_record(failure, axes) for failure in result.failures],
        "statistics": statistics_record(result.statistics),
        "edges": edges_record(result),
        "findings": [finding_json(finding) for finding in result.findings],
        "notes": list(result.notes),
    }


def _best(result: SweepResult) -> tuple[Trial, ...]:
    """Return the best trials, those without a figure left out; none where none is the best."""
    if result.best is None:
        return ()
    known = [trial for trial in result.ranked if not math.isnan(result.metric.of(trial.measured))]
    return tuple(known[:BEST_LISTED])


def axes_record(axes: tuple[Axis, ...]) -> list[dict[str, object]]:
    """Return the axes as JSON values, in their order."""
    return [
        {"key": axis.key, "values": [plain_value(value) for value in axis.values]} for axis in axes
    ]


def edges_record(result: SweepResult) -> list[dict[str, object]]:
    """Return the parameters at an edge as JSON values."""
    return [{**asdict(edge), "side": edge.side} for edge in result.edges]


def statistics_record(statistics: SweepStatistics) -> dict[str, object]:
    """Return the statistics as JSON values, those of CSCV beside the others."""
    record = {
        name: plain(value) for name, value in vars(statistics).items() if name != "overfitting"
    }
    found = statistics.overfitting
    return {
        **record,
        "probability_of_overfitting": None if found is None else found.probability,
        "probability_of_loss": None if found is None else found.probability_of_loss,
        "cscv_blocks": 0 if found is None else found.blocks,
        "cscv_splits": 0 if found is None else len(found.logits),
    }


def trial_table(result: SweepResult) -> pa.Table:
    """Return every trial as a table: number, a column a swept key, figures, daily returns."""
    axes = result.setting.grid.axes
    columns: dict[str, Any] = {"number": pa.array([t.number for t in result.trials], pa.int64())}
    for place, axis in enumerate(axes):
        columns[axis.key] = _column([plain_value(trial.values[place]) for trial in result.trials])
    records = [outcome_record(trial, axes) for trial in result.trials]
    for name, kind in _FIGURES.items():
        figures = [record[name] for record in records]
        is_money = kind == _AMOUNT
        exact = amounts(Decimal(str(value)) for value in figures) if is_money else figures
        columns[name] = pa.array(exact, kind)
    returns = [trial.measured.returns for trial in result.trials]
    columns["returns"] = pa.array(returns, pa.list_(pa.float64()))
    return pa.table(columns)


def _column(values: list[Any]) -> "pa.Array[Any]":
    """Return a column of one type: whole numbers, numbers, switches, or text where they mix."""
    kinds = {type(value) for value in values}
    if kinds == {int, float}:
        return pa.array([float(value) for value in values], pa.float64())
    if len(kinds) > 1:
        return pa.array([str(value) for value in values], pa.string())
    column: pa.Array[Any] = pa.array(values)
    return column
