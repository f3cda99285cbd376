"""The best at an edge, and axes that change nothing."""

from decimal import Decimal

import pytest

from tests.backtest.sweep.sweep_results import FAST, SLOW, trial, trials_of
from traider.backtest.doctor import EdgeParameter
from traider.backtest.sweep.edges import idle_axes, parameters_at_edge
from traider.backtest.sweep.grid import Axis, Grid, Point

GRID = Grid((FAST, SLOW))
POINTS = [GRID.point(number) for number in range(GRID.size)]


@pytest.mark.parametrize(
    ("best", "edges"),
    [
        ((10, 40), []),
        ((5, 40), [EdgeParameter("strategy.fast", 5.0, 5.0, 25.0)]),
        ((10, 80), [EdgeParameter("strategy.slow", 80.0, 10.0, 80.0)]),
        (
            (25, 10),
            [
                EdgeParameter("strategy.fast", 25.0, 5.0, 25.0),
                EdgeParameter("strategy.slow", 10.0, 10.0, 80.0),
            ],
        ),
    ],
)
def test_a_best_at_the_edge_is_told(best: Point, edges: list[EdgeParameter]) -> None:
    assert list(parameters_at_edge((FAST, SLOW), POINTS, [best])) == edges


def test_what_was_run_has_the_edge_not_what_was_asked_for() -> None:
    run = [point for point in POINTS if point[0] < 20]  # type: ignore[operator]  # whole numbers
    (edge,) = parameters_at_edge((FAST, SLOW), run, [(15, 20)])
    assert (edge.value, edge.high, edge.side) == (15.0, 15.0, "highest")


@pytest.mark.parametrize(
    "axis",
    [
        Axis("a", (1, 2)),
        Axis("a", ("1h", "2h", "4h")),
        Axis("a", (3, 2, 1)),
        Axis("a", (False, True)),
    ],
)
def test_without_an_order_or_a_middle_there_is_no_edge(axis: Axis) -> None:
    points = [(value,) for value in axis.values]
    assert parameters_at_edge((axis,), points, points[:1]) == ()


def test_decimals_have_edges_too() -> None:
    axis = Axis("strategy.enter", (Decimal("0.1"), Decimal("0.2"), Decimal("0.3")), "enter")
    points = [(value,) for value in axis.values]
    (edge,) = parameters_at_edge((axis,), points, [(Decimal("0.3"),)])
    assert (edge.key, edge.value) == ("enter", 0.3)


def test_an_axis_without_effect_is_told() -> None:
    two = (Axis("a", (1, 2, 3)), Axis("b", (10, 20), "momentum.b"))
    grid = Grid(two)
    same = [trial(int(grid.point(n)[0]), grid.point(n)) for n in range(grid.size)]
    assert idle_axes(two, same) == ("momentum.b",)
    assert idle_axes((FAST, SLOW), trials_of(GRID, lambda _: 0.0)) == ()


def test_a_single_trial_says_nothing_about_its_axes() -> None:
    assert idle_axes((FAST, SLOW), [trial(0, (5, 10))]) == ()
