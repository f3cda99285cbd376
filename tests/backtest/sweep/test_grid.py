"""Points by number, samples of them, and comparisons between axes.

1. Every number is another point; together they are the product.
2. A sample holds different points, is a pure function of the seed, and grows by adding.
"""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backtest.sweep.sweep_results import requirement
from traider.backtest.sweep.grid import Axis, Grid, plain_value, value_text

axes = st.lists(st.integers(1, 6), min_size=1, max_size=4).map(
    lambda sizes: tuple(Axis(f"key{place}", tuple(range(size))) for place, size in enumerate(sizes))
)
LARGE = Grid(tuple(Axis(f"key{place}", tuple(range(2_000))) for place in range(4)))


@given(axes)
def test_the_points_are_the_product_with_the_last_axis_fastest(found: tuple[Axis, ...]) -> None:
    grid = Grid(found)
    points = [grid.point(number) for number in range(grid.size)]
    assert points == list(product(*(axis.values for axis in found)))


@given(axes, st.integers(0, 500), st.integers(0, 500), st.integers(0, 2**63))
def test_a_sample_is_of_different_points_and_grows(
    found: tuple[Axis, ...], first: int, second: int, seed: int
) -> None:
    grid = Grid(found)
    fewer, more = sorted((first, second))
    small, large = grid.sample(fewer, seed), grid.sample(more, seed)
    assert len(set(large)) == len(large) == min(more, grid.size)
    assert large == sorted(large) == grid.sample(more, seed)
    assert set(small) <= set(large) <= set(range(grid.size))


def test_a_sample_of_a_huge_grid_is_drawn_without_counting_through_it() -> None:
    assert LARGE.size == 16_000_000_000_000
    small, large = LARGE.sample(100, 3), LARGE.sample(5_000, 3)
    assert len(set(large)) == 5_000
    assert set(small) <= set(large)
    assert LARGE.sample(100, 4) != small
    mean = sum(large) / len(large) / LARGE.size
    assert mean == pytest.approx(0.5, abs=0.02)


def test_a_sample_spreads_over_the_grid() -> None:
    grid = Grid((Axis("a", tuple(range(100))), Axis("b", tuple(range(100)))))
    found = grid.sample(2_000, 1)
    assert sum(found) / len(found) == pytest.approx(5_000, rel=0.03)


@pytest.mark.golden
def test_the_draw_never_changes() -> None:
    grid = Grid((Axis("a", tuple(range(10))), Axis("b", tuple(range(10)))))
    assert grid.sample(6, 1) == [2, 17, 46, 62, 70, 86]
    assert LARGE.sample(2, 1) == [2_443_475_730_587, 2_542_084_012_182]


@pytest.mark.parametrize(
    ("values", "is_ordered"),
    [
        ((1, 2, 3), True),
        ((Decimal("0.1"), 1, 2.5), True),
        ((7,), True),
        ((3, 2, 1), False),
        ((1, 1, 2), False),
        (("1h", "4h"), False),
        ((False, True), False),
        ((1, "a"), False),
    ],
)
def test_rising_numbers_have_edges(values: tuple[int, ...], is_ordered: bool) -> None:
    assert Axis("a", values).is_ordered is is_ordered


@pytest.mark.parametrize(("sign", "met"), [("<", [1]), ("<=", [1, 2]), (">", [3]), (">=", [2, 3])])
def test_a_requirement_compares_two_axes(sign: str, met: list[int]) -> None:
    both = (Axis("a", (1, 2, 3)), Axis("b", (Decimal(2),)))
    rule = requirement("a", sign, "b")
    assert [a for a in (1, 2, 3) if rule.is_met(both, (a, Decimal(2)))] == met
    assert rule.canonical == f"a {sign} b"


def test_values_are_written_as_a_person_would() -> None:
    written = [value_text(value) for value in (True, 3, Decimal("0.10"), 2.5, "1h")]
    assert written == ["true", "3", "0.10", "2.5", "1h"]
    assert [plain_value(value) for value in (Decimal("0.10"), 3, "x")] == [0.1, 3, "x"]


def test_an_axis_is_shown_as_it_was_written() -> None:
    axis = Axis("strategy.alphas.0.params.fast", (1, 2), "momentum.fast")
    assert (axis.shown, axis.name) == ("momentum.fast", "fast")
    assert Axis("capital", (1,)).shown == Axis("capital", (1,)).name == "capital"
