"""What is printed of a sweep, for people and for programs."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from tests.backtest.sweep.sweep_results import FAST, measured, sweep_result, with_failures
from traider.backtest.sweep.result import SweepResult
from traider.cli.sweep_outcome import REASONS_SHOWN, ROWS_SHOWN, outcome_json, print_summary
from traider.runtime.sweep import FinishedSweep


def finished(result: SweepResult, **changes: float) -> FinishedSweep:
    plain = FinishedSweep(result, Path("runs/a/report.html"), Path("runs/a"), 2, 4.0, 14)
    return replace(plain, **changes)  # type: ignore[arg-type]  # by name


def printed(result: SweepResult, width: int = 100, **changes: float) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_summary(console, finished(result, **changes))
    assert isinstance(console.file, io.StringIO)
    return " ".join(console.file.getvalue().split())


def test_the_object_holds_only_what_json_can_say() -> None:
    body = outcome_json(finished(with_failures(sweep_result())))
    assert json.loads(json.dumps(body, allow_nan=False)) == body
    assert len(body["trials"]) == 13  # type: ignore[arg-type]  # a list
    assert body["seconds"] == 4.0
    assert body["best"] in body["trials"]  # type: ignore[operator]  # the same


def test_counts_speed_and_reasons_come_first() -> None:
    text = printed(sweep_result())
    assert "14 trials run, 6 skipped, 0 failed of 20 points" in text
    assert "14 of them now, in 4.0 s on 2 threads (3.5 a second)" in text
    assert "skipped 6: fast must be smaller than slow" in text
    assert "drawn from" not in text
    assert "(— a second)" in printed(sweep_result(), seconds=0.0)


def test_many_reasons_are_cut_short() -> None:
    result = sweep_result()
    reasons = {f"reason {place}": place for place in range(1, REASONS_SHOWN + 4)}
    text = printed(replace(result, counts=replace(result.counts, skipped=reasons)))
    assert "skipped 8: reason 8" in text
    assert "reason 1" not in text
    assert "skipped for 3 other reasons too" in text


def test_the_best_are_listed_by_the_metric() -> None:
    text = printed(sweep_result(metric_name="calmar"))
    assert "Calmar" in text
    assert "Calmar" not in printed(sweep_result())
    assert f" {ROWS_SHOWN} " in text
    assert "best Calmar fast " in text


@pytest.mark.parametrize("width", [60, 80, 140])
def test_any_terminal_shows_best_and_report(width: int) -> None:
    text = printed(sweep_result(), width)
    assert "best Sharpe fast 15, slow 40" in text
    assert text.endswith("report: runs/a/report.html")


def test_a_stopped_sweep_says_how_to_go_on() -> None:
    result = sweep_result()
    stopped = replace(result, counts=replace(result.counts, planned=30))
    assert "go on with the same command and --resume runs/a" in printed(stopped)
    assert "--resume" not in printed(result)


def test_findings_are_told_with_their_severity() -> None:
    text = printed(sweep_result(edge=lambda _: -0.001))
    assert "serious: The best may be luck" in text


def test_terminals_have_hyphens_for_minus() -> None:
    text = printed(sweep_result(edge=lambda _: -0.001))
    assert "\N{MINUS SIGN}" not in text
    assert "-" in text


def test_where_nothing_can_be_ranked_table_and_json_name_no_best() -> None:
    short = sweep_result(days=2)
    text = printed(short)
    assert "best Sharpe none: Sharpe is undefined or equal in all trials" in text
    assert "warning: No trial is the best: Sharpe is undefined in all 14 trials" in text
    assert "the lowest of" not in text
    body = outcome_json(finished(short))
    assert (body["ranked"], body["best"], body["edges"]) == (False, None, [])


def test_what_is_unknown_is_said_in_words() -> None:
    idle = sweep_result((FAST,), lambda _: 0.0, 3)
    still = tuple(replace(one, measured=measured(np.zeros(3), trades=0)) for one in idle.trials)
    text = printed(replace(idle, trials=still))
    assert "deflated Sharpe unknown: it takes several trials" in text
    assert "overfitting unknown: the history is too short" in text
    assert "track record unknown; there are 3 days" in text
    assert "— that" not in text
