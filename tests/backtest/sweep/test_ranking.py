"""Best first, undefined last, equal ones in the grid's order."""

import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from tests.backtest.sweep.sweep_results import measured, noise, trial
from traider.backtest.sweep.ranking import METRICS, ranked
from traider.backtest.sweep.trial import Trial
from traider.portfolio import ratios


def flat(number: int) -> Trial:
    return replace(trial(number, (number,)), measured=measured(np.zeros(50)))


def test_the_best_comes_first_and_the_undefined_last() -> None:
    trials = [flat(0), trial(1, (1,), -0.002), trial(2, (2,), 0.002), flat(3)]
    assert [one.number for one in ranked(trials, METRICS["sharpe"])] == [2, 1, 0, 3]
    assert [one.number for one in ranked(trials[::-1], METRICS["sharpe"])] == [2, 1, 0, 3]


@pytest.mark.parametrize("name", METRICS)
def test_more_is_better_in_every_metric(name: str) -> None:
    good = measured(np.abs(noise(1)) + noise(2) * 0.1, max_drawdown=-0.05)
    bad = measured(-np.abs(noise(1)) + noise(2) * 0.1, max_drawdown=-0.9)
    metric = METRICS[name]
    assert metric.of(good) > metric.of(bad)
    assert metric.title[0].isupper()


def test_figures_are_those_of_the_returns() -> None:
    returns = noise(5)
    found = measured(returns, final_equity=Decimal("123.45"), max_drawdown=-0.25)
    assert METRICS["sharpe"].of(found) == ratios.sharpe(returns)
    assert METRICS["sortino"].of(found) == ratios.sortino(returns)
    assert METRICS["calmar"].of(found) == ratios.calmar(returns)
    assert METRICS["total_return"].of(found) == ratios.total_return(returns)
    assert METRICS["final_equity"].of(found) == 123.45
    assert METRICS["max_drawdown"].of(found) == -0.25
    assert math.isnan(METRICS["sharpe"].of(measured(np.zeros(30))))


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.is_yearly])
def test_nothing_is_scaled_to_a_year_of_fewer_than_seven_days(name: str) -> None:
    metric = METRICS[name]
    assert math.isnan(metric.of(measured(noise(1, 6))))
    assert math.isfinite(metric.of(measured(noise(1, 7))))
