"""Surfaces: every trial in its cell, folded where several share one."""

import math
from statistics import median

import numpy as np
import pytest

from tests.backtest.sweep.sweep_results import FAST, SLOW, middle_is_best, trial, trials_of
from traider.backtest.sweep.grid import Axis, Grid
from traider.backtest.sweep.ranking import METRICS
from traider.backtest.sweep.surface import (
    BINS_MAX,
    MARGINAL_BINS_MAX,
    curve_of,
    surfaces_of,
)

SHARPE = METRICS["sharpe"]
THIRD = Axis("strategy.enter", ("low", "high"))


def test_two_axes_are_one_surface_with_a_trial_a_cell() -> None:
    trials = trials_of(Grid((FAST, SLOW)), middle_is_best)
    (surface,) = surfaces_of((FAST, SLOW), trials, SHARPE)
    assert (surface.across, surface.down, surface.fold) == (FAST.key, SLOW.key, "")
    assert surface.column_labels == ("5", "10", "15", "20", "25")
    assert surface.row_labels == ("10", "20", "40", "80")
    for one in trials:
        cell = SLOW.values.index(one.values[1]), FAST.values.index(one.values[0])
        assert surface.values[cell] == one.measured.sharpe
    assert int(np.isnan(surface.values).sum()) == 20 - len(trials)
    known = [one.measured.sharpe for one in trials]
    assert surface.range == (min(known), max(known))


def test_three_axes_are_median_and_best_of_each_pair() -> None:
    axes = (FAST, SLOW, THIRD)
    grid = Grid(axes)
    trials = trials_of(grid, middle_is_best)
    found = surfaces_of(axes, trials, SHARPE)
    assert [(s.across, s.down, s.fold) for s in found] == [
        (FAST.key, SLOW.key, "median"),
        (FAST.key, SLOW.key, "best"),
        (FAST.key, THIRD.key, "median"),
        (FAST.key, THIRD.key, "best"),
        (SLOW.key, THIRD.key, "median"),
        (SLOW.key, THIRD.key, "best"),
    ]
    mine = [one.measured.sharpe for one in trials if one.values[0] == 5 and one.values[2] == "low"]
    assert len(mine) == 4
    assert found[2].values[0, 0] == pytest.approx(median(mine))
    assert found[3].values[0, 0] == max(mine)


def test_long_axes_are_put_into_bins() -> None:
    axes = (Axis("a", tuple(range(250))), Axis("b", (1, 2)))
    grid = Grid(axes)
    trials = [trial(n, grid.point(n), 0.0, 20) for n in range(grid.size)]
    middle, best = surfaces_of(axes, trials, SHARPE)
    assert (middle.fold, best.fold) == ("median", "best")
    assert len(best.column_labels) == 84 <= BINS_MAX
    assert best.column_labels[:2] == ("0 to 2", "3 to 5")
    assert best.column_labels[-1] == "249"
    first = [t.measured.sharpe for t in trials if t.values[0] in (0, 1, 2) and t.values[1] == 1]
    assert best.values[0, 0] == max(first)
    assert middle.values[0, 0] == pytest.approx(median(first))


def test_a_sparse_sample_gets_fewer_and_wider_bins() -> None:
    axes = (Axis("a", tuple(range(90))), Axis("b", tuple(range(90))))
    grid = Grid(axes)
    trials = [trial(n, grid.point(n), 0.0, 20) for n in grid.sample(300, 1)]
    found = surfaces_of(axes, trials, SHARPE)
    assert [surface.fold for surface in found] == ["median", "best"]
    assert len(found[0].column_labels) <= 17
    assert np.isnan(found[0].values).mean() < 0.5


def test_many_axes_have_small_surfaces() -> None:
    axes = tuple(Axis(f"k{place}", tuple(range(30))) for place in range(3))
    trials = [trial(n, Grid(axes).point(n), 0.0, 20) for n in range(0, 27_000, 900)]
    assert all(len(s.row_labels) <= MARGINAL_BINS_MAX for s in surfaces_of(axes, trials, SHARPE))


def test_an_undefined_figure_is_a_hole() -> None:
    flat = trial(0, (5, 10), 0.0, 1)  # of one day there is no ratio
    (surface,) = surfaces_of((FAST, SLOW), [flat] * 8, SHARPE)
    assert np.all(np.isnan(surface.values))
    assert all(math.isnan(bound) for bound in surface.range)


def test_one_axis_is_a_curve_with_holes() -> None:
    trials = [trial(n, (FAST.values[n],)) for n in (0, 2, 3)]
    curve = curve_of(FAST, trials, SHARPE)
    assert curve.labels == ("5", "10", "15", "20", "25")
    assert np.isnan(curve.values).tolist() == [False, True, False, False, True]
    assert curve.values[2] == trials[1].measured.sharpe
    assert curve.is_ordered
    assert surfaces_of((FAST,), trials, SHARPE) == ()
