"""Each finding has a planted case and a clean one."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from tests.backtest.sweep.sweep_results import (
    FAST,
    SLOW,
    Edge,
    measured,
    middle_is_best,
    sweep_result,
    with_failures,
)
from traider.backtest.findings import Finding, Severity
from traider.backtest.sweep.grid import Axis, Point
from traider.backtest.sweep.result import SweepResult


def plateau(values: Point, height: float) -> float:
    """Return an edge that is about the same everywhere, a little more in the middle."""
    return height + 0.5 * middle_is_best(values)


def found_in(result: SweepResult) -> dict[str, Finding]:
    return {finding.code: finding for finding in result.findings}


def test_a_clean_sweep_has_no_findings() -> None:
    assert sweep_result(edge=partial(plateau, height=0.003)).findings == ()


def test_luck_is_told() -> None:
    finding = found_in(sweep_result(edge=lambda _: -0.0005))["best-may-be-luck"]
    assert finding.severity is Severity.SERIOUS
    assert finding.number < 0.5
    assert "trials without skill show" in finding.measured


def test_the_line_between_luck_and_doubt() -> None:
    severities = set()
    for step in range(-8, 12, 2):
        result = sweep_result(edge=partial(plateau, height=step * 1e-4))
        finding = found_in(result).get("best-may-be-luck")
        deflated = result.statistics.deflated
        serious = Severity.SERIOUS if deflated < 0.5 else Severity.WARNING
        assert (finding and finding.severity) == (serious if deflated < 0.95 else None)
        severities.add(finding and finding.severity)
    assert severities == {Severity.SERIOUS, Severity.WARNING, None}


def test_a_choice_that_does_not_last_is_told() -> None:
    finding = found_in(sweep_result(edge=lambda _: 0.0, days=120))["choice-is-overfitted"]
    assert finding.number > 0.2
    assert "12,870 splits" in finding.measured


def test_a_short_record_is_told() -> None:
    finding = found_in(sweep_result(edge=lambda _: 0.0, days=60))["record-is-short"]
    assert finding.number == 60.0
    assert finding.threshold > 60.0
    assert "days are needed" in finding.measured
    losing = found_in(sweep_result(edge=lambda _: -0.01))["record-is-short"]
    assert "none is enough" in losing.measured


@pytest.mark.parametrize(
    ("edge", "told"),
    [
        (lambda values: 0.0002 * float(values[0]), "strategy.fast = 25 is the highest of 5 to 25"),
        (lambda values: -0.0001 * float(values[1]), "strategy.slow = 10 is the lowest of 10 to 80"),
    ],
)
def test_a_best_at_the_edge_is_told(edge: Edge, told: str) -> None:
    finding = found_in(sweep_result(edge=edge))["parameters-at-the-edge"]
    assert told in finding.measured


def test_failures_are_told() -> None:
    finding = found_in(with_failures(sweep_result()))["trials-failed"]
    assert "1 of 14 (none should): an alpha raised ValueError" in finding.measured
    result = sweep_result()
    first, *others = result.trials
    off = replace(first, measured=replace(first.measured, alpha_fault="momentum"))
    switched_off = sweep_result(trials=(off, *others))
    assert "out of range" in found_in(switched_off)["trials-failed"].measured


def test_nothing_traded_is_told() -> None:
    result = sweep_result()
    idle = tuple(replace(t, measured=measured(np.zeros(400), trades=0)) for t in result.trials)
    finding = found_in(sweep_result(trials=idle))
    assert finding["nothing-traded"].severity is Severity.SERIOUS
    assert next(iter(finding)) == "nothing-traded"
    assert "settings-do-nothing" in finding


@pytest.mark.parametrize(
    ("metric", "told"),
    [
        ("calmar", "Calmar is undefined in all 14 trials: it needs trades and 7 daily returns, "),
        ("max_drawdown", "max drawdown is equal in all 14 trials"),
    ],
)
def test_where_nothing_can_be_ranked_no_best_and_no_edge_is_named(metric: str, told: str) -> None:
    result = sweep_result(edge=lambda values: 0.0002 * float(values[0]), days=6, metric_name=metric)
    assert result.best is None
    assert result.edges == ()
    found = found_in(result)
    assert told in found["nothing-to-rank"].measured
    assert "parameters-at-the-edge" not in found
    week = sweep_result(edge=lambda values: 0.0002 * float(values[0]), days=7, metric_name="calmar")
    assert week.best is not None
    assert "nothing-to-rank" not in found_in(week)


def test_equal_bests_share_no_edge_unless_all_lie_on_it() -> None:
    result = sweep_result(metric_name="max_drawdown")
    trials = tuple(
        replace(one, measured=replace(one.measured, max_drawdown=-0.05))
        if one.values[0] == 5
        else one
        for one in result.trials
    )
    (edge,) = replace(result, trials=trials).edges
    assert (edge.key, edge.value) == ("strategy.fast", 5.0)


def test_a_setting_without_effect_is_told() -> None:
    axes = (FAST, SLOW, Axis("sizing.fraction", (1, 2), "sizing.fraction"))
    result = sweep_result(axes)
    twins = tuple(
        replace(one, measured=result.trials[place - place % 2].measured)
        for place, one in enumerate(result.trials)
    )
    finding = found_in(sweep_result(axes, trials=twins))["settings-do-nothing"]
    assert finding.severity is Severity.NOTE
    assert finding.measured.startswith("sizing.fraction:")


def test_the_most_serious_comes_first() -> None:
    found = sweep_result(edge=lambda _: -0.001, days=60).findings
    assert [f.severity for f in found] == sorted((f.severity for f in found), reverse=True)
    assert len(found) >= 2
